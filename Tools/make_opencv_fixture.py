"""Writes Tests/Fixtures/opencv: scenes of the demo data set, and what OpenCV makes of them.

usage: make_opencv_fixture.py SCENES OUT        (SCENES from `diffss dataset prepare`; needs opencv-contrib-python-headless)
"""

import pathlib
import sys

import cv2
import numpy as np


def main() -> None:
    scenes = np.load(pathlib.Path(sys.argv[1]) / "images.npy")
    out = pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    scene = np.ascontiguousarray(scenes[3][8:120, 4:117])  # odd width, even height
    cv2.imwrite(str(out / "scene.png"), scene[:, :, ::-1])
    for low, high in [(100, 200), (20, 60), (0, 0), (60, 500)]:
        cv2.imwrite(str(out / f"canny_{low}_{high}.png"), cv2.Canny(scene, low, high))
    for sigma in ["0.4", "1.7", "10"]:
        cv2.imwrite(str(out / f"blur_{sigma}.png"), cv2.GaussianBlur(scene, (0, 0), float(sigma))[:, :, ::-1])
    strokes = cv2.dilate(cv2.Canny(scene, 60, 160), np.ones((4, 4), np.uint8))
    strokes[0] = strokes[-1] = strokes[:, 0] = strokes[:, -1] = 0
    cv2.imwrite(str(out / "strokes.png"), strokes)
    cv2.imwrite(str(out / "thinned.png"), cv2.ximgproc.thinning(strokes, thinningType=cv2.ximgproc.THINNING_GUOHALL))


main()
