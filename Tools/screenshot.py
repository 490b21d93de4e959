"""Makes images of the explorer's screen: presses keys in the real program, in a real terminal, and draws the cells found there.

    pip install pillow
    python3 Tools/screenshot.py                        # the images of README.md, into docs/images
    python3 Tools/screenshot.py --tour /tmp/views      # every view at 80x24, 120x40 and 200x60
    python3 Tools/screenshot.py --columns 100 --rows 24 --text --out o.png --keys "Down=Episode 4,Enter=zoom"

Starts `.build/release/diffss` on the demo with data and configuration folders of its own and waits for what each key brings.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from terminal_screen import Painter, Terminal, cells

ROOT = Path(__file__).resolve().parent.parent
# What terminals announce.
COLORS = {
    "truecolor": {"TERM": "tmux-256color", "COLORTERM": "truecolor"},
    "256": {"TERM": "tmux-256color", "COLORTERM": ""},
    "16": {"TERM": "xterm-16color", "COLORTERM": ""},
    "8": {"TERM": "xterm", "COLORTERM": ""},
    "mono": {"TERM": "tmux-256color", "COLORTERM": "", "NO_COLOR": "1"},
}
SIZES = [(80, 24), (120, 40), (200, 60)]

# Scenes: keys in tmux's names, each with what to wait for on the screen; `'WORD'` is typed; `@NAME` takes an image.
README = [
    "g=4 generated", "e=with generated", "E=Evaluate fold", "y=mIoU of 4", "@explorer",
    "Enter=nearer", "Right=", "Right=", "Right=", "Enter=precision", "@errors",
    "Escape=", "Escape=Settings", "b=side by side", "g=generated 1/4", "e=prediction", "=weights ready", "@compare",
]  # fmt: skip
TOUR = [
    "@first", "Down=Episode 4", "@fresh", "Up=Episode 3",
    "v=marked", "Down=", "Down=", "Down=", "v=4 marked", "p=", "g=paused", "@queue-waits", "q=not generated", "@quit", "n=paused", "p=", "=16 generated",
    "@queue-done", "u=", "3=fold 3", "0=fold 0 of", "Home=Episode 1", "Down=", "Down=Episode 3", "e=with generated", "@measured",
    "Enter=nearer", "@images-focused", "Enter=", "@zoom-support", "Right=", "Right=", "Right=", "@zoom-errors", "+=", "+=", "+=", "+=", "@zoom-near",
    "Escape=", "A=A is", "B=A itself", "@ab-itself", "Right=", "B=flicker", "@ab-flicker", "Tab=split", "@ab-split", "Tab=difference", "@ab-difference",
    "Escape=", "Escape=Settings",
    "b=side by side", "@compare-fresh", "g=generated 1/4", "e=(", "@compare", "Escape=Settings", "#=Grid over", "@grid-picker", "Enter=steps x guidance",
    "@grid-fresh", "g=weights ready", "e=IoU", "=weights ready", "Down=", "Right=", "@grid", "Space=", "@grid-predictions", "Escape=Settings",
    "E=Evaluate fold", "@confirm", "y=10 episodes ", "@evaluated", "c=scribble ", "E=Evaluate fold", "y=run 2", "C=those of run 2",
    "Tab=", "Tab=", "Tab=", "Tab=n 1-shot", "@classes", "Escape=", "L=difference", "@runs", "Space=1 marked", "Space=2 marked", "@runs-marked", "Escape=",
    "T=", "@themes", "Escape=", "f=", "@class-picker", "Escape=", "F=", "@fold-picker", "Escape=", "D=", "@dataset-picker", "'folder'=", "Enter=", "'/u'=", "Tab=", "@path",
    "Escape=", "Escape=", "P=", "@presets", "Escape=", "y=", "@copy", "Escape=", "i=", "@import", "Escape=",
    "Tab=", "Tab=", "@settings", "Enter=", "@condition-picker", "Escape=", "Down=", "Down=", "Down=", "Enter=", "@entry", "Escape=", "End= usual", "Enter=ControlNet", "@settings-all", "Enter=", "Escape=",
    "?=", "@help", "Escape=", ":=", "@palette", "Escape=", "/=", "@filter", "'class:mug'=", "@filter-typed", "Escape=", "x=", "@toast", "!=", "@messages", "Escape=",
    "N=", "@cluster", "Escape=", "Z=", "@filled", "Z=Settings",
]  # fmt: skip


def play(terminal, scene, take):
    """Presses a scene's keys; `take` gets the name of each of its images."""
    for step in scene:
        if step.startswith("@"):
            take(step[1:])
            continue
        key, _, text = step.rpartition("=")
        if key.startswith("'"):
            terminal.type(key.strip("'"))
        elif key:
            terminal.press(key)
        terminal.wait(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", default=str(ROOT / ".build/release/diffss"))
    parser.add_argument("--columns", type=int, default=160)
    parser.add_argument("--rows", type=int, default=50)
    parser.add_argument("--height", type=int, default=18, help="pixels a cell")
    parser.add_argument("--colors", choices=COLORS, default="truecolor", help="how many colours the terminal has")
    parser.add_argument("--keys", help="KEY=TEXT,...: keys in tmux's names, each with what to wait for; one image of what they lead to")
    parser.add_argument("--text", action="store_true", help="print the characters too")
    parser.add_argument("--out", default="screen.png", help="the image of --keys")
    parser.add_argument("--tour", metavar="FOLDER", help="an image of every view at " + ", ".join(f"{x}x{y}" for x, y in SIZES))
    options = parser.parse_args()
    painter = Painter(options.height)
    # Ended from outside it ends its explorer too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    def save(path):
        screen = terminal.wait("")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        painter.picture(cells(screen, terminal.columns)).save(path, optimize=True)
        print(path)

    def save_sizes(name):
        for columns, rows in SIZES:
            terminal.resize(columns, rows)
            save(f"{options.tour}/{name}-{columns}x{rows}.png")
        terminal.resize(options.columns, options.rows)
        terminal.wait("")

    with tempfile.TemporaryDirectory() as folder:
        command = [os.path.abspath(options.program), "explore", "--dataset", "demo"]
        terminal = Terminal(command, options.columns, options.rows, folder, COLORS[options.colors])
        try:
            terminal.wait("Episode 3")
            if options.tour:
                play(terminal, TOUR, save_sizes)
            elif options.keys is not None:
                play(terminal, [key for key in options.keys.split(",") if key], None)
                save(options.out)
            else:
                play(terminal, README, lambda name: save(ROOT / f"docs/images/{name}.png"))
            if options.text:
                print(terminal.text(), end="")
        finally:
            terminal.close()


main()
