"""What the way to the PyTorch engine and back costs: its calls timed inside the engine and as diffss sees them, in one run of full width.

Writes random Stable Diffusion 1.5 and ControlNet weights of full width into FOLDER (2.4 GB, once) and generates one image by the engine, a
guided step with a ControlNet each. Weights in single precision and features: 8 GB of memory.
usage: python bench_engine.py FOLDER [STEPS] [ENGINE SETTINGS]   with a Python that has Assets/engines/requirements.txt
       the settings are those of --engine torch: device=cuda:0,dtype=float16
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import time

from large_datasets import png

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parent.parent
DIFFSS = os.environ.get("DIFFSS", ROOT / ".build" / "release" / "diffss")
CALLS = ["encode", "begin", "predict", "decode"]


def serve(file):
    """The engine, with a line in `file` for each call that it has carried out: its number and the seconds between its message and its answer."""
    sys.path.insert(0, str(ROOT / "Assets" / "engines"))
    import torch
    import torch_engine

    def timed(name):
        carry_out = getattr(torch_engine.Engine, name)

        def call(engine, call, tensors):
            start = time.perf_counter()
            facts, answer = carry_out(engine, call, tensors)
            # A GPU works on after the call has returned.
            if engine.device.type == "cuda":
                torch.cuda.synchronize()
            seconds = time.perf_counter() - start
            print(call["id"], seconds, file=file, flush=True)
            return facts, answer

        setattr(torch_engine.Engine, name, call)

    for name in CALLS:
        timed(name)
    torch_engine.main()


def main() -> None:
    folder, steps = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "4"
    settings = sys.argv[3].split(",") if len(sys.argv) > 3 else ["device=cpu"]
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "sd" / "model_index.json").exists():
        subprocess.run([sys.executable, HERE.parent / "full_width.py", folder], check=True)
    rows = [bytes(x // 32 * (y // 32) * 7 % 256 for x in range(512)) for y in range(512)]
    (folder / "control.png").write_bytes(png(rows))
    inside = folder / "calls.txt"
    inside.write_text("")
    options = " ".join(f"--{name} {value}" for name, _, value in (setting.partition("=") for setting in settings))
    environment = os.environ | {"XDG_DATA_HOME": str(folder / "state")}
    log = folder / "state" / "diffss" / "logs" / "diffss.log"
    log.unlink(missing_ok=True)
    subprocess.run(
        [DIFFSS, "generate", "--control", folder / "control.png", "--prompt", "a photo", "--model", folder / "sd", "--controlnet",
         folder / "controlnet", "--steps", steps, "--guidance", "7.5", "--sampler", "ddim", "--seed", "1", "--log-level", "debug",
         "--out", folder / "out", "--engine", f"exec '{sys.executable}' '{HERE}' --serve '{inside}' {options}"],
        check=True, env=environment, stdout=subprocess.DEVNULL)
    own = dict(line.split() for line in inside.read_text().splitlines())
    seen = re.findall(r"engine .*: (\w+) (\d+) took ([0-9.e-]+) s", log.read_text())
    sums = collections.defaultdict(list)
    for name, number, seconds in seen:
        if number in own:
            sums[name].append((float(own[number]), float(seconds)))
    print(f"512x512, guided, a ControlNet, {' '.join(settings)}\n")
    print("| call | times | s in the engine | s as diffss sees it | the way, ms | part |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for name in CALLS:
        if times := sums[name]:
            there, here = (sum(values) / len(times) for values in zip(*times))
            print(f"| `{name}` | {len(times)} | {there:.3f} | {here:.3f} | {1000 * (here - there):.1f} | {100 * (here - there) / here:.2f} % |")


if __name__ == "__main__":
    if "--serve" in sys.argv:
        place = sys.argv.index("--serve")
        with open(sys.argv[place + 1], "a") as opened:
            del sys.argv[place : place + 2]
            serve(opened)
    else:
        main()
