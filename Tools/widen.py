"""Starts a wider diffusion model from a trained narrower one (Net2WiderNet, Chen et al. 2016, arXiv 1511.05641).

Channels are repeated inside their normalisation groups and attention heads, and what reads a repeated channel shares
its weights among the copies, so that the wide network begins nearly where the narrow one stood. A little noise makes
the copies differ, or training would keep them equal.
"""

import argparse
from pathlib import Path

import torch

from networks import Networks, load_vae, new_control, new_unet, write_folder

GROUPS = 8
NOISE = 0.05


def repeated(old, new, groups):
    """For each of `new` channels the one of `old` it copies, group by group."""
    inside = old // groups
    return torch.cat([g * inside + torch.arange(new // groups) % inside for g in range(groups)])


class Widening:
    """Which old channel each new one copies, for every size that occurs in the networks."""

    def __init__(self, old, new, narrow_hint, wide_hint):
        self.maps = {}
        for a, b in zip(old, new):
            self.add(repeated(a, b, GROUPS), a)
            self.add(repeated(4 * a, 4 * b, GROUPS), 4 * a)
        for a, b in zip(narrow_hint, wide_hint):
            if (a, b) not in self.maps:
                self.add(repeated(a, b, min(a, GROUPS)), a)
        # The up blocks read what comes from below, then what comes across.
        levels = list(zip(old, new))
        for (a, c), (b, d) in [*zip(levels, levels), *zip(levels[1:], levels)]:
            self.add(torch.cat([self.maps[a, c], a + self.maps[b, d]]), a + b)
        # A gated layer's two halves: values, then gates.
        for a, b in zip(old, new):
            half = self.maps[4 * a, 4 * b]
            self.add(torch.cat([half, 4 * a + half]), 8 * a)

    def add(self, chosen, old):
        known = self.maps.setdefault((old, len(chosen)), chosen)
        if not torch.equal(known, chosen):
            raise ValueError(f"{old} -> {len(chosen)} channels could mean two things; choose other widths")

    def widen(self, name, narrow, wide):
        """The values for the tensor `wide`, from `narrow`."""
        value = narrow.float()
        if name.endswith("time_embedding.linear_1.weight"):
            return self.frequencies(value, wide)
        if value.shape[0] != wide.shape[0]:
            value = value[self.maps[value.shape[0], wide.shape[0]]]
        if value.ndim > 1 and value.shape[1] != wide.shape[1]:
            chosen = self.maps[value.shape[1], wide.shape[1]]
            share = 1 / torch.bincount(chosen)[chosen].float()
            value = value[:, chosen] * share.view(1, -1, *[1] * (value.ndim - 2))
        if name.endswith(("to_q.weight", "to_k.weight")) and narrow.shape[0] != wide.shape[0]:
            # Scores add up over copies and are divided by the root of a larger head.
            chosen = self.maps[narrow.shape[0], wide.shape[0]]
            value = value * torch.bincount(chosen)[chosen].float().rsqrt()[:, None]
            value = value * (wide.shape[0] / narrow.shape[0]) ** 0.25
        if value.ndim > 1 and value.shape != narrow.shape:
            value = value + NOISE * value.std() * torch.randn_like(value)
        return value

    def frequencies(self, value, wide):
        """Twice the width holds every old frequency, at every second place of its half."""
        if wide.shape[1] != 2 * value.shape[1]:
            raise ValueError("the first width must be doubled, or time would be in other frequencies")
        rows = value[self.maps[value.shape[0], wide.shape[0]]]
        result = torch.zeros_like(wide)
        result[:, ::2] = rows
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", required=True, help="a folder like Assets/demo")
    parser.add_argument("--channels", type=int, nargs=3, default=(64, 96, 128))
    parser.add_argument("--hint", type=int, nargs=4, default=(8, 16, 32, 64), help="channels of the control image's network")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    torch.manual_seed(0)
    vae = load_vae(Path(args.source) / "sd" / "vae")
    networks = Networks(vae, folder=args.source, shared=False)
    narrow, controls = networks.unet, networks.controls
    hint = tuple(controls["mask"].config.conditioning_embedding_out_channels)
    table = Widening(tuple(narrow.config.block_out_channels), tuple(args.channels), hint, tuple(args.hint))

    networks.unet = new_unet(args.channels, vae.config.latent_channels, narrow.config.sample_size)
    networks.controls = {name: new_control(networks.unet, tuple(args.hint)) for name in controls}
    for before, after in [(narrow, networks.unet), *((controls[name], networks.controls[name]) for name in controls)]:
        old, new = before.state_dict(), after.state_dict()
        after.load_state_dict({key: table.widen(key, old[key], new[key]) for key in new})
    write_folder(networks, args.out)


if __name__ == "__main__":
    main()
