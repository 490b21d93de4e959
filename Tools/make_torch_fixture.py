"""Writes Tests/Fixtures/torch: small files of torch.save in both formats, and what they hold."""

import argparse
import os
import sys
import types
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file


class Command:
    """A pickle that runs a command when Python loads it."""

    def __reduce__(self):
        return os.system, ("touch /tmp/diffss-was-here",)


def foreign(path, **members):
    """A class of a module that is not installed."""
    module, name = path.rsplit(".", 1)
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    made = type(name, (), {"__module__": module, "__qualname__": name, **members})
    setattr(sys.modules[module], name, made)
    return made


class ForeignTensor:
    """A weight that only a function of somebody else's can build."""

    def __reduce__(self):
        return foreign("quantizer.core.rebuild"), (torch.ones(3), 4)


def lightning(state):
    """What Lightning 2 leaves beside the weights, with a configuration of omegaconf's."""
    callback = foreign("lightning.pytorch.callbacks.model_checkpoint.ModelCheckpoint")
    container, key = foreign("omegaconf.listconfig.ListConfig"), foreign("omegaconf.nodes.AnyNode", __slots__=("value",))
    paths, node = container(), key()
    paths.__dict__.update(_content=[1, node], _parent=None)
    node.value = "a"
    return {"epoch": 3, "callbacks": {callback: {"monitor": "val", "best": torch.tensor(0.5)}}, "hyper_parameters": {"paths": paths}, "state_dict": state}


def every_float8():
    """All 256 values of both formats, and what they are."""
    bits = torch.arange(256, dtype=torch.int32).to(torch.uint8)
    return {"e4m3": bits.view(torch.float8_e4m3fn), "e5m2": bits.view(torch.float8_e5m2)}


def oddities():
    """Good weights first and last, between them tensors of forms that are not read."""
    odd = {
        "quantised": torch.quantize_per_tensor(torch.ones(5), 0.1, 3, torch.quint8),
        "quantised.wide": torch.quantize_per_tensor(torch.ones(5), 0.1, 3, torch.qint32),
        "complex": torch.zeros(3, dtype=torch.complex64),
    }
    return {"first": torch.arange(4.0).reshape(2, 2), **odd, "last": torch.tensor([5.0, 6.0, 7.0])}


def arrays():
    """What scripts put among the weights: arrays, numbers and texts in place of tensors."""
    return {"good": torch.ones(2), "array": np.zeros((2, 2), np.float32), "scalar": np.float64(3), "number": 1.5, "text": "a", "list": [1]}


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
    torch.save(lightning(state), out / "lightning.ckpt")
    torch.save(lightning(state), out / "lightning-1.4.ckpt", _use_new_zipfile_serialization=False)
    torch.save(dict(state_dict=dict(good=torch.ones(2), bad=ForeignTensor())), out / "foreign-weight.pth")
    torch.save(oddities(), out / "odd.pth")
    torch.save(oddities(), out / "odd-1.4.pth", _use_new_zipfile_serialization=False)
    torch.save(dict(state_dict=arrays()), out / "arrays.pth")
    torch.save(dict(state_dict={"conv.weight": np.zeros(2, np.float32), "conv.bias": np.zeros(2, np.float32)}), out / "arrays-alone.pth")
    keys = ("first_stage_model.decoder.conv_in.bias", "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight")
    torch.save({**{key: torch.ones(1) for key in keys}, "model.diffusion_model.input_blocks.0.0.bias": torch.ones(1), "model.diffusion_model.out.2.bias": np.ones(1)},
               out / "arrays-model.pth")
    torch.save({"good": torch.ones(2), "negated": torch._neg_view(torch.ones(2))}, out / "negated.pth")
    key = "controlnet_cond_embedding.{}.weight"
    torch.save({key.format("conv_in"): torch.ones(2, 3, 3, 3), key.format("blocks.1"): np.ones(2, np.float32)}, out / "control-array.pth")
    negated = torch._neg_view(torch.ones(2, 3, 3, 3))
    torch.save({key.format("conv_in"): negated, key.format("blocks.0"): torch.ones(2, 2, 3, 3)}, out / "control-negated.pth")
    torch.save({}, out / "empty.pth")
    torch.save({}, out / "empty-1.4.pth", _use_new_zipfile_serialization=False)
    eights = every_float8()
    torch.save(eights, out / "float8.pth")
    torch.save(eights, out / "float8-1.4.pth", _use_new_zipfile_serialization=False)
    save_file({name: value.clone() for name, value in eights.items()}, out / "float8.safetensors")
    save_file({name: value.float() for name, value in eights.items()}, out / "float8-expected.safetensors")
    save_file({name: value.detach().float().contiguous().clone() for name, value in state.items()}, out / "expected.safetensors")


if __name__ == "__main__":
    main()
