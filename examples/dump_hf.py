#!/usr/bin/env python3
"""Hidden states of a Hugging Face model, for `antidote-derive OUT --for-model MODEL.gguf` (docs/imports.md).

usage: dump_hf.py MODEL HARMFUL.txt BENIGN.txt OUT.safetensors      (with torch, transformers and safetensors)
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

name, harmful, benign, out = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(name)
model = AutoModelForCausalLM.from_pretrained(name, dtype="auto").eval()
sides = [[line for line in Path(file).read_text().splitlines() if line.strip()] for file in (harmful, benign)]

states = []
with torch.inference_mode():
    for prompt in sides[0] + sides[1]:
        if tokenizer.chat_template:
            chat = [{"role": "user", "content": prompt}]
            prompt = tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        # A template writes the start token itself.
        inputs = tokenizer(prompt, return_tensors="pt", add_special_tokens=not tokenizer.chat_template)
        hidden = model(**inputs, output_hidden_states=True).hidden_states
        # The last prompt token, from which the model goes on to answer: [n_layer + 1, n_embd].
        states.append(torch.stack([layer[0, -1] for layer in hidden]).float())

labels = [1] * len(sides[0]) + [0] * len(sides[1])
save_file({"hidden_states": torch.stack(states), "labels": torch.tensor(labels, dtype=torch.uint8)}, out)
