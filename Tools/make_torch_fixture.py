"""Writes Tests/Fixtures/torch: small files of torch.save in both formats, and what they hold."""

import argparse
import os
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file


class Command:
    """A pickle that runs a command when Python loads it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/diffss-was-here",)


def weights():
    torch.manual_seed(0)
    base = torch.randn(6, 5)
    return OrderedDict(
        {
            "module.conv.weight": torch.randn(4, 3, 2, 2),
            "module.conv.bias": torch.randn(4).half(),
            "module.bfloat": torch.randn(3, 7).bfloat16(),
            "module.double": torch.randn(2, 3, dtype=torch.float64),
            "module.transposed": base.t(),
            "module.rows": base[2:5],
            "module.column": base[:, 1],
            "module.parameter": torch.nn.Parameter(torch.randn(9)),
            "module.steps": torch.tensor(12345),
            "module.bytes": torch.tensor([0, 1, 255], dtype=torch.uint8),
            "module.truth": torch.tensor([True, False]),
            "module.small": torch.tensor([-128, 127], dtype=torch.int8),
            "module.short": torch.tensor([-32768, 32767], dtype=torch.int16),
            "module.none": torch.zeros(0, 4),
        }
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "torch")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    state = weights()
    training = dict(epoch=7, state_dict=state, best=np.float64(0.5), optimizer=dict(state={0: dict(m=torch.ones(3))}, groups=[dict(lr=0.1)]))
    torch.save(training, out / "training.pth")
    torch.save(training, out / "training-1.4.pth", _use_new_zipfile_serialization=False)
    torch.save(state, out / "bare.pth")
    torch.save(dict(state_dict=state, more=Command()), out / "hostile.pth")
    save_file({name: value.detach().float().contiguous().clone() for name, value in state.items()}, out / "expected.safetensors")


if __name__ == "__main__":
    main()
