"""Episodes of few-shot segmentation drawn from scenes, pictures as each network takes them, and the measure."""

import numpy as np
import torch
import torch.nn.functional as F

from data import CLASSES, IMAGENET_MEAN, IMAGENET_STD, SIZE

LEAST_AREA = 328  # 2 % of the picture, as in the evaluation's episodes
IGNORED = 255


def normalised(images):
    """[n,S,S,3] of 0...255 to ImageNet-normalised [n,3,S,S]."""
    x = (images.astype(np.float32) / 255 - IMAGENET_MEAN) / IMAGENET_STD
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous()


def plain(images, labels):
    return normalised(images), torch.from_numpy(labels)


def padded(images, labels):
    """One black row and column, unlabelled: the smallest canvas of BAM's that a picture of 8m pixels fits in."""
    images = np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)))
    return normalised(images), torch.from_numpy(np.pad(labels, ((0, 0), (0, 1), (0, 1)), constant_values=IGNORED))


def stretched(images, labels):
    """To one pixel more, as HDMNet takes it: pictures bilinear, labels nearest."""
    side = labels.shape[1]
    pictures = F.interpolate(normalised(images), size=(side + 1, side + 1), mode="bilinear", align_corners=False)
    nearest = np.arange(side + 1) * side // (side + 1)
    return pictures, torch.from_numpy(labels[:, nearest][:, :, nearest])


def varied(image, generator):
    """Channels in another order, other contrast and brightness: shape has to be the witness."""
    image = image[..., generator.permutation(3)].astype(np.float32)
    image = (image - image.mean()) * generator.uniform(0.7, 1.3) + image.mean() + generator.uniform(-25, 25)
    return np.clip(image, 0, 255).astype(np.uint8)


def mirrored(image, mask, generator):
    return (image[:, ::-1], mask[:, ::-1]) if generator.random() < 0.5 else (image, mask)


class Episodes:
    def __init__(self, scenes, classes, forbidden, generator, prepare=plain, device="cpu"):
        clean = scenes.areas[:, forbidden].sum(1) == 0 if forbidden else np.ones(len(scenes), bool)
        self.scenes, self.generator, self.clean = scenes, generator, np.flatnonzero(clean)
        self.classes, self.size, self.prepare, self.device = classes, SIZE, prepare, device
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
        images, labels = self.prepare(images, labels)
        return images.to(self.device), labels.to(self.device)

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


@torch.no_grad()
def measure(network, scenes, classes, shots, count, prepare=plain, seed=0):
    """mIoU over the classes (intersection and union summed per class over episodes)."""
    device = next(network.parameters()).device
    episodes = Episodes(scenes, classes, [], np.random.default_rng(seed), prepare, device)
    inter, union = torch.zeros(CLASSES + 1), torch.zeros(CLASSES + 1)
    for _ in range(count):
        query, query_labels, support, support_labels, c = episodes.batch(1, shots, augment=False)
        masks = (support_labels == c[:, None, None, None]).float()
        predicted = network.predict(query, support, masks).bool() & (query_labels != IGNORED)
        truth = query_labels == c[:, None, None]
        inter[c.item()] += (predicted & truth).sum().item()
        union[c.item()] += (predicted | truth).sum().item()
    return 100 * (inter[classes] / union[classes].clamp(min=1)).mean().item()
