"""Stable Diffusion 1.5 + ControlNet at full width, 512x512, guidance on: diffss against PyTorch and diffusers, in one run.

Writes random weights once (full_width.py), times both programs on two threads from the same weights, compares their latents
and prints the table of docs/performance.md. Called by bench-peers.sh.
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

THREADS = 2
SEED, GUIDANCE = 1, 7.5
PROMPT, NEGATIVE = "a photo of a mug on a table", "lowres, bad anatomy"
HERE = pathlib.Path(__file__).resolve().parent
DIFFSS = HERE.parent / ".build" / "release" / "diffss"


def peak_gigabytes(who):
    return resource.getrusage(who).ru_maxrss * 1024 / 1e9


def torch_side(folder, steps):
    """Runs in a process of its own; prints one line of JSON."""
    import torch
    from PIL import Image
    from safetensors.torch import save_file

    from peer_pipeline import pipeline

    torch.set_num_threads(THREADS)
    start = time.perf_counter()
    pipe = pipeline(folder / "sd", folder / "controlnet")
    control = Image.open(folder / "control.png").convert("RGB")
    begin = time.perf_counter()
    ends, kept = [begin], {}

    def after(pipe, step, timestep, values):
        ends.append(time.perf_counter())
        kept["latents"] = values["latents"]
        return values

    image = pipe(PROMPT, image=control, negative_prompt=NEGATIVE, num_inference_steps=steps, guidance_scale=GUIDANCE,
                 generator=torch.Generator().manual_seed(SEED), callback_on_step_end=after).images[0]
    image.save(folder / "torch.png")
    end = time.perf_counter()
    save_file(dict(latents=kept["latents"].contiguous()), folder / "torch-latents.safetensors")
    decode = []
    with torch.no_grad():
        for _ in range(3):
            t = time.perf_counter()
            pipe.vae.decode(kept["latents"] / pipe.vae.config.scaling_factor)
            decode.append(time.perf_counter() - t)
    print(json.dumps(dict(
        load=begin - start, steps=[b - a for a, b in zip(ends, ends[1:])], all=end - begin, decode=decode,
        peak=peak_gigabytes(resource.RUSAGE_SELF), version=torch.__version__)))


def child(arguments):
    """Runs a command; its standard error and peak memory in GB."""
    process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments[0]} failed:\n{errors}")
    return errors, usage.ru_maxrss * 1024 / 1e9


def diffss_side(folder, steps, *options):
    errors, peak = child([
        DIFFSS, "generate", "--control", folder / "control.png", "--prompt", PROMPT, "--negative-prompt", NEGATIVE,
        "--model", folder / "sd", "--controlnet", folder / "controlnet", "--steps", steps, "--guidance", GUIDANCE, "--seed", SEED,
        "--latents", folder / "latents.safetensors", "--out", folder / "out", "--threads", THREADS, "--profile", *options])
    number = r"([0-9.]+) s"
    return dict(
        load=float(re.search("loading: " + number, errors)[1]), steps=[float(s) for s in re.findall(r"step \d+: " + number, errors)],
        all=float(re.search("in all: " + number, errors)[1]) - float(re.search("loading: " + number, errors)[1]), peak=peak)


def forward_seconds(folder, network, weights):
    errors, _ = child([
        DIFFSS, "forward", "--network", network, "--weights", weights, "--input", folder / f"{network}.safetensors",
        "--output", folder / "forward.safetensors", "--repeat", 3, "--threads", THREADS])
    return [float(s) for s in re.findall(r"run \d+: ([0-9.]+) s", errors)]


def draw_control(path):
    import numpy as np
    from PIL import Image

    coarse = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((512, 512), Image.NEAREST).save(path)


def relative_error(folder):
    from safetensors.numpy import load_file

    ours, theirs = load_file(folder / "latents.safetensors")["latents"], load_file(folder / "torch-latents.safetensors")["latents"]
    return float((((ours - theirs) ** 2).sum() / (theirs**2).sum()) ** 0.5)


def main() -> None:
    folder, steps = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20
    if "--torch" in sys.argv:
        torch_side(folder, steps)
        return
    if not (folder / "vae-decode.safetensors").exists():
        subprocess.run([sys.executable, HERE / "full_width.py", folder], check=True)
    draw_control(folder / "control.png")
    ours = diffss_side(folder, steps)
    lines = subprocess.run([sys.executable, __file__, folder, str(steps), "--torch"], check=True, capture_output=True, text=True).stdout
    theirs = json.loads(lines.strip().splitlines()[-1])
    error = relative_error(folder)
    decode = forward_seconds(folder, "vae-decode", folder / "sd" / "vae")
    frugal = diffss_side(folder, 2, "--low-memory")

    def row(what, theirs, ours, unit="s"):
        print(f"| {what} | {theirs:.2f} {unit} | {ours:.2f} {unit} | {theirs / ours:.2f}x |")

    # The first step has work of its own: the prompts, and in PyTorch the first touch of all weights.
    a, b = theirs["steps"][1:] or theirs["steps"], ours["steps"][1:] or ours["steps"]
    print(f"PyTorch {theirs['version']} float32, {THREADS} threads, {steps} steps")
    print("| what | PyTorch | diffss | ratio |\n| --- | --- | --- | --- |")
    row("one guided step, median", statistics.median(a), statistics.median(b))
    row("VAE decode 512x512, best of 3", min(theirs["decode"]), min(decode))
    row(f"{steps} DDIM steps, prompt to PNG", theirs["all"], ours["all"])
    row("reading the weights", theirs["load"], ours["load"])
    row("peak memory", theirs["peak"], ours["peak"], "GB")
    row("peak memory, `--low-memory`", theirs["peak"], frugal["peak"], "GB")
    print(f"\nsteps, fastest to slowest: PyTorch {min(a):.2f} to {max(a):.2f} s, diffss {min(b):.2f} to {max(b):.2f} s")
    print(f"final latents of the same seed: relative L2 {error:.1e}")


if __name__ == "__main__":
    main()
