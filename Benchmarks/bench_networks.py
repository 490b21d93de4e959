"""The four segmentation networks with ResNet-50 at their published sizes, float32 and bfloat16: diffss against PyTorch, in one run.

Random weights of the published widths are made once (Tools/ has the networks); both sides get the same weights, picture and masks and two
threads, each run in a process of its own. Where the processor multiplies tiles (AMX), which PyTorch's bfloat16 uses through oneDNN, that is also
measured without them. Prints the tables of docs/performance.md. Called by bench-peers.sh.
usage: bench_networks.py FOLDER [NETWORK ...]
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

THREADS, REPEATS = 2, 5
SIZES = dict(bam=473, hdmnet=473, hsnet=400, dcama=384)
HERE = pathlib.Path(__file__).resolve().parent
DIFFSS = HERE.parent / ".build" / "release" / "diffss"
sys.path.insert(0, str(HERE.parent / "Tools"))


def network(name):
    """At the published widths, untrained; batch norms keep activations in bounds."""
    import torch
    if name == "bam":
        from bam import BAM
        net = BAM(64, 256, 16, 5)
    elif name == "hdmnet":
        from hdmnet import HDMNet
        net = HDMNet(64, 256, 64)
    elif name == "hsnet":
        from hsnet import HSNet
        net = HSNet(64, (16, 64, 128))
    else:
        from dcama import DCAMA
        net = DCAMA(64, (16, 64, 128))
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.constant_(module.weight, 0.6)
            torch.nn.init.normal_(module.bias, 0, 0.1)
    return net.eval()


def make(folder, name, shots):
    """Weights, and a case of random pictures with a square mask each."""
    import torch
    from safetensors.torch import save_file
    torch.manual_seed(0)
    weights, case = folder / f"{name}.safetensors", folder / f"{name}.{shots}.safetensors"
    if not weights.exists():
        save_file({k: v.contiguous().clone() for k, v in network(name).state_dict().items() if "num_batches" not in k}, weights)
    if not case.exists():
        side = SIZES[name]
        masks = torch.zeros(1, shots, side, side)
        masks[:, :, side // 4:side // 2, side // 3:3 * side // 4] = 1
        save_file(dict(query_img=torch.randn(1, 3, side, side), support_imgs=torch.randn(1, shots, 3, side, side), support_masks=masks), case)
    return weights, case


def torch_side(folder, name, shots, precision):
    """Runs in a process of its own; prints one line of JSON."""
    import torch
    from safetensors.torch import load_file, save_file
    torch.set_num_threads(THREADS)
    dtype = getattr(torch, precision)
    net = network(name)
    net.load_state_dict(load_file(folder / f"{name}.safetensors"), strict=False)
    net = net.to(dtype)
    case = [load_file(folder / f"{name}.{shots}.safetensors")[key].to(dtype) for key in ("query_img", "support_imgs", "support_masks")]
    seconds = []
    # What the networks make themselves in float32 (DCAMA's positions) is rounded where it is multiplied.
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        for _ in range(REPEATS):
            start = time.perf_counter()
            out = net(*case)
            seconds.append(time.perf_counter() - start)
    scores = out["final_out" if "final_out" in out else "logits"] if isinstance(out, dict) else out[0]
    save_file(dict(scores=scores.float().contiguous()), folder / f"torch.{precision}.safetensors")
    print(json.dumps(dict(seconds=seconds, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, version=torch.__version__)))


def peer(folder, name, shots, precision, **environment):
    done = subprocess.run([sys.executable, __file__, str(folder), "--torch", name, str(shots), precision], capture_output=True, text=True,
                          check=True, env=os.environ | environment)
    found = json.loads(done.stdout.splitlines()[-1])
    # The first run of either side reads weights and makes room.
    return statistics.median(found["seconds"][1:]), found["peak"], found["version"]


def swift_side(folder, name, weights, case, precision):
    command = [DIFFSS, "forward", "--network", name, "--weights", weights, "--input", case, "--output", folder / f"diffss.{precision}.safetensors",
               "--repeat", str(REPEATS), "--threads", str(THREADS), "--precision", precision]
    # The kernel keeps the largest of all children: a shell between would hide nothing, another process would.
    measure = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]); print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r.returncode)"
    done = subprocess.run([sys.executable, "-c", measure, *map(str, command)], capture_output=True, text=True, check=True)
    seconds = [float(x) for x in re.findall(r"run \d+: ([\d.]+) s", done.stderr)]
    return statistics.median(seconds[1:]), int(re.search(r"peak (\d+)", done.stdout).group(1)) * 1024 / 1e9


def scores(file):
    from safetensors.torch import load_file
    found = load_file(file)
    return next(found[key] for key in ("scores", "final_out", "logits") if key in found)


def difference(folder, one, other):
    return (scores(folder / f"{one}.safetensors") - scores(folder / f"{other}.safetensors")).abs().max().item()


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    flags = re.search(r"^flags\s*:(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    has_tiles = flags is not None and "amx_bf16" in flags.group(1).split()
    times, facts = [], []
    for name in names:
        for shots in (1, 5):
            weights, case = make(folder, name, shots)
            title, row = f"{name} {SIZES[name]}, {shots}-shot", []
            for precision in ("float32", "bfloat16"):
                theirs, their_peak, version = peer(folder, name, shots, precision)
                ours, our_peak = swift_side(folder, name, weights, case, precision)
                row += [f"{theirs:.2f}", f"{ours:.2f}", f"{theirs / ours:.2f}"]
                if precision == "float32":
                    peaks = f"{their_peak:.2f} | {our_peak:.2f}"
                elif has_tiles:
                    without, _, _ = peer(folder, name, shots, precision, ONEDNN_MAX_CPU_ISA="AVX512_CORE_BF16")
                    row += [f"{without:.2f}", f"{without / ours:.2f}"]
            times.append(f"| {title} | " + " | ".join(row) + " |")
            facts.append(f"| {title} | {peaks} | {scores(folder / 'diffss.float32.safetensors').abs().max().item():.2f} | "
                         + " | ".join(f"{difference(folder, *pair):.1e}" for pair in (
                             ("diffss.float32", "torch.float32"), ("diffss.bfloat16", "diffss.float32"), ("torch.bfloat16", "torch.float32"))) + " |")
            print(times[-1], facts[-1], sep="\n", file=sys.stderr, flush=True)
    print(f"PyTorch {version}, {THREADS} threads, median of {REPEATS - 1} runs, seconds\n")
    head = ["network", "PyTorch float32", "diffss float32", "ratio", "PyTorch bfloat16", "diffss bfloat16", "ratio"]
    head += ["PyTorch bfloat16 without tiles", "ratio"] if has_tiles else []
    print("| " + " | ".join(head) + " |\n| --- |" + " ---: |" * (len(head) - 1))
    print("\n".join(times))
    print("\nLargest memory in float32, GB; the largest score; largest differences of scores\n")
    print("| network | PyTorch | diffss | score | diffss to PyTorch, float32 | diffss, bfloat16 to float32 | PyTorch, bfloat16 to float32 |")
    print("| --- |" + " ---: |" * 6)
    print("\n".join(facts))


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[1])
    if sys.argv[2:3] == ["--torch"]:
        torch_side(where, sys.argv[3], int(sys.argv[4]), sys.argv[5])
    else:
        main(where, sys.argv[2:] or list(SIZES))
