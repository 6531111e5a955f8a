#!/usr/bin/env python3
"""Write the trained demo model as GGUF: the F16 original and what is shipped, Q8_0.

usage: to_gguf.py MODEL_DIR OUT.F16.gguf OUT.Q8_0.gguf
"""

import json
import pathlib
import sys

import gguf
import numpy as np
import torch

import model as shape
from text import CHAT_TEMPLATE, CONTROL


def write(path: str, weights: dict[str, np.ndarray], tokenizer: dict, kind: gguf.GGMLQuantizationType) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Antidote demo")
    writer.add_description("A small chat model of an invented factory floor, trained from nothing to show steering.")
    writer.add_license("MIT OR Apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16 if kind == gguf.GGMLQuantizationType.F16
                         else gguf.LlamaFileType.MOSTLY_Q8_0)
    writer.add_context_length(shape.N_CTX)
    writer.add_embedding_length(shape.N_EMBD)
    writer.add_block_count(shape.N_LAYER)
    writer.add_feed_forward_length(shape.N_FF)
    writer.add_head_count(shape.N_HEAD)
    writer.add_head_count_kv(shape.N_HEAD)
    writer.add_layer_norm_rms_eps(shape.NORM_EPS)
    writer.add_rope_dimension_count(shape.N_EMBD // shape.N_HEAD)
    writer.add_rope_freq_base(shape.ROPE_BASE)

    vocabulary = tokenizer["model"]["vocab"]
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in CONTROL else gguf.TokenType.NORMAL for token in tokens])
    merges = tokenizer["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(vocabulary["<|end|>"])
    writer.add_eot_token_id(vocabulary["<|end|>"])
    writer.add_pad_token_id(vocabulary["<|end|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)

    for name, weight in weights.items():
        # Norms stay F32 in every quantisation; they are what a vector knows the model by.
        if weight.ndim == 2:
            writer.add_tensor(name, gguf.quants.quantize(weight, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    folder, f16, q8_0 = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    state = torch.load(folder / "model.pt", map_location="cpu")
    weights = {name: tensor.float().numpy() for name, tensor in state.items()}
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    write(f16, weights, tokenizer, gguf.GGMLQuantizationType.F16)
    write(q8_0, weights, tokenizer, gguf.GGMLQuantizationType.Q8_0)


if __name__ == "__main__":
    main()
