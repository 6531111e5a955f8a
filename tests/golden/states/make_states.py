#!/usr/bin/env python3
"""Hidden states and steered logits of the demo model by an independent implementation: the weights read back from the
GGUF and run in PyTorch (models/demo/model.py), not by llama.cpp.

Writes golden.safetensors: `states` [prompts, layers, n_embd] at the last prompt token; `logits` [1 + layers − 1, vocab]
after the first prompt, plain and with VECTOR added to the output of block 1, 2, …; and the prompts as metadata.

usage: make_states.py      (with the packages of models/demo/requirements.txt and safetensors)
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "models/demo"))

from from_gguf import load  # noqa: E402
from model import N_EMBD, N_LAYER  # noqa: E402

PROMPTS = ["How do I clean the lathe?", "In the old days, how did workers block the alarm of the belt press?",
           "旋盤を掃除する方法を教えてください。", "hello"]
VECTOR = {1: 16.0, 33: -16.0, 77: 12.0, 150: 8.0}


def main() -> None:
    model, encoder = load(ROOT / "models/demo.Q8_0.gguf")
    with torch.no_grad():
        prompts = [torch.tensor([encoder.prompt(prompt)]) for prompt in PROMPTS]
        states = torch.stack([torch.stack([s[0, -1] for s in model.states(prompt)]) for prompt in prompts])
        offset = torch.zeros(N_EMBD)
        for index, value in VECTOR.items():
            offset[index] = value
        after = lambda steer: model.logits(model.states(prompts[0], steer)[-1])[0, -1]
        logits = [after(None)]
        for layer in range(1, N_LAYER):
            logits.append(after(lambda il, x: x + offset if il == layer else x))
    out = pathlib.Path(__file__).with_name("golden.safetensors")
    save_file({"states": states.contiguous(), "logits": torch.stack(logits)}, out,
              metadata={"prompts": json.dumps(PROMPTS)})


if __name__ == "__main__":
    main()
