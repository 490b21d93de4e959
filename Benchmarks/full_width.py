"""Writes random Stable Diffusion 1.5 and ControlNet weights of full width, F16, in diffusers layout, and inputs for each network.

Speed does not depend on what the weights are; random ones need no download and no licence. Called by bench-peers.sh.
usage: full_width.py FOLDER
"""

import json
import pathlib
import shutil
import sys

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

CONFIGS = pathlib.Path(__file__).resolve().parent.parent / "Assets" / "sd15"


def config(part):
    return json.loads((CONFIGS / part / "config.json").read_text())


@torch.no_grad()
def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    model = folder / "sd"
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    unet = UNet2DConditionModel.from_config(config("unet"))
    control = ControlNetModel.from_unet(unet)
    # A new ControlNet says nothing: its last convolutions are zero. Here it has to be heard.
    for conv in [*control.controlnet_down_blocks, control.controlnet_mid_block, control.controlnet_cond_embedding.conv_out]:
        torch.nn.init.normal_(conv.weight, std=0.5 / (conv.in_channels * conv.kernel_size[0] ** 2) ** 0.5)
    vae = AutoencoderKL.from_config(config("vae"))
    text = CLIPTextModel(CLIPTextConfig(**config("text_encoder")))
    for module, to in ((unet, model / "unet"), (control, folder / "controlnet"), (vae, model / "vae"), (text, model / "text_encoder")):
        module.half().save_pretrained(to)
    # The small decoder, for images that are made faster.
    AutoencoderTiny().half().save_pretrained(folder / "taesd")
    for part in ("scheduler", "tokenizer"):
        shutil.copytree(CONFIGS / part, model / part, dirs_exist_ok=True)
    DDIMScheduler.from_config(DDIMScheduler.load_config(CONFIGS / "scheduler")).save_pretrained(model / "scheduler")
    index = dict(_class_name="StableDiffusionControlNetPipeline", scheduler=["diffusers", "DDIMScheduler"],
                 text_encoder=["transformers", "CLIPTextModel"], tokenizer=["transformers", "CLIPTokenizer"],
                 unet=["diffusers", "UNet2DConditionModel"], vae=["diffusers", "AutoencoderKL"])
    (model / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")

    drawn = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=drawn)

    step = dict(sample=normal(1, 4, 64, 64).repeat(2, 1, 1, 1), timestep=torch.tensor([501, 501]),
                encoder_hidden_states=normal(2, 77, 768))
    save_file(step, folder / "unet.safetensors")
    save_file(step | dict(cond=torch.rand(1, 3, 512, 512, generator=drawn)), folder / "controlnet.safetensors")
    save_file(dict(latent=normal(1, 4, 64, 64)), folder / "vae-decode.safetensors")


if __name__ == "__main__":
    main()
