"""What BAM and HDMNet share: a base learner and a meta learner on one backbone of output stride 8 or 16, and how they are merged.

The base learner labels the classes of the training, the meta learner finds the support's class; two small convolutions
weigh them against each other, helped by how alike the pictures' channels correlate.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from backbone import BLOCKS, DilatedResNet, StagedVGG, blocks_of, load_exactly, resize, silent

AREA = 0.0005
TINY = 1e-7
DROPOUT = 0.1


def foreground(masks):
    """[n,k,S,S] labels -> [n*k,1,S,S]: 255 is padding and counts as background."""
    return (masks == 1).float().flatten(0, 1)[:, None]


def prototypes(features, mask):
    """Means of features [m,c,h,w] over mask [m,1,h,w] -> [m,c,1,1]; an empty mask gives zeros."""
    return (features * mask).sum((2, 3), keepdim=True) / (mask.sum((2, 3), keepdim=True) + AREA)


def best_match(query, support):
    """[n,c,h,w], [n,k,c,h,w] -> [n,k,h,w]: the largest cosine of a query position with any position of a support."""
    n, k = support.shape[:2]
    q, s = query.flatten(2)[:, None], support.flatten(3)  # [n,1,c,t], [n,k,c,t]
    norms = s.norm(dim=2)[..., None] * q.norm(dim=2)[:, :, None]
    cosine = s.transpose(2, 3) @ q / (norms + TINY)  # [n,k,support position,query position]
    return cosine.amax(2).view(n, k, *query.shape[2:])


def channel_cosines(x):
    """[...,c,h,w] -> [...,c,c]"""
    x = x.flatten(-2)
    norm = x.norm(dim=-1, keepdim=True)
    return x @ x.transpose(-2, -1) / (norm @ norm.transpose(-2, -1) + TINY)


def gram_distance(query, support):
    """[n,c,h,w], [n,k,c,h,w] -> [n,k]: how differently two pictures' channels go together."""
    difference = channel_cosines(query)[:, None] - channel_cosines(support)
    return difference.square().sum((2, 3)).sqrt() / query.shape[1]


class TwoLearners(nn.Module):
    def __init__(self, width, reduced, shots, blocks=BLOCKS):
        """`blocks`: of the residual stages, None for VGG-16."""
        super().__init__()
        self.shots = shots
        backbone = StagedVGG(width) if blocks is None else DilatedResNet(width, blocks)
        for name, module in backbone.named_children():  # the published keys have no prefix
            self.add_module(name, module)
        self.early, self.late, self.channels = backbone.early, backbone.late, backbone.channels
        inside = self.channels[0] + self.channels[1]
        self.down_query = nn.Sequential(nn.Conv2d(inside, reduced, 1, bias=False), nn.ReLU(), nn.Dropout2d(DROPOUT))
        self.down_supp = nn.Sequential(nn.Conv2d(inside, reduced, 1, bias=False), nn.ReLU(), nn.Dropout2d(DROPOUT))
        self.gram_merge = nn.Conv2d(2, 1, 1, bias=False)
        self.cls_merge = nn.Conv2d(2, 1, 1, bias=False)
        with torch.no_grad():  # starts as the meta learner alone
            for merge in (self.gram_merge, self.cls_merge):
                merge.weight.copy_(torch.tensor([1.0, 0.0]).view(1, 2, 1, 1))
        if shots > 1:
            self.kshot_rw = nn.Sequential(nn.Conv2d(shots, 2, 1), nn.ReLU(), nn.Conv2d(2, shots, 1))

    @property
    def backbone_modules(self):
        return [self.layer0, self.layer1, self.layer2, self.layer3, self.layer4]

    def shot_weights(self, distances, in_order, trace):
        """[n,k] -> [n,k], sum 1. `in_order`: whether rank r's output goes to the support of that rank (BAM) or to
        support r (HDMNet, whose published code means to reorder and does not)."""
        if distances.shape[1] == 1:
            return torch.ones_like(distances)
        if distances.shape[1] != self.shots:
            raise ValueError(f"these weights combine {self.shots} supports, not {distances.shape[1]}")
        ascending, order = distances.sort(1)
        raw = self.kshot_rw(ascending[..., None, None])[..., 0, 0]
        trace("kshot_rw_in_sorted", ascending[..., None, None])
        trace("kshot_rw_out", raw[..., None, None])
        if in_order:
            raw = torch.zeros_like(raw).scatter(1, order, raw)
        weights = raw.softmax(1)
        trace("weight_soft", weights[..., None, None])
        return weights

    def merge(self, meta, base, distance, excluded):
        """Logits [n,2,h,w] and [n,classes,h,w], distance [n] -> [n,2,h,w].

        `excluded`: in training each episode's own channel of the base learner: without it the class is an unknown one, as in use.
        """
        n, _, h, w = meta.shape
        if excluded is not None:
            base = base.masked_fill(F.one_hot(excluded, base.shape[1]).bool()[:, :, None, None], float("-inf"))
        meta, base = meta.softmax(1), base.softmax(1)
        known = base[:, 1:].sum(1, keepdim=True)
        distance = distance.view(n, 1, 1, 1).expand(n, 1, h, w)
        nothing, object_ = (self.gram_merge(torch.cat([meta[:, i : i + 1], distance], 1)) for i in (0, 1))
        return torch.cat([self.cls_merge(torch.cat([nothing, known], 1)), object_], 1)

    def outputs(self, size, meta, base, distance, excluded, trace):
        final = self.merge(meta, base, distance, excluded)
        for name, value in (("meta_low", meta), ("base_low", base), ("final_low", final)):
            trace(name, value)
        out = {name: resize(value, size) for name, value in (("final_out", final), ("meta_out", meta), ("base_out", base))}
        return out | dict(pred_mask=out["final_out"].argmax(1).float())

    def label(self, pictures):
        """The base learner alone: logits [n,classes,h,w] of pictures [n,3,S,S]."""
        return self.base_logits(self.late(self.early(pictures)[2]))

    def predict(self, query, supports, masks):
        return self(query, supports, masks)["pred_mask"]

    @classmethod
    def from_tensors(cls, tensors):
        return load_exactly(cls(**cls.widths_of({key.removeprefix("module."): value for key, value in tensors.items()})), tensors)


def common_widths(tensors):
    return dict(
        blocks=None if "layer1.0.weight" in tensors else blocks_of(tensors),
        width=tensors["layer0.0.weight"].shape[0], reduced=tensors["down_query.0.weight"].shape[0],
        shots=tensors["kshot_rw.0.weight"].shape[1] if "kshot_rw.0.weight" in tensors else 1)
