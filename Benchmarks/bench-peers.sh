#!/bin/sh
# Full-width Stable Diffusion 1.5 + ControlNet against PyTorch and diffusers, on this machine, in one run (docs/performance.md).
# Takes about ten minutes, 3 GB of disk and 10 GB of memory. PyTorch goes into a virtual environment of its own under .build/peers, unless
# PEER_PYTHON names a Python that has the packages of Tools/requirements.txt.   usage: bench-peers.sh [STEPS]
set -eu
cd "$(dirname "$0")/.."
python=${PEER_PYTHON:-.build/peers/venv/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv .build/peers/venv
  "$python" -m pip install --quiet -r Tools/requirements.txt
fi
echo "cores: $(nproc), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)"
exec "$python" Benchmarks/bench_peers.py "${PEER_FOLDER:-.build/peers/weights}" "${1:-20}"
