"""Draws Tests/Fixtures/shortcuts: the latents that published implementations of what shortens a run come to, for the small model of
Tests/Fixtures/diffusion (make_diffusion_fixture.py).

    pip install DeepCache tomesd
    python Tools/make_shortcut_fixture.py

Needs torch, diffusers, transformers and safetensors too. Deep features are kept by the package DeepCache, tokens merged by tomesd without chance; the
intervals of guidance and the residuals that are kept are a loop over diffusers' networks. tomesd counts levels from the latents, where
this model does not attend: the finest level that does is its second.
"""

from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import tomesd
import torch
from DeepCache import DeepCacheSDHelper
from diffusers import AutoencoderTiny, ControlNetModel, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTokenizer

FIXTURES = Path(__file__).resolve().parent.parent / "Tests/Fixtures"
MODEL = FIXTURES / "diffusion/model"
STEPS, GUIDANCE, CONTROL_SCALE, SEED = 8, 4.0, 0.8, 5
PROMPT, NEGATIVE = "a photo of a cup", "blurred"


def text_states():
    """`[2, t, d]` of the negative prompt and the prompt; the fixture's text encoder is stored without `text_model.`."""
    tokenizer = CLIPTokenizer.from_pretrained(MODEL / "tokenizer")
    encoder = CLIPTextModel(CLIPTextModel.config_class.from_pretrained(MODEL / "text_encoder"))
    weights = {name: tensor.float() for name, tensor in load_file(MODEL / "text_encoder/model.safetensors").items()}
    names = encoder.state_dict().keys()
    prefix = "text_model." if any(name.startswith("text_model.") for name in names) else ""
    encoder.load_state_dict({prefix + name: tensor for name, tensor in weights.items()}, strict=False)
    ids = tokenizer([NEGATIVE, PROMPT], padding="max_length", max_length=77, return_tensors="pt").input_ids
    return encoder.eval()(ids)[0]


@torch.no_grad()
def latents(cache_every=1, control_every=1, merged=0.0, window=(0.0, 1.0)):
    """Latents after STEPS steps. Kept features and residuals are made anew where guidance begins or ends."""
    unet = UNet2DConditionModel.from_pretrained(MODEL / "unet").float().eval()
    control = ControlNetModel.from_pretrained(FIXTURES / "diffusion/controlnet").float().eval()
    scheduler = DDIMScheduler.from_pretrained(MODEL / "scheduler")
    scheduler.set_timesteps(STEPS)
    picture = load_file(FIXTURES / "diffusion/expected.safetensors")["control"]
    states = text_states()
    helper = DeepCacheSDHelper(pipe=SimpleNamespace(unet=unet, scheduler=scheduler))
    helper.set_params(cache_interval=cache_every, cache_branch_id=0)
    helper.enable()
    if merged:
        tomesd.apply_patch(unet, ratio=merged, max_downsample=2, use_rand=False)
    x = torch.randn((1, 6, picture.shape[2] // 4, picture.shape[3] // 4), generator=torch.Generator("cpu").manual_seed(SEED))
    residuals, since = None, None
    for step, time in enumerate(scheduler.timesteps):
        guided = step / STEPS >= window[0] and (step + 1) / STEPS <= window[1]
        texts = states if guided else states[1:]
        inputs = x.expand(len(texts), -1, -1, -1)
        if since is None or guided != since[0]:
            residuals, since = None, (guided, step)
        shallow = cache_every > 1 and step % cache_every != 0
        if residuals is None or not shallow and step - since[1] >= control_every:
            residuals = control(inputs, time, encoder_hidden_states=texts, controlnet_cond=picture.expand(len(texts), -1, -1, -1),
                                conditioning_scale=CONTROL_SCALE, return_dict=False)
            since = (guided, step)
        noise = unet(inputs, time, encoder_hidden_states=texts, down_block_additional_residuals=residuals[0],
                     mid_block_additional_residual=residuals[1]).sample
        if guided:
            negative, positive = noise.chunk(2)
            noise = negative + GUIDANCE * (positive - negative)
        x = scheduler.step(noise, time, x).prev_sample
    return x.contiguous()


@torch.no_grad()
def small_decoder(file):
    """Writes TAESD's decoder with random weights under the original names, for latents of eight channels; returns louder ones and their image."""
    torch.manual_seed(3)
    decoder = AutoencoderTiny(latent_channels=8, decoder_block_out_channels=(8, 8, 8, 8)).decoder.eval()
    for value in decoder.state_dict().values():
        value.copy_((value * 1.6).half().float())
    weights = {}
    for key, value in decoder.state_dict().items():
        layer, rest = key.removeprefix("layers.").split(".", 1)
        weights[f"{int(layer) + 1}.{rest}"] = value.half()
    save_file(weights, file)
    latents = torch.randn(1, 8, 5, 3) * 1.5
    return {"small-latents": latents, "small-image": decoder(latents).add(1).div(2).clamp(0, 1)}


def main():
    folder = FIXTURES / "shortcuts"
    folder.mkdir(exist_ok=True)
    save_file(
        {
            **small_decoder(folder / "taesd_decoder.safetensors"), "exact": latents(), "cache-3": latents(cache_every=3), "control-3": latents(control_every=3),
            "cache-2-control-4": latents(cache_every=2, control_every=4), "merge-0.5": latents(merged=0.5), "merge-0.75": latents(merged=0.75),
            "cache-2-merge-0.5": latents(cache_every=2, merged=0.5), "guided-0.25-0.75": latents(window=(0.25, 0.75)),
        },
        folder / "expected.safetensors",
        {"tool": ", ".join(f"{name} {version(name)}" for name in ["DeepCache", "tomesd", "diffusers", "torch"]),
         "prompt": PROMPT, "negative_prompt": NEGATIVE, "steps": f"{STEPS}", "guidance_scale": f"{GUIDANCE:g}",
         "control_scale": f"{CONTROL_SCALE:g}", "seed": f"{SEED}"})


if __name__ == "__main__":
    main()
