#!/bin/sh
# Runs one of the benchmarks against PyTorch and OpenVINO, on this machine, in one run (docs/performance.md): bench_peers.py is Stable Diffusion 1.5 with a
# ControlNet (25 minutes, 8 GB of disk, 16 GB of memory), bench_networks.py the segmentation networks (five minutes, 1 GB, 4 GB).
# PyTorch goes into a virtual environment of its own under .build/peers, unless PEER_PYTHON names a Python that has the packages of
# Tools/requirements.txt.   usage: bench-peers.sh SCRIPT [ARGUMENTS]
set -eu
cd "$(dirname "$0")/.."
python=${PEER_PYTHON:-.build/peers/venv/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv .build/peers/venv
  "$python" -m pip install --quiet -r Tools/requirements.txt
fi
script=$1
shift
echo "cores: $(nproc), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
exec "$python" "Benchmarks/$script" "${PEER_FOLDER:-.build/peers/${script%.py}}" "$@"
