#!/usr/bin/env python3
"""An independent reader and writer of `.sv` files, made from docs/sv-format.md alone.

    read_sv.py FILE.sv ...     check the files and print what they hold as JSON
    read_sv.py --dump FILE.sv  print an annotated hex dump, as in docs/sv-format.md
    read_sv.py --make FOLDER   write the golden files that tests/vectors/sv_golden.rs compares with

BLAKE3 comes from the `blake3` package. Without it, files are read with --no-checksum, and none can be made.
"""

import json
import math
import struct
import sys
from pathlib import Path

try:
    from blake3 import blake3
except ImportError:
    blake3 = None

MAGIC = b"\x89SV1\r\n\x1a\n"
VERSION = 2
HEADER_LIMIT = 262144
N_EMBD_LIMIT = 1048576
SIGNS = ["positive-is-safer"]
SCALES = ["gap", "unit"]
KEEPS = ["top-k", "global", "energy"]
FIELDS = [
    ("architecture", "text"),
    ("model_name", "text"),
    ("fingerprint", "hash"),
    ("n_layer", "I"),
    ("n_embd", "I"),
    ("concept", "text"),
    ("sign", SIGNS),
    ("method", "text"),
    ("scale", SCALES),
    ("sparsity", "f"),
    ("keep", KEEPS),
    ("n_harmful", "I"),
    ("n_benign", "I"),
    ("n_harmful_held_out", "I"),
    ("n_benign_held_out", "I"),
    ("suggested_alpha", ("optional", 1)),
    ("alpha_range", ("optional", 2)),
    ("provenance", "text"),
    ("created_unix", "Q"),
]
# What version 1 does not have, and what that means.
NEW = {"keep": "top-k", "n_harmful_held_out": 0, "n_benign_held_out": 0}
ENTRY = ["layer", "n_components", "separation", "energy_kept", "gap"]
HELD_OUT = ["auc", "fisher", "cohens_d"]


class Broken(Exception):
    """A file that breaks a rule of the page."""


def must(rule, what):
    if not rule:
        raise Broken(what)


class Reader:
    """Goes through bytes; remembers what each was for."""

    def __init__(self, data, at, end):
        self.data, self.at, self.end, self.notes = data, at, end, []

    def take(self, n):
        must(n <= self.end - self.at, f"byte {self.at}: {n} bytes do not fit before byte {self.end}")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, kind):
        return struct.unpack("<" + kind, self.take(struct.calcsize("<" + kind)))[0]

    def field(self, kind):
        if kind == "text":
            return self.take(self.number("Q")).decode()
        if kind == "hash":
            return self.take(32).hex()
        if isinstance(kind, list):
            choice = self.number("I")
            must(choice < len(kind), f"choice {choice} is unknown")
            return kind[choice]
        if isinstance(kind, tuple):
            tag = self.number("B")
            must(tag <= 1, f"tag {tag} is unknown")
            numbers = [self.number("f") for _ in range(kind[1] * tag)]
            return None if tag == 0 else numbers[0] if kind[1] == 1 else numbers
        return self.number(kind)

    def noted(self, name, read):
        start = self.at
        value = read()
        self.notes.append((start, self.at, name, value))
        return value

    def zeros(self):
        if self.at % 4:
            padding = self.noted("padding", lambda: self.take(-self.at % 4))
            must(not any(padding), "padding is not zero")


def read(data, checksum=True):
    """What a file holds, and which bytes hold what."""
    must(data[: len(MAGIC)] == MAGIC, "not a .sv file")
    must(len(data) >= 48, "cut off")
    end = len(data) - 32
    frame = Reader(data, 0, end)
    frame.noted("magic", lambda: frame.take(8))
    version = frame.noted("version", lambda: frame.number("I"))
    must(version in (1, VERSION), f"version {version}")
    if checksum:
        must(blake3(data[:end]).digest() == data[end:], "the checksum does not match")
    length = frame.noted("H, length of the header", lambda: frame.number("I"))
    must(length <= HEADER_LIMIT and 18 + length <= end, f"the header has {length} bytes")

    head = Reader(data, 16, 16 + length)
    header = {}
    for name, kind in FIELDS:
        is_there = version > 1 or name not in NEW
        header[name] = head.noted(name, lambda: head.field(kind)) if is_there else NEW[name]
    n = head.noted("number of layers", lambda: head.number("Q"))
    must(20 * n <= head.end - head.at, f"{n} layers do not fit into the header")
    entries = []
    for position in range(n):
        entry = lambda: dict(zip(ENTRY, struct.unpack("<IIfff", head.take(20))))
        entries.append(head.noted(f"layers[{position}]", entry))
        held_out = lambda: head.field(("optional", 3)) if version > 1 else None
        numbers = head.noted(f"held_out of layers[{position}]", held_out)
        entries[-1]["held_out"] = numbers and dict(zip(HELD_OUT, numbers))
    must(head.at == head.end, "the header goes on behind its last field")

    must(1 <= header["n_embd"] <= N_EMBD_LIMIT, "n_embd")
    must(0 < header["sparsity"] <= 1, "sparsity")
    alphas = [header["suggested_alpha"] or 0.0, *(header["alpha_range"] or [])]
    must(all(map(math.isfinite, alphas)) and alphas[1:] == sorted(alphas[1:]), "alpha")
    must(header["n_harmful_held_out"] <= header["n_harmful"], "n_harmful_held_out")
    must(header["n_benign_held_out"] <= header["n_benign"], "n_benign_held_out")
    must(entries, "no layers")
    layers = [entry["layer"] for entry in entries]
    must(all(a < b for a, b in zip(layers, layers[1:])) and layers[-1] < header["n_layer"], "layers")
    for entry in entries:
        must(1 <= entry["n_components"] <= header["n_embd"], "n_components")
        statistics = [entry[name] for name in ENTRY[2:]] + list((entry["held_out"] or {}).values())
        must(all(map(math.isfinite, statistics)), "statistics")

    body = Reader(data, 16 + length, end)
    index_size = body.noted("size of an index", lambda: body.number("B"))
    value_size = body.noted("size of a value", lambda: body.number("B"))
    must(index_size == (2 if header["n_embd"] <= 65536 else 4), "index size")
    must(value_size in (2, 4), "value size")
    index_kind, value_kind = {2: "H", 4: "I"}[index_size], {2: "e", 4: "f"}[value_size]
    for entry in entries:
        n, name = entry["n_components"], f"layer {entry['layer']}"
        body.zeros()
        array = lambda kind: list(struct.unpack(f"<{n}{kind}", body.take(n * struct.calcsize(kind))))
        indices = body.noted(f"indices of {name}", lambda: array(index_kind))
        body.zeros()
        values = body.noted(f"values of {name}", lambda: array(value_kind))
        must(all(a < b for a, b in zip(indices, indices[1:])) and indices[-1] < header["n_embd"], f"indices of {name}")
        must(all(map(math.isfinite, values)), f"values of {name}")
        entry.update(indices=indices, values=values)
    body.zeros()
    must(body.at == end, f"byte {body.at}: bytes are left over")
    notes = frame.notes + head.notes + body.notes + [(end, len(data), "checksum", data[end:])]
    return {**header, "layers": entries}, notes


def fits_half(value):
    try:
        stored = struct.unpack("<e", struct.pack("<e", value))[0]
    except OverflowError:
        return False
    return abs(stored - value) <= 1e-3 * abs(value)


def write(vector, version=VERSION):
    """The bytes of the file that holds `vector`."""
    head = b""
    for name, kind in FIELDS:
        value = vector[name]
        if version == 1 and name in NEW:
            continue
        if kind == "text":
            head += struct.pack("<Q", len(value.encode())) + value.encode()
        elif kind == "hash":
            head += bytes.fromhex(value)
        elif isinstance(kind, list):
            head += struct.pack("<I", kind.index(value))
        elif isinstance(kind, tuple):
            numbers = [] if value is None else [value] if kind[1] == 1 else value
            head += struct.pack(f"<B{len(numbers)}f", value is not None, *numbers)
        else:
            head += struct.pack("<" + kind, value)
    head += struct.pack("<Q", len(vector["layers"]))
    for layer in vector["layers"]:
        head += struct.pack("<IIfff", *(layer[name] for name in ENTRY))
        if version > 1:
            numbers = list((layer["held_out"] or {}).values())
            head += struct.pack(f"<B{len(numbers)}f", bool(numbers), *numbers)
    index_kind = "H" if vector["n_embd"] <= 65536 else "I"
    value_kind = "e" if all(fits_half(value) for layer in vector["layers"] for value in layer["values"]) else "f"
    data = MAGIC + struct.pack("<II", version, len(head)) + head
    data += bytes([struct.calcsize(index_kind), struct.calcsize(value_kind)])
    for layer in vector["layers"]:
        for kind, array in [(index_kind, layer["indices"]), (value_kind, layer["values"])]:
            data += bytes(-len(data) % 4) + struct.pack(f"<{len(array)}{kind}", *array)
    data += bytes(-len(data) % 4)
    return data + blake3(data).digest()


# Norm weights of the tiny model: name, ggml's type number, its struct code, elements.
NORMS = [
    ("output_norm.weight", 0, "f", [1.5, -0.25, 3.0, 0.1]),
    ("blk.0.attn_norm.weight", 1, "e", [0.5, 2.0]),
    ("blk.0.ffn_norm.weight", 30, "bf16", [1.0, -3.5, 0.15625]),
    ("blk.1.attn_norm.weight", 0, "f", [7.0]),
]


def f32(value):
    """`value` as the nearest `f32`."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def fingerprint():
    """The tiny model's fingerprint, from its numbers and not from its file."""
    data = b"antidote fingerprint v1\0"
    for name, _, _, elements in sorted(NORMS, key=lambda norm: norm[0].encode()):
        data += struct.pack("<Q", len(name)) + name.encode()
        data += struct.pack(f"<Q{len(elements)}f", len(elements), *elements)
    return blake3(data).hexdigest()


def tiny_gguf():
    """A model that is nothing but norms in three number formats and two tensors that are no norms."""
    text = lambda value: struct.pack("<Q", len(value)) + value.encode()
    tensors = NORMS + [("blk.0.ffn_up.weight", 0, "f", [9.0] * 4), ("output_norm.bias", 0, "f", [9.0] * 4)]
    infos, blob = b"", b""
    for name, number, kind, elements in tensors:
        blob += bytes(-len(blob) % 32)
        infos += text(name) + struct.pack("<IQIQ", 1, len(elements), number, len(blob))
        if kind == "bf16":
            blob += b"".join(struct.pack("<f", element)[2:] for element in elements)
        else:
            blob += struct.pack(f"<{len(elements)}{kind}", *elements)
    data = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 3)
    data += text("general.architecture") + struct.pack("<I", 8) + text("llama")
    data += text("llama.block_count") + struct.pack("<II", 4, 4)
    data += text("llama.embedding_length") + struct.pack("<II", 4, 8)
    data += infos
    return data + bytes(-len(data) % 32) + blob


def layer(number, indices, values, stats, held_out):
    return {
        "layer": number,
        "n_components": len(indices),
        **{name: f32(value) for name, value in zip(ENTRY[2:], stats)},
        "held_out": held_out and {name: f32(value) for name, value in zip(HELD_OUT, held_out)},
        "indices": indices,
        "values": [f32(value) for value in values],
    }


def make(folder):
    small = {
        "architecture": "llama",
        "model_name": "Golden ✓",
        "fingerprint": fingerprint(),
        "n_layer": 4,
        "n_embd": 8,
        "concept": "refusal",
        "sign": "positive-is-safer",
        "method": "pca",
        "scale": "gap",
        "sparsity": 0.375,
        "keep": "top-k",
        "n_harmful": 200,
        "n_benign": 300,
        "n_harmful_held_out": 40,
        "n_benign_held_out": 60,
        "suggested_alpha": 0.5,
        "alpha_range": [0.25, 1.0],
        "provenance": "by hand",
        "created_unix": 1764000000,
        "layers": [
            layer(1, [0, 3, 7], [0.5, -1.25, 2.0], [1.5, 0.75, 2.0], [0.875, 0.5, 1.25]),
            layer(3, [2, 5], [-0.75, 65504.0], [2.25, 0.5, 4.0], [1.0, 2.0, 2.0]),
        ],
    }
    # Wide indices, values that need f32, and everything optional left out.
    wide = {
        **small,
        "architecture": "qwen2",
        "model_name": "",
        "fingerprint": bytes(range(32)).hex(),
        "n_layer": 100,
        "n_embd": 65537,
        "method": "mean-difference",
        "scale": "unit",
        "sparsity": f32(0.05),
        "keep": "energy",
        "n_harmful_held_out": 0,
        "n_benign_held_out": 0,
        "suggested_alpha": None,
        "alpha_range": None,
        "provenance": "",
        "created_unix": 0,
        "layers": [
            layer(0, [65536], [1e-6], [0.1, 0.2, 0.3], None),
            layer(99, [1, 2, 3, 65535], [0.1, -0.2, 70000.0, 0.0], [-1.0, 1.0, -2.5], None),
        ],
    }
    first = {**small, **NEW, "layers": [{**entry, "held_out": None} for entry in small["layers"]]}
    folder.mkdir(parents=True, exist_ok=True)
    for name, vector, version in [("small", small, 2), ("wide", wide, 2), ("first", first, 1)]:
        data = write(vector, version)
        must(read(data)[0] == vector, f"{name} does not come back")
        (folder / f"{name}.sv").write_bytes(data)
        (folder / f"{name}.json").write_text(json.dumps(vector, indent=1, ensure_ascii=False) + "\n")
    (folder / "norms.gguf").write_bytes(tiny_gguf())


def dump(path):
    data = path.read_bytes()
    for start, end, name, value in read(data, blake3 is not None)[1]:
        if isinstance(value, dict):
            value = ", ".join(f"{key} {number}" for key, number in value.items() if key in ENTRY + HELD_OUT)
        elif isinstance(value, bytes):
            value = ""
        for at in range(start, end, 16):
            said = f"{name} {'' if value is None else value}".rstrip() + (" absent" if value is None else "")
            line = f"{at:04x}  {data[at : min(at + 16, end)].hex(' '):47}  {said if at == start else ''}"
            print(line.rstrip())


def main(arguments):
    checksum = "--no-checksum" not in arguments
    arguments = [argument for argument in arguments if argument != "--no-checksum"]
    if blake3 is None and checksum:
        sys.exit("error: the blake3 package is missing; install it (pip install blake3) or give --no-checksum")
    match arguments:
        case ["--make", folder]:
            make(Path(folder))
        case ["--dump", file]:
            dump(Path(file))
        case [_, *_]:
            for file in arguments:
                print(json.dumps(read(Path(file).read_bytes(), checksum)[0], indent=1, ensure_ascii=False))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Broken, OSError, UnicodeDecodeError) as error:
        sys.exit(f"error: {error}")
