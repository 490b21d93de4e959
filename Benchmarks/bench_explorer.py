"""How quickly the explorer answers, measured on a pseudo-terminal as a user would feel it, while a generation uses all cores.

    python3 Benchmarks/bench_explorer.py [--diffss PATH] [--presses 300] [--size 80x24] [--starts 7] [--graphics kitty|sixel]

State lies in a temporary folder. Prints one table with the aims beside the figures; asserts nothing.

Output that belongs to a key press is found by its end: with 24-bit colour each frame ends with a mark (the end of a synchronized update).
A press is answered by the first frame that ends after it and whose episode title bears the new number: the list and the title are in it, the
images follow when they are ready. A spinner's frame that happens to come between is not taken for an answer.

The terminal answers no questions, for which the start waits a tenth of a second, but where the table says so; with --graphics it says
that it is kitty, or xterm with sixels, of 9x18 pixels a cell.
"""

import argparse
import fcntl
import os
import pty
import random
import re
import select
import signal
import statistics
import struct
import subprocess
import tempfile
import termios
import time
import unicodedata
from pathlib import Path

BEGIN, END = b"\x1b[?2026h", b"\x1b[?2026l"


# What a terminal says of itself: one that shows characters alone, and those that show pixels.
ANSWERS = {
    "cells": b"\x1bP>|XTerm(379)\x1b\\\x1b[1;1R\x1b[1;2R\x1b[?62;c",
    "kitty": b"\x1bP>|kitty(0.35.2)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[1;1R\x1b[1;2R\x1b[?62;c",
    "sixel": b"\x1bP>|XTerm(379)\x1b\\\x1b[6;18;9t\x1b[1;1R\x1b[1;2R\x1b[?62;4;c",
}


class Explorer:
    """One explorer on a pseudo-terminal."""

    # Of every explorer: what lies on its line when it starts.
    answers = b""

    def __init__(self, diffss, environment, columns, rows, arguments=()):
        # Every start is a first one: none goes on where the last one was left.
        session = Path(environment["XDG_DATA_HOME"], "diffss", "explorer.json")
        session.unlink(missing_ok=True)
        self.output = bytearray()
        # When each chunk came, and how long `output` was then.
        self.arrivals = []
        self.start = time.monotonic()
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(diffss, [diffss, "explore", *arguments], environment)
        os.write(self.terminal, self.answers)
        self.is_gone = False

    def read(self, seconds):
        """Takes what comes within so many seconds, at most one chunk; whether something came."""
        ready, _, _ = select.select([self.terminal], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            chunk = os.read(self.terminal, 1 << 16)
        except OSError:
            chunk = b""
        if not chunk:
            self.is_gone = True
            raise SystemExit("the explorer has ended: " + self.output[-400:].decode(errors="replace"))
        self.output += chunk
        self.arrivals.append((time.monotonic(), len(self.output)))
        return True

    def wait(self, what, found, seconds=60):
        """Reads until `found()`; the time when the output was there."""
        end = time.monotonic() + seconds
        while True:
            place = found()
            if place is not None and place is not False:
                return place
            left = end - time.monotonic()
            if left <= 0:
                raise SystemExit(f"waited {seconds} s for {what}")
            self.read(min(left, 1))

    def time_of(self, offset):
        """When the byte at `offset` had arrived."""
        return next(when for when, length in self.arrivals if length > offset)

    def settle(self, quiet, limit=10):
        """Reads until nothing has come for `quiet` seconds, `limit` seconds at most; whether it became quiet."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if not self.read(quiet):
                return True
        return False

    def press(self, keys):
        pressed = time.monotonic()
        os.write(self.terminal, keys)
        return pressed

    def frame_end(self, start):
        """The offset after the first frame that ends after `start`."""
        place = self.output.find(END, start)
        return place + len(END) if place >= 0 else None

    def leave(self):
        try:
            os.kill(self.process, signal.SIGTERM)
            end = time.monotonic() + 5
            while time.monotonic() < end and os.waitpid(self.process, os.WNOHANG)[0] == 0:
                # A terminal that nobody reads would hold it back.
                if select.select([self.terminal], [], [], 0.02)[0]:
                    try:
                        os.read(self.terminal, 1 << 16)
                    except OSError:
                        time.sleep(0.02)
        except ChildProcessError:
            pass
        os.close(self.terminal)


class Echo:
    """`cat` on a pseudo-terminal of its own: how long a byte takes there and back on this machine, whoever is at the other end."""

    def __init__(self):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvp("cat", ["cat"])
        modes = termios.tcgetattr(self.terminal)
        modes[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(self.terminal, termios.TCSANOW, modes)

    def round_trip(self):
        start = time.monotonic()
        os.write(self.terminal, b"x")
        os.read(self.terminal, 16)
        return time.monotonic() - start

    def leave(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


class Screen:
    """What the bytes put on the screen: cursor motion, erasing and printing, as far as xterm-256color's entry uses them."""

    IMAGE = re.compile(rb"\x1b[_P][^\x1b]*\x1b\\")
    TOKEN = re.compile(rb"\x1b\[([?>]?)([0-9;]*)([@-~])|\x1b([()][0-9A-B]|[78=>M])|([\x00-\x1a\x1c-\x1f])|([^\x00-\x1f]+)")

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.saved = (0, 0)
        self.last = " "
        self.taken = 0
        self.rest = b""

    def feed(self, data):
        # Images would be taken for text: whole ones are left out, one that has not all come waits for its rest.
        data = self.IMAGE.sub(b"", self.rest + data)
        begun = re.search(rb"\x1b[_P][^\x1b]*\x1b?\Z", data)
        data, self.rest = (data[:begun.start()], data[begun.start():]) if begun else (data, b"")
        for match in self.TOKEN.finditer(data):
            private, numbers, final, short, control, text = match.groups()
            if text is not None:
                for character in text.decode(errors="replace"):
                    if unicodedata.category(character) != "Mn":
                        self.put(character)
            elif control is not None:
                code = control[0]
                if code == 13:
                    self.x = 0
                elif code == 10:
                    self.y = min(self.rows - 1, self.y + 1)
                elif code == 8:
                    self.x = max(0, self.x - 1)
            elif short is not None:
                if short == b"7":
                    self.saved = (self.x, self.y)
                elif short == b"8":
                    self.x, self.y = self.saved
            elif not private:
                self.control(final.decode(), [int(n) if n else 0 for n in numbers.split(b";")])

    def put(self, character):
        if self.x >= self.columns:
            self.x, self.y = 0, min(self.rows - 1, self.y + 1)
        self.cells[self.y][self.x] = self.last = character
        self.x += 1

    def control(self, final, numbers):
        first = numbers[0]
        count = max(1, first)
        if final in "Hf":
            self.y = min(self.rows, max(1, first)) - 1
            self.x = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif final == "A":
            self.y = max(0, self.y - count)
        elif final == "B":
            self.y = min(self.rows - 1, self.y + count)
        elif final == "C":
            self.x = min(self.columns - 1, self.x + count)
        elif final == "D":
            self.x = max(0, self.x - count)
        elif final == "G":
            self.x = min(self.columns, count) - 1
        elif final == "d":
            self.y = min(self.rows, count) - 1
        elif final == "b":
            for _ in range(count):
                self.put(self.last)
        elif final == "X":
            for x in range(self.x, min(self.columns, self.x + count)):
                self.cells[self.y][x] = " "
        elif final == "K":
            span = range(self.x, self.columns) if first == 0 else range(self.x + 1) if first == 1 else range(self.columns)
            for x in span:
                self.cells[self.y][x] = " "
        elif final == "J":
            if first == 0:
                self.control("K", [0])
            for y in range(0 if first == 2 else self.y + 1, self.rows):
                self.cells[y] = [" "] * self.columns

    def text(self):
        return "\n".join("".join(row) for row in self.cells)


def shown_episode(explorer, screen, upto):
    """The number in the images panel's title after the first `upto` bytes."""
    screen.feed(bytes(explorer.output[screen.taken:upto]))
    screen.taken = upto
    found = re.search(r"Episode (\d+): ", screen.text())
    return int(found.group(1)) if found else None


def first_frame(diffss, environment, columns, rows, starts):
    """Seconds from the process's start to the end of its first frame, and to the first one with the episodes in it."""
    first, listed = [], []
    for _ in range(starts):
        explorer = Explorer(diffss, environment, columns, rows)
        end = explorer.wait("a frame", lambda: explorer.frame_end(0))
        first.append(explorer.time_of(end - 1) - explorer.start)
        explorer.wait("the episodes", lambda: b"1/" in explorer.output and b"Episode" in explorer.output and b"-shot" in explorer.output)
        listed.append(explorer.arrivals[-1][0] - explorer.start)
        explorer.leave()
    return first, listed


def cpu_seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answers(explorer, columns, rows, presses, pause):
    """Seconds from each press to the end of the frame that shows it, and of as many bytes through `cat` in between."""
    echo, trips = Echo(), []
    rng = random.Random(7)
    screen = Screen(columns, rows)
    explorer.wait("the first episode", lambda: shown_episode(explorer, screen, len(explorer.output)) == 1)
    at, times = 1, []
    for number in range(presses):
        end = time.monotonic() + rng.uniform(*pause)
        while time.monotonic() < end:
            explorer.read(end - time.monotonic())
        # To and fro, so that both edges of the list are passed; now and then a step back.
        down = (number // 60) % 2 == 0 if rng.random() < 0.9 else (number // 60) % 2 == 1
        if at == 1:
            down = True
        at += 1 if down else -1
        place = len(explorer.output)
        shown_episode(explorer, screen, place)
        pressed = explorer.press(b"j" if down else b"k")
        seen = place

        def answered():
            nonlocal seen
            while (end := explorer.frame_end(seen)) is not None:
                seen = end
                if shown_episode(explorer, screen, end) == at:
                    return end
            return None

        end = explorer.wait(f"episode {at}", answered)
        times.append(explorer.time_of(end - 1) - pressed)
        trips.append(echo.round_trip())
    echo.leave()
    return times, trips


def rows_of_bytes(explorer, columns, rows, presses):
    """For single presses at the list's lower edge on a calm screen: bytes of the frame that answers, and of all until quiet."""
    screen = Screen(columns, rows)
    explorer.wait("the first episode", lambda: shown_episode(explorer, screen, len(explorer.output)) == 1)
    explorer.settle(0.7)
    at, answer, total = 1, [], []
    for number in range(presses + 30):
        at += 1
        place = len(explorer.output)
        explorer.press(b"j")
        explorer.settle(0.5)
        if number < 30:
            continue
        shown_episode(explorer, screen, place)
        seen = place
        while (end := explorer.frame_end(seen)) is not None:
            seen = end
            if shown_episode(explorer, screen, end) == at:
                answer.append(end - place)
                break
        total.append(len(explorer.output) - place)
    return answer, total


def held_key(explorer, rows_down):
    """Bytes for each row while a key repeats 30 times a second, until the screen is quiet."""
    explorer.settle(0.7)
    place = len(explorer.output)
    for _ in range(rows_down):
        explorer.press(b"j")
        end = time.monotonic() + 1 / 30
        while time.monotonic() < end:
            explorer.read(end - time.monotonic())
    explorer.settle(0.7)
    return (len(explorer.output) - place) / rows_down


def go_first():
    """Real-time priority for this process alone, where allowed: what is measured shall not be the wait of who measures."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(1))
        return True
    except (OSError, AttributeError):
        return False


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--diffss", default=str(Path(__file__).parent.parent / ".build/release/diffss"))
    parser.add_argument("--presses", type=int, default=300)
    parser.add_argument("--size", default="80x24")
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--rows", type=int, default=20, help="single rows whose bytes are counted")
    parser.add_argument("--supports", type=int, default=60, help="supports whose images are queued")
    parser.add_argument("--shots", type=int, default=4, help="images for each of them, at most 64")
    parser.add_argument("--graphics", choices=["kitty", "sixel"], help="a terminal that shows pixels")
    options = parser.parse_args()
    Explorer.answers = ANSWERS.get(options.graphics, b"")
    columns, rows = map(int, options.size.split("x"))
    diffss = os.path.abspath(options.diffss)
    lines = []
    is_first = go_first()

    def line(what, figure, aim):
        lines.append((what, figure, aim))

    with tempfile.TemporaryDirectory() as state:
        environment = {
            "PATH": os.environ["PATH"], "HOME": state, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8",
            "XDG_DATA_HOME": state + "/data", "XDG_CONFIG_HOME": state + "/config", "XDG_CACHE_HOME": state + "/cache", "HF_HOME": state + "/hf",
        }
        first, listed = first_frame(diffss, environment, columns, rows, options.starts)
        line("start to first frame, median", f"{statistics.median(first) * 1e3:.0f} ms", "< 150 ms")
        line("start to first frame, slowest", f"{max(first) * 1e3:.0f} ms", "")
        line("start to the list of episodes, median", f"{statistics.median(listed) * 1e3:.0f} ms", "")
        if not options.graphics:
            Explorer.answers = ANSWERS["cells"]
            first, _ = first_frame(diffss, environment, columns, rows, options.starts)
            Explorer.answers = b""
            line("start to first frame, a terminal that answers, median", f"{statistics.median(first) * 1e3:.0f} ms", "")

        calm = Explorer(diffss, environment, columns, rows)
        answer, total = rows_of_bytes(calm, columns, rows, options.rows)
        line("a row of scrolling: list and titles, median", f"{statistics.median(answer):.0f} bytes", "<= 2048")
        line("a row of scrolling: list and titles, most", f"{max(answer)} bytes", "<= 2048")
        line("a row of scrolling: and its new images, median", f"{statistics.median(total):.0f} bytes", "")
        line("a key held down: for each row, images included", f"{held_key(calm, 60):.0f} bytes", "")
        calm.leave()

        calm = Explorer(diffss, environment, columns, rows)
        times, trips = answers(calm, columns, rows, options.presses // 3, (0.03, 0.25))
        line("key to frame, calm, median", f"{statistics.median(times) * 1e3:.1f} ms", "")
        line("key to frame, calm, 99 of 100", f"{percentile(times, 0.99) * 1e3:.1f} ms", "")
        calm.leave()

        subprocess.run([diffss, "queue", "add", "--limit", str(options.supports), "--shots", str(options.shots), "--steps", "200"], env=environment, check=True,
                       stdout=subprocess.DEVNULL)
        busy = Explorer(diffss, environment, columns, rows)
        busy.wait("the generating", lambda: b"generating" in busy.output and re.search(rb"\d/200", bytes(busy.output)))
        busy.settle(0.3, limit=2)
        before, began = cpu_seconds(busy.process), time.monotonic()
        times, trips = answers(busy, columns, rows, options.presses, (0.03, 0.25))
        cores = (cpu_seconds(busy.process) - before) / (time.monotonic() - began)
        jobs = subprocess.run([diffss, "queue", "list"], env=environment, check=True, capture_output=True, text=True).stdout
        running = re.search(r"running *\| *(\d+/\d+)", jobs)
        line("key to frame while generating, median", f"{statistics.median(times) * 1e3:.1f} ms", "<= 16 ms")
        line("key to frame while generating, 99 of 100", f"{percentile(times, 0.99) * 1e3:.1f} ms", "<= 50 ms")
        line("key to frame while generating, slowest", f"{max(times) * 1e3:.1f} ms", "")
        line("a byte through cat meanwhile, median", f"{statistics.median(trips) * 1e3:.1f} ms", "")
        line("a byte through cat meanwhile, 99 of 100", f"{percentile(trips, 0.99) * 1e3:.1f} ms", "")
        line("cores that it used meanwhile", f"{cores:.2f} of {os.cpu_count()}", "")
        busy.leave()

    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}; {columns}x{rows}; {options.presses} presses; "
          + (f"it was generating step {running.group(1)}" if running else "IT WAS NOT GENERATING at the end: take more jobs"))
    if not is_first:
        print("without real-time priority: on a busy machine the waits of this script are among the figures")
    print(f"{'':54} {'measured':>14}  aim")
    for what, figure, aim in lines:
        print(f"{what:54} {figure:>14}  {aim}")


if __name__ == "__main__":
    main()
