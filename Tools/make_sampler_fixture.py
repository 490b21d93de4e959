"""Draws Tests/Fixtures/samplers: diffusers' schedulers in every spacing of their time steps, and on models that predict velocities.

    python Tools/make_sampler_fixture.py

Needs torch, diffusers and safetensors. The network is the toy model of the golden trajectories,
`0.3 tanh(x) (1 + t / 1000) + 0.05 sin(0.7 i)`, its answer taken for what the configuration says: noise, or velocity. Step counts that divide the
1000 training steps are among them, and others that do not.
"""

import json
from pathlib import Path

import diffusers
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parent.parent / "Tests/Fixtures/samplers"
BASE = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": False,
        "set_alpha_to_one": False, "steps_offset": 1}
SAMPLERS = {
    "ddim": ("DDIMScheduler", {}), "pndm": ("PNDMScheduler", {"skip_prk_steps": True}), "euler": ("EulerDiscreteScheduler", {}),
    "euler-a": ("EulerAncestralDiscreteScheduler", {}), "heun": ("HeunDiscreteScheduler", {}),
    "dpmpp-2m": ("DPMSolverMultistepScheduler", {}), "dpmpp-2m-karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpmpp-2m-sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}), "unipc": ("UniPCMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
}
KINDS = {
    "epsilon": ({}, [2, 7, 30, 400]),
    "velocity": ({"prediction_type": "v_prediction"}, [7, 20, 30]),
    "zero-snr": ({"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}, [7, 20, 30]),
}


def toy(x, t):
    i = torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape)
    return (0.3 * torch.tanh(x.double()) * (1 + float(t) / 1000) + 0.05 * torch.sin(0.7 * i)).float()


def run(kind, settings, steps, noise):
    scheduler = getattr(diffusers, kind).from_config({**BASE, **settings})
    scheduler.set_timesteps(steps)
    # Where the first two time steps are equal (Karras levels, rounded), diffusers' solvers take the second for the first and run over the end.
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)
    generator = torch.Generator("cpu").manual_seed(5)
    sample = noise * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        output = toy(scheduler.scale_model_input(sample, t), t)
        more = {"generator": generator} if kind not in ("PNDMScheduler", "HeunDiscreteScheduler", "UniPCMultistepScheduler") else {}
        sample = scheduler.step(output, t, sample, **more).prev_sample
    return sample, scheduler.timesteps.float(), float(scheduler.init_noise_sigma)


def main():
    ROOT.mkdir(parents=True, exist_ok=True)
    noise = torch.randn((1, 4, 3, 3), generator=torch.Generator("cpu").manual_seed(11))
    tensors, runs = {"noise": noise}, []
    for kind, (settings, counts) in KINDS.items():
        for name, (scheduler, own) in SAMPLERS.items():
            # diffusers' PNDM and Heun schedulers have no rescaled betas, and take no notice of the setting.
            if kind == "zero-snr" and name in ("pndm", "heun"):
                continue
            for spacing in ("leading", "trailing", "linspace"):
                for steps in counts:
                    if name == "lcm" and steps > 50:
                        continue
                    key = f"{kind}.{name}.{spacing}.{steps}"
                    config = {**settings, **own, "timestep_spacing": spacing}
                    sample, times, scale = run(scheduler, config, steps, noise)
                    assert torch.isfinite(sample).all(), key
                    tensors[f"{key}.final"], tensors[f"{key}.timesteps"] = sample.contiguous(), times.contiguous()
                    runs.append({"key": key, "sampler": name, "spacing": spacing, "steps": steps, "config": {**BASE, **settings}, "scale": scale})
    save_file(tensors, ROOT / "expected.safetensors", {"diffusers": diffusers.__version__, "torch": torch.__version__})
    (ROOT / "runs.json").write_text(json.dumps({"diffusers": diffusers.__version__, "runs": runs}, separators=(",", ":")))
    print(len(runs), "runs", sum(t.numel() * 4 for t in tensors.values()), "bytes")


main()
