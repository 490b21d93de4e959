"""DCAMA (Shi et al., ECCV 2022) with the original's topology and keys, at any width; residual networks.

Numbers agree with shared/golden/fss (check_networks.py). Written for batches of episodes with the same number of shots.
"""

import math
from itertools import accumulate

import torch
import torch.nn as nn

from backbone import BLOCKS, ResNet, blocks_of, load_exactly, resize, silent

HEADS = 8
GROUPS = 4


def position_table(count, channels):
    """[count, channels]: sine in even channels, cosine in odd ones."""
    position = torch.arange(count).float()[:, None]
    factor = torch.exp(torch.arange(0, channels, 2).float() * -(math.log(10000.0) / channels))
    table = torch.zeros(count, channels)
    table[:, 0::2] = torch.sin(position * factor)
    table[:, 1::2] = torch.cos(position * factor)
    return table


class Attention(nn.Module):
    """Query tokens look up the support mask; heads are averaged; no output projection."""

    def __init__(self, channels):
        super().__init__()
        self.linears = nn.ModuleList([nn.Linear(channels, channels) for _ in range(2)])

    def forward(self, query, support, value):
        # query [n,t,c], support [n,s,c], value [n,s] -> [n,t]
        n, _, c = query.shape
        q, k = (l(x).view(n, -1, HEADS, c // HEADS).transpose(1, 2) for l, x in zip(self.linears, (query, support)))
        weights = (q / math.sqrt(c // HEADS) @ k.transpose(-2, -1)).softmax(-1)
        # The value has no heads: their mean weights look it up, which is the mean of what each would find.
        return (weights.mean(1) @ value[:, :, None])[..., 0]


def fusion(inside, widths, kernels):
    layers = []
    for width, kernel in zip(widths, kernels):
        layers += [nn.Conv2d(inside, width, kernel, padding=kernel // 2), nn.GroupNorm(GROUPS, width), nn.ReLU()]
        inside = width
    return nn.Sequential(*layers)


def mixer(inside, middle, outside, last_relu=True):
    layers = [nn.Conv2d(inside, middle, 3, padding=1), nn.ReLU(), nn.Conv2d(middle, outside, 3, padding=1)]
    return nn.Sequential(*layers, *([nn.ReLU()] if last_relu else []))


class Decoder(nn.Module):
    def __init__(self, width, widths, blocks):
        super().__init__()
        self.ends = list(accumulate(blocks))  # of each stage's taps
        c1, c2, c3, c4 = (4 * width << stage for stage in range(4))
        a, b, c = widths
        self.DCAMA_blocks = nn.ModuleList([Attention(channels) for channels in (c2, c3, c4)])
        self.conv1 = fusion(blocks[3], widths, (3, 3, 3))
        self.conv2 = fusion(blocks[2], widths, (5, 3, 3))
        self.conv3 = fusion(blocks[1], widths, (5, 5, 3))
        self.conv4 = fusion(c, (c, c, c), (3, 3, 3))
        self.conv5 = fusion(c, (c, c, c), (3, 3, 3))
        self.mixer1 = mixer(c + 2 * c2 + 2 * c1, c, b)
        self.mixer2 = mixer(b, b, a)
        self.mixer3 = mixer(a, a, 2, last_relu=False)

    def forward(self, query, support, masks, trace=silent):
        # query: taps [n,c,h,w]; support: taps [n,k,c,h,w]; masks [n,k,S,S]
        n, k = masks.shape[:2]
        maps = []
        for stage, taps in enumerate(map(range, self.ends, self.ends[1:])):
            channels, height, width = query[taps[0]].shape[1:]
            table = position_table(height * width, channels).to(masks.device)
            trace(f"pe{stage}", table)
            value = resize(masks, (height, width)).reshape(n, -1)
            rows = []
            for tap in taps:
                q = query[tap].flatten(2).transpose(1, 2) + table
                s = support[tap].flatten(3).transpose(2, 3) + table
                rows.append(self.DCAMA_blocks[stage](q, s.reshape(n, -1, channels), value))
            maps.append(torch.stack(rows, 1).view(n, len(taps), height, width))
            trace(f"coarse_block{stage}", maps[-1][0].flatten(1))
        deep, middle, shallow = self.conv1(maps[2]), self.conv2(maps[1]), self.conv3(maps[0])
        mix = self.conv4(resize(deep, middle.shape[2:]) + middle)
        for name, value in (("conv1", deep), ("conv2", middle), ("conv3", shallow), ("conv4", mix)):
            trace(name, value)
        mix = self.conv5(resize(mix, shallow.shape[2:]) + shallow)
        trace("conv5", mix)
        mix = torch.cat([mix, query[self.ends[1] - 1], support[self.ends[1] - 1].amax(1)], 1)
        mix = resize(mix, [2 * side for side in mix.shape[2:]])
        mix = self.mixer1(torch.cat([mix, query[self.ends[0] - 1], support[self.ends[0] - 1].amax(1)], 1))
        mix = self.mixer2(resize(mix, [2 * side for side in mix.shape[2:]]))
        return self.mixer3(resize(mix, [2 * side for side in mix.shape[2:]]))


class DCAMA(nn.Module):
    def __init__(self, width=8, widths=(8, 32, 64), classes=21, blocks=BLOCKS):
        super().__init__()
        self.feature_extractor = ResNet(width, classes, blocks)
        self.model = Decoder(width, widths, blocks)

    def forward(self, query, supports, masks, trace=silent):
        """query [n,3,S,S], supports [n,k,3,S,S] (ImageNet-normalised), masks [n,k,S,S] 0/1 -> logits [n,2,S,S], query taps."""
        n, k = masks.shape[:2]
        taps = self.feature_extractor(torch.cat([query, supports.flatten(0, 1)]))
        support_taps = [tap[n:].view(n, k, *tap.shape[1:]) for tap in taps]
        query_taps = [tap[:n] for tap in taps]
        for i, tap in enumerate(query_taps):
            trace(f"q_feat_{i}", tap)
        logits = self.model(query_taps, support_taps, masks, trace)
        return resize(logits, query.shape[2:]), query_taps

    def predict(self, query, supports, masks):
        return self(query, supports, masks)[0].argmax(1).float()

    @property
    def backbone(self):
        return self.feature_extractor

    @classmethod
    def from_tensors(cls, tensors):
        # The position tables that published checkpoints carry are made here.
        tensors = {k: v for k, v in ((k.removeprefix("module."), v) for k, v in tensors.items()) if not k.startswith("model.pe.")}
        widths = tuple(tensors[f"model.conv1.{i}.weight"].shape[0] for i in (0, 3, 6))
        network = cls(tensors["feature_extractor.conv1.weight"].shape[0], widths, tensors["feature_extractor.fc.weight"].shape[0],
                      blocks_of(tensors, "feature_extractor."))
        return load_exactly(network, tensors)
