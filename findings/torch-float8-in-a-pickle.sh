#!/bin/sh
# torch.save writes a float8 tensor in another way than every older type: by another function, over a storage without a type.
#
# Guess: like torch.HalfStorage, a typed storage Float8_e4m3fnStorage counted in elements, rebuilt by _rebuild_tensor_v2.
# Found with torch 2.15.0: torch._utils._rebuild_tensor_v3 over torch.storage.UntypedStorage, with the type as an argument of its own, the global
# torch.float8_e4m3fn. Readers that know the older names alone must refuse such files.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q torch==2.15.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import io, pickletools, zipfile
import torch

def names(dtype):
    file = io.BytesIO()
    torch.save({"w": torch.zeros(3, dtype=dtype)}, file)
    data = zipfile.ZipFile(file)
    pickle = data.read(next(name for name in data.namelist() if name.endswith("data.pkl")))
    return {argument for code, argument, _ in pickletools.genops(pickle) if code.name == "GLOBAL"}

half, small = names(torch.float16), names(torch.float8_e4m3fn)
print(sorted(half), sorted(small))
assert "torch._utils _rebuild_tensor_v2" in half and "torch HalfStorage" in half, half
assert "torch._utils _rebuild_tensor_v3" in small and "torch.storage UntypedStorage" in small and "torch._utils _rebuild_tensor_v2" not in small, small
PYTHON
