"""Trains one segmentation network for one fold, on scenes in which none of the fold's five novel classes is visible.

First the backbone learns to label the fifteen base classes, then episodes: 1 support or several, and half of those with
several show recoloured copies of the first support, because generated supports share its mask. DCAMA and HSNet label
with a 1x1 head that is thrown away, BAM and HDMNet with their base learner. For most of each stage pictures are windows of
half the size around an object, at a quarter of the cost; the last part sees whole pictures, and its end the batch norms'
stored statistics, as in use.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from backbone import resize
from bam import BAM
from data import CLASSES, SIZE, Scenes, novel_classes
from dcama import DCAMA
from episodes import IGNORED, Episodes, measure, padded, plain, stretched
from hdmnet import HDMNet
from hsnet import HSNet
from training import Average, Budget, Log, load, save

WINDOW = 64
WHOLE_PICTURES = 0.7
FROZEN_STATISTICS = 0.85
ONE_SHOT = 0.4
CARRIED = 0.3  # the learning rate of weights taken from another network, in shares of the new ones'
NETWORKS = dict(bam=BAM, hdmnet=HDMNet, hsnet=HSNet, dcama=DCAMA)
PREPARE = dict(bam=padded, hdmnet=stretched, hsnet=plain, dcama=plain)


def iou(predicted, truth):
    return (predicted & truth).sum() / (predicted | truth).sum().clamp(min=1)


def episode_loss(logits, truth):
    """Cross entropy plus soft Dice of the object; truth [n,S,S] 0/1."""
    cross = F.cross_entropy(logits, truth.long())
    object_ = logits.softmax(1)[:, 1]
    overlap = (object_ * truth).sum((1, 2))
    dice = 1 - (2 * overlap + 1) / (object_.sum((1, 2)) + truth.sum((1, 2)) + 1)
    return cross + 0.5 * dice.mean()


class Head(nn.Module):
    """Labels at a quarter of the picture's size from stages 2 to 4; used in training only."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.BatchNorm2d(28 * width * 2)
        self.out = nn.Conv2d(28 * width * 2, CLASSES + 1, 1)

    def forward(self, taps):
        size, twice = taps[6].shape[2:], taps[2].shape[2:]
        x = torch.cat([F.relu(taps[6]), resize(F.relu(taps[12]), size), resize(F.relu(taps[15]), size)], 1)
        return resize(self.out(self.norm(x)), twice)


class Trainer(nn.Module):
    """Everything learns to the end, backbone and all, from labels and from episodes."""

    several = (2, 3, 4, 5)  # supports, where there is more than one

    def __init__(self, network, base, device):
        super().__init__()
        self.network = network
        weights = torch.zeros(CLASSES + 1, device=device)  # the frequent background counts less
        weights[0], weights[base] = 0.2, 1
        self.weights = weights

    def begin(self, end):
        """Before each step; at the end the stored statistics of the batch norms stay as they are."""
        self.train()
        if end:
            for module in self.normalised:
                module.eval()

    def label(self, images, labels):
        loss, right = self.label_loss(self.labels(images), labels)
        return loss, dict(labels=loss, right=right)

    def label_loss(self, logits, labels):
        labels = labels[:, 2::4, 2::4].long()
        logits = resize(logits, labels.shape[1:])
        return F.cross_entropy(logits, labels, self.weights, ignore_index=IGNORED), (logits.argmax(1) == labels).float().mean()


class WithHead(Trainer):
    """DCAMA and HSNet: labels from the backbone's taps."""

    def __init__(self, network, base, device):
        super().__init__(network, base, device)
        self.head = Head(network.backbone.conv1.weight.shape[0])
        self.normalised = [network.backbone]

    def labels(self, images):
        return self.head(self.network.backbone(images))

    def episode(self, query, query_labels, supports, masks, c):
        truth = query_labels == c[:, None, None]
        logits, taps = self.network(query, supports, masks)
        labels, _ = self.label_loss(self.head(taps), query_labels)
        if logits.ndim == 5:  # HSNet: each support answers for itself
            episode = episode_loss(logits.flatten(0, 1), truth.float().repeat_interleave(logits.shape[1], 0))
            logits = logits.mean(1)
        else:
            episode = episode_loss(logits, truth.float())
        return episode + 0.2 * labels, dict(episode=episode, labels=labels, iou=iou(logits.argmax(1).bool(), truth))


class WithBaseLearner(Trainer):
    """BAM and HDMNet: labels from the base learner, which in an episode has to do without the episode's class.

    Published, a finished base learner on a backbone that knows ImageNet stays as it is. This backbone knows fifteen classes:
    held fast after labelling it told novel ones apart badly (21 mIoU by the meta learner alone), and the base learner, which
    had never seen an unknown object, took the novel ones for its own (14 after merging).
    """

    several = (5,)  # what the shot weights are made for

    def __init__(self, network, base, device):
        super().__init__(network, base, device)
        self.normalised = network.base_modules
        self.base = [0, *base]
        table = torch.zeros(256, dtype=torch.long)
        table[base] = torch.arange(1, len(base) + 1)
        table[IGNORED] = IGNORED
        self.table = table.to(device)
        self.weights = self.weights[self.base]

    def labels(self, images):
        return self.network.label(images)

    def label_loss(self, logits, labels):
        return super().label_loss(logits, self.table[labels.long()])

    def episode(self, query, query_labels, supports, masks, c):
        known = query_labels != IGNORED
        truth = query_labels == c[:, None, None]
        out = self.network(query, supports, masks, excluded=self.table[c])
        labels, _ = self.label_loss(out["base_out"], query_labels)
        final, meta = (episode_loss(out[name] * known[:, None], truth.float()) for name in ("final_out", "meta_out"))
        right = out["pred_mask"].bool() & known
        return final + meta + 0.2 * labels, dict(final=final, meta=meta, labels=labels, iou=iou(right, truth))


def started(name, folder, fold, width):
    """A network, and the names of those of its weights that come from `folder`: its own, or else DCAMA's backbone."""
    kind = NETWORKS[name]
    own, other = (Path(folder or "") / part / f"fold{fold}.safetensors" for part in (name, "dcama"))
    if folder and own.exists():
        network = kind.from_tensors(load_file(own))
        return network, {key for key, _ in network.named_parameters()}
    if not folder:
        return kind(width), set()
    tensors = {key.split(".", 1)[1]: value.float() for key, value in load_file(other).items() if key.startswith("feature_extractor.")}
    network = kind(tensors["conv1.weight"].shape[0])
    prefix, values = "backbone." if name == "hsnet" else "", network.state_dict()
    fitting = {prefix + key: value for key, value in tensors.items() if prefix + key in values and values[prefix + key].shape == value.shape}
    network.load_state_dict(fitting, strict=False)
    return network, set(fitting)


def exported(network):
    tensors = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    return {k: v.half().cpu().contiguous().clone() for k, v in tensors.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", required=True, choices=list(NETWORKS))
    parser.add_argument("--scenes", required=True)
    parser.add_argument("--measure", help="scenes to measure on at the end")
    parser.add_argument("--out", required=True, help="fold{F}.safetensors and a checkpoint are written here")
    parser.add_argument("--fold", type=int, required=True)
    parser.add_argument("--init-from", help="a folder like Assets/demo: goes on from its weights, or from its DCAMA's backbone")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--pretraining", type=float, default=0.45, help="share of the time for labelling alone")
    parser.add_argument("--width", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=16, help="pictures a step, queries and supports together")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.fold)

    scenes = Scenes(args.scenes)
    novel = novel_classes(args.fold)
    base = [c for c in range(1, CLASSES + 1) if c not in novel]
    network, carried = started(args.network, args.init_from, args.fold, args.width)
    trainer = (WithBaseLearner if args.network in ("bam", "hdmnet") else WithHead)(network, base, args.device).to(args.device)
    budget, step = Budget(args.minutes), 0
    names = {id(p): key for key, p in network.named_parameters()}
    partly = 0 < len(carried) < len(names)  # weights taken from another network change more slowly than new ones
    groups = [[p for p in trainer.parameters() if (partly and names.get(id(p)) in carried) == slow] for slow in (False, True)]
    groups = [dict(params=group, share=share) for group, share in zip(groups, (1.0, CARRIED)) if group]
    optimizer = torch.optim.AdamW(groups, lr=args.lr, weight_decay=1e-2)
    average = Average([network], 0.995)

    checkpoint = Path(args.out) / f"fold{args.fold}.checkpoint.pt"
    if checkpoint.exists():
        state = load(checkpoint)
        trainer.load_state_dict(state["trainer"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.steps = state["average"], state["averaged"]
        budget.before, step = state["spent"], state["step"]
    generator = np.random.default_rng(1000 * args.fold + step)
    prepare = PREPARE[args.network]
    episodes = Episodes(scenes, base, novel, generator, prepare, args.device)
    print(f"{args.network}, fold {args.fold}: {len(episodes.clean)} scenes without {novel}; {len(carried)} weights carried over", flush=True)
    log, saved = Log(budget), budget.spent
    while budget.progress < 1:
        progress = budget.progress
        labelling = progress < args.pretraining
        part = progress / args.pretraining if labelling else (progress - args.pretraining) / (1 - args.pretraining)
        for group in optimizer.param_groups:
            group["lr"] = group["share"] * budget.learning_rate(args.lr)
        episodes.size = WINDOW if part < WHOLE_PICTURES else SIZE
        trainer.begin(progress > FROZEN_STATISTICS)
        if labelling:
            loss, shown = trainer.label(*episodes.labelled(args.pictures))
        else:
            shots = 1 if generator.random() < ONE_SHOT else int(generator.choice(trainer.several))
            query, query_labels, support, support_labels, c = episodes.batch(max(args.pictures // (shots + 1), 1), shots)
            loss, shown = trainer.episode(query, query_labels, support, (support_labels == c[:, None, None, None]).float(), c)
        log.add(step, **shown)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(trainer.parameters(), 1.0)
        optimizer.step()
        average.update()
        step += 1
        if budget.spent - saved > 120 or budget.progress >= 1:
            saved = budget.spent
            save(dict(trainer=trainer.state_dict(), optimizer=optimizer.state_dict(), average=average.values, averaged=average.steps,
                      step=step, spent=budget.spent), checkpoint)
    average.swap()
    network.eval()
    save_file(exported(network), Path(args.out) / f"fold{args.fold}.safetensors")
    if args.measure:
        held = Scenes(args.measure)
        for name, classes in (("novel", novel), ("base", base)):
            for shots in (1, 5):
                score = measure(network, held, classes, shots, 150, prepare)
                print(f"{args.network}, fold {args.fold}: {name}, {shots}-shot mIoU {score:.1f}", flush=True)


if __name__ == "__main__":
    main()
