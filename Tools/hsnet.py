"""HSNet (Min et al., ICCV 2021) with the original's topology and keys, at any width; residual networks or VGG-16.

Numbers agree with shared/golden/fss (check_networks.py). Each support is a prediction of its own; they vote.
"""

from itertools import accumulate

import torch
import torch.nn as nn
import torch.nn.functional as F

from backbone import BLOCKS, ResNet, TappedVGG, blocks_of, load_exactly, resize, silent

GROUPS = 4
TINY = 1e-5


def over_query(function, x):
    """Applies a function of [m,c,h,w] to the query axes of [n,c,hq,wq,hs,ws], at every support position."""
    n, _, _, _, hs, ws = x.shape
    y = function(x.permute(0, 4, 5, 1, 2, 3).flatten(0, 2))
    return y.unflatten(0, (n, hs, ws)).permute(0, 3, 4, 5, 1, 2)


def over_support(function, x):
    n, _, hq, wq, _, _ = x.shape
    y = function(x.permute(0, 2, 3, 1, 4, 5).flatten(0, 2))
    return y.unflatten(0, (n, hq, wq)).permute(0, 3, 1, 2, 4, 5)


class CenterPivotConv4d(nn.Module):
    """One 2D convolution over the query axes plus one over the support axes; the stride is the support's."""

    def __init__(self, inside, outside, kernel, stride):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(inside, outside, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(inside, outside, kernel, stride, kernel // 2)

    def forward(self, x):
        return over_query(self.conv1, x[..., :: self.stride, :: self.stride]) + over_support(self.conv2, x)


def block(inside, widths, kernels, strides):
    layers = []
    for width, kernel, stride in zip(widths, kernels, strides):
        layers += [CenterPivotConv4d(inside, width, kernel, stride), nn.GroupNorm(GROUPS, width), nn.ReLU()]
        inside = width
    return nn.Sequential(*layers)


class Learner(nn.Module):
    def __init__(self, widths, depths):
        super().__init__()
        a, b, c = widths
        self.encoder_layer4 = block(depths[2], widths, (3, 3, 3), (2, 2, 2))
        self.encoder_layer3 = block(depths[1], widths, (5, 3, 3), (4, 2, 2))
        self.encoder_layer2 = block(depths[0], widths, (5, 5, 3), (4, 4, 2))
        self.encoder_layer4to3 = block(c, (c, c, c), (3, 3, 3), (1, 1, 1))
        self.encoder_layer3to2 = block(c, (c, c, c), (3, 3, 3), (1, 1, 1))
        self.decoder1 = nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, b, 3, padding=1), nn.ReLU())
        self.decoder2 = nn.Sequential(nn.Conv2d(b, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, 2, 3, padding=1))

    def forward(self, correlations, trace=silent):
        """{stage: [n,layers,hq,wq,hs,ws]} -> logits [n,2,h,w] at twice stage 2's size"""

        def run(name, x):
            for i, layer in enumerate(getattr(self, name)):
                x = layer(x)
                if i < 2:
                    trace(f"{name}.{i}_{('conv4d', 'groupnorm')[i]}", x[:1])
            trace(name, x[:1])
            return x

        x, third, second = (run(f"encoder_layer{i}", correlations[i]) for i in (4, 3, 2))
        x = run("encoder_layer4to3", over_query(lambda y: resize(y, third.shape[2:4]), x) + third)
        x = run("encoder_layer3to2", over_query(lambda y: resize(y, second.shape[2:4]), x) + second)
        x = x.mean((4, 5))
        trace("hypercorr_encoded", x[:1])
        x = self.decoder1(x)
        trace("decoder1", x[:1])
        return self.decoder2(resize(x, [2 * side for side in x.shape[2:]]))


def correlation(query, support):
    """[n,c,h,w] twice -> [n,hq,wq,hs,ws], no negatives; nothing correlates with an empty support."""
    q, s = (x / (x.norm(dim=1, keepdim=True) + TINY) for x in (query, support))
    return torch.einsum("nchw,ncij->nhwij", q, s).clamp(min=0)


def votes_to_mask(masks):
    """[n,k,S,S] 0/1 -> votes and prediction [n,S,S]: half of the picture's largest vote is enough."""
    votes = masks.sum(1)
    most = votes.amax((1, 2), keepdim=True).clamp(min=1)
    return votes, (votes / most >= 0.5).float() if masks.shape[1] > 1 else masks[:, 0]


class HSNet(nn.Module):
    def __init__(self, width=8, widths=(8, 32, 64), classes=21, blocks=BLOCKS):
        """`blocks`: of the residual stages, None for VGG-16."""
        super().__init__()
        self.backbone = TappedVGG(width) if blocks is None else ResNet(width, classes, blocks)
        self.hpn_learner = Learner(widths, self.backbone.depths)

    def forward(self, query, supports, masks, trace=silent):
        """query [n,3,S,S], supports [n,k,3,S,S] (ImageNet-normalised), masks [n,k,S,S] 0/1 -> logits [n,k,2,S,S], query taps."""
        n, k = masks.shape[:2]
        taps = self.backbone(torch.cat([query, supports.flatten(0, 1)]))
        masks = masks.flatten(0, 1)[:, None]
        layers = []
        for i, tap in enumerate(taps[-sum(self.backbone.depths) :]):  # stage 1 is not correlated
            q, s = tap[:n], tap[n:] * resize(masks, tap.shape[2:])
            trace(f"q_feat_{i}", q)
            trace(f"s_feat_masked_{i}", s[:1])
            layers.append(correlation(q.repeat_interleave(k, 0), s))
        ends = list(accumulate(self.backbone.depths))
        correlations = {stage: torch.stack(layers[end - depth : end], 1) for stage, depth, end in zip((2, 3, 4), self.backbone.depths, ends)}
        for number, value in correlations.items():
            trace(f"corr_l{number}", value[:1])
        logits = resize(self.hpn_learner(correlations, trace), query.shape[2:])
        return logits.unflatten(0, (n, k)), [tap[:n] for tap in taps]

    def predict(self, query, supports, masks):
        return votes_to_mask(self(query, supports, masks)[0].argmax(2).float())[1]

    @classmethod
    def from_tensors(cls, tensors):
        tensors = {key.removeprefix("module."): value for key, value in tensors.items()}
        widths = tuple(tensors[f"hpn_learner.encoder_layer4.{i}.conv1.weight"].shape[0] for i in (0, 3, 6))
        if "backbone.features.0.weight" in tensors:
            network = cls(tensors["backbone.features.0.weight"].shape[0], widths, blocks=None)
        else:
            network = cls(tensors["backbone.conv1.weight"].shape[0], widths, tensors["backbone.fc.weight"].shape[0], blocks_of(tensors, "backbone."))
        return load_exactly(network, tensors)
