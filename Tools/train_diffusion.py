"""Trains text encoder, UNet and ControlNet together on the latents of the demo scenes, then one ControlNet a condition.

`--stage joint`: one control branch sees all three conditions (a random one a sample, none for one sample in seven, so
that the UNet is a model of its own). `--stage fork`: the UNet and the text encoder stay as they are and the branch is
copied three times, each copy finished on its own condition.
"""

import argparse
import contextlib
import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from conditions import TYPES, class_colours, control_images
from data import Scenes
from networks import Networks, load_vae, write_folder
from train_hed import ControlNetHED
from training import Average, Budget, Log, Muon, load, save

WITHOUT_CONTROL = 1 / 7
WITHOUT_PROMPT = 0.15
# Objects cover a tenth of a scene; what they look like is what the demo is for.
OBJECT_WEIGHT = 5.0
# As in the evaluation's episodes: 2 % of the picture.
LEAST_AREA = 328


@torch.no_grad()
def prepare(scenes, count, vae, hed, device, batch=32):
    """Latents (float16, scaled) and 8-bit edge maps of the first `count` scenes."""
    latents, edges = [], []
    for start in range(0, count, batch):
        rgb = torch.from_numpy(np.array(scenes.images[start : min(start + batch, count)])).to(device)
        rgb = rgb.permute(0, 3, 1, 2).float()
        latents.append((vae.encode(rgb / 127.5 - 1).latent_dist.mode() * vae.config.scaling_factor).half().cpu())
        edge = torch.sigmoid(torch.stack(hed(rgb)).mean(0))[:, 0]
        edges.append((edge * 255).to(torch.uint8).cpu())
    return torch.cat(latents), torch.cat(edges)


class Samples:
    """Random (scene, class) pairs on `device`, classes equally often."""

    def __init__(self, scenes, latents, edges, device, generator):
        objects = scenes.objects(least_area=LEAST_AREA)
        objects = objects[objects[:, 0] < len(latents)]
        self.of = [objects[objects[:, 1] == c, 0] for c in range(1, 21)]
        self.generator, self.device = generator, device
        self.latents, self.edges = latents.to(device), edges.to(device)
        self.masks = torch.from_numpy(np.array(scenes.masks[: len(latents)])).to(device)
        self.colours = class_colours().to(device)

    def draw(self, count, types):
        """latents [n,c,16,16], control images [n,3,128,128], classes [n], object masks [n,128,128]; `types` indexes TYPES."""
        classes = self.generator.integers(1, 21, count)
        index = torch.from_numpy(np.array([self.generator.choice(self.of[c - 1]) for c in classes])).to(self.device)
        classes = torch.from_numpy(classes).to(self.device)
        inside = self.masks[index] == classes[:, None, None]
        pictures = control_images(types, inside, self.edges[index], self.colours[classes])
        pictures = pictures.contiguous(memory_format=torch.channels_last)
        return self.latents[index].float(), pictures, classes, inside


def object_weights(inside):
    """Weights [n,1,h,w] of the loss, mean 1 a batch: more in and beside the object of masks [n,8h,8w]."""
    near = F.max_pool2d(F.max_pool2d(inside[:, None].float(), 8), 3, 1, 1)
    weights = 1 + (OBJECT_WEIGHT - 1) * near
    return weights / weights.mean()


def dropped(classes, last, generator):
    """Rows of the prompt table: the class's, or (one in seven) the empty or the negative prompt."""
    draw = torch.from_numpy(generator.random(len(classes))).to(classes.device)
    rows = torch.where(draw < WITHOUT_PROMPT, torch.full_like(classes, last), classes)
    return torch.where(draw < 0.3 * WITHOUT_PROMPT, torch.zeros_like(classes), rows)


def contact_sheet(networks, samples, path, seeds=(1,), guidance=5.0):
    """Rows: the control images, then what each seed makes of them; columns: two classes a condition, and one without."""
    device = samples.device
    generator, samples.generator = samples.generator, np.random.default_rng(5)
    columns, controls = [], networks.controls
    for index, name in enumerate(TYPES):
        _, pictures, classes, _ = samples.draw(4, torch.full((4,), index, device=device))
        rows = [pictures]
        for seed in seeds:
            rows.append(networks.generate(controls.get(name, controls.get("shared")), pictures, classes, seed, guidance=guidance))
        columns.append(torch.cat([torch.cat(list(row), 2) for row in rows], 1))
    classes = torch.tensor([3, 6, 9], device=device)
    rows = [torch.zeros(3, 3, 128, 128, device=device)]
    rows += [networks.generate(None, None, classes, seed, guidance=guidance) for seed in seeds]
    columns.append(torch.cat([torch.cat(list(row), 2) for row in rows], 1))
    samples.generator = generator
    sheet = (torch.cat(columns, 2).permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)
    Image.fromarray(sheet).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", required=True)
    parser.add_argument("--count", type=int, default=8000, help="scenes used; the rest is never encoded")
    parser.add_argument("--vae", required=True, help="the autoencoder's folder")
    parser.add_argument("--hed", required=True, help="ControlNetHED.safetensors")
    parser.add_argument("--out", required=True)
    parser.add_argument("--stage", choices=("joint", "fork"), default="joint")
    parser.add_argument("--init-from", help="a folder like Assets/demo: goes on from its weights")
    parser.add_argument("--channels", type=int, nargs=3, default=(32, 48, 64))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bfloat16", action="store_true", help="autocast; for GPUs, and CPUs with avx512_bf16")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--checkpoint-minutes", type=float, default=8)
    parser.add_argument("--sheet-minutes", type=float, default=10)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    device, out = torch.device(args.device), Path(args.out)
    out.mkdir(parents=True, exist_ok=True)

    scenes, vae = Scenes(args.scenes), load_vae(args.vae).to(device)
    cache = out / "latents.pt"
    if not cache.exists():
        hed = ControlNetHED()
        hed.load_state_dict({key: value.float() for key, value in load_file(args.hed).items()})
        latents, edges = prepare(scenes, min(args.count, len(scenes)), vae, hed.to(device).eval(), device)
        save(dict(latents=latents, edges=edges), cache)
        print(f"latents: mean {latents.float().mean():.3f} deviation {latents.float().std():.3f}", flush=True)
    prepared = load(cache)

    fork = args.stage == "fork"
    networks = Networks(vae, args.channels, args.init_from, out / "tokenizer", shared=not fork).to(device)
    joint, checkpoint = out / "joint.pt", out / f"{args.stage}.pt"
    state = load(checkpoint) if checkpoint.exists() else None
    if fork and state is None and joint.exists():
        networks.load_states(load(joint)["average"])
    if fork:
        shared = networks.controls.pop("shared", None)
        if shared is not None:
            networks.controls = {name: copy.deepcopy(shared) for name in TYPES}
        networks.unet.requires_grad_(False)
        networks.text.requires_grad_(False)
    for module in networks.trained:
        module.to(memory_format=torch.channels_last)
    parameters = [p for module in networks.trained for p in module.parameters() if p.requires_grad]
    optimizer = Muon(parameters, lr=args.lr)
    average, budget, step = Average(networks.trained, 0.998 if device.type == "cpu" else 0.9995), Budget(args.minutes), 0
    if state:
        networks.load_states(state["networks"])
        optimizer.load_state_dict(state["optimizer"])
        average.swap()
        networks.load_states(state["average"])
        average.swap()
        average.steps, budget.before, step = state["step"], state["spent"], state["step"]
    generator = np.random.default_rng(step + 1)
    samples = Samples(scenes, prepared["latents"], prepared["edges"], device, generator)
    alphas = networks.scheduler.alphas_cumprod.to(device)
    print(f"UNet {sum(p.numel() for p in networks.unet.parameters())} parameters, a control branch "
          f"{sum(p.numel() for p in next(iter(networks.controls.values())).parameters())}", flush=True)
    half = torch.autocast(device.type, torch.bfloat16) if args.bfloat16 else contextlib.nullcontext()
    controlled = args.batch if fork else args.batch - round(args.batch * WITHOUT_CONTROL)

    def checkpoint_now():
        trained = networks.states()
        trained = {k: {n: (v.clone() if torch.is_tensor(v) else {a: b.clone() for a, b in v.items()}) for n, v in s.items()}
                   for k, s in trained.items()}
        average.swap()
        save(dict(networks=trained, average=networks.states(), optimizer=optimizer.state_dict(), step=step,
                  spent=budget.spent), checkpoint)
        write_folder(networks, out / "demo")
        average.swap()

    log, saved, shown = Log(budget), budget.spent, budget.spent
    while budget.progress < 1:
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate(args.lr)
        kind = step % 3 if fork else None
        types = torch.full((args.batch,), kind) if fork else torch.from_numpy(generator.integers(0, 3, args.batch))
        clean, pictures, classes, inside = samples.draw(args.batch, types.to(device))
        rows = dropped(classes, len(networks.ids) - 1, generator)
        # Logit-normal (Esser et al. 2024): the middle, where the picture is decided, more often than the ends.
        timestep = (1000 * torch.sigmoid(torch.randn(args.batch, device=device))).long().clamp(0, 999)
        signal = alphas[timestep][:, None, None, None]
        noise = torch.randn_like(clean)
        noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
        with half:
            used, rows = torch.unique(rows, return_inverse=True)
            text = networks.text(networks.ids[used]).last_hidden_state[rows]
            control = networks.controls[TYPES[kind]] if fork else networks.controls["shared"]
            down, middle = control(noisy[:controlled], timestep[:controlled], text[:controlled], pictures[:controlled], return_dict=False)
            missing = args.batch - controlled
            if missing:
                down = [torch.cat([x, x.new_zeros(missing, *x.shape[1:])]) for x in down]
                middle = torch.cat([middle, middle.new_zeros(missing, *middle.shape[1:])])
            predicted = networks.unet(noisy, timestep, text, down_block_additional_residuals=down,
                                      mid_block_additional_residual=middle, return_dict=False)[0]
        # Salimans & Ho 2022. At high noise this is the picture itself, which has to come from the control image and the prompt:
        # a network this small and briefly trained that predicts noise never learns to heed them.
        velocity = signal.sqrt() * noise - (1 - signal).sqrt() * clean
        error = (predicted.float() - velocity).pow(2)
        loss = (error * object_weights(inside)).mean()
        error = error.mean((1, 2, 3))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        average.update()
        step += 1
        high = timestep > 600
        log.add(step, loss=loss, high=error[high].mean() if high.any() else loss)
        if budget.spent - saved > 60 * args.checkpoint_minutes:
            saved = budget.spent
            checkpoint_now()
        if budget.spent - shown > 60 * args.sheet_minutes:
            shown = budget.spent
            average.swap()
            contact_sheet(networks, samples, out / f"{args.stage}_{int(budget.spent // 60):03d}min.png")
            average.swap()
    checkpoint_now()
    average.swap()
    contact_sheet(networks, samples, out / f"{args.stage}_end.png", seeds=(1, 2, 3))


if __name__ == "__main__":
    main()
