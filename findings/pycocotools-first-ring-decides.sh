#!/bin/sh
# pycocotools decides by the length of an annotation's FIRST ring what all of its rings are.
#
# Guess: a ring of four numbers (two points) is treated alike wherever it stands, either as nothing or as an error.
# Found with pycocotools 2.0.11 and numpy 2.4.6: behind a ring of eight numbers it paints nothing, in front of it the whole annotation is a
# TypeError, and a first ring of five numbers alone is read as a polygon without area. So the same two rings are 16 pixels in one order and an
# error in the other.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q pycocotools==2.0.11 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
from pycocotools import mask

good, pair = [2, 2, 6, 2, 6, 6, 2, 6], [3, 4, 10, 12]

def pixels(rings):
    try:
        return int(mask.area(mask.merge(mask.frPyObjects(rings, 20, 30))))
    except Exception as error:
        return type(error).__name__

seen = {"good": pixels([good]), "good, pair": pixels([good, pair]), "pair, good": pixels([pair, good]), "five numbers": pixels([[3, 4, 10, 12, 7]])}
print(seen)
assert seen == {"good": 16, "good, pair": 16, "pair, good": "TypeError", "five numbers": 0}, seen
PYTHON
