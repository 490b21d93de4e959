"""A program in a terminal of its own, and the cells of its screen as an image.

The terminal is tmux, which says what is in each cell. Block elements and lines are painted as shapes, so that neighbours meet whatever
the font; everything else comes from the font (`fonts-dejavu-core`).
"""

import subprocess
import sys
import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")
FOREGROUND, BACKGROUND = (208, 208, 208), (16, 18, 22)
# The 16 colours that a terminal's theme decides.
THEME = [
    (40, 42, 46), (204, 102, 102), (152, 190, 101), (222, 184, 92), (97, 150, 210), (178, 120, 190), (86, 182, 194), (197, 200, 198),
    (110, 114, 120), (232, 120, 120), (181, 214, 130), (240, 208, 122), (130, 178, 236), (204, 153, 214), (120, 210, 220), (255, 255, 255),
]  # fmt: skip


@dataclass(frozen=True)
class Style:
    """Colours and attributes of a cell; a colour of None is the terminal's own."""

    front: tuple | None = None
    back: tuple | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False


class Terminal:
    """A program in a tmux server of its own, which ends with it; its data and configuration are under `folder`."""

    def __init__(self, command, columns, rows, folder, variables):
        self.socket = str(Path(folder) / "tmux")
        names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HF_HOME", "DIFFSS_MODELS")
        own = {name: f"{folder}/{name.lower()}" for name in names} | {"LC_ALL": "C.UTF-8"} | variables
        line = ["env", *(f"{name}={value}" for name, value in own.items()), *command]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), *line, ";", "set", "-g", "status", "off")
        self.resize(columns, rows)

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, capture_output=True, text=True)
        return done.stdout

    def resize(self, columns, rows):
        self.columns = columns
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def press(self, key):
        self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait(self, text, seconds=120):
        """Waits for `text`, then until the screen has stood still for a second; not for long, as some screens never do."""
        deadline, last, since, seen = time.time() + seconds, "", time.time(), None
        patience = time.time() + 10
        while time.time() < deadline:
            screen = self.tmux("capture-pane", "-e", "-p", "-N")
            seen = seen or (time.time() if text in self.text() else None)
            if screen != last:
                last, since = screen, time.time()
            if seen and text in self.text() and (time.time() - since > 1 or time.time() - seen > 5):
                return screen
            if not seen and time.time() > patience:
                print(f"waiting for {text!r}, {seconds} s at most", file=sys.stderr)
                patience = deadline
            time.sleep(0.1)
        sys.exit(f"error: waited {seconds} s for {text!r}; the screen shows:\n" + self.text())

    def close(self):
        """Quits, and waits for the program's end: it writes into its folders until then."""
        program = Path("/proc") / self.tmux("display-message", "-p", "#{pane_pid}").strip()
        for key in ("Escape", "Escape", "q", "y"):
            if program.exists():
                subprocess.run(["tmux", "-S", self.socket, "send-keys", key], check=False, capture_output=True)
                time.sleep(0.5)
        deadline = time.time() + 10
        while time.time() < deadline and program.exists():
            time.sleep(0.1)
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], check=False, capture_output=True)


def indexed(number):
    """A colour of the 256: theme, cube of 6, greys."""
    if number < 16:
        return THEME[number]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    levels = (0, 95, 135, 175, 215, 255)
    cube = number - 16
    return levels[cube // 36], levels[cube // 6 % 6], levels[cube % 6]


def styled(style, parameters):
    """The style after a sequence `ESC [ parameters m`."""
    codes = [int(code or 0) for code in parameters.replace(":", ";").split(";")]
    flags = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse"}
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = Style()
        elif code in flags:
            style = replace(style, **{flags[code]: True})
        elif code == 22:
            style = replace(style, bold=False, dim=False)
        elif code in (23, 24, 27):
            style = replace(style, **{flags[code - 20]: False})
        elif code in (38, 48):
            where = "front" if code == 38 else "back"
            if codes.pop(0) == 2:
                colour, codes = tuple(codes[:3]), codes[3:]
            else:
                colour = indexed(codes.pop(0))
            style = replace(style, **{where: colour})
        elif code in (39, 49):
            style = replace(style, **{"front" if code == 39 else "back": None})
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style = replace(style, front=THEME[code - 30 if code < 90 else code - 82])
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style = replace(style, back=THEME[code - 40 if code < 100 else code - 92])
    return style


def cells(screen, columns):
    """Rows of (character, style) from `tmux capture-pane -e`; the second half of a wide character is an empty one."""
    rows, style = [], Style()
    for line in screen.rstrip("\n").split("\n"):
        row, at = [], 0
        while at < len(line):
            if line[at] == "\x1b":
                end = at + 1
                while not ("@" <= line[end] <= "~" and line[end] != "["):
                    end += 1
                if line[end] == "m":
                    style = styled(style, line[at + 2 : end])
                at = end + 1
                continue
            if line[at] not in "\x0e\x0f":
                row.append((line[at], style))
                if unicodedata.east_asian_width(line[at]) in "WF":
                    row.append(("", style))
            at += 1
        rows.append((row + [(" ", Style())] * columns)[:columns])
    return rows


# Which quarters (upper left, upper right, lower left, lower right) of a cell U+2596... fill.
QUADRANTS = dict(zip("▖▗▘▙▚▛▜▝▞▟", (4, 8, 1, 13, 9, 7, 11, 2, 6, 14)))
# Which arms (left, right, up, down) a line has, and whether it is heavy.
LINES = {"─": "lr", "│": "ud", "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud"}
HEAVY = {"━": "lr", "┃": "ud"}


def shape(character):
    """Rectangles (left, top, right, bottom, in parts of the cell) of a block element; None where the font should draw."""
    code = ord(character)
    if character == "▀":
        return [(0, 0, 1, 0.5)]
    if 0x2581 <= code <= 0x2588:
        return [(0, 1 - (code - 0x2580) / 8, 1, 1)]
    if 0x2589 <= code <= 0x258F:
        return [(0, 0, (0x2590 - code) / 8, 1)]
    if character == "▐":
        return [(0.5, 0, 1, 1)]
    if character == "▔":
        return [(0, 0, 1, 0.125)]
    if character == "▕":
        return [(0.875, 0, 1, 1)]
    if character in QUADRANTS:
        halves = [(0, 0.5), (0.5, 1)]
        return [
            (left, top, right, bottom)
            for bit, ((top, bottom), (left, right)) in enumerate((row, column) for row in halves for column in halves)
            if QUADRANTS[character] >> bit & 1
        ]
    if 0x1FB00 <= code <= 0x1FB3B:  # Sextants; the halves and the full block among the 64 have characters of their own.
        bits = code - 0x1FB00 + 1
        bits += (bits >= 21) + (bits + (bits >= 21) >= 42)
        return [(bit % 2 / 2, bit // 2 / 3, bit % 2 / 2 + 0.5, bit // 2 / 3 + 1 / 3) for bit in range(6) if bits >> bit & 1]
    return None


class Painter:
    """Cells to pixels, `height` pixels a cell and half as wide."""

    def __init__(self, height):
        self.width, self.height = height // 2, height
        size = next(size for size in range(height, 0, -1) if self.load("DejaVuSansMono.ttf", size).getlength("M") <= self.width)
        self.fonts = {
            (bold, italic): self.load(f"DejaVuSansMono{name}.ttf", size)
            for (bold, italic), name in {
                (False, False): "", (True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique",
            }.items()
        }  # fmt: skip
        ascent, descent = self.fonts[False, False].getmetrics()
        self.baseline = (height - ascent - descent) // 2 + ascent

    @staticmethod
    def load(name, size):
        for folder in (FONTS, Path("")):
            try:
                return ImageFont.truetype(str(folder / name), size)
            except OSError:
                continue
        # The oblique faces are in a package of their own.
        return ImageFont.truetype(str(FONTS / name.replace("BoldOblique", "Bold").replace("-Oblique", "")), size)

    def picture(self, rows):
        image = Image.new("RGB", (self.width * len(rows[0]), self.height * len(rows)), BACKGROUND)
        draw = ImageDraw.Draw(image)
        for y, row in enumerate(rows):
            for x, (character, style) in enumerate(row):
                self.paint(draw, x * self.width, y * self.height, character, style)
        return image

    def paint(self, draw, x, y, character, style):
        front, back = style.front or FOREGROUND, style.back or BACKGROUND
        if style.reverse:
            front, back = back, front
        if style.dim:
            front = tuple((2 * a + b) // 3 for a, b in zip(front, back))
        wide = character and unicodedata.east_asian_width(character) in "WF"
        if character:
            self.fill(draw, x, y, (0, 0, 2 if wide else 1, 1), back)
        if character.strip():
            blocks = shape(character)
            if blocks is not None:
                for block in blocks:
                    self.fill(draw, x, y, block, front)
            elif character in "░▒▓":
                share = "░▒▓".index(character) + 1
                self.fill(draw, x, y, (0, 0, 1, 1), tuple((share * a + (4 - share) * b) // 4 for a, b in zip(front, back)))
            elif character in LINES or character in HEAVY:
                self.line(draw, x, y, character, front)
            else:
                font = self.fonts[style.bold, style.italic]
                draw.text((x, y + self.baseline), character, fill=front, font=font, anchor="ls")
        if style.underline:
            draw.line((x, y + self.height - 2, x + self.width - 1, y + self.height - 2), fill=front)

    def fill(self, draw, x, y, part, colour):
        left, top, right, bottom = (round(value * side) for value, side in zip(part, (self.width, self.height) * 2))
        if right > left and bottom > top:
            draw.rectangle((x + left, y + top, x + right - 1, y + bottom - 1), fill=colour)

    def line(self, draw, x, y, character, colour):
        arms, thickness = (HEAVY[character], 3) if character in HEAVY else (LINES[character], 1)
        middle, centre = x + self.width // 2, y + self.height // 2
        before, after = (thickness - 1) // 2, thickness // 2
        ends = {
            "l": (x, centre - before, middle, centre + after), "r": (middle, centre - before, x + self.width - 1, centre + after),
            "u": (middle - before, y, middle + after, centre), "d": (middle - before, centre, middle + after, y + self.height - 1),
        }  # fmt: skip
        for arm in arms:
            draw.rectangle(ends[arm], fill=colour)
