#!/usr/bin/env python3
"""Evaluates the networks of Stable Diffusion 1.5 and its ControlNets for diffss, with PyTorch and diffusers.

    python3 torch_engine.py [--device cuda:0] [--dtype float16] [--models DIR]...

Calls come over the standard input and answers go to the standard output: docs/engines.md describes both. Sampler, noise and
guidance are diffss's; this program answers what the networks say of given latents. Whatever else wants to print goes to the
standard error.
"""

import argparse
import hashlib
import json
import os
import queue
import struct
import sys
import threading

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors import safe_open
from safetensors.torch import load as read_document
from safetensors.torch import save as write_document
from transformers import CLIPTextConfig, CLIPTextModel

PROTOCOL = "1"
MOST_BYTES = 1 << 30  # of a message
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


class Refused(Exception):
    """An answer that is an error of a kind that diffss knows."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Cancelled(Exception):
    """The call under way is no longer wanted."""


# Messages: eight bytes of length, then a safetensors document whose metadata holds the call.


def metadata(document):
    (length,) = struct.unpack("<Q", document[:8])
    return json.loads(document[8 : 8 + length]).get("__metadata__", {})


def read_exactly(stream, count):
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


class Calls(threading.Thread):
    """Reads calls ahead, so that `cancel` is heard while networks run."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream = stream
        self.waiting = queue.Queue()
        self.cancelled = set()
        self.ended = False  # whoever asked is gone, and waits for no answer

    def run(self):
        try:
            while True:
                (length,) = struct.unpack("<Q", read_exactly(self.stream, 8))
                if length > MOST_BYTES:
                    raise ValueError(f"a message of {length} bytes is more than the {MOST_BYTES} allowed")
                document = read_exactly(self.stream, length)
                call = metadata(document)
                if call.get("call") == "cancel":
                    self.cancelled.add(call.get("of"))
                else:
                    self.waiting.put((call, document))
        except EOFError:
            self.ended = True
            self.waiting.put(None)
        except Exception as error:
            print(f"unreadable message: {error}", file=sys.stderr)
            self.waiting.put(None)


# Weights: found by their SHA-256, whatever they are called here.


class WeightFiles:
    """The files of weights on this machine. One that is asked for is taken only if it has the SHA-256 that is asked for."""

    def __init__(self, folders):
        self.folders = folders
        self.known = {}

    def digest(self, path):
        status = os.stat(path)
        stamp = (path, status.st_size, status.st_mtime_ns)
        if stamp not in self.known:
            hasher = hashlib.sha256()
            with open(path, "rb") as file:
                while piece := file.read(1 << 22):
                    hasher.update(piece)
            self.known[stamp] = hasher.hexdigest()
        return self.known[stamp]

    def candidates(self, file):
        if os.path.isfile(file["path"]):
            yield file["path"]
        for folder in self.folders:
            for root, _, names in os.walk(folder, followlinks=True):
                for name in sorted(names):
                    path = os.path.join(root, name)
                    if os.path.isfile(path) and os.path.getsize(path) == file["bytes"]:
                        yield path

    def find(self, file):
        met = 0
        for path in self.candidates(file):
            if os.path.getsize(path) == file["bytes"] and self.digest(path) == file["sha256"]:
                return path
            met += 1
        others = f"; {met} of its place or size have another" if met else ""
        raise Refused("weights", f"no file with the SHA-256 {file['sha256']} ({os.path.basename(file['path'])}) is here{others}")


class Tensors:
    """The tensors of one file of weights: safetensors, or what torch.save wrote, of which nothing is executed."""

    def __init__(self, path):
        with open(path, "rb") as file:
            start = file.read(9)
        if start[8:9] == b"{":
            self.file = safe_open(path, framework="pt")
            self.get = self.file.get_tensor
        else:
            values = torch.load(path, map_location="cpu", weights_only=True, mmap=start[:2] == b"PK")
            self.get = values.get("state_dict", values).__getitem__


def merged(weight, changes, tensors):
    """A weight with low-rank changes in it: scale * up * down, in single precision."""
    for change in changes:
        up, down = tensors[change["up"][0]].get(change["up"][1]), tensors[change["down"][0]].get(change["down"][1])
        product = up.float().flatten(1) @ down.float().flatten(1)
        weight = weight.float() + change["scale"] * product.reshape(weight.shape)
    return weight


# Networks: built after the configuration that comes with the call, in diffusers' names.


def text_encoder(config):
    return CLIPTextModel(CLIPTextConfig.from_dict(config))


CLASSES = {
    "text_encoder": text_encoder,
    "unet": UNet2DConditionModel.from_config,
    "vae": AutoencoderKL.from_config,
    "controlnet": ControlNetModel.from_config,
}


def build(plan, files, device, dtype):
    """One network with its weights, after its plan: kind, config, weights {key: [file, name there]}, changes {key: [...]}."""
    tensors = [Tensors(path) for path in files]
    with torch.device("meta"):
        module = CLASSES[plan["kind"]](json.loads(plan["config"]))
    wanted, state = module.state_dict(), {}
    for key, (file, name) in plan["weights"].items():
        target = key if key in wanted else key.removeprefix("text_model.")
        if target not in wanted:
            continue
        weight = merged(tensors[file].get(name), plan["changes"].get(key, []), tensors)
        state[target] = weight.reshape(wanted[target].shape).to(device, dtype)
    missing = sorted(set(wanted) - set(state))
    if missing:
        raise Refused("weights", f"{plan['kind']} lacks {len(missing)} weights: {', '.join(missing[:3])}")
    module.load_state_dict(state, assign=True)
    # What is no weight (places of tokens) was on no device yet.
    for name, buffer in list(module.named_buffers()):
        if buffer.is_meta:
            owner = module.get_submodule(name.rpartition(".")[0])
            setattr(owner, name.rpartition(".")[2], torch.arange(buffer.numel(), device=device).reshape(buffer.shape))
    return module.eval().requires_grad_(False)


def prepare_control(network):
    """A control image is read once, not at every step: `network.hint` does that, and forward takes its result."""
    embedding, blue_first = network.controlnet_cond_embedding, network.config.controlnet_conditioning_channel_order == "bgr"
    network.hint = lambda image: embedding(image.flip(1) if blue_first else image)
    network.controlnet_cond_embedding = torch.nn.Identity()
    network.register_to_config(controlnet_conditioning_channel_order="rgb")


class Merging:
    """Self-attention at the finest level of a UNet that attends, without a part of its tokens (tomesd, without its chance).

    The top left of every square of four tokens takes, the others give: first those that are most like a taker.
    """

    def __init__(self, unet):
        self.ratio = 0.0
        levels = len(unet.down_blocks)
        parts = [(i, block) for i, block in enumerate(unet.down_blocks)] + [(levels - 1, unet.mid_block)]
        parts += [(levels - 1 - i, block) for i, block in enumerate(unet.up_blocks)]
        attending = [(level, part) for level, block in parts for part in getattr(block, "attentions", None) or []]
        finest = min((level for level, _ in attending), default=0)
        for level, transformer in attending:
            if level == finest and hasattr(transformer, "transformer_blocks"):
                transformer.register_forward_pre_hook(self.note_extent)
                for block in transformer.transformer_blocks:
                    block.register_forward_pre_hook(self.note_tokens)
                    block.attn1.forward = self.around(block.attn1.forward)

    def note_extent(self, module, inputs):
        self.extent = inputs[0].shape[-2:]

    def note_tokens(self, module, inputs):
        self.tokens = inputs[0]

    def around(self, attend):
        def forward(hidden_states, *args, **kwargs):
            places = self.places() if self.ratio > 0 else None
            if places is None:
                return attend(hidden_states, *args, **kwargs)
            places, count = places
            index = places.unsqueeze(-1).expand_as(hidden_states)
            merged = hidden_states.new_zeros((len(hidden_states), count, hidden_states.shape[-1]))
            merged = merged.scatter_reduce(1, index, hidden_states, "mean", include_self=False)
            return attend(merged, *args, **kwargs).gather(1, index)

        return forward

    def places(self):
        """Of each image's tokens in the shorter sequence [n, tokens], and its length."""
        (height, width), x = self.extent, self.tokens
        rows = torch.arange(height).unsqueeze(1).expand(height, width)
        columns = torch.arange(width).unsqueeze(0).expand(height, width)
        takes = (rows % 2 == 0) & (columns % 2 == 0) & (rows + 1 < height) & (columns + 1 < width)
        takers, givers = (part.flatten().nonzero().squeeze(1).to(x.device) for part in (takes, ~takes))
        merged = min(len(givers), int(height * width * self.ratio))
        if merged == 0 or len(takers) == 0:
            return None
        units = torch.nn.functional.normalize(x.float(), dim=-1)
        value, best = (units[:, givers] @ units[:, takers].transpose(1, 2)).max(-1)
        order = value.sort(dim=-1, descending=True, stable=True).indices
        kept = order[:, merged:].sort(dim=-1).values
        places = torch.empty((len(x), height * width), dtype=torch.long, device=x.device)
        places[:, takers] = torch.arange(len(takers), device=x.device) + kept.shape[1]
        own = best + kept.shape[1]
        own.scatter_(1, kept, torch.arange(kept.shape[1], device=x.device).expand_as(kept))
        places[:, givers] = own
        return places, height * width - merged


class Context:
    """What stays the same over the steps of an image: texts and control images, and what one evaluation leaves for later ones."""

    def __init__(self, settings, tensors, engine):
        unet = engine.network(settings["unet"])
        self.texts = engine.own(tensors["texts"], unet)  # [2, t, d]: negative prompt, prompt; or the prompt alone
        self.guess = settings["guess"]
        self.controls = [(engine.network(control["network"]), control["scale"]) for control in settings["controls"]]
        self.hints = [net.hint(engine.own(tensors[f"control.{i}"], net)) for i, (net, _) in enumerate(self.controls)]
        self.residuals = None  # tensors by row, the middle last
        self.deep = None  # [rows, c, h, w]


class Engine:
    def __init__(self, device, dtype, folders):
        self.device, self.dtype = torch.device(device), dtype
        self.files = WeightFiles(folders)
        self.networks, self.contexts = {}, {}
        self.stop = lambda: False

    def own(self, tensor, network):
        return tensor.to(self.device, network.dtype)

    def network(self, name):
        if name not in self.networks:
            raise Refused("call", "that network is not loaded")
        return self.networks[name]

    # Calls. Each takes the call's metadata and tensors and returns metadata and tensors.

    def hello(self, call, tensors):
        if call.get("protocol") != PROTOCOL:
            raise Refused("protocol", f"protocol {call.get('protocol')} is asked for, this engine speaks {PROTOCOL}")
        versions = {
            "python": sys.version.split()[0], "torch": torch.__version__, "diffusers": diffusers.__version__,
            "transformers": transformers.__version__,
        }
        return {
            "protocol": PROTOCOL, "engine": "torch", "device": str(self.device), "deviceName": device_name(self.device),
            "versions": json.dumps(versions), **self.memory(),
        }, {}

    @property
    def accelerator(self):
        """PyTorch's module of the device, where it tells of its memory: torch.cuda (of ROCm too), torch.xpu."""
        module = getattr(torch, self.device.type, None)
        return module if hasattr(module, "mem_get_info") and hasattr(module, "reset_peak_memory_stats") else None

    def memory(self):
        """Bytes of the device, and those that are free or that PyTorch holds for later use."""
        if self.accelerator is None:
            return {}
        free, total = self.accelerator.mem_get_info(self.device)
        free += self.accelerator.memory_reserved(self.device) - self.accelerator.memory_allocated(self.device)
        return {"memoryTotal": str(total), "memoryFree": str(free)}

    def measured(self, work):
        """What `work` returns, and the bytes that it took at its peak beside what was there before."""
        if self.accelerator is None:
            return work(), {}
        self.accelerator.reset_peak_memory_stats(self.device)
        before = self.accelerator.memory_allocated(self.device)
        result = work()
        peak = self.accelerator.max_memory_allocated(self.device) - before
        return result, {"memoryPeak": str(peak), **self.memory()}

    def empty(self):
        """Gives memory that PyTorch holds for later use back to the device."""
        if self.accelerator is not None:
            self.accelerator.empty_cache()

    def load(self, call, tensors):
        plan, dtype = json.loads(call["plan"]), self.dtype or DTYPES[call["dtype"]]
        if call["network"] not in self.networks:
            network = build(plan, [self.files.find(file) for file in plan["files"]], self.device, dtype)
            if plan["kind"] == "controlnet":
                prepare_control(network)
            if plan["kind"] == "unet":
                network.merging = Merging(network)
            self.watch(network)
            self.networks[call["network"]] = network
        return {"dtype": str(dtype).removeprefix("torch."), **self.memory()}, {}

    def unload(self, call, tensors):
        self.networks.pop(call["network"], None)
        self.empty()
        return self.memory(), {}

    def watch(self, network):
        """Asks between layers whether the call is still wanted."""

        def ask(module, inputs):
            if self.stop():
                raise Cancelled

        for module in network.modules():
            if type(module).__name__ in ("ResnetBlock2D", "BasicTransformerBlock"):
                module.register_forward_pre_hook(ask)

    def encode(self, call, tensors):
        encoder = self.network(call["network"])
        states = encoder(input_ids=tensors["ids"].to(self.device).long()).last_hidden_state
        return {}, {"states": states}

    def begin(self, call, tensors):
        self.contexts[call["context"]] = Context(json.loads(call["settings"]), tensors, self)
        return {}, {}

    def end(self, call, tensors):
        self.contexts.pop(call["context"], None)
        return {}, {}

    def decode(self, call, tensors):
        vae = self.network(call["network"])
        return {}, {"image": vae.decode(self.own(tensors["latents"], vae)).sample}

    def predict(self, call, tensors):
        """The UNet's answers for several images at once, each with its own texts, time step and ControlNets."""
        asked = json.loads(call["runs"])
        unet = self.network(call["network"])
        latents = self.own(tensors["latents"], unet).split([run["images"] for run in asked])
        rows = [Rows(run, self.contexts[run["context"]], part) for run, part in zip(asked, latents)]
        sample, texts = torch.cat([row.sample for row in rows]), torch.cat([row.texts for row in rows])
        times = torch.cat([row.times(self.device) for row in rows])
        unet.merging.ratio = float(call["merge"])

        def evaluated():
            if call["whole"] == "0":
                return outer(unet, sample, times, texts, rows)
            if call["control"] == "1":
                residuals_of(rows, len(asked[0]["controls"]))
            return whole(unet, sample, times, texts, rows, keeps=call["keep"] == "1")

        out, memory = self.measured(evaluated)
        for row in rows:
            if call["keep"] != "1":
                row.context.deep = None
            if call["keepControl"] != "1":
                row.context.residuals = None
        return memory, {"out": out}


class Rows:
    """The rows that an image has in a batch: negative prompt first where it is guided."""

    def __init__(self, run, context, latents):
        self.run, self.context, self.latents = run, context, latents
        texts = context.texts if run["guided"] else context.texts[-1:]
        self.texts = texts.repeat_interleave(len(latents), 0)
        self.sample = latents.repeat(len(texts), 1, 1, 1)

    @property
    def count(self):
        return len(self.sample)

    def times(self, device):
        return torch.full((self.count,), self.run["timestep"], device=device)

    @property
    def steered(self):
        """Rows that ControlNets see: in guess mode those of the prompt alone."""
        return len(self.latents) if self.context.guess else self.count


def residuals_of(rows, count):
    """What the ControlNets add to each image's rows, kept in its context."""
    for row in rows:
        row.context.residuals = None
    for place in range(count):
        controls = [(row, row.run["controls"][place]) for row in rows]
        network = rows[0].context.controls[rows[0].run["controls"][place]][0]
        inputs = [
            (row.sample[-row.steered :], row.times(row.sample.device)[-row.steered :], row.texts[-row.steered :],
             row.context.hints[index].expand(row.steered, -1, -1, -1))
            for row, index in controls
        ]
        sample, times, texts, hints = (torch.cat(parts) for parts in zip(*inputs))
        down, mid = network(sample, times, encoder_hidden_states=texts, controlnet_cond=hints, return_dict=False)
        maps = [*down, mid]
        parts = [part.split([row.steered for row in rows]) for part in maps]
        for number, (row, index) in enumerate(controls):
            scale = row.context.controls[index][1]
            fade = torch.logspace(-1, 0, len(maps)).tolist() if row.context.guess else [1.0] * len(maps)
            own = [part[number] * (scale * factor) for part, factor in zip(parts, fade)]
            if row.steered < row.count:
                own = [torch.cat([torch.zeros_like(x).repeat(row.count // row.steered - 1, 1, 1, 1), x]) for x in own]
            before = row.context.residuals
            row.context.residuals = own if before is None else [a + b for a, b in zip(before, own)]


def joined_residuals(rows):
    """Of all rows, zeros where an image has none; nothing where none has."""
    known = next((row.context.residuals for row in rows if row.context.residuals is not None), None)
    if known is None:
        return None
    return [
        torch.cat([
            row.context.residuals[i] if row.context.residuals is not None else x.new_zeros((row.count, *x.shape[1:])) for row in rows
        ])
        for i, x in enumerate(known)
    ]


def whole(unet, sample, times, texts, rows, keeps):
    """The whole UNet. Where `keeps`, each image's context keeps the features that enter the last layer of the way up."""
    residuals, kept = joined_residuals(rows), []
    layer = unet.up_blocks[-1].resnets[-1]
    hook = layer.register_forward_pre_hook(lambda module, inputs: kept.append(inputs[0])) if keeps else None
    try:
        extra = {} if residuals is None else {
            "down_block_additional_residuals": residuals[:-1], "mid_block_additional_residual": residuals[-1]}
        out = unet(sample, times, encoder_hidden_states=texts, return_dict=False, **extra)[0]
    finally:
        if hook:
            hook.remove()
    if keeps:
        deep = kept[0][:, : kept[0].shape[1] - unet.conv_in.out_channels]
        for row, part in zip(rows, deep.split([row.count for row in rows])):
            row.context.deep = part
    return out


def outer(unet, sample, times, texts, rows):
    """The outermost layers alone, around the features that the last whole evaluation kept (DeepCache)."""
    if any(row.context.deep is None for row in rows):
        raise Refused("call", "no deep features were kept")
    residuals = joined_residuals(rows)
    skip = unet.conv_in(sample)
    if residuals is not None:
        skip = skip + residuals[0]
    condition = unet.time_embedding(unet.time_proj(times).to(sample.dtype))
    block = unet.up_blocks[-1]
    h = block.resnets[-1](torch.cat([torch.cat([row.context.deep for row in rows]), skip], 1), condition)
    if getattr(block, "attentions", None):
        h = block.attentions[-1](h, encoder_hidden_states=texts, return_dict=False)[0]
    return unet.conv_out(unet.conv_act(unet.conv_norm_out(h)))


def device_name(device):
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "xpu":
        return torch.xpu.get_device_name(device)
    return device.type


def best_device():
    if torch.cuda.is_available():
        return "cuda"
    if hasattr(torch, "xpu") and torch.xpu.is_available():
        return "xpu"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def is_memory(error):
    text = str(error).lower()
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "out of memory" in text or "can't allocate memory" in text


def serve(engine, calls, output):
    names = {"hello", "load", "unload", "encode", "begin", "end", "predict", "decode"}
    while (item := calls.waiting.get()) is not None:
        call, document = item
        number = call.get("id", "")
        engine.stop = lambda: calls.ended or number in calls.cancelled
        try:
            if call.get("call") not in names:
                raise Refused("call", f"there is no call {call.get('call')!r}")
            if engine.stop():
                raise Cancelled
            with torch.inference_mode():
                facts, tensors = getattr(engine, call["call"])(call, read_document(document))
            tensors = {name: tensor.float().cpu().contiguous() for name, tensor in tensors.items()}
            answer = {"id": number, **facts}
        except Cancelled:
            answer, tensors = {"id": number, "error": "cancelled", "message": "no longer wanted"}, {}
        except Refused as error:
            answer, tensors = {"id": number, "error": error.kind, "message": str(error)}, {}
        except Exception as error:  # whatever PyTorch says
            kind = "memory" if is_memory(error) else "failed"
            answer, tensors = {"id": number, "error": kind, "message": f"{type(error).__name__}: {error}"[:2000]}, {}
            if kind == "memory":
                engine.empty()
        calls.cancelled.discard(number)
        document = write_document(tensors, answer)
        output.write(struct.pack("<Q", len(document)))
        output.write(document)
        output.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default=None, help="cpu, cuda, cuda:1, xpu, mps; the best there is where nothing is said")
    parser.add_argument("--dtype", choices=sorted(DTYPES), default=None, help="of the networks; what each call asks for where nothing is said")
    parser.add_argument("--models", action="append", default=[], help="folder with weights, repeatable")
    parser.add_argument("--threads", type=int, default=None, help="of the processor")
    options = parser.parse_args()
    # Only answers go where answers are expected.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if options.threads:
        torch.set_num_threads(options.threads)
    # Products of float32 in full, as the processor's.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    device = options.device or best_device()
    try:
        torch.zeros(1, device=device)
    except Exception as error:
        sys.exit(f"PyTorch {torch.__version__} cannot use the device {device}: {str(error).splitlines()[0]}")
    engine = Engine(device, DTYPES.get(options.dtype), options.models)
    calls = Calls(sys.stdin.buffer)
    calls.start()
    try:
        serve(engine, calls, output)
    except BrokenPipeError:
        pass


if __name__ == "__main__":
    main()
