"""Measures a folder like Assets/demo on scenes that were not trained on; prints the figures of its model card."""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

import train_hed
import train_vae
from conditions import TYPES, class_colours, control_images
from data import CLASSES, FOLDS, Scenes, novel_classes
from episodes import measure
from networks import Networks, load_vae
from train_fss import NETWORKS, PREPARE


def tensors(path):
    return {key: value.float() for key, value in load_file(path).items()}


def edge_maps(hed, pictures):
    """8-bit soft edges [n,h,w] of pictures [n,3,h,w] in 0...1."""
    edge = torch.sigmoid(torch.stack(hed((pictures * 255).round())).mean(0))[:, 0]
    return (edge * 255).to(torch.uint8)


def outline_agreement(edges, inside):
    """Share of the mask's outline pixels that have an edge above 127 within two pixels."""
    solid = inside[:, None].float()
    outline = (solid - (1 - F.max_pool2d(1 - solid, 3, 1, 1)) > 0) & (inside[:, None])
    near = F.max_pool2d((edges > 127).float()[:, None], 5, 1, 2) > 0
    return ((outline & near).sum((1, 2, 3)) / outline.sum((1, 2, 3)).clamp(min=1)).mean().item()


def object_colours(pictures, inside):
    """Mean colour in and around the mask [n,2,3]."""
    solid = inside[:, None].float()
    around = F.max_pool2d(solid, 9, 1, 4) - solid
    return torch.stack([(pictures * part).sum((2, 3)) / part.sum((2, 3)).clamp(min=1) for part in (solid, around)], 1)


@torch.no_grad()
def generation(folder, scenes, hed, count, seeds, guidance, sheet):
    networks = Networks(load_vae(folder / "sd" / "vae"), folder=folder, shared=False)
    for module in networks.trained:
        module.eval()
    generator = np.random.default_rng(0)
    objects = scenes.objects(least_area=328)
    chosen = np.stack([objects[generator.choice(np.flatnonzero(objects[:, 1] == c % CLASSES + 1))] for c in range(count)])
    real = torch.from_numpy(np.array(scenes.images[chosen[:, 0]])).permute(0, 3, 1, 2).float() / 255
    classes = torch.from_numpy(chosen[:, 1])
    inside = torch.from_numpy(np.array(scenes.masks[chosen[:, 0]])) == classes[:, None, None]
    edges = edge_maps(hed, real)
    print(f"outline agreement: real pictures {outline_agreement(edges, inside):.3f}, "
          f"with another picture's mask {outline_agreement(edges, inside.roll(1, 0)):.3f}", flush=True)
    rows = [real[:10]]
    for index, name in enumerate(TYPES):
        pictures = control_images(torch.full((count,), index), inside, edges, class_colours()[classes])
        made = torch.stack([networks.generate(networks.controls[name], pictures, classes, seed, guidance=guidance) for seed in seeds])
        agreement = np.mean([outline_agreement(edge_maps(hed, m), inside) for m in made])
        colours = torch.stack([object_colours(m, inside)[:, 0] for m in made])
        contrast = np.mean([(c[:, 0] - c[:, 1]).norm(dim=1).mean().item() for c in (object_colours(m, inside) for m in made)])
        print(f"{name}: outline agreement {agreement:.3f}, object colour between seeds {colours.std(0).mean():.3f} "
              f"(0...1), object against surroundings {contrast:.3f}", flush=True)
        rows += [pictures[:10]] + [m[:10] for m in made[:2]]
    true = object_colours(real, inside)
    print(f"real: object colour between scenes {true[:, 0].std(0).mean():.3f}, "
          f"object against surroundings {(true[:, 0] - true[:, 1]).norm(dim=1).mean():.3f}")
    if sheet:
        picture = torch.cat([torch.cat(list(row), 2) for row in rows], 1).permute(1, 2, 0)
        Image.fromarray((picture.numpy() * 255).round().astype(np.uint8)).save(sheet)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", required=True, help="the evaluation scenes (seed 0)")
    parser.add_argument("--weights", default=Path(__file__).resolve().parent.parent / "Assets" / "demo", type=Path)
    parser.add_argument("--parts", nargs="+", default=("vae", "hed", *NETWORKS, "generation"))
    parser.add_argument("--pictures", type=int, default=200, help="for the autoencoder and the edges")
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--objects", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--guidance", type=float, default=5.0)
    parser.add_argument("--sheet", help="a PNG of what was generated")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    scenes = Scenes(args.scenes)
    hed = train_hed.ControlNetHED().eval()
    hed.load_state_dict(tensors(args.weights / "hed" / "ControlNetHED.safetensors"))
    if "vae" in args.parts:
        print(f"autoencoder: {train_vae.measure(load_vae(args.weights / 'sd' / 'vae'), scenes.images[: args.pictures]):.2f} dB", flush=True)
    if "hed" in args.parts:
        print("outlines: precision %.3f recall %.3f F %.3f" % train_hed.measure(hed, scenes, args.pictures), flush=True)
    for name in NETWORKS:
        for fold in range(FOLDS) if name in args.parts else ():
            path = args.weights / name / f"fold{fold}.safetensors"
            if not path.exists():
                continue
            network = NETWORKS[name].from_tensors(load_file(path)).eval()
            for shots in (1, 5):
                score = measure(network, scenes, novel_classes(fold), shots, args.episodes, PREPARE[name])
                print(f"{name}, fold {fold}: {shots}-shot mIoU on novel classes {score:.1f}", flush=True)
    if "generation" in args.parts:
        generation(args.weights, scenes, hed, args.objects, range(1, args.seeds + 1), args.guidance, args.sheet)


if __name__ == "__main__":
    main()
