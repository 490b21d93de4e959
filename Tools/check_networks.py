"""Holds the segmentation networks to the recorded outputs of the published ones: check_networks.py GOLDEN_FSS_FOLDER."""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from bam import BAM
from dcama import DCAMA
from hdmnet import HDMNet
from hsnet import HSNet, votes_to_mask

CASES = [("bam", BAM, "shot1_161"), ("bam", BAM, "shot5_97"), ("hdmnet", HDMNet, "shot1_129"), ("hdmnet", HDMNet, "shot5_97"),
         ("hsnet", HSNet, "shot1_257"), ("hsnet", HSNet, "shot5_96"), ("dcama", DCAMA, "shot1_160"), ("dcama", DCAMA, "shot5_96")]
ACCEPTED = {"final_out": 2e-4, "meta_out": 1e-3, "base_out": 2e-3, "logits": 5e-4}
INTERMEDIATE = 2e-4  # of the tensor's largest magnitude
MARGIN = 1e-3  # a pixel whose two channels are nearer may fall either way


def outputs_of(network, tensors, trace):
    """Outputs as recorded, and where the prediction is decided by a margin."""
    result = network(tensors["query_img"], tensors["support_imgs"], tensors["support_masks"], trace=trace)
    if isinstance(result, dict):
        deciding = result["final_out"]
    else:
        deciding = result[0].flatten(0, -4)  # DCAMA has one row, HSNet one a support
        result = dict(logits=deciding, pred_mask=deciding.argmax(1).float())
        if isinstance(network, HSNet):
            masks = deciding.argmax(1).float()[None]
            votes, mask = votes_to_mask(masks)
            result |= dict(shot_masks=masks, votes=votes, pred_mask=mask)
    decided = ((deciding[:, 0] - deciding[:, 1]).abs() >= MARGIN).all(0)
    return result, decided


def check(name, kind, case):
    network = kind.from_tensors(load_file(folder / f"{name}_r50_w8.weights.safetensors")).eval()
    tensors = load_file(folder / f"{name}_r50_w8.{case}.safetensors")
    seen, failed, worst = {}, [], (0.0, "")
    with torch.no_grad():
        result, decided = outputs_of(network, tensors, seen.__setitem__)
    shown = []
    for key, wanted in tensors.items():
        if not key.startswith(("out.", "mid.")):
            continue
        group, what = key.split(".", 1)
        found = (result if group == "out" else seen).get(what)
        if found is None or found.shape != wanted.shape:
            failed.append(f"{key} {'missing' if found is None else tuple(found.shape)}")
            continue
        difference = (found - wanted).abs()
        if what in ACCEPTED:
            shown.append(f"{what} {difference.max():.1e}")
            bad = not difference.max() <= ACCEPTED[what]
        elif group == "mid":
            relative = (difference.max() / wanted.abs().max()).item()
            worst = max(worst, (relative, what))
            bad = not relative <= INTERMEDIATE
        else:
            bad = bool((difference.bool() & decided).any())
        if bad:
            failed.append(f"{key} off by {difference.max():.1e}")
    print(f"{name:7}{case:10} {', '.join(shown)}; worst of the intermediates {worst[0]:.1e} ({worst[1]})")
    for line in failed:
        print(f"        FAILED {line}")
    return not failed


folder = Path(sys.argv[1])
if not all([check(*case) for case in CASES]):
    raise SystemExit("too much")
