"""BAM (Lang et al., CVPR 2022) with the original's topology and keys, at any width; residual networks or VGG-16.

Numbers agree with shared/golden/fss (check_networks.py). Takes batches of episodes with the same number of supports.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F

from backbone import BLOCKS, PyramidPool, resize, silent
from two_learners import DROPOUT, TINY, TwoLearners, best_match, common_widths, foreground, gram_distance, prototypes

DILATIONS = (6, 12, 18)


class ASPP(nn.Module):
    """Five looks at the map: its mean, each position, and three wider and wider 3x3 ones."""

    def __init__(self, channels):
        super().__init__()
        looks = [nn.Conv2d(channels, channels, 1), nn.Conv2d(channels, channels, 1)]
        looks += [nn.Conv2d(channels, channels, 3, padding=d, dilation=d) for d in DILATIONS]
        for i, look in enumerate(looks):
            setattr(self, f"layer6_{i}", nn.Sequential(look, nn.ReLU()))

    def forward(self, x):
        mean = self.layer6_0(x.mean((2, 3), keepdim=True)).expand_as(x)
        return torch.cat([mean, self.layer6_1(x), self.layer6_2(x), self.layer6_3(x), self.layer6_4(x)], 1)


class BAM(TwoLearners):
    def __init__(self, width=8, reduced=32, classes=16, shots=5, blocks=BLOCKS):
        super().__init__(width, reduced, shots, blocks)
        top = self.channels[2]
        self.learner_base = nn.Sequential(
            PyramidPool(top),
            nn.Sequential(nn.Conv2d(2 * top, 8 * width, 3, padding=1, bias=False), nn.BatchNorm2d(8 * width), nn.ReLU(),
                          nn.Dropout2d(DROPOUT), nn.Conv2d(8 * width, classes, 1)))
        self.init_merge = nn.Sequential(nn.Conv2d(2 * reduced + 1, reduced, 1, bias=False), nn.ReLU())
        self.ASPP_meta = ASPP(reduced)
        self.res1_meta = nn.Sequential(nn.Conv2d(5 * reduced, reduced, 1, bias=False), nn.ReLU())
        self.res2_meta = nn.Sequential(nn.Conv2d(reduced, reduced, 3, padding=1, bias=False), nn.ReLU(),
                                       nn.Conv2d(reduced, reduced, 3, padding=1, bias=False), nn.ReLU())
        self.cls_meta = nn.Sequential(nn.Conv2d(reduced, reduced, 3, padding=1, bias=False), nn.ReLU(), nn.Dropout2d(DROPOUT),
                                      nn.Conv2d(reduced, 2, 1))

    def base_logits(self, layer4):
        return self.learner_base(layer4)

    @property
    def base_modules(self):
        return [*self.backbone_modules, self.learner_base]

    def forward(self, query, supports, masks, excluded=None, trace=silent):
        """query [n,3,S,S], supports [n,k,3,S,S] (ImageNet-normalised), masks [n,k,S,S] -> final_out, meta_out, base_out, pred_mask."""
        n, k = masks.shape[:2]
        q1, q2, q3 = self.early(query)
        q4 = self.late(q3)
        _, s2, s3 = self.early(supports.flatten(0, 1))
        grid = q3.shape[2:]
        mask = resize(foreground(masks), grid)  # [n*k,1,h,w]
        s4 = self.late(s3 * mask)
        for name, value in (("q_layer1", q1), ("q_layer2", q2), ("q_layer3", q3), ("q_layer4", q4), ("s0_layer4_masked", s4[:1])):
            trace(name, value)
        q = self.down_query(torch.cat([q3, q2], 1))
        s = self.down_supp(torch.cat([s3, s2], 1))

        per_shot = prototypes(s, mask).view(n, k, -1)
        prior = best_match(q4, (s4 * mask).unflatten(0, (n, k)))
        least, most = prior.amin((2, 3), keepdim=True), prior.amax((2, 3), keepdim=True)
        prior = (prior - least) / (most - least + TINY)  # [n,k,h,w]
        distances = gram_distance(q2, s2.unflatten(0, (n, k)))
        weights = self.shot_weights(distances, True, trace)
        trace("proto_per_shot", per_shot.transpose(1, 2)[..., None])
        trace("prior_per_shot", prior)
        trace("est_val_total", distances[..., None, None])

        prototype = (per_shot * weights[..., None]).sum(1)[..., None, None]  # [n,c,1,1]
        prior = (prior * weights[..., None, None]).sum(1, keepdim=True)
        distance = (distances * weights).sum(1)
        x = torch.cat([q, prototype.expand_as(q), prior], 1)
        for name, value in (("proto", prototype), ("prior", prior), ("est_val", distance[:, None, None, None]), ("merge_in", x)):
            trace(name, value)
        x = self.res1_meta(self.ASPP_meta(self.init_merge(x)))
        meta = self.cls_meta(x + self.res2_meta(x))
        return self.outputs(query.shape[2:], meta, self.base_logits(q4), distance, excluded, trace)

    @staticmethod
    def widths_of(tensors):
        return common_widths(tensors) | dict(classes=tensors["learner_base.1.4.weight"].shape[0])
