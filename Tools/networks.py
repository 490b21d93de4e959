"""The demo's diffusion networks and how they are read, written and sampled."""

import copy
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

import tokenizer as vocabulary
from data import prompts

TEXT_WIDTH = 64
CONDITION_CHANNELS = (8, 16, 32, 64)
SCHEDULER = dict(
    num_train_timesteps=1000,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    clip_sample=False,
    set_alpha_to_one=False,
    steps_offset=1,
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    timestep_spacing="trailing",
)


def new_unet(channels, latent_channels, side):
    """Attention on the lower two of three levels; `attention_head_dim` is the number of heads, as in SD 1.5."""
    return UNet2DConditionModel(
        sample_size=side,
        in_channels=latent_channels,
        out_channels=latent_channels,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=tuple(channels),
        layers_per_block=1,
        attention_head_dim=4,
        cross_attention_dim=TEXT_WIDTH,
        norm_num_groups=8,
    )


def new_control(unet, hint=CONDITION_CHANNELS):
    """A ControlNet for `unet`. Its zero convolutions start small instead of zero: both are trained together from nothing."""
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=hint, load_weights_from_unet=False)
    with torch.no_grad():
        for conv in [*control.controlnet_down_blocks, control.controlnet_mid_block]:
            torch.nn.init.normal_(conv.weight, std=0.3 / conv.in_channels**0.5)
        torch.nn.init.kaiming_normal_(control.controlnet_cond_embedding.conv_out.weight)
    return control


def new_text_encoder(vocabulary_size):
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary_size,
            hidden_size=TEXT_WIDTH,
            intermediate_size=4 * TEXT_WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            max_position_embeddings=77,
            hidden_act="quick_gelu",
            projection_dim=TEXT_WIDTH,
            bos_token_id=vocabulary_size - 2,
            eos_token_id=vocabulary_size - 1,
            pad_token_id=vocabulary_size - 1,
        )
    )


class Networks:
    """Text encoder, UNet and control branches together; the autoencoder stands beside them, finished."""

    def __init__(self, vae, channels=None, folder=None, scratch=None, shared=True):
        """New networks of `channels` with a tokenizer in `scratch`, or those of a folder like Assets/demo."""
        self.vae = vae
        if folder:
            folder = Path(folder)
            self.tokenizer = CLIPTokenizer.from_pretrained(folder / "sd" / "tokenizer")
            self.text = CLIPTextModel.from_pretrained(folder / "sd" / "text_encoder").float()
            self.unet = UNet2DConditionModel.from_pretrained(folder / "sd" / "unet").float()
            self.controls = {
                name: ControlNetModel.from_pretrained(folder / f"controlnet-{name}").float()
                for name in (("mask",) if shared else ("mask", "scribble", "hed"))
            }
            if shared:
                self.controls = {"shared": self.controls["mask"]}
        else:
            size = vocabulary.write(scratch)
            self.tokenizer = CLIPTokenizer.from_pretrained(scratch)
            self.text = new_text_encoder(size)
            self.unet = new_unet(channels, vae.config.latent_channels, vae.config.sample_size // 8)
            self.controls = {"shared": new_control(self.unet)}
        self.scheduler = DDIMScheduler(**SCHEDULER)
        positive, negative = prompts()
        # Row c is class c's prompt, row 0 the empty one, the last row the negative prompt.
        self.ids = self.tokenizer(positive + [negative], padding="max_length", max_length=77, truncation=True,
                                  return_tensors="pt").input_ids

    @property
    def trained(self):
        return [self.text, self.unet, *self.controls.values()]

    def to(self, device):
        for module in [self.vae, *self.trained]:
            module.to(device)
        self.ids = self.ids.to(device)
        return self

    def states(self):
        return dict(text=self.text.state_dict(), unet=self.unet.state_dict(),
                    controls={name: control.state_dict() for name, control in self.controls.items()})

    def load_states(self, states):
        self.text.load_state_dict(states["text"])
        self.unet.load_state_dict(states["unet"])
        for name, state in states["controls"].items():
            if name not in self.controls:
                self.controls[name] = copy.deepcopy(next(iter(self.controls.values())))
            self.controls[name].load_state_dict(state)

    def noise(self, latents, timestep, text, control=None, picture=None, scale=1.0):
        down = middle = None
        if control is not None:
            down, middle = control(latents, timestep, text, picture, scale, return_dict=False)
        return self.unet(latents, timestep, text, down_block_additional_residuals=down,
                         mid_block_additional_residual=middle, return_dict=False)[0]

    @torch.no_grad()
    def generate(self, control, pictures, classes, seed, steps=20, guidance=5.0, scale=1.0):
        """DDIM with guidance against the negative prompt; pictures [n,3,128,128] or None -> images [n,3,128,128] in 0...1."""
        states = self.text(self.ids).last_hidden_state
        count = len(classes)
        text = torch.cat([states[-1:].expand(count, -1, -1), states[classes]])
        side = self.unet.config.sample_size
        latents = torch.randn(count, self.unet.config.in_channels, side, side, generator=torch.Generator().manual_seed(seed))
        latents = latents.to(text.device)
        self.scheduler.set_timesteps(steps)
        both = None if pictures is None else torch.cat([pictures, pictures])
        for timestep in self.scheduler.timesteps:
            noise = self.noise(torch.cat([latents, latents]), timestep, text, control, both, scale)
            negative, positive = noise.chunk(2)
            latents = self.scheduler.step(negative + guidance * (positive - negative), timestep, latents, eta=0.0).prev_sample
        decoded = self.vae.decode(latents / self.vae.config.scaling_factor).sample
        return (decoded / 2 + 0.5).clamp(0, 1)


def write_folder(networks, out):
    """Everything of the diffusion model as F16 safetensors in diffusers layout; a shared control branch goes into all three."""
    out = Path(out)
    vocabulary.write(out / "sd" / "tokenizer")
    halves = ((networks.text, "sd/text_encoder"), (networks.unet, "sd/unet"), (networks.vae, "sd/vae"))
    controls = [(networks.controls.get(n, networks.controls.get("shared")), f"controlnet-{n}") for n in ("mask", "scribble", "hed")]
    for module, folder in [*halves, *controls]:
        kept = {name: value.detach().clone() for name, value in module.state_dict().items()}
        module.half().save_pretrained(out / folder)
        module.float()
        module.load_state_dict(kept)
    networks.scheduler.save_pretrained(out / "sd" / "scheduler")
    index = dict(
        _class_name="StableDiffusionControlNetPipeline",
        _diffusers_version="0.42.1",
        controlnet=["diffusers", "ControlNetModel"],
        feature_extractor=[None, None],
        image_encoder=[None, None],
        requires_safety_checker=False,
        safety_checker=[None, None],
        scheduler=["diffusers", "DDIMScheduler"],
        text_encoder=["transformers", "CLIPTextModel"],
        tokenizer=["transformers", "CLIPTokenizer"],
        unet=["diffusers", "UNet2DConditionModel"],
        vae=["diffusers", "AutoencoderKL"],
    )
    (out / "sd" / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")


def load_vae(folder):
    return AutoencoderKL.from_pretrained(folder).float().eval().requires_grad_(False)
