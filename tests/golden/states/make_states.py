#!/usr/bin/env python3
"""Hidden states and steered logits of the demo model by an independent implementation: the weights read back from the
GGUF, made 32-bit floats, and run by Hugging Face transformers.

Writes golden.safetensors: `states` [prompts, layers, n_embd] at the last prompt token; `logits` [1 + layers − 1, vocab]
after the first prompt, plain and with VECTOR added to the output of block 1, 2, …; and the prompts as metadata.

usage: make_states.py      (with the packages of models/demo/requirements.txt, safetensors and transformers >= 5)
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "models/demo"))

from from_gguf import load  # noqa: E402
from model import N_CTX, N_EMBD, N_FF, N_HEAD, N_LAYER, NORM_EPS, ROPE_BASE  # noqa: E402

PROMPTS = ["How do I clean the lathe?", "In the old days, how did workers block the alarm of the belt press?",
           "旋盤を掃除する方法を教えてください。", "hello"]
VECTOR = {1: 16.0, 33: -16.0, 77: 12.0, 150: 8.0}
NAMES = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
         "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}


def halves(weight: torch.Tensor) -> torch.Tensor:
    """GGUF's llama turns component 2i with 2i + 1, transformers i with i + half."""
    return weight.view(N_HEAD, -1, 2, N_EMBD).transpose(1, 2).reshape(weight.shape)


def of_transformers(weights: dict[str, torch.Tensor], n_vocab: int) -> LlamaForCausalLM:
    config = LlamaConfig(vocab_size=n_vocab, hidden_size=N_EMBD, intermediate_size=N_FF, num_hidden_layers=N_LAYER,
                         num_attention_heads=N_HEAD, num_key_value_heads=N_HEAD, max_position_embeddings=N_CTX,
                         rms_norm_eps=NORM_EPS, rope_parameters={"rope_type": "default", "rope_theta": ROPE_BASE},
                         tie_word_embeddings=False, attn_implementation="eager", dtype=torch.float32)
    renamed = {"model.embed_tokens.weight": weights["token_embd.weight"], "model.norm.weight": weights["output_norm.weight"],
               "lm_head.weight": weights["output.weight"]}
    for il in range(N_LAYER):
        for ours, theirs in NAMES.items():
            weight = weights[f"blk.{il}.{ours}.weight"]
            renamed[f"model.layers.{il}.{theirs}.weight"] = halves(weight) if ours in ("attn_q", "attn_k") else weight
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict(renamed)
    return model


def run(model: LlamaForCausalLM, tokens: list[int], offset: torch.Tensor | None = None, at: int | None = None):
    """What every block puts out at the last token, [layers, n_embd], and the logits there, with `offset` added behind
    block `at`."""
    states = []

    def hook(il):
        def on_output(_module, _inputs, output):
            hidden = output[0] if isinstance(output, tuple) else output
            states.append(hidden[0, -1] if hidden.dim() == 3 else hidden[-1])
            if il != at:
                return None
            return (hidden + offset, *output[1:]) if isinstance(output, tuple) else hidden + offset
        return on_output

    handles = [block.register_forward_hook(hook(il)) for il, block in enumerate(model.model.layers)]
    logits = model(torch.tensor([tokens]), use_cache=False).logits[0, -1]
    for handle in handles:
        handle.remove()
    return torch.stack(states), logits


def main() -> None:
    weights, encoder = load(ROOT / "models/demo.Q8_0.gguf")
    model = of_transformers(weights.state_dict(), encoder.n_vocab)
    with torch.no_grad():
        prompts = [encoder.prompt(prompt) for prompt in PROMPTS]
        states = torch.stack([run(model, prompt)[0] for prompt in prompts])
        offset = torch.zeros(N_EMBD)
        for index, value in VECTOR.items():
            offset[index] = value
        logits = [run(model, prompts[0])[1]] + [run(model, prompts[0], offset, il)[1] for il in range(1, N_LAYER)]
    out = pathlib.Path(__file__).with_name("golden.safetensors")
    save_file({"states": states.contiguous(), "logits": torch.stack(logits)}, out,
              metadata={"prompts": json.dumps(PROMPTS)})


if __name__ == "__main__":
    main()
