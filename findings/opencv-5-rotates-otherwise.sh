#!/bin/sh
# OpenCV 5 rotates by other values than OpenCV 4, images and label masks, while it resizes, blurs and finds edges as before.
#
# Few-shot networks of the PFENet family (BAM, HDMNet) are trained on images rotated by cv2.warpAffine with bilinear weights and masks
# rotated with nearest ones.
# Guess: both versions give the same bytes for 8-bit images, in warpAffine as in resize.
# Found with opencv-python-headless 4.10.0.84 and 5.0.0.93 and numpy 2.2.6: resize (area, cubic, Lanczos, nearest), GaussianBlur and Canny
# agree byte for byte. A rotation by 7.3 degrees differs: bilinear in an eighth of the values, by up to 5 levels; a mask with nearest
# neighbours in four of 120,000 pixels, which have another label. So a training run is not repeated by installing the newer package.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/draw.py" <<'PYTHON'
import sys

import cv2
import numpy as np

random = np.random.default_rng(0)
blocks = cv2.resize(random.integers(0, 256, (24, 32, 3), dtype=np.uint8), (400, 300), interpolation=cv2.INTER_NEAREST)
image = (blocks.astype(int) + random.integers(-9, 10, blocks.shape)).clip(0, 255).astype(np.uint8)
mask = (blocks[..., 0] > 128).astype(np.uint8)
turn = cv2.getRotationMatrix2D((200, 150), 7.3, 1)
np.savez(
    sys.argv[1],
    area=cv2.resize(image, (256, 192), interpolation=cv2.INTER_AREA), cubic=cv2.resize(image, (512, 384), interpolation=cv2.INTER_CUBIC),
    lanczos=cv2.resize(image, (512, 384), interpolation=cv2.INTER_LANCZOS4),
    nearest=cv2.resize(image, (473, 473), interpolation=cv2.INTER_NEAREST), blur=cv2.GaussianBlur(image, (0, 0), 3),
    canny=cv2.Canny(image, 100, 200), rotated=cv2.warpAffine(image, turn, (400, 300), flags=cv2.INTER_LINEAR, borderValue=(123, 116, 103)),
    rotated_mask=cv2.warpAffine(mask, turn, (400, 300), flags=cv2.INTER_NEAREST, borderValue=255))
PYTHON
for version in 4.10.0.84 5.0.0.93; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install -q opencv-python-headless==$version numpy==2.2.6
  "$work/$version/bin/python" "$work/draw.py" "$work/$version.npz"
done
"$work/5.0.0.93/bin/python" - "$work" <<'PYTHON'
import sys

import numpy as np

old, new = (np.load(f"{sys.argv[1]}/{version}.npz") for version in ("4.10.0.84", "5.0.0.93"))
share = {name: float((old[name] != new[name]).mean()) for name in old}
most = int(np.abs(old["rotated"].astype(int) - new["rotated"].astype(int)).max())
print({name: round(value, 5) for name, value in share.items()}, "largest difference of the rotated image:", most)
assert all(value == 0 for name, value in share.items() if not name.startswith("rotated")), share
assert 0.1 < share["rotated"] < 0.15 and 1 < most < 10, (share, most)
assert 0 < share["rotated_mask"] < 0.01, share
PYTHON
