"""Draws the pictures of docs/conditions.md: demo scenes and what `diffss condition` makes of them, side by side, twice their size.

usage: condition_pictures.py SCENES OUT        (SCENES from `diffss dataset prepare --count 40`; needs opencv-python-headless)
"""

import pathlib
import subprocess
import sys
import tempfile

import cv2
import numpy as np

DIFFSS = pathlib.Path(__file__).parent.parent / ".build/release/diffss"
BOAT, CAT, FLOWER = 2, 6, 15


class Scene:
    def __init__(self, folder: pathlib.Path, scenes: pathlib.Path, number: int) -> None:
        self.folder = folder / str(number)
        self.folder.mkdir()
        picture, mask = (np.load(scenes / f"{name}.npy")[number] for name in ("images", "masks"))
        self.label = int(np.bincount(mask.ravel(), minlength=256)[1:255].argmax()) + 1
        cv2.imwrite(str(self.folder / "image.png"), picture[:, :, ::-1])
        cv2.imwrite(str(self.folder / "classes.png"), mask)

    def stage(self, name: str, kind: str, *knobs: str) -> np.ndarray:
        """A stage of a condition, in colour."""
        files = ["--image", self.folder / "image.png", "--mask", self.folder / "classes.png", "--stages", self.folder, "--out", self.folder / "out.png"]
        own = ["--class-index", self.label, "--classes", "demo", "--resolution", 128, "--type", kind]
        subprocess.run([str(part) for part in [DIFFSS, "condition", *own, *files, *knobs]], check=True, stdout=subprocess.DEVNULL)
        picture = cv2.imread(str(self.folder / f"{name}.png"))
        return picture * 255 if name in ("mask", "dilated") else picture


def sheet(file: pathlib.Path, rows: list[list[np.ndarray]]) -> None:
    """Rows of equally many pictures with a white gap between them."""
    height, width = (2 * side + 8 for side in rows[0][0].shape[:2])
    out = np.full((len(rows) * height - 8, len(rows[0]) * width - 8, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            large = picture.repeat(2, axis=0).repeat(2, axis=1)
            out[y * height : y * height + large.shape[0], x * width : x * width + large.shape[1]] = large
    cv2.imwrite(str(file), out, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main() -> None:
    scenes, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        boat, cat, flower = (Scene(pathlib.Path(folder), scenes, number) for number in (BOAT, CAT, FLOWER))
        sheet(out / "conditions.png", [
            [boat.stage("resized", "mask")] + [boat.stage("control", kind) for kind in ("mask", "scribble", "hed", "canny")]])
        sheet(out / "stages.png", [
            [cat.stage(name, "scribble", "--thinning") for name in ("resized", "mask", "edge", "dilated")],
            [cat.stage(name, "scribble", "--thinning") for name in ("masked", "threshold", "control")] + [cat.stage("edge", "canny")]])
        for knob, kind, scene, values in [
            ("threshold", "scribble", flower, (30, 80, 127, 200)), ("dilation", "hed", flower, (0, 7, 14, 40)), ("blur", "canny", flower, (0, 0.5, 1, 1.5)),
        ]:
            sheet(out / f"{knob}.png", [[scene.stage("control", kind, f"--{knob}", str(value)) for value in values]])
        sheet(out / "canny.png", [[
            flower.stage("control", "canny", "--canny-low", low, "--canny-high", high) for low, high in (("30", "60"), ("100", "200"), ("100", "400"), ("400", "400"))]])
        sheet(out / "thinning.png", [[flower.stage("control", "scribble", "--threshold", "60", *knobs) for knobs in ((), ("--thinning",))]])


main()
