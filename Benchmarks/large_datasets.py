"""Makes data sets as large as COCO 2014's training part and PASCAL's augmented one, with made-up content, and times diffss on them.

    python3 Benchmarks/large_datasets.py DIR [--diffss PATH]

DIR/coco: 82,081 pictures, 604,907 annotations, an instances_train2014.json of about 450 MB. DIR/voc: 10,582 pictures with masks. Made once;
needs 1 GB. Prints wall seconds and the most memory of each command.
"""

import argparse
import os
import random
import resource
import struct
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

# A grey JPEG of 8x8 pixels: opening a data set looks at no image, so any will do.
JPEG = bytes.fromhex(
    "ffd8ffdb004300" + "10" * 64 + "ffc0000b080008000801011100ffc4001500010100000000000000000000000000000000ffc4001410010000000000000000"
    "0000000000000000ffda0008010100003f00d2cf20ffd9")


def png(rows):
    """An 8-bit grey PNG of rows of bytes."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def blob(random, width, height):
    """A polygon of 15 to 62 points around a random centre."""
    count = random.randint(15, 62)
    cx, cy = random.uniform(0, width), random.uniform(0, height)
    radius = random.uniform(5, 150)
    points = []
    for k in range(count):
        r = radius * random.uniform(0.85, 1.15)
        # A diamond keeps to a line what a circle needs a cosine for.
        t = 4 * k / count
        x, y = ((1 - t, t), (1 - t, 2 - t), (t - 3, 2 - t), (t - 3, t - 4))[int(t)]
        points += [round(min(max(cx + r * x, 0), width), 2), round(min(max(cy + r * y, 0), height), 2)]
    return points


def make_coco(root):
    if (root / "done").exists():
        return
    rng = random.Random(1)
    (root / "annotations").mkdir(parents=True, exist_ok=True)
    pictures = root / "train2014"
    pictures.mkdir(exist_ok=True)
    names = ["person", "bicycle", "car"] + [f"thing {k}" for k in range(77)]
    ids = sorted(rng.sample(range(1, 581930), 82081))
    with open(root / "annotations" / "instances_train2014.json", "w") as file:
        file.write('{"info": {}, "licenses": [], "images": [')
        for place, number in enumerate(ids):
            name = f"COCO_train2014_{number:012d}.jpg"
            # Links to one file are limited by some file systems.
            if place % 10000 == 0:
                (pictures / name).write_bytes(JPEG)
                base = pictures / name
            elif not (pictures / name).exists():
                os.link(base, pictures / name)
            file.write(("" if place == 0 else ", ") + '{"license": 5, "file_name": "%s", "coco_url": "http://images.cocodataset.org/train2014/%s", '
                       '"height": 480, "width": 640, "date_captured": "2013-11-14 16:28:13", "flickr_url": "", "id": %d}' % (name, name, number))
        file.write('], "annotations": [')
        for number in range(604907):
            ring = blob(rng, 640, 480)
            file.write(("" if number == 0 else ", ") + '{"segmentation": [%s], "area": 1234.5, "iscrowd": 0, "image_id": %d, "bbox": [1.0, 2.0, 30.5, 40.25], '
                       '"category_id": %d, "id": %d}' % (ring, ids[rng.randrange(len(ids))], 1 + rng.randrange(80), 900000 + number))
        file.write('], "categories": [' + ", ".join('{"supercategory": "x", "id": %d, "name": "%s"}' % (k + 1, n) for k, n in enumerate(names)) + "]}")
    (root / "done").touch()


def make_voc(root):
    if (root / "done").exists():
        return
    rng = random.Random(2)
    for name in ["JPEGImages", "SegmentationClassAug", "ImageSets/Segmentation"]:
        (root / name).mkdir(parents=True, exist_ok=True)
    masks = []
    for _ in range(300):
        rows = [bytearray(500) for _ in range(375)]
        for _ in range(rng.randint(1, 3)):
            label, x, y = rng.randint(1, 20), rng.randint(0, 400), rng.randint(0, 280)
            w, h = rng.randint(20, 500 - x), rng.randint(20, 375 - y)
            for row in rows[y:y + h]:
                shift = rng.randint(0, 3)
                row[x + shift:x + w] = bytes([label]) * (w - shift)
        masks.append(png([bytes(row) for row in rows]))
    for number in range(10582):
        name = f"2007_{number:06d}"
        (root / "JPEGImages" / f"{name}.jpg").write_bytes(JPEG)
        (root / "SegmentationClassAug" / f"{name}.png").write_bytes(masks[number % len(masks)])
    (root / "done").touch()


def timed(title, command, environment):
    """Wall seconds and peak memory of a command, in a line."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        raise SystemExit(f"{' '.join(command)}\n{errors.decode()}")
    print(f"{title:62} {seconds:7.2f} s {usage.ru_maxrss / 1024:8.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--diffss", default=str(Path(__file__).parent.parent / ".build/release/diffss"))
    options = parser.parse_args()
    make_coco(options.folder / "coco")
    make_voc(options.folder / "voc")
    size = (options.folder / "coco/annotations/instances_train2014.json").stat().st_size
    print(f"instances_train2014.json: {size / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory() as state:
        environment = dict(os.environ, XDG_CACHE_HOME=state + "/cache", XDG_DATA_HOME=state + "/data")
        for name in ["coco", "voc"]:
            kind = {"coco": "coco", "voc": "pascal"}[name]
            base = [options.diffss, "dataset", "list", "--dataset", kind, "--root", str(options.folder / name)]
            timed(f"{kind}: masks read for the first time, 20 episodes", base, environment)
            for protocol in ["hsnet", "bam"]:
                timed(f"{kind}: from the cache, 20 episodes of {protocol}", base + ["--protocol", protocol], environment)
            timed(f"{kind}: from the cache, 1000 episodes of hsnet", base + ["--episodes", "1000"], environment)


if __name__ == "__main__":
    main()
