"""Writes Tests/Fixtures/preview: a small TAESD decoder with random weights under both of its naming schemes, and what diffusers makes of it.

usage: make_preview_fixture.py OUT
"""

import pathlib
import sys

import torch
from diffusers import AutoencoderTiny
from safetensors.torch import save_file


@torch.no_grad()
def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(3)
    decoder = AutoencoderTiny(decoder_block_out_channels=(8, 8, 8, 8)).decoder.eval()
    # Drawn anew in halves, so that the file and the network hold the same numbers.
    for value in decoder.state_dict().values():
        value.copy_((value * 1.6).half().float())
    weights = {key.removeprefix("layers."): value.half() for key, value in decoder.state_dict().items()}
    save_file({f"decoder.layers.{key}": value for key, value in weights.items()}, out / "diffusers.safetensors")
    renamed = {}
    for key, value in weights.items():
        layer, rest = key.split(".", 1)
        renamed[f"{int(layer) + 1}.{rest}"] = value
    save_file(renamed, out / "taesd_decoder.safetensors")
    latents = torch.randn(1, 4, 3, 5) * 0.9
    latents /= max(1.0, float(latents.square().mean().sqrt()))
    image = decoder(latents).add(1).div(2).clamp(0, 1)  # the decoder answers in -1...1
    save_file(dict(latents=latents, image=image), out / "expected.safetensors")


if __name__ == "__main__":
    main()
