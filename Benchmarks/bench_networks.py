"""The four segmentation networks with ResNet-50 at their published sizes: diffss against PyTorch, in one run.

Random weights of the published widths are made once (Tools/ has the networks); both sides get the same weights, picture and masks and two
threads, each run in a process of its own. Prints the table of docs/performance.md. Called by bench-peers.sh.
usage: bench_networks.py FOLDER [NETWORK ...]
"""

import json
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


def torch_side(folder, name, shots):
    """Runs in a process of its own; prints one line of JSON."""
    import torch
    from safetensors.torch import load_file, save_file
    torch.set_num_threads(THREADS)
    net = network(name)
    net.load_state_dict(load_file(folder / f"{name}.safetensors"), strict=False)
    case = load_file(folder / f"{name}.{shots}.safetensors")
    seconds = []
    with torch.no_grad():
        for _ in range(REPEATS):
            start = time.perf_counter()
            out = net(case["query_img"], case["support_imgs"], case["support_masks"])
            seconds.append(time.perf_counter() - start)
    scores = out["final_out" if "final_out" in out else "logits"] if isinstance(out, dict) else out[0]
    save_file(dict(scores=scores.contiguous()), folder / "torch.safetensors")
    print(json.dumps(dict(seconds=seconds, peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, version=torch.__version__)))


def swift_side(folder, name, weights, case):
    command = [DIFFSS, "forward", "--network", name, "--weights", weights, "--input", case, "--output", folder / "diffss.safetensors",
               "--repeat", str(REPEATS), "--threads", str(THREADS)]
    # The kernel keeps the largest of all children: a shell between would hide nothing, another process would.
    measure = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]); print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r.returncode)"
    done = subprocess.run([sys.executable, "-c", measure, *map(str, command)], capture_output=True, text=True, check=True)
    seconds = [float(x) for x in re.findall(r"run \d+: ([\d.]+) s", done.stderr)]
    return seconds, int(re.search(r"peak (\d+)", done.stdout).group(1)) * 1024 / 1e9


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    from safetensors.torch import load_file
    rows = []
    for name in names:
        for shots in (1, 5):
            weights, case = make(folder, name, shots)
            peer = json.loads(subprocess.run([sys.executable, __file__, str(folder), "--torch", name, str(shots)], capture_output=True,
                                             text=True, check=True).stdout.splitlines()[-1])
            seconds, peak = swift_side(folder, name, weights, case)
            ours, theirs = load_file(folder / "diffss.safetensors"), load_file(folder / "torch.safetensors")["scores"]
            scores = ours["final_out" if "final_out" in ours else "logits"]
            # The first run of either side reads weights and makes room.
            a, b = statistics.median(peer["seconds"][1:]), statistics.median(seconds[1:])
            rows.append(f"| {name} {SIZES[name]}, {shots}-shot | {a:.2f} | {b:.2f} | {a / b:.2f} | {peer['peak']:.2f} | {peak:.2f} | "
                        f"{(scores - theirs).abs().max().item():.1e} |")
            print(rows[-1], file=sys.stderr, flush=True)
    print(f"PyTorch {peer['version']}, {THREADS} threads, median of {REPEATS - 1} runs\n")
    print("| network | PyTorch s | diffss s | ratio | PyTorch GB | diffss GB | largest difference of scores |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    print("\n".join(rows))


if __name__ == "__main__":
    where = pathlib.Path(sys.argv[1])
    if sys.argv[2:3] == ["--torch"]:
        torch_side(where, sys.argv[3], int(sys.argv[4]))
    else:
        main(where, sys.argv[2:] or list(SIZES))
