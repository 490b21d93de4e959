"""Trains one DCAMA for one fold, on scenes in which none of the fold's five novel classes is visible.

First the backbone learns to label the fifteen base classes (a 1x1 head that is thrown away), then episodes: mostly one
support, sometimes two to five with joint attention, and half of those with recoloured copies of the first support,
because generated supports share its mask. For most of each stage pictures are windows of half the size around an
object, at a quarter of the cost; its last part sees whole pictures, and the end the batch norms' stored statistics, as in use.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from data import CLASSES, IMAGENET_MEAN, IMAGENET_STD, SIZE, Scenes, novel_classes
from dcama import DCAMA, resize
from training import Average, Budget, Log, load, save

LEAST_AREA = 328  # 2 % of the picture, as in the evaluation's episodes
WINDOW = 64
WHOLE_PICTURES = 0.7
FROZEN_STATISTICS = 0.85


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


def label_loss(logits, labels, weights):
    """Cross entropy at a quarter of the size of labels [n,S,S]; `weights` makes the frequent background count less."""
    small = labels[:, 2::4, 2::4].long()
    return F.cross_entropy(logits, small, weights)


def normalised(images):
    """uint8 [n,S,S,3] to ImageNet-normalised [n,3,S,S]."""
    x = (images.astype(np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_STD
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def varied(image, generator):
    """Channels in another order, other contrast and brightness: shape has to be the witness."""
    image = image[..., generator.permutation(3)].astype(np.float32)
    image = (image - image.mean()) * generator.uniform(0.7, 1.3) + image.mean() + generator.uniform(-25, 25)
    return np.clip(image, 0, 255).astype(np.uint8)


def mirrored(image, mask, generator):
    return (image[:, ::-1], mask[:, ::-1]) if generator.random() < 0.5 else (image, mask)


class Episodes:
    def __init__(self, scenes, classes, forbidden, generator, device="cpu"):
        clean = scenes.areas[:, forbidden].sum(1) == 0 if forbidden else np.ones(len(scenes), bool)
        self.scenes, self.generator, self.clean = scenes, generator, np.flatnonzero(clean)
        self.classes, self.size, self.device = classes, SIZE, device
        self.of = {c: np.flatnonzero(clean & (scenes.areas[:, c] >= LEAST_AREA)) for c in classes}

    def picture(self, index, c=None, augment=True):
        """A scene, or a window of it around a pixel of class c (of any object when c is None), and its labels."""
        image, mask = self.scenes.images[index], self.scenes.masks[index]
        if not augment:
            return image, mask
        if self.size < SIZE:
            inside = np.flatnonzero((mask if mask.any() else mask == 0) if c is None else mask == c)
            pixel = divmod(int(self.generator.choice(inside)), SIZE)
            jitter = self.generator.integers(-self.size // 4, self.size // 4 + 1, 2)
            y, x = (int(np.clip(p + j - self.size // 2, 0, SIZE - self.size)) for p, j in zip(pixel, jitter))
            image, mask = image[y : y + self.size, x : x + self.size], mask[y : y + self.size, x : x + self.size]
        return mirrored(varied(image, self.generator), mask, self.generator)

    def labelled(self, count):
        """Random clean scenes and their labels."""
        pairs = [self.picture(i) for i in self.generator.choice(self.clean, count)]
        return self.tensors(pairs)

    def tensors(self, pairs):
        """Pictures [n,3,S,S] and labels [n,S,S] of (image, labels) pairs."""
        images, labels = (np.stack([pair[part] for pair in pairs]) for part in (0, 1))
        return normalised(images).to(self.device), torch.from_numpy(labels).to(self.device)

    def batch(self, episodes, shots, augment=True):
        """query [n,3,S,S], its labels, supports [n,k,3,S,S], their labels [n,k,S,S], class [n]."""
        queries, supports, classes = [], [], []
        for _ in range(episodes):
            c = self.generator.choice(self.classes)
            chosen = self.generator.choice(self.of[c], shots + 1, replace=False)
            queries.append(self.picture(chosen[0], c, augment))
            if augment and shots > 1 and self.generator.random() < 0.5:
                image, mask = self.picture(chosen[1], c)
                row = [(image, mask)] + [(varied(image, self.generator), mask) for _ in range(shots - 1)]
            else:
                row = [self.picture(i, c, augment) for i in chosen[1:]]
            supports.append(row)
            classes.append(c)
        query, query_labels = self.tensors(queries)
        support, support_labels = (x.unflatten(0, (episodes, shots)) for x in self.tensors([p for row in supports for p in row]))
        return query, query_labels, support, support_labels, torch.tensor(classes, device=self.device)


def episode_loss(logits, truth):
    """Cross entropy plus soft Dice of the object; truth [n,S,S] 0/1."""
    cross = F.cross_entropy(logits, truth.long())
    object_ = logits.softmax(1)[:, 1]
    overlap = (object_ * truth).sum((1, 2))
    dice = 1 - (2 * overlap + 1) / (object_.sum((1, 2)) + truth.sum((1, 2)) + 1)
    return cross + 0.5 * dice.mean()


@torch.no_grad()
def measure(network, scenes, classes, shots, count, seed=0):
    """mIoU over the classes (intersection and union summed per class over episodes)."""
    device = next(network.parameters()).device
    episodes = Episodes(scenes, classes, [], np.random.default_rng(seed), device)
    inter, union = torch.zeros(CLASSES + 1), torch.zeros(CLASSES + 1)
    for _ in range(count):
        query, query_labels, support, support_labels, c = episodes.batch(1, shots, augment=False)
        masks = (support_labels == c[:, None, None, None]).float()
        logits, _ = network(query, support, masks)
        predicted, truth = logits.argmax(1).bool(), query_labels == c[:, None, None]
        inter[c.item()] += (predicted & truth).sum().item()
        union[c.item()] += (predicted | truth).sum().item()
    return 100 * (inter[classes] / union[classes].clamp(min=1)).mean().item()


def exported(network):
    tensors = {k: v for k, v in network.state_dict().items() if not k.endswith("num_batches_tracked")}
    return {k: v.half().cpu().contiguous().clone() for k, v in tensors.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", required=True)
    parser.add_argument("--measure")
    parser.add_argument("--out", required=True, help="fold{F}.safetensors and a checkpoint are written here")
    parser.add_argument("--fold", type=int, required=True)
    parser.add_argument("--init-from", help="a folder like Assets/demo: goes on from its weights")
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
    network = DCAMA(args.width)
    if args.init_from:
        network = DCAMA.from_tensors(load_file(Path(args.init_from) / "dcama" / f"fold{args.fold}.safetensors"))
    head = Head(network.feature_extractor.conv1.weight.shape[0])
    network.to(args.device)
    head.to(args.device)
    parameters = list(network.parameters()) + list(head.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=args.lr, weight_decay=1e-2)
    average, budget, step = Average([network], 0.995), Budget(args.minutes), 0
    checkpoint = Path(args.out) / f"fold{args.fold}.checkpoint.pt"
    if checkpoint.exists():
        state = load(checkpoint)
        network.load_state_dict(state["network"])
        head.load_state_dict(state["head"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.steps = state["average"], state["step"]
        budget.before, step = state["spent"], state["step"]
    generator = np.random.default_rng(1000 * args.fold + step)
    episodes = Episodes(scenes, base, novel, generator, args.device)
    print(f"fold {args.fold}: {len(episodes.clean)} scenes without {novel}", flush=True)
    weights = torch.ones(CLASSES + 1, device=args.device)
    weights[0] = 0.2
    weights[novel] = 0
    log, saved = Log(budget), budget.spent
    while budget.progress < 1:
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(args.lr)
        network.train()
        labelling = budget.progress < args.pretraining
        part = budget.progress / args.pretraining if labelling else (budget.progress - args.pretraining) / (1 - args.pretraining)
        episodes.size = WINDOW if part < WHOLE_PICTURES else SIZE
        if budget.progress > FROZEN_STATISTICS:
            network.feature_extractor.eval()
        if labelling:
            images, labels = episodes.labelled(args.pictures)
            taps = network.feature_extractor(images)
            logits = head(taps)
            loss = label_loss(logits, labels, weights)
            log.add(step, labels=loss, right=(logits.argmax(1) == labels[:, 2::4, 2::4]).float().mean())
        else:
            shots = 1 if generator.random() < 0.7 else int(generator.integers(2, 6))
            query, query_labels, support, support_labels, c = episodes.batch(max(args.pictures // (shots + 1), 1), shots)
            masks = (support_labels == c[:, None, None, None]).float()
            truth = (query_labels == c[:, None, None]).float()
            logits, taps = network(query, support, masks)
            episode = episode_loss(logits, truth)
            labels = label_loss(head(taps), query_labels, weights)
            loss = episode + 0.2 * labels
            predicted = logits.argmax(1).bool()
            overlap = (predicted & truth.bool()).sum() / (predicted | truth.bool()).sum().clamp(min=1)
            log.add(step, episode=episode, labels=labels, iou=overlap)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update()
        step += 1
        if budget.spent - saved > 180 or budget.progress >= 1:
            saved = budget.spent
            save(dict(network=network.state_dict(), head=head.state_dict(), optimizer=optimizer.state_dict(),
                      average=average.values, step=step, spent=budget.spent), checkpoint)
    average.swap()
    network.eval()
    save_file(exported(network), Path(args.out) / f"fold{args.fold}.safetensors")
    if args.measure:
        held = Scenes(args.measure)
        for name, classes in (("novel", novel), ("base", base)):
            for shots in (1, 5):
                print(f"fold {args.fold}: {name}, {shots}-shot mIoU {measure(network, held, classes, shots, 150):.1f}", flush=True)


if __name__ == "__main__":
    main()
