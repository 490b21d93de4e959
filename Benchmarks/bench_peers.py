"""Stable Diffusion 1.5 + ControlNet at full width, 512x512, guidance on: diffss against PyTorch and OpenVINO, in one run on one machine.

Writes random weights once (full_width.py), times every network alone on two threads from the same weights (a guided pair of UNet and
ControlNet, the decoder), then whole images with diffss and diffusers, compares their latents, times the places of `--speed`, and prints the tables of
docs/performance.md.
Figures of another run are never read. Called by bench-peers.sh.
usage: bench_peers.py FOLDER [STEPS]
"""

import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import time

THREADS, RUNS = 2, 3
SEED, GUIDANCE = 1, 7.5
PROMPT, NEGATIVE = "a photo of a mug on a table", "lowres, bad anatomy"
HERE = pathlib.Path(__file__).resolve().parent
DIFFSS = HERE.parent / ".build" / "release" / "diffss"
NETWORKS = {"unet": "sd/unet", "controlnet": "controlnet", "vae-decode": "sd/vae"}
PRECISIONS = ["float32", "bfloat16"]


def peak_gigabytes(who):
    return resource.getrusage(who).ru_maxrss * 1024 / 1e9


def torch_side(folder, steps, precision):
    """One image, in a process of its own; prints one line of JSON."""
    import torch
    from PIL import Image
    from safetensors.torch import save_file

    from peer_pipeline import pipeline

    torch.set_num_threads(THREADS)
    start = time.perf_counter()
    pipe = pipeline(folder / "sd", folder / "controlnet", getattr(torch, precision))
    control = Image.open(folder / "control.png").convert("RGB")
    begin = time.perf_counter()
    ends, kept = [begin], {}

    def after(pipe, step, timestep, values):
        ends.append(time.perf_counter())
        kept["latents"] = values["latents"]
        return values

    image = pipe(PROMPT, image=control, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=GUIDANCE,
                 generator=torch.Generator().manual_seed(SEED), callback_on_step_end=after).images[0]
    end = time.perf_counter()
    image.save(folder / f"torch-{precision}.png")
    save_file(dict(latents=kept["latents"].float().contiguous()), folder / f"torch-{precision}.safetensors")
    print(json.dumps(dict(
        load=begin - start, steps=[b - a for a, b in zip(ends, ends[1:])], all=end - begin, peak=peak_gigabytes(resource.RUSAGE_SELF))))


def child(arguments):
    """Runs a command; its standard output, standard error and peak memory in GB."""
    process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = process.communicate()
    if process.returncode:
        sys.exit(f"{arguments[0]} failed:\n{errors}")
    return output, errors


def last_json(output):
    return json.loads(output.strip().splitlines()[-1])


def peer(folder, *words):
    return last_json(child([sys.executable, HERE / "peer_networks.py", folder, *words, THREADS, RUNS])[0])


def diffss_network(folder, network, precision):
    _, errors = child([
        DIFFSS, "forward", "--network", network, "--weights", folder / NETWORKS[network], "--input", folder / f"{network}.safetensors",
        "--output", folder / "forward.safetensors", "--repeat", RUNS + 1, "--threads", THREADS, "--precision", precision])
    return [float(s) for s in re.findall(r"run \d+: ([0-9.]+) s", errors)][1:]


def diffss_side(folder, steps, precision, *options):
    start = [DIFFSS, "generate", "--control", folder / "control.png", "--prompt", PROMPT, "--negative-prompt", NEGATIVE,
             "--model", folder / "sd", "--controlnet", folder / "controlnet", *(["--steps", steps] if steps else []), "--guidance", GUIDANCE,
             "--seed", SEED, "--precision", precision, "--latents", folder / f"diffss-{precision}.safetensors", "--out", folder / f"out-{precision}",
             "--threads", THREADS, "--profile", *options]
    process = subprocess.Popen([str(a) for a in start], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"diffss failed:\n{errors}")
    number = r"([0-9.]+) s"
    load = float(re.search("loading: " + number, errors)[1])
    return dict(
        load=load, steps=[float(s) for s in re.findall(r"step \d+: " + number, errors)],
        all=float(re.search("in all: " + number, errors)[1]) - load, peak=usage.ru_maxrss * 1024 / 1e9)


def speeds(folder):
    """The same image at each place of the dial, with the steps that the place has."""
    places = {speed: diffss_side(folder, steps, "bfloat16", "--speed", speed, "--models", folder / "taesd")
              for speed, steps in [("exact", 20), ("fast", None), ("draft", None)]}
    print("\n| one image, bfloat16 | seconds, prompt to PNG | of exact's |\n| --- | ---: | ---: |")
    for speed, side in places.items():
        print(f"| `--speed {speed}`, {len(side['steps'])} steps | {side['all']:.2f} | {places['exact']['all'] / side['all']:.2f}x as fast |")


def draw_control(path):
    import numpy as np
    from PIL import Image

    coarse = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((512, 512), Image.NEAREST).save(path)


def distance(folder, one, other):
    from safetensors.numpy import load_file

    a, b = (load_file(folder / f"{name}.safetensors")["latents"] for name in (one, other))
    return float((((a - b) ** 2).sum() / (b**2).sum()) ** 0.5)


def networks(folder):
    columns = [("diffss", p) for p in PRECISIONS] + [("torch", p) for p in PRECISIONS] + [("openvino", p) for p in ("float32", "default")]
    print("| network, median seconds of " + f"{RUNS} | " + " | ".join(f"{program} {precision}" for program, precision in columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    medians, notes = {}, {}
    for network in NETWORKS:
        for program, precision in columns:
            if program == "diffss":
                times = diffss_network(folder, network, precision)
            else:
                found = peer(folder, network, program, precision)
                times, notes[program, precision] = found["seconds"], found
            medians[network, program, precision] = statistics.median(times)
        print(f"| {network} | " + " | ".join(f"{medians[network, *column]:.2f}" for column in columns) + " |", flush=True)
    step = {column: medians["unet", *column] + medians["controlnet", *column] for column in columns}
    print("| guided step: unet + controlnet | " + " | ".join(f"{step[column]:.2f}" for column in columns) + " |")
    print("\nPyTorch", notes["torch", "float32"]["version"], "and OpenVINO", notes["openvino", "default"]["version"],
          "whose default is", notes["openvino", "default"]["precision"])

    def ratio(ours, theirs, of):
        return f"{of[theirs] / of[ours]:.2f}x"

    decode = {column: medians["vae-decode", *column] for column in columns}
    print("\n| diffss against | guided step | decoder |\n| --- | ---: | ---: |")
    for ours, theirs in [("float32", ("torch", "float32")), ("float32", ("openvino", "float32")), ("bfloat16", ("torch", "bfloat16")),
                         ("bfloat16", ("openvino", "default"))]:
        own = ("diffss", ours)
        print(f"| {ours}: {' '.join(theirs)} | {ratio(own, theirs, step)} | {ratio(own, theirs, decode)} |")


def images(folder, steps):
    draw_control(folder / "control.png")
    ours = {p: diffss_side(folder, steps, p) for p in PRECISIONS}
    theirs = {p: last_json(child([sys.executable, __file__, folder, steps, "--torch", p])[0]) for p in PRECISIONS}
    distances = [distance(folder, *pair) for pair in (
        ("diffss-float32", "torch-float32"), ("diffss-bfloat16", "diffss-float32"), ("torch-bfloat16", "torch-float32"))]
    # Writes latents of its own steps in the others' place.
    frugal = {p: diffss_side(folder, 2, p, "--low-memory") for p in PRECISIONS}
    print(f"\n| one image in {steps} DDIM steps | PyTorch float32 | PyTorch bfloat16 | diffss float32 | diffss bfloat16 |")
    print("| --- | ---: | ---: | ---: | ---: |")

    def row(what, value, unit="s"):
        cells = [f"{value(side):.2f} {unit}" for side in [*theirs.values(), *ours.values()]]
        print(f"| {what} | " + " | ".join(cells) + " |")

    # The first step has work of its own: the prompts, and in PyTorch the first touch of all weights.
    row("one guided step, median", lambda side: statistics.median(side["steps"][1:] or side["steps"]))
    row("prompt to PNG", lambda side: side["all"])
    row("reading the weights", lambda side: side["load"])
    row("peak memory", lambda side: side["peak"], "GB")
    print("| peak memory, `--low-memory` | | | " + " | ".join(f"{frugal[p]['peak']:.2f} GB" for p in PRECISIONS) + " |")
    print("\nfinal latents of the same seed, relative L2: diffss float32 to PyTorch float32 {:.1e}, diffss bfloat16 to float32 {:.1e}, "
          "PyTorch bfloat16 to float32 {:.1e}".format(*distances))


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    if "--torch" in sys.argv:
        torch_side(folder, steps, sys.argv[-1])
        return
    if not (folder / "vae-decode.safetensors").exists():
        subprocess.run([sys.executable, HERE / "full_width.py", folder], check=True)
    flags = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    known = ["avx2", "fma", "f16c", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16"]
    print("the processor has", ", ".join(flag for flag in known if flags and flag in flags[1].split()) or "none of the known extensions")
    print(next(line for line in child([DIFFSS, "doctor"])[0].splitlines() if "processor" in line).strip(), flush=True)
    networks(folder)
    images(folder, steps)
    speeds(folder)


if __name__ == "__main__":
    main()
