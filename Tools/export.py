"""Collects what the training scripts wrote into one folder like Assets/demo: F16 safetensors, diffusers layout."""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file, save_file

from data import FOLDS, SIZE

# Side of the input square: what the networks saw in training (train_fss.py).
SIDES = dict(bam=SIZE + 1, hdmnet=SIZE + 1, hsnet=SIZE, dcama=SIZE)


def amplify(path, gain):
    """Multiplies what a ControlNet adds to the UNet: its last convolutions are linear."""
    tensors = load_file(path)
    for key in tensors:
        if key.startswith(("controlnet_down_blocks.", "controlnet_mid_block.")):
            tensors[key] = tensors[key] * gain
    save_file(tensors, path, metadata={"format": "pt"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vae", required=True, help="train_vae.py's `vae` folder")
    parser.add_argument("--diffusion", required=True, help="train_diffusion.py's `demo` folder")
    parser.add_argument("--hed", required=True, help="ControlNetHED.safetensors")
    parser.add_argument("--segmentation", required=True, nargs="+", choices=list(SIDES), help="networks to take from --networks")
    parser.add_argument("--networks", required=True, help="the folder with NETWORK/fold0...3.safetensors")
    parser.add_argument("--control-gain", type=float, default=1.0, help="what the ControlNets' answers are multiplied by")
    parser.add_argument("--guidance", type=float, help="recommended guidance scale, written beside the model")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    out = Path(args.out)

    for folder in ("sd", "controlnet-mask", "controlnet-scribble", "controlnet-hed"):
        shutil.rmtree(out / folder, ignore_errors=True)
        shutil.copytree(Path(args.diffusion) / folder, out / folder)
    if args.control_gain != 1:
        for path in out.glob("controlnet-*/*.safetensors"):
            amplify(path, args.control_gain)
    if args.guidance is not None:
        (out / "sd" / "recommended.json").write_text(json.dumps(dict(guidance_scale=args.guidance)) + "\n")
    AutoencoderKL.from_pretrained(args.vae).half().save_pretrained(out / "sd" / "vae")
    (out / "hed").mkdir(exist_ok=True)
    shutil.copyfile(args.hed, out / "hed" / "ControlNetHED.safetensors")
    for network in args.segmentation:
        (out / network).mkdir(exist_ok=True)
        (out / network / "recommended.json").write_text(json.dumps(dict(input_side=SIDES[network])) + "\n")
        for fold in range(FOLDS):
            shutil.copyfile(Path(args.networks) / network / f"fold{fold}.safetensors", out / network / f"fold{fold}.safetensors")

    # A saved config remembers the folder it was read from; that is nobody's business.
    for config in out.rglob("config.json"):
        values = json.loads(config.read_text())
        values.pop("_name_or_path", None)
        config.write_text(json.dumps(values, indent=2) + "\n")
    total = 0
    for path in sorted(out.rglob("*.safetensors")):
        tensors = load_file(path)
        wrong = [key for key, value in tensors.items() if value.dtype != torch.float16 or not value.isfinite().all()]
        if wrong:
            raise SystemExit(f"{path}: not finite F16: {wrong[:5]}")
        total += path.stat().st_size
        print(f"{path.stat().st_size / 1e6:7.2f} MB  {len(tensors):4d} tensors  {path.relative_to(out)}")
    print(f"{total / 1e6:7.2f} MB in all")


if __name__ == "__main__":
    main()
