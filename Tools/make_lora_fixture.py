"""Draws Tests/Fixtures/lora: LoRA files and separate autoencoders for the model of Tests/Fixtures/diffusion, and what diffusers makes of them.

    python Tools/make_lora_fixture.py

Needs torch, diffusers, peft, transformers and safetensors. One set of matrices in the forms in which such files are handed on: kohya's keys with alphas
(linear layers, 1x1 and 3x3 convolutions, the text encoder), PEFT's, diffusers' `lora.down`, and its former attention processors. Expected are the latents after
`load_lora_weights` and `fuse_lora`, and with a separate autoencoder its pictures.
"""

import json
import tempfile
from pathlib import Path

import diffusers
import peft
import torch
import transformers
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTokenizer

TESTS = Path(__file__).resolve().parent.parent / "Tests/Fixtures"
MODEL, ROOT = TESTS / "diffusion/model", TESTS / "lora"
RUN = dict(prompt="a photo of a cup", negative_prompt="blurred", num_inference_steps=3, guidance_scale=4.0, height=40, width=24)


def pipeline(vae=None):
    return StableDiffusionPipeline(
        vae=vae or AutoencoderKL.from_pretrained(MODEL / "vae"), text_encoder=CLIPTextModel.from_pretrained(MODEL / "text_encoder", torch_dtype=torch.float32),
        tokenizer=CLIPTokenizer.from_pretrained(MODEL / "tokenizer"), unet=UNet2DConditionModel.from_pretrained(MODEL / "unet", torch_dtype=torch.float32),
        scheduler=DDIMScheduler.from_pretrained(MODEL / "scheduler"), safety_checker=None, feature_extractor=None, requires_safety_checker=False)


def latents(pipe, output="latent"):
    pipe.set_progress_bar_config(disable=True)
    return pipe(**RUN, generator=torch.Generator("cpu").manual_seed(5), output_type=output, return_dict=False)[0]


def pairs(module, wanted, rank, dtype, generator):
    """A pair of matrices for each layer whose name holds one of the words."""
    made = {}
    for name, layer in module.named_modules():
        if not isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)) or not any(word in name for word in wanted):
            continue
        outputs, inputs, *kernel = layer.weight.shape
        down = torch.randn([rank, inputs, *kernel], generator=generator) * 0.3
        up = torch.randn([outputs, rank, *[1] * len(kernel)], generator=generator) * 0.3
        made[name] = (down.to(dtype), up.to(dtype))
    return made


def fused(path, scale, **options):
    pipe = pipeline()
    pipe.load_lora_weights(path.parent, weight_name=path.name, **options)
    pipe.fuse_lora(lora_scale=scale)
    pipe.unload_lora_weights()
    return latents(pipe)


def merged(changes, text, scale, alpha=None):
    """The same by hand, for what load_lora_weights does not take."""
    pipe = pipeline()
    with torch.no_grad():
        for network, made in ((pipe.unet, changes), (pipe.text_encoder, text)):
            for name, (down, up) in made.items():
                weight = network.get_submodule(name).weight
                product = up.float().flatten(1) @ down.float().flatten(1)
                weight += scale * ((alpha or down.shape[0]) / down.shape[0]) * product.reshape(weight.shape)
    return latents(pipe)


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    pipe = pipeline()
    generator = torch.Generator("cpu").manual_seed(3)
    expected = {"plain": latents(pipe)}
    text = pairs(pipe.text_encoder, ["q_proj", "v_proj", "out_proj", "fc1"], 2, torch.float16, generator)

    # kohya, F16, alphas other than the rank; LoCon has convolutions of both kinds.
    unet = pairs(pipe.unet, ["attn1.to_q", "attn2.to_k", "to_out.0", "ff.net", "conv1", "conv_shortcut", "proj_in", "downsamplers", "time_emb_proj"], 3, torch.float16, generator)
    tensors = {}
    for prefix, made in (("lora_unet_", unet), ("lora_te_", {f"text_model.{name}": pair for name, pair in text.items()})):
        for name, (down, up) in made.items():
            key = prefix + name.replace(".", "_")
            tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(1.5, dtype=torch.float16)}
    save_file({k: v.contiguous() for k, v in tensors.items()}, ROOT / "kohya.safetensors")
    expected["kohya"] = merged(unet, text, 0.7, alpha=1.5)

    # diffusers' own file, written by itself, BF16.
    small = pairs(pipe.unet, ["attn1.to_q", "attn2.to_v", "to_out.0"], 2, torch.bfloat16, generator)
    words = pairs(pipe.text_encoder, ["q_proj", "out_proj"], 2, torch.bfloat16, generator)
    peft_keys = {f"unet.{n}.lora_{half}.weight": m for n, pair in small.items() for half, m in zip("AB", pair)}
    save_file(peft_keys | {f"text_encoder.text_model.{n}.lora_{half}.weight": m for n, pair in words.items() for half, m in zip("AB", pair)}, ROOT / "peft.safetensors")
    expected["peft"] = merged(small, words, 1)
    unet_only = ROOT / "unet.safetensors"
    save_file(peft_keys, unet_only)
    expected["unet"] = fused(unet_only, 0.5)
    assert torch.allclose(expected["unet"], merged(small, {}, 0.5), atol=1e-5)

    # The same matrices under the names that came before.
    save_file({f"unet.{n}.lora.{half}.weight": m for n, pair in small.items() for half, m in zip(("down", "up"), pair)}, ROOT / "lora-down.safetensors")
    def processor(name):
        layer, last = name.replace(".to_out.0", ".to_out").rsplit(".", 1)
        return f"{layer}.processor.{last}_lora"
    torch.save({f"{processor(n)}.{half}.weight": m.float() for n, pair in small.items() for half, m in zip(("down", "up"), pair)}, ROOT / "processors.bin")

    # kohya's file through diffusers' own conversion: attention only, which it knows.
    known = pairs(pipe.unet, ["attn1.to_q", "attn2.to_k", "to_out.0", "ff.net.2"], 2, torch.float32, generator)
    tensors = {}
    for name, (down, up) in known.items():
        key = "lora_unet_" + name.replace(".", "_")
        tensors |= {f"{key}.lora_down.weight": down, f"{key}.lora_up.weight": up, f"{key}.alpha": torch.tensor(1.0)}
    save_file(tensors, ROOT / "attention.safetensors")
    expected["attention"] = fused(ROOT / "attention.safetensors", 1.25)

    # Alphas beside the weights, as save_lora_weights writes them.
    settings = {"unet.r": 2, "unet.lora_alpha": 5, "unet.alpha_pattern": {"mid_block.attentions.0.transformer_blocks.0.attn1.to_q": 7}, "unet.target_modules": ["to_q", "to_v", "to_out.0"]}
    save_file(peft_keys, ROOT / "metadata.safetensors", {"format": "pt", "lora_adapter_metadata": json.dumps(settings)})
    expected["metadata"] = fused(ROOT / "metadata.safetensors", 0.5)

    # An autoencoder of its own.
    torch.manual_seed(23)
    vae = AutoencoderKL.from_pretrained(MODEL / "vae")
    with torch.no_grad():
        for parameter in vae.parameters():
            parameter.copy_((parameter + 0.05 * torch.randn(parameter.shape)).half().float())
    with tempfile.TemporaryDirectory() as folder:
        vae.save_pretrained(folder)
        weights = {k: v.half() for k, v in load_file(Path(folder) / "diffusion_pytorch_model.safetensors").items()}
    (ROOT / "vae").mkdir(exist_ok=True)
    save_file(weights, ROOT / "vae/diffusion_pytorch_model.safetensors")
    (ROOT / "vae/config.json").write_text((MODEL / "vae/config.json").read_text())
    expected["vae.image"] = torch.from_numpy(latents(pipeline(vae), "np"))

    versions = {name: module.__version__ for name, module in (("diffusers", diffusers), ("peft", peft), ("torch", torch), ("transformers", transformers))}
    save_file({k: v.float().contiguous() for k, v in expected.items()}, ROOT / "expected.safetensors", versions)
    for name, value in expected.items():
        if name != "plain" and value.shape == expected["plain"].shape:
            print(name, float((value - expected["plain"]).norm() / expected["plain"].norm()))
    print(versions)


main()
