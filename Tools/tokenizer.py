"""Learns the demo's small byte-level BPE vocabulary in CLIP's file format (vocab.json, merges.txt).

The corpus is every name in the tables (ADE20K, COCO, PASCAL, FSS-1000, the demo) and the published prompts, so that
short prompts about things cost few tokens; any other text falls back to bytes.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import regex

from data import prompts, table

START, END = "<|startoftext|>", "<|endoftext|>"
PIECES = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", regex.IGNORECASE)


def byte_letters():
    """GPT-2's printable stand-ins for the 256 bytes, in CLIP's order."""
    kept = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in kept}
    for extra, byte in enumerate(byte for byte in range(256) if byte not in letters):
        letters[byte] = chr(256 + extra)
    order = kept + [byte for byte in range(256) if byte not in kept]
    return {byte: letters[byte] for byte in order}


def names(value):
    """All strings in a table, however it is nested."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("scenes", "order"):
                yield key
                yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


def corpus():
    words = Counter()
    for file, weight in (("demo.json", 20), ("pascal.json", 4), ("coco.json", 4), ("ade20k_classes.json", 2), ("fss.json", 1)):
        for name in names(table(file)):
            for word in PIECES.findall(name.lower().replace("_", " ")):
                words[word] += weight
    positive, negative = prompts()
    for text in positive[1:2] + [negative]:
        for word in PIECES.findall(text.lower()):
            words[word] += 100
    return words


def learn(words, count):
    """The `count` most frequent merges, ties broken by the pair's text so that the result never changes."""
    letters = byte_letters()
    symbols = {}
    for word, frequency in words.items():
        parts = [letters[byte] for byte in word.encode()]
        parts[-1] += "</w>"
        symbols[tuple(parts)] = symbols.get(tuple(parts), 0) + frequency
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for parts, frequency in symbols.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += frequency
        if not pairs:
            break
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        merged = {}
        for parts, frequency in symbols.items():
            out, index = [], 0
            while index < len(parts):
                if parts[index : index + 2] == best:
                    out.append(parts[index] + parts[index + 1])
                    index += 2
                else:
                    out.append(parts[index])
                    index += 1
            merged[tuple(out)] = merged.get(tuple(out), 0) + frequency
        symbols = merged
    return merges


def write(folder, count=1200):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    merges = learn(corpus(), count)
    letters = list(byte_letters().values())
    tokens = letters + [letter + "</w>" for letter in letters] + ["".join(merge) for merge in merges] + [START, END]
    if len(set(tokens)) != len(tokens):
        tokens = list(dict.fromkeys(tokens))
    (folder / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    special = dict(unk_token=END, bos_token=START, eos_token=END, pad_token=END)
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    config = dict(add_prefix_space=False, **special, do_lower_case=True, model_max_length=77,
                  tokenizer_class="CLIPTokenizer", errors="replace")
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return len(tokens)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    print(write(parser.parse_args().out), "tokens")
