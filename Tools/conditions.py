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
    """Maximum of booleans [n,h,w] over src(y+i-7, x+j-7); outside the picture counts as empty.

    A kernel row is one run of ones: whether it meets the mask is the difference of two running counts.
    """
    height, width = inside.shape[1:]
    after = KERNEL - ANCHOR - 1
    padded = F.pad(inside, (ANCHOR, after, ANCHOR, after))
    counts = F.pad(padded.cumsum(2, dtype=torch.int16), (1, 0))
    result = torch.zeros_like(inside)
    for row, ones in enumerate(ellipse()):
        first, last = ones.nonzero()[[0, -1], 0].tolist()
        rows = counts[:, row : row + height]
        result |= rows[:, :, last + 1 : last + 1 + width] != rows[:, :, first : first + width]
    return result


def class_colours():
    """ADE20K palette colour of each demo class, uint8 [21,3]; row 0 is the background's."""
    palette = np.array(table("ade20k_palette.json")["palette"], np.uint8)
    return torch.from_numpy(palette[table("demo.json")["class_to_ade"]])


def mask_condition(inside, colours):
    """The class in its palette colour [n,3] on the palette's first colour: 0...1, [n,3,h,w]."""
    colours = colours.float()[:, :, None, None]
    return torch.where(inside[:, None], colours, torch.full_like(colours, BACKGROUND)) / 255


def hed_condition(dilated, edges):
    """8-bit soft edges [n,h,w] inside the dilated mask: 0...1, [n,3,h,w]."""
    return (edges.float() * dilated / 255)[:, None].expand(-1, 3, -1, -1)


def scribble_condition(dilated, edges):
    """The same map strictly above 127, as 0 or 1."""
    return ((edges > SCRIBBLE_THRESHOLD) & dilated).float()[:, None].expand(-1, 3, -1, -1)


def control_images(types, inside, edges, colours):
    """One control image a row, [n,3,h,w]; `types` holds indices into TYPES."""
    dilated = dilate(inside)
    made = torch.stack(
        [mask_condition(inside, colours), scribble_condition(dilated, edges), hed_condition(dilated, edges)]
    )
    return made[types, torch.arange(len(types), device=types.device)]
