"""The control images the program makes (Sources/Pipeline/Conditions), for batches on any device."""

import numpy as np
import torch
import torch.nn.functional as F

from data import table

KERNEL = 14
ANCHOR = 7
BACKGROUND = 120
SCRIBBLE_THRESHOLD = 127
TYPES = ("mask", "scribble", "hed")


def ellipse():
    """OpenCV's 14x14 elliptic structuring element as float [14,14]: not symmetric, anchor (7,7)."""
    kernel = torch.zeros(KERNEL, KERNEL)
    for row in range(KERNEL):
        dy = row - ANCHOR
        dx = int(np.rint((ANCHOR**2 - dy**2) ** 0.5))
        kernel[row, max(ANCHOR - dx, 0) : min(ANCHOR + dx + 1, KERNEL)] = 1
    return kernel


def dilate(inside):
    """Maximum of booleans [n,h,w] over src(y+i-7, x+j-7); outside the picture counts as empty."""
    after = KERNEL - ANCHOR - 1
    padded = F.pad(inside[:, None].float(), (ANCHOR, after, ANCHOR, after))
    return F.conv2d(padded, ellipse().to(inside.device)[None, None])[:, 0] > 0.5


def class_colours():
    """ADE20K palette colour of each demo class, uint8 [21,3]; row 0 is the background's."""
    palette = np.array(table("ade20k_palette.json")["palette"], np.uint8)
    return torch.from_numpy(palette[table("demo.json")["class_to_ade"]])


def mask_condition(inside, colours):
    """The class in its palette colour [n,3] on the palette's first colour: 0...1, [n,3,h,w]."""
    colours = colours.float()[:, :, None, None]
    return torch.where(inside[:, None], colours, torch.full_like(colours, BACKGROUND)) / 255


def hed_condition(inside, edges):
    """8-bit soft edges [n,h,w] inside the dilated mask: 0...1, [n,3,h,w]."""
    return (edges.float() * dilate(inside) / 255)[:, None].expand(-1, 3, -1, -1)


def scribble_condition(inside, edges):
    """The same map strictly above 127, as 0 or 1."""
    return ((edges > SCRIBBLE_THRESHOLD) & dilate(inside)).float()[:, None].expand(-1, 3, -1, -1)


def control_images(types, inside, edges, colours):
    """One control image a row, [n,3,h,w]; `types` holds indices into TYPES."""
    made = torch.stack(
        [mask_condition(inside, colours), scribble_condition(inside, edges), hed_condition(inside, edges)]
    )
    return made[types, torch.arange(len(types), device=types.device)]
