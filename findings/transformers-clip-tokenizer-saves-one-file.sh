#!/bin/sh
# A CLIP tokenizer that is read from vocab.json and merges.txt is saved without them.
#
# Guess: save_pretrained writes the two files that it was read from, beside the configuration, as transformers 4 did; every diffusers folder of
# Stable Diffusion 1.5 on the Hub has them, and readers outside Python look for them by name.
# Found with transformers 5.24.0: tokenizer.json and tokenizer_config.json are written, and nothing else. The vocabulary and the merges are inside
# the first one, a merge as a list of two halves where merges.txt has a line. So a pipeline that diffusers saves again has another tokenizer/.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q transformers==5.24.0
cat > "$work/save.py" <<'PYTHON'
import json, pathlib, sys
from transformers import CLIPTokenizer

# Every byte as CLIP writes it, alone and at the end of a word; two merges.
visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
letters = {b: chr(b) for b in visible}
letters.update({b: chr(256 + n) for n, b in enumerate(b for b in range(256) if b not in visible)})
words = [*letters.values(), *(c + "</w>" for c in letters.values()), "do", "dog</w>", "<|startoftext|>", "<|endoftext|>"]
there, here = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
there.mkdir()
(there / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
(there / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\n")
(there / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "CLIPTokenizer", "model_max_length": 77}))
tokenizer = CLIPTokenizer.from_pretrained(str(there))
tokenizer.save_pretrained(str(here))
model = json.loads((here / "tokenizer.json").read_text())["model"]
print("written:", *sorted(file.name for file in here.iterdir()))
print("merges inside:", model["merges"])
assert CLIPTokenizer.from_pretrained(str(here)).tokenize("dog") == tokenizer.tokenize("dog") == ["dog</w>"]
PYTHON
found=$("$work/venv/bin/python" "$work/save.py" "$work/read" "$work/saved")
echo "$found"
[ "$(echo "$found" | head -n 1)" = "written: tokenizer.json tokenizer_config.json" ]
[ "$(echo "$found" | tail -n 1)" = "merges inside: [['d', 'o'], ['do', 'g</w>']]" ]
