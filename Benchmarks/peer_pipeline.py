"""The peer that diffss is timed against: PyTorch and diffusers on the CPU, in float32 or another precision."""

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, StableDiffusionControlNetPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer


def pipeline(sd, controlnet, dtype=torch.float32):
    """Stable Diffusion and a ControlNet from their folders; shows no bar."""
    pipe = StableDiffusionControlNetPipeline(
        vae=AutoencoderKL.from_pretrained(sd / "vae", torch_dtype=dtype),
        text_encoder=CLIPTextModel.from_pretrained(sd / "text_encoder", dtype=dtype),
        tokenizer=CLIPTokenizer.from_pretrained(sd / "tokenizer"),
        unet=UNet2DConditionModel.from_pretrained(sd / "unet", torch_dtype=dtype),
        controlnet=ControlNetModel.from_pretrained(controlnet, torch_dtype=dtype),
        scheduler=DDIMScheduler.from_pretrained(sd / "scheduler"),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe
