"""The peer that diffss is timed against: PyTorch and diffusers on the CPU, in F32."""

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, StableDiffusionControlNetPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer


def pipeline(sd, controlnet):
    """Stable Diffusion and a ControlNet from their folders; shows no bar."""
    pipe = StableDiffusionControlNetPipeline(
        vae=AutoencoderKL.from_pretrained(sd / "vae", torch_dtype=torch.float32),
        text_encoder=CLIPTextModel.from_pretrained(sd / "text_encoder", dtype=torch.float32),
        tokenizer=CLIPTokenizer.from_pretrained(sd / "tokenizer"),
        unet=UNet2DConditionModel.from_pretrained(sd / "unet", torch_dtype=torch.float32),
        controlnet=ControlNetModel.from_pretrained(controlnet, torch_dtype=torch.float32),
        scheduler=DDIMScheduler.from_pretrained(sd / "scheduler"),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe
