"""Trains one segmentation network for one fold, on scenes in which none of the fold's five novel classes is visible.

First the backbone learns to label the fifteen base classes, then episodes: 1 support or several, and half of those with
several show recoloured copies of the first support, because generated supports share its mask. DCAMA and HSNet label
with a 1x1 head that is thrown away and go on learning as a whole; BAM and HDMNet label with their base learner, which
stays as it is in the episodes. For most of each stage pictures are windows of half the size around an object, at a
quarter of the cost; its last part sees whole pictures, and the end the batch norms' stored statistics, as in use.
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


class Whole(nn.Module):
    """DCAMA and HSNet: labels from the backbone's taps, and everything learns to the end."""

    several = (2, 3, 4, 5)
    least = 1  # episodes a step
    restarts = False

    def __init__(self, network, base, device):
        super().__init__()
        self.network = network
        self.head = Head(network.backbone.conv1.weight.shape[0])
        weights = torch.zeros(CLASSES + 1, device=device)  # the frequent background counts less
        weights[0], weights[base] = 0.2, 1
        self.weights = weights

    def learning(self, labelling):
        return self

    def begin(self, labelling, end):
        self.train()
        if end:
            self.network.backbone.eval()

    def label_loss(self, taps, labels):
        logits, labels = self.head(taps), labels[:, 2::4, 2::4].long()
        return F.cross_entropy(logits, labels, self.weights), (logits.argmax(1) == labels).float().mean()

    def label(self, images, labels):
        loss, right = self.label_loss(self.network.backbone(images), labels)
        return loss, dict(labels=loss, right=right)

    def episode(self, query, query_labels, supports, masks, c):
        truth = query_labels == c[:, None, None]
        logits, taps = self.network(query, supports, masks)
        labels, _ = self.label_loss(taps, query_labels)
        if logits.ndim == 5:  # HSNet: each support answers for itself
            episode = episode_loss(logits.flatten(0, 1), truth.float().repeat_interleave(logits.shape[1], 0))
            logits = logits.mean(1)
        else:
            episode = episode_loss(logits, truth.float())
        return episode + 0.2 * labels, dict(episode=episode, labels=labels, iou=iou(logits.argmax(1).bool(), truth))


class InTwo(nn.Module):
    """BAM and HDMNet: the base learner first, then the meta learner beside it."""

    several = (5,)  # what the shot weights are made for
    least = 4  # the frozen backbone is cheap
    restarts = True

    def __init__(self, network, base, device):
        super().__init__()
        self.network = network
        table = torch.zeros(256, dtype=torch.long)
        table[base] = torch.arange(1, len(base) + 1)
        table[IGNORED] = IGNORED
        self.table = table.to(device)
        self.weights = torch.ones(len(base) + 1, device=device)
        self.weights[0] = 0.5

    def learning(self, labelling):
        base = nn.ModuleList(self.network.base_modules)
        for parameter in self.network.parameters():
            parameter.requires_grad_(not labelling)
        for parameter in base.parameters():
            parameter.requires_grad_(labelling)
        return base if labelling else self.network

    def begin(self, labelling, end):
        self.train(not end)
        if not labelling:
            for module in self.network.base_modules:
                module.eval()

    def label(self, images, labels):
        logits = self.network.label(images)
        labels = self.table[labels[:, ::4, ::4].long()]
        logits = resize(logits, labels.shape[1:])
        loss = F.cross_entropy(logits, labels, self.weights, ignore_index=IGNORED)
        return loss, dict(labels=loss, right=(logits.argmax(1) == labels).float().mean())

    def episode(self, query, query_labels, supports, masks, c):
        truth = (query_labels == c[:, None, None]).long()
        known = query_labels != IGNORED
        truth[~known] = IGNORED
        out = self.network(query, supports, masks, excluded=self.table[c])
        final, meta = (F.cross_entropy(out[name], truth, ignore_index=IGNORED) for name in ("final_out", "meta_out"))
        return final + meta, dict(final=final, meta=meta, iou=iou(out["pred_mask"].bool() & known, truth == 1))


@torch.no_grad()
def settle(trainer, episodes, pictures, batches=40):
    """Lets the batch norms see what the averaged weights make of whole pictures."""
    trainer.train()
    episodes.size = SIZE
    for _ in range(batches):
        trainer.label(*episodes.labelled(pictures))


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
    trainer = (InTwo if args.network in ("bam", "hdmnet") else Whole)(network, base, args.device).to(args.device)
    budget, step, labelling = Budget(args.minutes), 0, args.pretraining > 0
    gentle = {p for key, p in network.named_parameters() if key in carried}
    if len(gentle) == len(list(network.parameters())):
        gentle = set()

    def stage():
        parameters = list(trainer.learning(labelling).parameters())
        groups = [dict(params=[p for p in parameters if (p in gentle) == slow and p.requires_grad], share=CARRIED if slow else 1.0)
                  for slow in (False, True)]
        groups = [group for group in groups if group["params"]]
        return torch.optim.AdamW(groups, lr=args.lr, weight_decay=1e-2), Average([network], 0.995)

    checkpoint = Path(args.out) / f"fold{args.fold}.checkpoint.pt"
    state = load(checkpoint) if checkpoint.exists() else None
    if state:
        labelling = state["labelling"]
        trainer.load_state_dict(state["trainer"])
    optimizer, average = stage()
    if state:
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.steps = state["average"], state["averaged"]
        budget.before, step = state["spent"], state["step"]
    generator = np.random.default_rng(1000 * args.fold + step)
    prepare = PREPARE[args.network]
    episodes = Episodes(scenes, base, novel, generator, prepare, args.device)
    print(f"{args.network}, fold {args.fold}: {len(episodes.clean)} scenes without {novel}; {len(carried)} weights carried over", flush=True)
    log, saved = Log(budget), budget.spent
    while budget.progress < 1:
        if labelling and budget.progress >= args.pretraining:
            labelling = False
            if trainer.restarts:  # the base learner stays as its average is
                average.swap()
                settle(trainer, episodes, args.pictures)
                optimizer, average = stage()
        progress = budget.progress
        part = progress / args.pretraining if labelling else (progress - args.pretraining) / (1 - args.pretraining)
        for group in optimizer.param_groups:
            group["lr"] = group["share"] * budget.learning_rate(args.lr, part if trainer.restarts else progress)
        episodes.size = WINDOW if part < WHOLE_PICTURES else SIZE
        trainer.begin(labelling, (part if trainer.restarts else progress) > FROZEN_STATISTICS)
        if labelling:
            loss, shown = trainer.label(*episodes.labelled(args.pictures))
        else:
            shots = 1 if generator.random() < ONE_SHOT else int(generator.choice(trainer.several))
            query, query_labels, support, support_labels, c = episodes.batch(max(args.pictures // (shots + 1), trainer.least), shots)
            loss, shown = trainer.episode(query, query_labels, support, (support_labels == c[:, None, None, None]).float(), c)
        log.add(step, **shown)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
        optimizer.step()
        average.update()
        step += 1
        if budget.spent - saved > 120 or budget.progress >= 1:
            saved = budget.spent
            save(dict(trainer=trainer.state_dict(), optimizer=optimizer.state_dict(), average=average.values, averaged=average.steps,
                      step=step, spent=budget.spent, labelling=labelling), checkpoint)
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
