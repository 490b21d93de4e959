#!/bin/sh
# Compares cells with those of Debian's chafa, by the same painter (docs/pictures.md): photographs, masks and overlays, generated supports. About half an
# hour on two cores; the options of CellBench (Benchmarks/Cells/BenchOptions.swift) may follow, such as `--limit 8 --modes true,256`.
# COCO names a data set in COCO's layout, whose first 24 images are taken. Without it only the demo's generated supports are compared.
set -eu
cd "$(dirname "$0")/.."
command -v chafa >/dev/null || { echo "error: chafa is not installed" >&2; echo "hint: apt install chafa" >&2; exit 2; }
diffss=.build/release/diffss
work=.build/bench-render
mkdir -p "$work"
[ -d "$work/supports" ] || XDG_DATA_HOME="$work/data" "$diffss" generate --dataset demo --condition mask --steps 20 --seed 3 --limit 6 --out "$work/supports" >/dev/null
if [ -n "${COCO:-}" ]; then
  "$diffss" dataset prepare coco --root "$COCO" --out "$work/masks" >/dev/null
  part=$(ls "$work/masks" | head -n 1)
  set -- --photographs "$COCO/$part" --masks "$work/masks/$part" "$@"
fi
chafa --version | head -n 1
echo "cores: $(nproc), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
swift build -c release --quiet --product CellBench
exec .build/release/CellBench --scratch "$work/scratch" --supports "$work/supports" "$@"
