"""Writes Tests/Fixtures/networks: the segmentation networks with backbones the goldens leave out, small, with random weights,
and what they make of random pictures.

usage: make_network_fixture.py OUT
"""

import sys
from pathlib import Path

import torch
import torch.nn as nn
from safetensors.torch import save_file

from bam import BAM
from dcama import DCAMA
from hdmnet import HDMNet
from hsnet import HSNet

DEEP = (3, 4, 23, 3)
# Name, network, side of the pictures, supports.
CASES = [
    ("bam_vgg16", lambda: BAM(4, 8, 6, 2, blocks=None), 65, 2),
    ("hdmnet_vgg16", lambda: HDMNet(4, 8, 6, 2, 8, blocks=None), 65, 2),
    ("hsnet_vgg16", lambda: HSNet(4, (4, 8, 8), blocks=None), 77, 2),
    ("bam_r101", lambda: BAM(2, 8, 6, 2, blocks=DEEP), 41, 1),
    ("hsnet_r101", lambda: HSNet(2, (4, 8, 8), 3, DEEP), 65, 1),
    ("dcama_r101", lambda: DCAMA(2, (4, 8, 8), 3, DEEP), 64, 2),
]


@torch.no_grad()
def drawn(network, pictures):
    """Weights in halves, so that file and network hold the same numbers; batch norms know the pictures' statistics."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.weight.uniform_(0.5, 1.2)
            module.bias.normal_(0, 0.2)
    for name, value in network.named_parameters():
        if name in ("gram_merge.weight", "cls_merge.weight"):
            value.copy_(torch.tensor([0.8, 0.5]).view(1, 2, 1, 1))
    network.train()
    for module in network.modules():
        if isinstance(module, nn.Dropout2d):
            module.eval()
    network(*(torch.cat([part, part.flip(-1)]) for part in pictures))  # two: the pooling's smallest grid is one pixel
    for value in network.state_dict().values():
        if value.is_floating_point():
            value.copy_(value.half().float())
    return network.eval()


@torch.no_grad()
def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, make, side, shots in CASES:
        torch.manual_seed(len(name) * side)
        smooth = lambda *shape: nn.functional.interpolate(torch.randn(*shape, 9, 9), size=(side, side), mode="bicubic").half().float()
        query, supports = smooth(1, 3), smooth(shots, 3)[None]
        masks = (smooth(shots, 1)[:, 0] > 0.2).float()[None]
        network = drawn(make(), (query, supports, masks))
        result = network(query, supports, masks)
        if not isinstance(result, dict):
            result = dict(logits=result[0].flatten(0, -4))
        save_file({key: value.half() for key, value in network.state_dict().items() if not key.endswith("num_batches_tracked")},
                  out / f"{name}.weights.safetensors")
        tensors = dict(query_img=query.half(), support_imgs=supports.half(), support_masks=masks.half())
        tensors |= {f"out.{key}": value for key, value in result.items() if key != "pred_mask"}
        save_file({key: value.contiguous() for key, value in tensors.items()}, out / f"{name}.case.safetensors")
        print(name, {key: (round(value.min().item(), 3), round(value.max().item(), 3)) for key, value in result.items()})


if __name__ == "__main__":
    main()
