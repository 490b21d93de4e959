"""What every training script shares: a time budget, an average of the weights, checkpoints that survive a kill."""

import math
import os
import time
from pathlib import Path

import torch


PAUSE = 60.0


class Budget:
    """Training measured in minutes of wall time, carried over checkpoints, so that a slow machine ends in time.

    A gap of more than `PAUSE` seconds between two looks means the process was stopped and is not counted.
    """

    def __init__(self, minutes):
        self.total = minutes * 60
        self.before = 0.0
        self.looked = time.time()

    @property
    def spent(self):
        now = time.time()
        gap, self.looked = now - self.looked, now
        self.before += gap if gap < PAUSE else 0.0
        return self.before

    @property
    def progress(self):
        return min(self.spent / self.total, 1.0)

    def learning_rate(self, peak, progress=None, warmup=0.03, floor=0.02):
        """Linear warm-up, then a cosine to `floor` of the peak; over the whole time unless a stage's progress is given."""
        p = self.progress if progress is None else progress
        if p < warmup:
            return peak * max(p / warmup, 0.02)
        return peak * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (p - warmup) / (1 - warmup))))


class Average:
    """Exponential moving average of parameters; its memory grows from a few steps up to `decay`."""

    def __init__(self, modules, decay):
        self.modules = modules
        self.decay = decay
        self.steps = 0
        self.values = [p.detach().clone() for m in modules for p in m.parameters()]

    @torch.no_grad()
    def update(self):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        torch._foreach_lerp_(self.values, [p.detach() for m in self.modules for p in m.parameters()], 1 - decay)

    @torch.no_grad()
    def swap(self):
        """Exchanges averaged and trained values; calling it twice restores both."""
        for value, parameter in zip(self.values, (p for m in self.modules for p in m.parameters())):
            kept = parameter.detach().clone()
            parameter.copy_(value)
            value.copy_(kept)


def save(state, path):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, str(path) + ".part")
    os.replace(str(path) + ".part", path)


def load(path):
    return torch.load(path, map_location="cpu", weights_only=True)


class Log:
    """Running means of named losses, printed every `seconds`."""

    def __init__(self, budget, seconds=30):
        self.budget, self.seconds = budget, seconds
        self.sums, self.count, self.last = {}, 0, time.time()

    def add(self, step, **values):
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(torch.as_tensor(value).detach())
        self.count += 1
        if time.time() - self.last >= self.seconds:
            means = "  ".join(f"{name} {total / self.count:.4f}" for name, total in self.sums.items())
            rate = self.count / (time.time() - self.last)
            print(f"{self.budget.spent / 60:6.1f} min  step {step}  {means}  {rate:.2f} steps/s", flush=True)
            self.sums, self.count, self.last = {}, 0, time.time()


class Muon(torch.optim.Optimizer):
    """Momentum whose matrix updates are orthogonalised (Jordan et al. 2024), Adam for vectors and embeddings.

    Convolutions count as matrices [out, in*k*k]. The update's RMS is 0.2, as AdamW's is in practice, so one learning
    rate serves both. At these tiny budgets it needs about half the steps of AdamW.
    """

    def __init__(self, parameters, lr, momentum=0.95, betas=(0.9, 0.99), weight_decay=0.01):
        super().__init__(list(parameters), dict(lr=lr, momentum=momentum, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, (b1, b2) = group["lr"], group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["step"], state["first"] = 0, torch.zeros_like(p)
                state["step"] += 1
                p.mul_(1 - lr * group["weight_decay"])
                rows = p.shape[0]
                # Embedding tables see few rows a step, and thin matrices have nothing to orthogonalise.
                if p.ndim >= 2 and 8 <= rows <= 1024 and p.numel() // rows >= 8:
                    first = state["first"].lerp_(p.grad, 1 - group["momentum"])
                    update = orthogonal(p.grad.lerp(first, group["momentum"]).flatten(1))
                    p.add_(update.view_as(p), alpha=-0.2 * lr * max(update.shape) ** 0.5)
                else:
                    if "second" not in state:
                        state["second"] = torch.zeros_like(p)
                    first = state["first"].lerp_(p.grad, 1 - b1)
                    second = state["second"].lerp_(p.grad.square(), 1 - b2)
                    scale = (second / (1 - b2 ** state["step"])).sqrt_().add_(1e-8)
                    p.addcdiv_(first, scale, value=-lr / (1 - b1 ** state["step"]))


def orthogonal(matrix, steps=5):
    """Newton-Schulz iteration towards the nearest matrix with orthonormal rows (or columns)."""
    x = (matrix.T if matrix.shape[0] > matrix.shape[1] else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.T if matrix.shape[0] > matrix.shape[1] else x).to(matrix.dtype)
