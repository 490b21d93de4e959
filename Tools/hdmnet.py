"""HDMNet (Peng et al., CVPR 2023) with the original's topology and keys, at any width; residual networks or VGG-16.

Base learner and ensemble are BAM's; the meta learner is a transformer over three scales in which support tokens spread
over the query. Numbers agree with shared/golden/fss (check_networks.py). Takes batches of episodes.
"""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from backbone import BLOCKS, PyramidPool, resize, silent
from two_learners import DROPOUT, TwoLearners, best_match, common_widths, foreground, gram_distance, prototypes

HEADS = (2, 4, 8)
REDUCTIONS = (4, 2, 1)
PATCHES = ((1, 1, 0), (3, 2, 1), (3, 2, 1))  # kernel, stride, padding
MATCHING_HEADS = 2
TEMPERATURE = 0.1
SIMILARITY_GAIN = 10


def layer_norm(size):
    return nn.LayerNorm(size, eps=1e-6)


def as_map(tokens, grid):
    """[n,t,c] -> [n,c,h,w]"""
    return tokens.transpose(1, 2).unflatten(2, grid)


def as_tokens(x):
    return x.flatten(2).transpose(1, 2)


class Projections(nn.Module):
    def __init__(self, size):
        super().__init__()
        for name in "qkvo":
            setattr(self, f"linear_{name}", nn.Linear(size, size, bias=False))


def heads_of(x, heads):
    """[n,t,c] -> [n,heads,t,c/heads]"""
    return x.unflatten(2, (heads, -1)).transpose(1, 2)


class SelfAttention(nn.Module):
    """Keys and values come from a map made `reduction` times smaller."""

    def __init__(self, size, heads, reduction):
        super().__init__()
        self.heads = heads
        self.attn = Projections(size)
        self.sr = None
        if reduction > 1:
            self.sr = nn.Conv2d(size, size, reduction, reduction)
            self.norm = layer_norm(size)

    def forward(self, x, grid):
        source = x if self.sr is None else self.norm(as_tokens(self.sr(as_map(x, grid))))
        q, k, v = (heads_of(y, self.heads) for y in (self.attn.linear_q(x), self.attn.linear_k(source), self.attn.linear_v(source)))
        scores = q @ k.transpose(2, 3) / (math.sqrt(q.shape[3]) + 1e-9)
        return self.attn.linear_o((scores.softmax(3) @ v).transpose(1, 2).flatten(2))


class Matching(nn.Module):
    """Each support token inside the mask spreads what it says over the query's positions."""

    def __init__(self, size):
        super().__init__()
        self.attn = Projections(size)

    def forward(self, query, support, inside):
        # query [n,t,c], support [n,s,c], inside [n,s] 0/1
        q, k = (F.normalize(heads_of(y, MATCHING_HEADS), dim=3) for y in (self.attn.linear_q(query), self.attn.linear_k(support)))
        v = heads_of(self.attn.linear_v(support), MATCHING_HEADS)
        scores = q @ k.transpose(2, 3) / TEMPERATURE  # [n,heads,t,s]
        inside = inside[:, None, None]
        weights = scores.softmax(2) * inside
        tokens = self.attn.linear_o((weights @ v).transpose(1, 2).flatten(2))
        return tokens, ((scores * inside).sum(3) / (inside.sum(3) + 1e-9)).mean(1)


class FeedForward(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(size, 4 * size, 1), nn.Conv2d(4 * size, 4 * size, 3, padding=1, groups=4 * size), nn.GELU(), nn.Dropout(0),
            nn.Conv2d(4 * size, size, 1))

    def forward(self, x, grid):
        return as_tokens(self.layers(as_map(x, grid)))


class EncoderLayer(nn.Module):
    def __init__(self, size, heads, reduction):
        super().__init__()
        self.norm1, self.norm2 = layer_norm(size), layer_norm(size)
        self.attn = SelfAttention(size, heads, reduction)
        self.ffn = FeedForward(size)

    def forward(self, x, grid):
        x = x + self.attn(self.norm1(x), grid)
        return x + self.ffn(self.norm2(x), grid)


class MatchingBlock(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.norm1, self.norm2 = layer_norm(size), layer_norm(size)
        self.attn = Matching(size)
        self.ffn = FeedForward(size)

    def forward(self, query, support, inside, grid):
        tokens, weight = self.attn(self.norm1(query), self.norm1(support), inside)
        x = query + tokens
        return x + self.ffn(self.norm2(x), grid), weight


class Patches(nn.Module):
    def __init__(self, size, kernel, stride, padding):
        super().__init__()
        self.projection = nn.Conv2d(size, size, kernel, stride, padding)
        self.norm = layer_norm(size)

    def forward(self, x):
        """[n,c,h,w] -> tokens and their grid"""
        x = self.projection(x)
        return self.norm(as_tokens(x)), x.shape[2:]


class Blend(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.conv = nn.Conv2d(inside, outside, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(outside)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def wide_and_back(size, *last):
    wide = 4 * size
    return nn.Sequential(nn.Conv2d(size, wide, 1), nn.BatchNorm2d(wide), nn.Conv2d(wide, wide, 3, padding=1), nn.BatchNorm2d(wide), *last)


class MixTransformer(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.down_sample_layers = nn.ModuleList(
            nn.ModuleList([Patches(size, *patch), EncoderLayer(size, heads, reduction), EncoderLayer(size, heads, reduction), layer_norm(size)])
            for patch, heads, reduction in zip(PATCHES, HEADS, REDUCTIONS))
        self.match_layers = nn.ModuleList(nn.ModuleList([MatchingBlock(size), Blend(size + 2, size)]) for _ in PATCHES)
        self.parse_layers = nn.ModuleList(
            wide_and_back(size, nn.Conv2d(4 * size, size, 1), nn.BatchNorm2d(size), nn.ReLU()) for _ in PATCHES)
        self.cls = wide_and_back(size, nn.Conv2d(4 * size, 2, 1))

    def pyramid(self, x):
        """[n,c,h,w] -> tokens and grid of each stage"""
        stages = []
        for patches, first, second, norm in self.down_sample_layers:
            tokens, grid = patches(x)
            tokens = norm(second(first(tokens, grid), grid))
            stages.append((tokens, grid))
            x = as_map(tokens, grid)
        return stages

    def forward(self, query, supports, masks, similarity, trace):
        # query [n,c,h,w], supports [n*k,c,h,w], masks [n*k,1,S,S] 0/1, similarity [n,2,h,w] -> logits [n,2,h,w]
        n = len(query)
        matched = []
        stages = zip(self.pyramid(query), self.pyramid(supports), self.match_layers)
        for i, ((q, grid), (s, _), (match, blend)) in enumerate(stages):
            inside = F.interpolate(masks, size=grid, mode="nearest").view(n, -1)
            tokens, weight = match(q, s.reshape(n, -1, s.shape[2]), inside, grid)
            for name, value in ((f"q_down{i}", q), (f"s_down{i}", s), (f"match{i}_tokens", tokens), (f"match{i}_weight", weight)):
                trace(name, value)
            matched.append(blend(torch.cat([as_map(tokens, grid), resize(similarity, grid)], 1)))
        total = None
        for i in reversed(range(len(matched))):
            x = matched[i]
            if total is not None:  # the only resizing whose corners are not aligned
                total = F.interpolate(total, size=x.shape[2:], mode="bilinear", align_corners=False)
                x = x + total
            parsed = self.parse_layers[i](x)
            trace(f"parse{i}", parsed)
            total = parsed if total is None else total + parsed
        return self.cls(total)


class HDMNet(TwoLearners):
    def __init__(self, width=8, reduced=32, classes=16, shots=5, size=16, blocks=BLOCKS):
        super().__init__(width, reduced, shots, blocks)
        top, feature = self.channels[2], 8 * width
        self.ppm = PyramidPool(top)
        self.cls = nn.Sequential(nn.Conv2d(2 * top, feature, 3, padding=1, bias=False), nn.BatchNorm2d(feature))
        self.base_learnear = nn.Sequential(nn.ReLU(), nn.Dropout2d(DROPOUT), nn.Conv2d(feature, classes, 1))
        self.query_merge = nn.Sequential(nn.Conv2d(2 * reduced + 2, size, 1, bias=False), nn.ReLU())
        self.supp_merge = nn.Sequential(nn.Conv2d(2 * reduced, size, 1, bias=False), nn.ReLU())
        self.transformer = nn.Module()
        self.transformer.mix_transformer = MixTransformer(size)

    def feature5(self, layer4):
        """Before the ReLU."""
        return self.cls(self.ppm(layer4))

    def base_logits(self, layer4):
        return self.base_learnear(self.feature5(layer4))

    @property
    def base_modules(self):
        return [*self.backbone_modules, self.ppm, self.cls, self.base_learnear]

    def forward(self, query, supports, masks, excluded=None, trace=silent):
        """query [n,3,S,S], supports [n,k,3,S,S] (ImageNet-normalised), masks [n,k,S,S] -> final_out, meta_out, base_out, pred_mask."""
        n, k = masks.shape[:2]
        full = foreground(masks)
        q1, q2, q3 = self.early(query)
        q4 = self.late(q3)
        q5 = self.feature5(q4)
        _, s2, s3 = self.early(supports.flatten(0, 1) * full)
        s4 = self.late(s3)
        for name, value in (("q_layer1", q1), ("q_layer2", q2), ("q_layer3", q3), ("q_layer4", q4), ("q_feat5", q5)):
            trace(name, value)
        grid = q3.shape[2:]
        q = self.down_query(torch.cat([q3, q2], 1))
        s = self.down_supp(torch.cat([s3, s2], 1))

        prototype = prototypes(s, resize(full, grid))  # [n*k,c,1,1]
        s = self.supp_merge(torch.cat([s, prototype.expand_as(s)], 1))
        trace("supp_merge_out", s)
        mean = prototype.unflatten(0, (n, k)).mean(1)
        inside = F.interpolate(full, size=grid, mode="nearest")
        pairs = ((q5, self.feature5(s4)), (q4, s4))
        similarity = torch.stack([best_match(a, (b * inside).unflatten(0, (n, k))).mean(1) for a, b in pairs], 1)
        x = torch.cat([q, mean.expand_as(q), similarity * SIMILARITY_GAIN], 1)
        for name, value in (("similarity", similarity), ("query_merge_in", x)):
            trace(name, value)
        meta = self.transformer.mix_transformer(self.query_merge(x), s, full, similarity, trace)

        distances = gram_distance(q2, s2.unflatten(0, (n, k)))
        distance = (distances * self.shot_weights(distances, False, trace)).sum(1)
        trace("est_val_total", distances[..., None, None])
        trace("est_val", distance[:, None, None, None])
        return self.outputs(query.shape[2:], meta, self.base_learnear(q5), distance, excluded, trace)

    @staticmethod
    def widths_of(tensors):
        return common_widths(tensors) | dict(
            classes=tensors["base_learnear.2.weight"].shape[0], size=tensors["query_merge.0.weight"].shape[0])
