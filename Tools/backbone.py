"""What the four segmentation networks share: residual networks and VGG-16 in two forms each, pyramid pooling, aligned resizing, loading.

Modules are named so that their state dict has the published keys; every width follows from `width`, the width of the
first convolution (64 as published, 8 in the demo).
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

BLOCKS = (3, 4, 6, 3)  # ResNet-50; ResNet-101 has (3, 4, 23, 3)
CONVOLUTIONS = (2, 2, 3, 3, 3)  # VGG-16
GRIDS = (1, 2, 3, 6)


def silent(name, value):
    """The tracer of those who do not look."""


def resize(x, size):
    """Bilinear with the corner pixels aligned."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=True)


class Bottleneck(nn.Module):
    def __init__(self, inside, width, stride=1, dilation=1, shortcut=False):
        super().__init__()
        outside = 4 * width
        self.conv1 = nn.Conv2d(inside, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, dilation, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outside, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outside)
        self.downsample = None
        if shortcut:
            self.downsample = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        """The sum of branch and shortcut before the last ReLU."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return y + (x if self.downsample is None else self.downsample(x))


def stage(inside, width, blocks, stride=1, dilation=1):
    first = Bottleneck(inside, width, stride, dilation, shortcut=True)
    return nn.Sequential(first, *(Bottleneck(4 * width, width, 1, dilation) for _ in range(blocks - 1)))


def run_stage(blocks, x):
    for block in blocks:
        x = F.relu(block(x))
    return x


def blocks_of(tensors, prefix=""):
    """How many blocks each stage of a residual network has, by its keys."""
    return tuple(len({key.split(".")[1] for key in (k.removeprefix(prefix) for k in tensors) if key.startswith(f"layer{i}.")}) for i in range(1, 5))


class ResNet(nn.Module):
    """The plain one, with a 7x7 stem and output stride 32 (HSNet, DCAMA)."""

    def __init__(self, width, classes, blocks=BLOCKS):
        super().__init__()
        self.blocks = blocks
        self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = stage(width, width, blocks[0])
        self.layer2 = stage(4 * width, 2 * width, blocks[1], stride=2)
        self.layer3 = stage(8 * width, 4 * width, blocks[2], stride=2)
        self.layer4 = stage(16 * width, 8 * width, blocks[3], stride=2)
        self.fc = nn.Linear(32 * width, classes)  # in the checkpoints, unused

    def forward(self, x):
        """Every block's tap, before the ReLU."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        taps = []
        for blocks in (self.layer1, self.layer2, self.layer3, self.layer4):
            for block in blocks:
                taps.append(block(x))
                x = F.relu(taps[-1])
        return taps


    @property
    def depths(self):
        """Taps of stages 2, 3 and 4."""
        return self.blocks[1:]


class TappedVGG(nn.Module):
    """VGG-16 without batch norm, poolings that round down (HSNet)."""

    depths = (3, 3, 1)

    def __init__(self, width):
        super().__init__()
        layers, inside = [], 3
        for i, count in enumerate(CONVOLUTIONS):
            outside = width * min(2**i, 8)
            for _ in range(count):
                layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.ReLU()]
                inside = outside
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)

    def forward(self, x):
        """The convolutions of blocks 4 and 5 before their ReLU, and the last pooled map."""
        taps = []
        for i, layer in enumerate(self.features):
            x = layer(x)
            if i in (17, 19, 21, 24, 26, 28, 30):
                taps.append(x)
        return taps


class StagedVGG(nn.Module):
    """VGG-16 with batch norm, cut into five, poolings that round up, the last one left out: output stride 16 (BAM, HDMNet)."""

    def __init__(self, width):
        super().__init__()
        inside = 3
        for i, count in enumerate(CONVOLUTIONS):
            layers, outside = [], width * min(2**i, 8)
            for _ in range(count):
                layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.BatchNorm2d(outside), nn.ReLU()]
                inside = outside
            if i < 4:
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
            setattr(self, f"layer{i}", nn.Sequential(*layers))
        self.channels = (4 * width, 8 * width, 8 * width)

    def early(self, x):
        """Stages 1, 2 and 3; the second resized to the third's grid."""
        layer1 = self.layer1(self.layer0(x))
        layer2 = self.layer2(layer1)
        layer3 = self.layer3(layer2)
        return layer1, resize(layer2, layer3.shape[2:]), layer3

    def late(self, x):
        return self.layer4(x)


class DilatedResNet(nn.Module):
    """With a stem of three 3x3 convolutions and output stride 8 (BAM, HDMNet)."""

    def __init__(self, width, blocks=BLOCKS):
        super().__init__()
        stem = []
        for inside, outside, stride in ((3, width, 2), (width, width, 1), (width, 2 * width, 1)):
            stem += [nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]
        self.layer0 = nn.Sequential(*stem, nn.MaxPool2d(3, 2, 1))
        self.layer1 = stage(2 * width, width, blocks[0])
        self.layer2 = stage(4 * width, 2 * width, blocks[1], stride=2)
        self.layer3 = stage(8 * width, 4 * width, blocks[2], dilation=2)
        self.layer4 = stage(16 * width, 8 * width, blocks[3], dilation=4)
        self.channels = (8 * width, 16 * width, 32 * width)

    def early(self, x):
        """Stages 1, 2 and 3, after their last ReLU."""
        layer1 = run_stage(self.layer1, self.layer0(x))
        layer2 = run_stage(self.layer2, layer1)
        return layer1, layer2, run_stage(self.layer3, layer2)

    def late(self, x):
        return run_stage(self.layer4, x)


class PyramidPool(nn.Module):
    """[n,c,h,w] -> [n,2c,h,w]: the input and its means over four grids."""

    def __init__(self, channels):
        super().__init__()
        quarter = channels // 4
        self.features = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(grid), nn.Conv2d(channels, quarter, 1, bias=False), nn.BatchNorm2d(quarter), nn.ReLU())
            for grid in GRIDS
        )

    def forward(self, x):
        return torch.cat([x, *(resize(branch(x), x.shape[2:]) for branch in self.features)], 1)


def load_exactly(network, tensors):
    """Loads F16 or F32 tensors; every key has to be there, and no other. A leading `module.` is taken off."""
    tensors = {key.removeprefix("module."): value.float() for key, value in tensors.items()}
    problems = network.load_state_dict(tensors, strict=False)
    missing = [key for key in problems.missing_keys if not key.endswith("num_batches_tracked")]
    if missing or problems.unexpected_keys:
        raise SystemExit(f"not a checkpoint of {type(network).__name__}: missing {missing}, unknown {problems.unexpected_keys}")
    return network
