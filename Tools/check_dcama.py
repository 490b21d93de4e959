"""Holds dcama.py to the recorded outputs of the published network: check_dcama.py GOLDEN_FSS_FOLDER."""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from dcama import DCAMA

folder = Path(sys.argv[1])
network = DCAMA.from_tensors(load_file(folder / "dcama_r50_w8.weights.safetensors")).eval()
for case in ("shot1_160", "shot5_96"):
    tensors = load_file(folder / f"dcama_r50_w8.{case}.safetensors")
    with torch.no_grad():
        logits, _ = network(tensors["query_img"], tensors["support_imgs"], tensors["support_masks"])
    difference = (logits - tensors["out.logits"]).abs().max().item()
    print(f"{case}: largest difference of the logits {difference:.1e}")
    if difference > 5e-4:
        raise SystemExit("too much")
