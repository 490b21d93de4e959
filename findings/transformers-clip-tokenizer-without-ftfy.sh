#!/bin/sh
# Whether ftfy is installed no longer matters to transformers' CLIPTokenizer, and it cleans nothing.
#
# Guess: with ftfy installed a curly apostrophe becomes a straight one before the byte pairs are looked up, as in OpenAI's CLIP and in
# transformers 4, so that the same prompt has other tokens on a machine with ftfy.
# Found with transformers 5.24.0 and ftfy 6.3.1, on a vocabulary made here: the tokens are the same before and after ftfy is installed, and the
# curly apostrophe stays a token of its own beside the letter behind it.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q transformers==5.24.0
cat > "$work/tokens.py" <<'PYTHON'
import json, pathlib, sys, tempfile
from transformers import CLIPTokenizer

# Every byte as CLIP writes it, alone and at the end of a word; two merges.
visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
letters = {b: chr(b) for b in visible}
letters.update({b: chr(256 + n) for n, b in enumerate(b for b in range(256) if b not in visible)})
words = [*letters.values(), *(c + "</w>" for c in letters.values()), "do", "dog</w>", "<|startoftext|>", "<|endoftext|>"]
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
(folder / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\n")
tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))
print(tokenizer.tokenize("dog\u2019s"), tokenizer.tokenize("dog's"))
PYTHON
before=$("$work/venv/bin/python" "$work/tokens.py")
"$work/venv/bin/pip" install -q ftfy==6.3.1
after=$("$work/venv/bin/python" "$work/tokens.py")
echo "without ftfy: $before"
echo "with ftfy:    $after"
[ "$before" = "$after" ]
curly=${after%%]*} straight=${after#*] }
[ "$curly]" != "$straight" ]
