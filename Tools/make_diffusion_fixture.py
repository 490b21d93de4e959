"""Draws Tests/Fixtures/diffusion: a random Stable Diffusion model of a few kilobytes and what diffusers makes of it.

    python Tools/make_diffusion_fixture.py

Needs torch, diffusers, transformers and safetensors. The model differs from the golden ones where a configuration can
differ: two levels, no attention at the first, a list of head counts, linear projections, six latent channels, a factor of 4,
GELU in the text encoder, old names in the autoencoder, no `text_model.` prefix, BF16 in the ControlNet. Weights are rounded
before they are used, so both sides compute with the same numbers.
"""

import json
import shutil
from pathlib import Path

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, StableDiffusionControlNetPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

ROOT = Path(__file__).resolve().parent.parent / "Tests/Fixtures/diffusion"
MODEL, CONTROL = ROOT / "model", ROOT / "controlnet"
PROMPT, NEGATIVE = "a photo of a cup", "blurred"


def byte_vocabulary(folder):
    """A vocabulary of single bytes in CLIP's file format."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [b for b in range(256) if b not in printable]
    letters = [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]
    words = letters + [letter + "</w>" for letter in letters] + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {"model_max_length": 77, "pad_token": "<|endoftext|>", "bos_token": "<|startoftext|>",
                "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "tokenizer_class": "CLIPTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=1))
    return len(words)


def shaken(network, dtype):
    """Random weights far enough from the initial ones that every bias and norm shows."""
    with torch.no_grad():
        for parameter in network.parameters():
            noise = torch.randn(parameter.shape) * (0.3 / max(1, parameter[0].numel() if parameter.dim() > 1 else 4) ** 0.5)
            parameter.copy_((parameter + noise).to(dtype).float())
    return network.eval()


def rename(path, change):
    save_file({change(name): tensor.contiguous() for name, tensor in load_file(path).items()}, path, {"format": "pt"})


def main():
    torch.manual_seed(11)
    shutil.rmtree(ROOT, ignore_errors=True)
    words = byte_vocabulary(MODEL / "tokenizer")
    text = shaken(CLIPTextModel(CLIPTextConfig(
        vocab_size=words, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=3, hidden_act="gelu",
        bos_token_id=words - 2, eos_token_id=words - 1, pad_token_id=words - 1)), torch.float16)
    unet = shaken(UNet2DConditionModel(
        sample_size=8, in_channels=6, out_channels=6, block_out_channels=(12, 24), layers_per_block=1, cross_attention_dim=24,
        attention_head_dim=[2, 3], use_linear_projection=True, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D")), torch.float16)
    control = shaken(ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 10)), torch.bfloat16)
    vae = shaken(AutoencoderKL(
        block_out_channels=(8, 12, 16), latent_channels=6, layers_per_block=1, norm_num_groups=4, scaling_factor=0.3,
        down_block_types=("DownEncoderBlock2D",) * 3, up_block_types=("UpDecoderBlock2D",) * 3), torch.float16)
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                              set_alpha_to_one=False, steps_offset=1)

    pipeline = StableDiffusionControlNetPipeline(
        vae=vae, text_encoder=text, tokenizer=CLIPTokenizer.from_pretrained(MODEL / "tokenizer"), unet=unet, controlnet=control,
        scheduler=scheduler, safety_checker=None, feature_extractor=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    picture = torch.rand(1, 3, 40, 24)
    settings = dict(prompt=PROMPT, negative_prompt=NEGATIVE, image=picture, num_inference_steps=3, guidance_scale=4.0, height=40,
                    width=24, controlnet_conditioning_scale=0.8)
    latents = pipeline(**settings, generator=torch.Generator("cpu").manual_seed(5), output_type="latent").images
    image = pipeline(**settings, generator=torch.Generator("cpu").manual_seed(5), output_type="pt").images
    with torch.no_grad():
        encoded = vae.encode(picture * 2 - 1).latent_dist
    save_file({"control": picture, "latents": latents.contiguous(), "image": image.contiguous(), "enc_mean": encoded.mean.contiguous(),
               "enc_logvar": encoded.logvar.contiguous()}, ROOT / "expected.safetensors",
              {"tool": f"diffusers {diffusers.__version__}, transformers {transformers.__version__}, torch {torch.__version__}",
               "prompt": PROMPT, "negative_prompt": NEGATIVE, "steps": "3", "guidance_scale": "4", "control_scale": "0.8", "seed": "5"})

    text.half().save_pretrained(MODEL / "text_encoder")
    unet.half().save_pretrained(MODEL / "unet")
    vae.half().save_pretrained(MODEL / "vae")
    scheduler.save_pretrained(MODEL / "scheduler")
    control.bfloat16().save_pretrained(CONTROL)
    rename(MODEL / "text_encoder/model.safetensors", lambda name: name.removeprefix("text_model."))
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def older(name):
        for new, word in old.items():
            name = name.replace(f".{new}.", f".{word}.")
        return name

    rename(MODEL / "vae/diffusion_pytorch_model.safetensors", older)


if __name__ == "__main__":
    main()
