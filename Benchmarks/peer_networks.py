"""Times one network of full width on one peer, in a process of its own, and prints a line of JSON: seconds of each run, version, precision.

usage: peer_networks.py FOLDER unet|controlnet|vae-decode torch|openvino float32|bfloat16|default THREADS RUNS
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file


class Network(torch.nn.Module):
    """A network of the model in `folder` on the tensors of its input file, in their order."""

    def __init__(self, folder, name):
        super().__init__()
        self.name = name
        tensors = load_file(folder / f"{name}.safetensors")
        if name == "vae-decode":
            self.inner, names = AutoencoderKL.from_pretrained(folder / "sd" / "vae"), ["latent"]
        elif name == "unet":
            self.inner, names = UNet2DConditionModel.from_pretrained(folder / "sd" / "unet"), ["sample", "timestep", "encoder_hidden_states"]
        else:
            self.inner = ControlNetModel.from_pretrained(folder / "controlnet")
            names = ["sample", "timestep", "encoder_hidden_states", "cond"]
            tensors["cond"] = tensors["cond"].repeat(2, 1, 1, 1)
        self.inputs = [tensors[name] for name in names]
        self.eval()

    def forward(self, *inputs):
        if self.name == "vae-decode":
            return self.inner.decode(*inputs, return_dict=False)[0]
        result = self.inner(*inputs, return_dict=False)
        return result[0] if self.name == "unet" else (*result[0], result[1])


def seconds(runs, run):
    """Of each run after the first, which reads weights and plans."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return times[1:]


def main() -> None:
    folder, name, peer, precision = pathlib.Path(sys.argv[1]), *sys.argv[2:5]
    threads, runs = int(sys.argv[5]), int(sys.argv[6])
    torch.set_num_threads(threads)
    with torch.no_grad():
        if peer == "torch":
            network = Network(folder, name)
            dtype = getattr(torch, precision)
            network = network.to(dtype)
            inputs = [value.to(dtype) if value.is_floating_point() else value for value in network.inputs]
            times = seconds(runs, lambda: network(*inputs))
            print(json.dumps(dict(seconds=times, version=torch.__version__, precision=precision)))
            return
        import openvino

        model, arrays = folder / f"{name}.xml", folder / f"{name}.npz"
        if not arrays.exists():
            network = Network(folder, name)
            openvino.save_model(openvino.convert_model(network, example_input=tuple(network.inputs)), model, compress_to_fp16=False)
            np.savez(arrays, *[value.numpy() for value in network.inputs])
            del network
        settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
        if precision != "default":
            settings["INFERENCE_PRECISION_HINT"] = {"float32": "f32", "bfloat16": "bf16"}[precision]
        compiled = openvino.Core().compile_model(model, "CPU", settings)
        request = compiled.create_infer_request()
        inputs = list(np.load(arrays).values())
        times = seconds(runs, lambda: request.infer(inputs))
        kind = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        print(json.dumps(dict(seconds=times, version=openvino.__version__.split("-")[0], precision=kind)))


if __name__ == "__main__":
    main()
