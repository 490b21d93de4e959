#!/bin/sh
# A JPEG whose orientation is told by XMP alone is turned by Pillow's exif_transpose and by nobody else here.
#
# Guess: exif_transpose turns by EXIF data alone, as its name says, so Pillow and OpenCV agree on a file without EXIF.
# Found with Pillow 13.0.0 and OpenCV 5.0.0.93 (headless): of a 6x4 JPEG with tiff:Orientation="6" in its XMP packet and no EXIF, exif_transpose
# makes 4x6, cv2.imdecode leaves 6x4. A PNG's eXIf chunk with the same orientation is obeyed by both.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q pillow==13.0.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import io
import cv2, numpy
from PIL import Image, ImageOps

picture = Image.new("RGB", (6, 4), (200, 30, 30))
xmp = (b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
       b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
       b'tiff:Orientation="6"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>')

def sizes(**options):
    file = io.BytesIO()
    picture.save(file, **options)
    data = file.getvalue()
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).size
    read = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
    return turned, (read.shape[1], read.shape[0])

exif = Image.Exif()
exif[274] = 6
seen = {"XMP in JPEG": sizes(format="JPEG", xmp=xmp), "EXIF in JPEG": sizes(format="JPEG", exif=exif), "eXIf in PNG": sizes(format="PNG", exif=exif)}
print(seen)
assert seen == {"XMP in JPEG": ((4, 6), (6, 4)), "EXIF in JPEG": ((4, 6), (4, 6)), "eXIf in PNG": ((4, 6), (4, 6))}, seen
PYTHON
