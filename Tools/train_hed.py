"""Trains the demo's HED soft-edge detector in ControlNetHED's layout, every width an eighth of the original's.

Target: the outlines between labels (weight 1) joined with the strong colour edges that a figure's own parts and
patterns make inside it (weight below 1), both about two pixels wide. Each of the five maps is supervised, and so is
the average the program uses: all before the sigmoid.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from data import Scenes
from training import Average, Budget, Log, load, save

WIDTHS = (8, 16, 32, 64, 64)
LAYERS = (2, 2, 3, 3, 3)


class Block(nn.Module):
    def __init__(self, inside, width, layers):
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv2d(inside if layer == 0 else width, width, 3, padding=1) for layer in range(layers)]
        )
        self.projection = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        return x, self.projection(x)


class ControlNetHED(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.Parameter(torch.tensor([122.7, 115.9, 105.0]).half().float().view(1, 3, 1, 1), requires_grad=False)
        inside = 3
        for index, (width, layers) in enumerate(zip(WIDTHS, LAYERS)):
            setattr(self, f"block{index + 1}", Block(inside, width, layers))
            inside = width

    def forward(self, rgb):
        """RGB [n,3,h,w] in 0...255 -> five maps [n,1,h,w] before the sigmoid, resized to the picture."""
        x, maps = rgb - self.norm, []
        for index in range(5):
            if index:
                x = F.max_pool2d(x, 2)
            x, projection = getattr(self, f"block{index + 1}")(x)
            maps.append(F.interpolate(projection, size=rgb.shape[2:], mode="bilinear", align_corners=False))
        return maps


def initialise(network):
    """He initialisation; the input is up to 150, so the first layer is scaled down to meet it."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)
    with torch.no_grad():
        network.block1.convs[0].weight /= 60
        for index in range(5):
            getattr(network, f"block{index + 1}").projection.weight *= 0.1
            getattr(network, f"block{index + 1}").projection.bias.fill_(-2)


def targets(images, masks):
    """Soft edges [n,1,h,w] in 0...1 of pictures [n,3,h,w] (0...255) and label masks [n,h,w]."""
    labels = masks[:, None].float()
    outline = torch.zeros_like(labels)
    horizontal, vertical = labels[..., 1:] != labels[..., :-1], labels[..., 1:, :] != labels[..., :-1, :]
    # A boundary lies between two pixels: both get it, and the blur below makes it soft.
    outline[..., 1:] += horizontal
    outline[..., :-1] += horizontal
    outline[..., 1:, :] += vertical
    outline[..., :-1, :] += vertical
    outline = outline.clamp(max=1)
    smooth = blur(images)
    padded = F.pad(smooth, (1, 1, 1, 1), mode="replicate")
    dx = padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]
    dy = padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]
    strength = (dx.square() + dy.square()).sum(1, keepdim=True).sqrt()
    inner = ((strength - 50) / 120).clamp(0, 1) * (labels > 0)
    return torch.maximum(blur(outline).mul(1.5).clamp(max=1), 0.8 * inner)


def blur(x):
    kernel = torch.tensor([1.0, 2.0, 1.0], device=x.device) / 4
    kernel = (kernel[:, None] * kernel[None]).expand(x.shape[1], 1, 3, 3)
    return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernel, groups=x.shape[1])


def batch_of(scenes, chosen, device="cpu"):
    images = torch.from_numpy(np.array(scenes.images[chosen])).to(device).permute(0, 3, 1, 2).float()
    return images, torch.from_numpy(np.array(scenes.masks[chosen])).to(device)


@torch.no_grad()
def measure(network, scenes, count=64):
    """Outline precision, recall and F of `edge > 127` against label boundaries, one pixel of slack."""
    hits = found = covered = wanted = 0
    for start in range(0, min(count, len(scenes)), 32):
        images, masks = batch_of(scenes, slice(start, start + 32), network.norm.device)
        edge = torch.sigmoid(torch.stack(network(images)).mean(0)) * 255 > 127
        labels = masks[:, None].float()
        line = F.max_pool2d(labels, 3, 1, 1) != -F.max_pool2d(-labels, 3, 1, 1)
        # Precision is asked near objects only: the program cuts the map with the dilated mask, and the textures of
        # the background are nobody's outline.
        near = F.max_pool2d((labels > 0).float(), 5, 1, 2) > 0
        wide = F.max_pool2d(line.float(), 3, 1, 1) > 0
        hits += (edge & near & wide).sum().item()
        found += (edge & near).sum().item()
        thin = line & (labels == F.max_pool2d(labels, 3, 1, 1)) & (labels > 0)
        covered += (thin & (F.max_pool2d(edge.float(), 3, 1, 1) > 0)).sum().item()
        wanted += thin.sum().item()
    precision, recall = hits / max(found, 1), covered / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", required=True)
    parser.add_argument("--measure")
    parser.add_argument("--out", required=True)
    parser.add_argument("--init-from", help="a folder like Assets/demo")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)

    scenes = Scenes(args.scenes)
    network = ControlNetHED()
    initialise(network)
    if args.init_from:
        tensors = load_file(Path(args.init_from) / "hed" / "ControlNetHED.safetensors")
        network.load_state_dict({key: value.float() for key, value in tensors.items()})
    network.to(args.device)
    weights = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=args.lr, weight_decay=1e-4)
    average, budget, step = Average([network], 0.995), Budget(args.minutes), 0
    checkpoint = Path(args.out) / "checkpoint.pt"
    if checkpoint.exists():
        state = load(checkpoint)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.steps = state["average"], state["step"]
        budget.before, step = state["spent"], state["step"]
    generator = np.random.default_rng(step)
    log, saved = Log(budget), budget.spent
    while budget.progress < 1:
        images, masks = batch_of(scenes, np.sort(generator.integers(0, len(scenes), args.batch)), args.device)
        if generator.random() < 0.5:
            images, masks = images.flip(3), masks.flip(2)
        target = targets(images, masks)
        # Edges are a small part of the picture; six to one is what makes both errors cost alike.
        weight = 1 + 5 * target
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(args.lr)
        maps = network(images)
        fused = F.binary_cross_entropy_with_logits(torch.stack(maps).mean(0), target, weight)
        sides = sum(F.binary_cross_entropy_with_logits(m, target, weight) for m in maps) / 5
        loss = fused + 0.3 * sides
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        average.update()
        step += 1
        log.add(step, fused=fused, sides=sides)
        if budget.spent - saved > 240 or budget.progress >= 1:
            saved = budget.spent
            save(dict(network=network.state_dict(), optimizer=optimizer.state_dict(), average=average.values,
                      step=step, spent=budget.spent), checkpoint)
            average.swap()
            tensors = {key: value.half().cpu().contiguous().clone() for key, value in network.state_dict().items()}
            save_file(tensors, Path(args.out) / "ControlNetHED.safetensors")
            if args.measure:
                print("precision %.3f recall %.3f F %.3f" % measure(network, Scenes(args.measure)), flush=True)
            average.swap()


if __name__ == "__main__":
    main()
