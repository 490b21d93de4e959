"""Trains the demo's autoencoder (diffusers AutoencoderKL: 128x128 RGB <-> 16x16 latents of 8 channels).

It starts from codec.py's closed form, whose encoder is already the best linear code; by default only the decoder is
trained, against noisy latents, so that latents stay what they are while diffusion trains on them. `--encoder` trains
both halves (before any diffusion) and renormalises the latents to unit power at the end.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

import codec
from data import Scenes
from training import Average, Budget, Log, load, save

CONFIG = dict(
    in_channels=3,
    out_channels=3,
    down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4,
    block_out_channels=(8, 24, 48, 64),
    layers_per_block=1,
    latent_channels=8,
    # Two groups: the closed form needs at least three channels a group at the narrowest level.
    norm_num_groups=2,
    sample_size=128,
    scaling_factor=1.0,
)
FACTOR = 8
LATENT_NOISE = 0.05


def network_pictures(images, device="cpu"):
    """uint8 [n,h,w,3] to [n,3,h,w] in -1...1."""
    return torch.from_numpy(np.array(images)).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1


def crops(scenes, latents, count, size, generator, device):
    """Random windows on the latent grid: pictures [n,3,size,size] and, where latents are given, their windows."""
    pictures, codes = [], []
    usable = len(scenes) if latents is None else len(latents)
    for index in generator.integers(0, usable, count):
        y, x = FACTOR * generator.integers(0, (scenes.images.shape[1] - size) // FACTOR + 1, 2)
        pictures.append(scenes.images[index, y : y + size, x : x + size])
        if latents is not None:
            side = size // FACTOR
            codes.append(latents[index, :, y // FACTOR : y // FACTOR + side, x // FACTOR : x // FACTOR + side])
    x = network_pictures(np.stack(pictures), device)
    return x, (torch.stack(codes).float().to(device) if codes else None)


def gradient_loss(output, target):
    """L1 between finite differences at full, half and quarter size: what makes outlines crisp."""
    total = 0
    for level in range(3):
        if level:
            output, target = F.avg_pool2d(output, 2), F.avg_pool2d(target, 2)
        difference = output - target
        total = total + (difference[..., 1:] - difference[..., :-1]).abs().mean()
        total = total + (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean()
    return total / 6


@torch.no_grad()
def measure(vae, images, device="cpu", batch=16):
    """Mean PSNR in dB of encode + decode (latent mean) over uint8 pictures."""
    psnr = []
    for begin in range(0, len(images), batch):
        x = network_pictures(images[begin : begin + batch], device)
        y = vae.decode(vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
        psnr += (-10 * torch.log10(((x - y) / 2).pow(2).mean((1, 2, 3)))).tolist()
    return float(np.mean(psnr))


@torch.no_grad()
def normalise(vae, images, device):
    """Folds one factor into quant_conv and post_quant_conv that gives the latents unit power."""
    latents = torch.cat([vae.encode(network_pictures(images[i : i + 32], device)).latent_dist.mode()
                         for i in range(0, len(images), 32)])
    power, channels = latents.square().mean().sqrt(), latents.shape[1]
    vae.quant_conv.weight[:channels] /= power
    vae.quant_conv.bias[:channels] /= power
    vae.quant_conv.bias[channels:] -= 2 * torch.log(power)
    vae.post_quant_conv.weight *= power


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", required=True)
    parser.add_argument("--measure", help="scenes to measure on (the evaluation seed)")
    parser.add_argument("--out", required=True, help="`vae` here is written after the closed form and at every checkpoint")
    parser.add_argument("--init-from", help="a folder like Assets/demo instead of the closed form")
    parser.add_argument("--latents", help="latents.pt of train_diffusion.py: saves encoding them again")
    parser.add_argument("--encoder", action="store_true", help="train the encoder too")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--kl", type=float, default=2e-4)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    device, out = torch.device(args.device), Path(args.out)
    scenes, held = Scenes(args.scenes), Scenes(args.measure) if args.measure else None

    checkpoint = out / "checkpoint.pt"
    state = load(checkpoint) if checkpoint.exists() else None
    if args.init_from:
        vae = AutoencoderKL.from_pretrained(Path(args.init_from) / "sd" / "vae").float()
    else:
        vae = AutoencoderKL(**CONFIG)
        if state is None:
            codec.start(vae, np.array(scenes.images[:1000]))
            vae.save_pretrained(out / "vae")
    vae.to(device)
    if not args.encoder:
        vae.encoder.requires_grad_(False)
        vae.quant_conv.requires_grad_(False)
    # These layers work around large constants: a step moves the picture far more there than elsewhere.
    ends = [p for half in (vae.encoder, vae.decoder) for m in (half.conv_norm_out, half.conv_out) for p in m.parameters()]
    ends = [p for p in ends if p.requires_grad]
    others = [p for p in vae.parameters() if p.requires_grad and all(p is not q for q in ends)]
    optimizer = torch.optim.AdamW([dict(params=others, share=1.0), dict(params=ends, share=0.02)], lr=args.lr,
                                  betas=(0.9, 0.99), weight_decay=0)
    average, budget, step = Average([vae], 0.998), Budget(args.minutes), 0
    if state:
        vae.load_state_dict(state["vae"])
        optimizer.load_state_dict(state["optimizer"])
        average.values, average.steps = state["average"], state["step"]
        budget.before, step = state["spent"], state["step"]
    latents = load(args.latents)["latents"] if args.latents else None
    generator = np.random.default_rng(step + 1)
    log, saved = Log(budget), budget.spent
    while budget.progress < 1:
        # The last quarter sees whole pictures, so that the 16x16 attention learns its real size.
        whole = budget.progress > 0.75
        size, count = (scenes.images.shape[1], max(args.batch // 4, 1)) if whole else (args.crop, args.batch)
        x, codes = crops(scenes, latents, count, size, generator, device)
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(args.lr) * group["share"]
        kl = torch.zeros(())
        if args.encoder:
            posterior = vae.encode(x).latent_dist
            codes, kl = posterior.sample(), posterior.kl().sum() / posterior.mean.numel()
        elif codes is None:
            with torch.no_grad():
                codes = vae.encode(x).latent_dist.mode()
        y = vae.decode(codes + LATENT_NOISE * torch.randn_like(codes)).sample
        l1, gradient = (y - x).abs().mean(), gradient_loss(y, x)
        loss = l1 + gradient + args.kl * kl
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        optimizer.step()
        average.update()
        step += 1
        log.add(step, l1=l1, gradient=gradient, mse=(y - x).pow(2).mean())
        if budget.spent - saved > 240 or budget.progress >= 1:
            saved = budget.spent
            save(dict(vae=vae.state_dict(), optimizer=optimizer.state_dict(), average=average.values, step=step,
                      spent=budget.spent), checkpoint)
            average.swap()
            vae.save_pretrained(out / "vae")
            if held:
                print(f"PSNR {measure(vae, held.images[:16], device):.2f} dB", flush=True)
            average.swap()
    average.swap()
    if args.encoder:
        normalise(vae, scenes.images[:512], device)
    vae.save_pretrained(out / "vae")


if __name__ == "__main__":
    main()
