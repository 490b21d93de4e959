#!/bin/sh
# With eight colours a grey image is shown in yellow, which is a usual colour for false alarms over a query image.
#
# Guess: a grey takes black or white, whichever is nearer, because nothing else of the eight is a grey.
# Found with the libchafa that chafa.py 1.2.0 brings, undithered and without preprocessing: of the greys between black and white all
# levels from 57 to 121 of 255 come out in dark yellow. With sixteen colours the same levels are grey. So marks in an eight-colour
# palette are safe only over an image that was reduced to black and white before.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q chafa.py==1.2.0
cat > greys.py <<'PYTHON'
import re
import chafa
from chafa import CanvasMode, DitherMode, PixelType, SymbolMap, SymbolTags

def shown(level, mode):
    """The number of the one colour that a plain grey image comes out in."""
    config = chafa.CanvasConfig()
    config.width, config.height, config.canvas_mode = 4, 2, mode
    config.preprocessing, config.dither_mode = False, DitherMode.CHAFA_DITHER_MODE_NONE
    symbols = SymbolMap()
    symbols.add_by_tags(SymbolTags.CHAFA_SYMBOL_TAG_SPACE)
    config.set_symbol_map(symbols)
    canvas, side = chafa.Canvas(config), 32
    canvas.draw_all_pixels(PixelType.CHAFA_PIXEL_RGB8, bytes([level] * 3 * side * side), side, side, side * 3)
    # The first cell is drawn as a space in reverse, the others on a background.
    found = {int(number) for number in re.findall(r"\x1b\[(?:\d+;)?(4[0-7]|10[0-7])m", canvas.print().decode())}
    assert len(found) == 1, (level, found)
    return found.pop()

for name, mode in [("eight", CanvasMode.CHAFA_CANVAS_MODE_INDEXED_8), ("sixteen", CanvasMode.CHAFA_CANVAS_MODE_INDEXED_16)]:
    colors = [shown(level, mode) for level in range(256)]
    runs = [level for level in range(256) if level == 0 or colors[level] != colors[level - 1]]
    print(name, ", ".join(f"{colors[first]} from {first}" for first in runs))
PYTHON
venv/bin/python greys.py | tee found
grep -qx 'eight 40 from 0, 43 from 57, 47 from 122' found
grep -qx 'sixteen 40 from 0, 100 from 33, 47 from 128, 107 from 224' found
