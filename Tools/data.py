"""The exported demo scenes: pictures, label masks, which class is where, and the demo's tables."""

import json
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
TABLES = REPOSITORY / "Assets" / "tables"
SIZE = 128
CLASSES = 20
FOLDS = 4
CLASSES_PER_FOLD = CLASSES // FOLDS

IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
IMAGENET_STD = np.array([0.229, 0.224, 0.225], np.float32)


class Scenes:
    """A folder written by the export command: images.npy [n,128,128,3] uint8, masks.npy [n,128,128] uint8, items.json."""

    def __init__(self, folder):
        folder = Path(folder)
        self.images = np.load(folder / "images.npy", mmap_mode="r")
        self.masks = np.load(folder / "masks.npy", mmap_mode="r")
        with open(folder / "items.json") as file:
            self.items = json.load(file)["items"]
        if not (len(self.images) == len(self.masks) == len(self.items)):
            raise SystemExit(f"{folder}: images, masks and items differ in number")
        self.areas = np.zeros((len(self.items), CLASSES + 1), np.int32)
        for row, item in zip(self.areas, self.items):
            for label, area in item["areas"].items():
                row[int(label)] = area

    def __len__(self):
        return len(self.images)

    def objects(self, least_area=64):
        """All (scene, class) pairs with at least `least_area` visible pixels, as an int array [m,2]."""
        scene, label = np.nonzero(self.areas[:, 1:] >= least_area)
        return np.stack([scene, label + 1], axis=1)


def novel_classes(fold):
    """The five classes a fold holds out: 5f+1 ... 5f+5."""
    return list(range(CLASSES_PER_FOLD * fold + 1, CLASSES_PER_FOLD * (fold + 1) + 1))


def table(name):
    with open(TABLES / name) as file:
        return json.load(file)


def class_names():
    """Prompt names of the demo's classes; index 0 is the background."""
    return table("demo.json")["names"]


def prompts():
    """One full prompt a class (index 0: the empty prompt) and the published negative prompt."""
    generation = table("generation.json")
    template = generation["prompt_template"] + generation["positive_suffix"]
    names = class_names()
    return [""] + [template.format(name=name) for name in names[1:]], generation["negative_prompt"]
