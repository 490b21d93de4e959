"""Asks the terminal that it runs in what `TerminalProbe` asks, and prints the answers as they came.

    python3 Tools/terminal_answers.py [FILE]               # in any terminal; with FILE the answers go there
    python3 Tools/terminal_answers.py --all [WORD]         # every installed one of terminals.py, or those named WORD
    python3 Tools/terminal_answers.py --pictures FOLDER [WORD]

The last one also photographs what each terminal shows: every character that images may be made of, without a font that has those
younger than Unicode 7, and an image by each protocol of `.build/release/diffss render --graphics`.
"""

import os
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import termios
import time
import tty
from pathlib import Path

import terminals

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = [
    ("name", b"\x1b[>q"),
    ("kitty", b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"),
    ("kitty, passed through", b"\x1bPtmux;\x1b\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\x1b\\\x1b\\"),
    ("background", b"\x1b]11;?\x1b\\"),
    ("cell size", b"\x1b[16t"),
    ("24-bit colour kept", b"\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[m"),
    ("24-bit colour described", b"\x1bP+q524742;5463\x1b\\"),
    ("sextant", "\r\x1b[6n\U0001fb17\x1b[6n\r\x1b[K".encode()),
    ("wedge", "\r\x1b[6n\U0001fb3c\x1b[6n\r\x1b[K".encode()),
    ("octant", "\r\x1b[6n\U0001cd00\x1b[6n\r\x1b[K".encode()),
    ("tertiary attributes", b"\x1b[=c"),
    ("secondary attributes", b"\x1b[>c"),
    ("attributes", b"\x1b[c"),
]
# Names of the sets of `diffss render --symbols`, and what each adds to the ones before.
CHARACTERS = {
    "half": "█▀▄▌▐",
    "quadrant": "▘▝▖▗▚▞▛▜▙▟ ▁▂▃▅▆▇ ▏▎▍▋▊▉ ▔▕",
    "sextant": "".join(map(chr, range(0x1FB00, 0x1FB3C))),
    "wedge": "".join(map(chr, [*range(0x1FB3C, 0x1FB82), *range(0x1FB82, 0x1FB8C), 0x1FB9A, 0x1FB9B])),
    "octant": "".join(map(chr, [*range(0x1CD00, 0x1CDE6), 0x1CEA0, 0x1CEA3, 0x1CEA8, 0x1CEAB, 0x1FBE6, 0x1FBE7])),
    "shades": "░░░░▒▒▒▒▓▓▓▓",
}


def ask(target):
    stream = os.open("/dev/tty", os.O_RDWR)
    saved = termios.tcgetattr(stream)
    lines = ["environment: " + " ".join(f"{name}={os.environ.get(name)}" for name in ("TERM", "TERM_PROGRAM", "COLORTERM"))]
    try:
        tty.setraw(stream)
        for title, question in QUESTIONS:
            start = time.monotonic()
            os.write(stream, question)
            answer, first, left = b"", None, 0.5
            while select.select([stream], [], [], left)[0]:
                answer += os.read(stream, 4096)
                first = first or time.monotonic() - start
                left = 0.1
            took = f"  ({first * 1000:.1f} ms)" if first else ""
            lines.append(f"{title}: {answer.decode('latin-1')!r}{took}" if answer else f"{title}: none")
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, saved)
    text = "\n".join(lines) + "\n"
    if target:
        # The name appears once all is in it.
        with open(target + ".part", "w") as out:
            out.write(text)
        os.rename(target + ".part", target)
    else:
        print(text, end="")


def show_characters():
    """Each set in rows of 64, bracketed, so that a character of another width moves the bracket."""
    print("\x1b[2J\x1b[H", end="")
    for name, characters in CHARACTERS.items():
        for start in range(0, len(characters), 64):
            print(f"{name if start == 0 else '':9}[{characters[start:start + 64]}]")
    print("\x1b[38;2;255;80;0m\x1b[48;2;0;80;160m🬗🬗🬗🬗🬼🬼🬼🬼🭨🭨🭨🭨▚▚▚▚\x1b[0m", flush=True)


def show_all(word, pictures):
    # The system's own Python, which another user may start too.
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    own = f"{shlex.quote(python)} {shlex.quote(os.path.abspath(__file__))}"
    shows = {"answers": None}
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        image, program = ROOT / "docs/images/cells-256.png", ROOT / ".build/release/diffss"
        shows["characters"] = f"{own} --characters"
        for protocol in ("kitty", "sixel", "iterm"):
            shows[protocol] = f"clear; {program} render --graphics {protocol} --size 60x30 {image}; echo {protocol}"
    for terminal in terminals.installed():
        if word not in terminal.name:
            continue
        print(f"== {terminal.name} ({terminal.version()})", flush=True)
        for name, show in shows.items():
            with tempfile.TemporaryDirectory() as folder:
                os.chmod(folder, 0o777)
                target, ready = os.path.join(folder, "answers"), os.path.join(folder, "ready")
                line = f"{show}; touch {ready}; sleep 60" if show else f"{own} {target}; touch {ready}; sleep 60"
                with terminals.running(terminal, line, folder) as photograph:
                    if not terminals.wait(ready):
                        print(f"{name}: nothing came within 20 s", flush=True)
                    elif show:
                        # What was written has to be drawn.
                        time.sleep(1.5)
                        photograph(pictures / f"{terminal.name.replace(' ', '_')}-{name}.png")
                    else:
                        print(open(target).read(), flush=True)
    if not pictures and "screen".startswith(word):
        show_screen(own)


def show_screen(own):
    """GNU screen, detached: it answers by itself."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "answers")
        version = subprocess.run(["screen", "--version"], capture_output=True, text=True).stdout.strip()
        print(f"== {version}, detached", flush=True)
        subprocess.run(["screen", "-U", "-d", "-m", "-S", "answers", *shlex.split(own), target], env={**os.environ, "LC_ALL": "C.UTF-8"})
        print(open(target).read() if terminals.wait(target) else "nothing came within 20 s", flush=True)


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--characters"]:
        show_characters()
    elif arguments[:1] in (["--all"], ["--pictures"]):
        pictures = Path(arguments.pop(1)) if arguments[0] == "--pictures" else None
        show_all(arguments[1] if len(arguments) > 1 else "", pictures)
    else:
        ask(arguments[0] if arguments else None)
