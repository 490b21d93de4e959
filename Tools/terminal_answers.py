"""Asks the terminal that it runs in what `TerminalProbe` asks, and prints the answers as they came.

    python3 Tools/terminal_answers.py [FILE]            # in any terminal; with FILE the answers go there
    python3 Tools/terminal_answers.py --all             # tmux, screen and xterm, each started here (xterm under Xvfb)
"""
import os
import select
import subprocess
import sys
import tempfile
import termios
import time
import tty

QUESTIONS = [
    ("name", b"\x1b[>q"),
    ("kitty", b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"),
    ("kitty, passed through", b"\x1bPtmux;\x1b\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\x1b\\\x1b\\"),
    ("background", b"\x1b]11;?\x1b\\"),
    ("cell size", b"\x1b[16t"),
    ("sextant", "\r\x1b[6n\U0001FB17\x1b[6n\r\x1b[K".encode()),
    ("wedge", "\r\x1b[6n\U0001FB3C\x1b[6n\r\x1b[K".encode()),
    ("octant", "\r\x1b[6n\U0001CD00\x1b[6n\r\x1b[K".encode()),
    ("attributes", b"\x1b[c"),
]


def ask(target):
    stream = os.open("/dev/tty", os.O_RDWR)
    saved = termios.tcgetattr(stream)
    lines = []
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


def show_all():
    script = f"{sys.executable} {os.path.abspath(__file__)}"
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    for name in ("TMUX", "STY"):
        environment.pop(name, None)
    with tempfile.TemporaryDirectory() as folder:

        def record(title, start, stop=None):
            target = os.path.join(folder, "answers")
            print(f"== {title}", flush=True)
            process = subprocess.Popen(start(f"{script} {target}"), env=environment, stdin=subprocess.DEVNULL)
            deadline = time.monotonic() + 20
            while not os.path.exists(target) and time.monotonic() < deadline:
                time.sleep(0.05)
            if os.path.exists(target):
                print(open(target).read(), flush=True)
                os.remove(target)
            else:
                print("nothing came within 20 s\n", flush=True)
            if stop:
                subprocess.run(stop, env=environment, capture_output=True)
            process.terminate()
            process.wait()

        def version(*words):
            run = subprocess.run(words, capture_output=True, text=True)
            return (run.stdout + run.stderr).strip().splitlines()[0]

        socket = os.path.join(folder, "tmux")
        server = ["tmux", "-S", socket, "-f", "/dev/null"]
        for allowed in ("off", "on"):
            record(
                f"{version('tmux', '-V')}, detached, allow-passthrough {allowed}",
                lambda line: server + ["new-session", "-d", "sleep 30", ";", "set", "-g", "allow-passthrough", allowed, ";", "new-window", line],
                server + ["kill-server"])
        record(
            f"{version('screen', '--version')}, detached", lambda line: ["screen", "-U", "-D", "-m", "-S", "answers"] + line.split(),
            ["screen", "-S", "answers", "-X", "quit"])
        display = subprocess.Popen(["Xvfb", ":97", "-screen", "0", "1280x800x24"], stderr=subprocess.DEVNULL)
        environment["DISPLAY"] = ":97"
        time.sleep(2)
        try:
            for options in ([], ["-ti", "vt340"], ["-bg", "black", "-fg", "white", "-fa", "DejaVu Sans Mono"]):
                record(f"{version('xterm', '-version')} {' '.join(options)}", lambda line: ["xterm"] + options + ["-e"] + line.split())
            for allowed in ("off", "on"):
                record(
                    f"{version('tmux', '-V')} in xterm -ti vt340, allow-passthrough {allowed}",
                    lambda line: ["xterm", "-ti", "vt340", "-e"] + server
                    + ["new-session", "sleep 30", ";", "set", "-g", "allow-passthrough", allowed, ";", "new-window", line],
                    server + ["kill-server"])
        finally:
            display.terminate()


if __name__ == "__main__":
    if sys.argv[1:] == ["--all"]:
        show_all()
    else:
        ask(sys.argv[1] if len(sys.argv) > 1 else None)
