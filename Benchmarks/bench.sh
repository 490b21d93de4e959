#!/bin/sh
# Times what the demo promises, on this machine, in one run:
#   one 128x128 support at 20 guided steps, and 500 evaluated episodes at 1+4;
# and the control images of a picture at 512, edge detectors apart.
# With PEER_PYTHON=/path/to/python (one that has the packages of Tools/requirements.txt) the same support is also painted by
# PyTorch and diffusers from the same weights, and the ratio is printed.
set -eu
cd "$(dirname "$0")/.."
diffss=.build/release/diffss
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_DATA_HOME="$work/data" XDG_CACHE_HOME="$work/cache"

seconds() { # the wall seconds of a command whose output is dropped
  start=$(date +%s.%N)
  "$@" >/dev/null 2>"$work/errors" || { cat "$work/errors" >&2; exit 1; }
  end=$(date +%s.%N)
  awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }'
}

paint() { "$diffss" generate --dataset demo --fold 0 --condition "$1" --shots "$2" --steps 20 --seed "$3" --limit 1 --out "$work/out-$3"; }

echo "cores: $(nproc), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
for condition in mask scribble hed; do
  one=$(seconds paint "$condition" 1 1)
  nine=$(seconds paint "$condition" 9 2)
  awk -v c="$condition" -v a="$one" -v b="$nine" 'BEGIN {
    printf "%-9s first support, weights read from disk: %5.2f s; each further one: %5.2f s\n", c, a, (b - a) / 8 }'
done

seconds "$diffss" evaluate --dataset demo --fold 0 --aux-shots 4 --steps 20 --episodes 500 --json >"$work/cold"
again=$(seconds "$diffss" evaluate --dataset demo --fold 0 --aux-shots 4 --steps 20 --episodes 500 --json)
echo "500 episodes, 1 and 1+4 supports: $(cat "$work/cold") s with painting, $again s when the pictures are in the store"

swift run -c release --quiet ConditionBench

if [ -n "${PEER_PYTHON:-}" ]; then
  "$PEER_PYTHON" Benchmarks/peer_support.py
fi
