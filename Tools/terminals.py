"""Starts terminals where nobody sits: each under an X server (Xvfb) or a Wayland compositor (sway) without a screen of its own.

Debian has all of them; whichever is not installed is left out. `running` gives a terminal that runs a line of the shell and can be
photographed. It needs xvfb and imagemagick, for foot sway and grim.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

FONT = "DejaVu Sans Mono"


@dataclass(frozen=True)
class Terminal:
    """How a terminal is started: the words before a line of the shell, and whether that is one word or three (`sh -c LINE`)."""

    name: str
    words: tuple
    takes_one: bool = False
    on_wayland: bool = False
    inside: str = ""

    @property
    def program(self):
        """The program to look for and to ask for its version."""
        return next(word for word in self.words if word not in ("env", "dbus-run-session", "--") and "=" not in word)

    def version(self):
        if self.program in ("stterm", "lxterminal", "qterminal"):
            return packaged(self.program)
        asked = {"tmux": "-V", "xterm": "-version", "urxvt": "-h"}.get(self.program, "--version")
        run = subprocess.run([self.program, asked], capture_output=True, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
        line = next((line for line in (run.stdout + run.stderr).splitlines() if re.search(r"\d\.\d|\(\d+\)", line)), "")
        return re.sub(r"\s+", " ", line).strip()[:60] or packaged(self.program)

    def start(self, line, folder):
        """The words that run a line of the shell in it."""
        if self.inside:
            allow = f"set -g allow-passthrough {self.inside}"
            line = f"tmux -S {folder}/tmux -f /dev/null new-session 'sleep 60' \\; {allow} \\; new-window {shlex.quote(line)}"
        return [*self.words, f"sh -c {shlex.quote(line)}"] if self.takes_one else [*self.words, "sh", "-c", line]


def packaged(program):
    """The version that Debian gives a package."""
    run = subprocess.run(["dpkg-query", "-f", "${Package} ${Version}", "-W", program], capture_output=True, text=True)
    return run.stdout


KITTY = ("kitty", "-o", "remember_window_size=no", "-o", "initial_window_width=100c", "-o", "initial_window_height=36c")
XTERM = ("xterm", "-fa", FONT, "-geometry", "100x36")
TERMINALS = [
    Terminal("kitty", KITTY),
    Terminal("foot", ("foot", "--log-level=error"), on_wayland=True),
    Terminal("gnome-terminal", ("dbus-run-session", "--", "gnome-terminal", "--wait", "--geometry=100x36", "--")),
    Terminal("xfce4-terminal", ("dbus-run-session", "--", "xfce4-terminal", "--disable-server", "--geometry=100x36", "-x")),
    Terminal("lxterminal", ("lxterminal", "--no-remote", "--geometry=100x36", "-e"), takes_one=True),
    Terminal("konsole", ("env", "QT_QPA_PLATFORM=xcb", "konsole", "--separate", "-e")),
    Terminal("qterminal", ("env", "QT_QPA_PLATFORM=xcb", "dbus-run-session", "--", "qterminal", "-e"), takes_one=True),
    Terminal("alacritty", ("alacritty", "-o", "window.dimensions.columns=100", "-o", "window.dimensions.lines=36", "-e")),
    Terminal("mlterm", ("mlterm", "-g", "100x36", "-e")),
    Terminal("xterm", (*XTERM, "-e")),
    Terminal("xterm -ti vt340", (*XTERM, "-ti", "vt340", "-e")),
    Terminal("xterm -bg black -fg white", (*XTERM, "-bg", "black", "-fg", "white", "-e")),
    Terminal("urxvt", ("urxvt", "-fn", f"xft:{FONT}:size=11", "-geometry", "100x36", "-e")),
    Terminal("st", ("stterm", "-f", f"{FONT}:size=11", "-g", "100x36", "-e")),
    Terminal("tmux in kitty, allow-passthrough off", KITTY, inside="off"),
    Terminal("tmux in kitty, allow-passthrough on", KITTY, inside="on"),
    Terminal("tmux in xterm -ti vt340, allow-passthrough on", (*XTERM, "-ti", "vt340", "-e"), inside="on"),
]


def installed():
    """The terminals that this machine has."""
    return [terminal for terminal in TERMINALS if shutil.which(terminal.program) and (not terminal.inside or shutil.which("tmux"))]


def fonts_alone(folder):
    """A configuration of fonts with DejaVu alone, which lacks what is younger than Unicode 7: what appears, the terminal draws itself."""
    path = Path(folder) / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>{folder}/fonts</cachedir>"
        f'<match target="pattern"><edit name="family" mode="append" binding="weak"><string>{FONT}</string></edit></match></fontconfig>'
    )
    return path


@contextlib.contextmanager
def running(terminal, line, folder):
    """Runs a line in a terminal and gives a function that photographs the screen; files are to lie in `folder`, which all may write."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(folder)}
    environment["FONTCONFIG_FILE"] = str(fonts_alone(folder))
    for name in ("TMUX", "STY", "TERM_PROGRAM", "WAYLAND_DISPLAY", "DISPLAY"):
        environment.pop(name, None)
    processes = []

    def begin(words, **more):
        nothing = subprocess.DEVNULL
        processes.append(subprocess.Popen(words, env=environment, start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing, **more))

    if terminal.on_wayland:
        place = Path(folder) / "wayland"
        place.mkdir(mode=0o700, exist_ok=True)
        settings = Path(folder) / "sway.conf"
        words = shlex.join(terminal.start(line, folder))
        settings.write_text(f"output HEADLESS-1 resolution 1280x800\ndefault_border none\nexec {words}\n")
        environment.update(XDG_RUNTIME_DIR=str(place), WLR_BACKENDS="headless", WLR_LIBINPUT_NO_DEVICES="1", WLR_RENDERER="pixman")
        environment["SHELL"] = "/bin/sh"
        # sway does not run as root.
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        if nobody:
            os.chown(place, 65534, 65534)
        begin([*nobody, "sway", "-c", str(settings)])
        camera = ["grim"]
        environment["WAYLAND_DISPLAY"] = "wayland-1"
    else:
        reading, writing = os.pipe()
        begin(["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24"], pass_fds=[writing])
        os.close(writing)
        with os.fdopen(reading) as display:
            environment["DISPLAY"] = ":" + display.readline().strip()
        begin(terminal.start(line, folder))
        camera = ["import", "-window", "root"]
    try:
        yield lambda path: subprocess.run([*camera, str(path)], env=environment, check=True, stderr=subprocess.DEVNULL)
    finally:
        if terminal.inside:
            subprocess.run(["tmux", "-S", f"{folder}/tmux", "kill-server"], stderr=subprocess.DEVNULL)
        for process in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def wait(path, seconds=20):
    """Whether a file appears in time."""
    deadline = time.monotonic() + seconds
    while not os.path.exists(path) and time.monotonic() < deadline:
        time.sleep(0.05)
    return os.path.exists(path)
