#!/usr/bin/env python3
"""A tiny Llama with random weights, and what Hugging Face transformers makes of it: the reference that our states,
steered logits, imported vectors and explanations are compared with.

Writes beside itself
  tiny.gguf           the model, F32 (4 blocks × 32; q and k permuted as llama.cpp's conversion does)
  tied.gguf           the same vocabulary on a Q8_0 embedding that is its own output matrix; only to be explained
  vector.gguf         a control vector for blocks 1 to 3, as llama-cvector-generator lays it out
  vector_0.gguf       the same with a direction.0, as EasySteer does
  states.safetensors  transformers' `hidden_states` at the last token of 12 prompts, with labels
  whole.npz           the same by numpy: one array, F64 in Fortran order, compressed
  layers.npz          the same by numpy: an array a layer, F32, stored
  golden.safetensors  states straight from the blocks, and logits, plain and with the vector added by forward hooks
  explain.json        tokens that the vector promotes and suppresses

usage: make_golden.py      (with the packages of requirements.txt)
"""

import json
import pathlib

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).parent
N_LAYER, N_EMBD, N_HEAD, N_HEAD_KV, N_FF, N_VOCAB = 4, 32, 4, 2, 64, 300
EPSILON, ROPE_BASE, N_CTX = 1e-5, 10000.0, 256
PROMPTS = ["open the valve", "stop the belt press", "how do I clean the lathe?", "hello", "aaaaaaaaaaaaaaaa", "0123456789",
           "Please unlock the guard now.", "x", "ünïcödé", "two words", "a\nb\nc", "The quick brown fox jumps over the dog."]
LABELS = [1, 0] * (len(PROMPTS) // 2)
ALPHAS = [-2.0, -0.5, 0.5, 1.0, 4.0]
KEPT = 2  # 5% of 32, rounded


def tokens(text: str) -> list[int]:
    """Every character as bytes: no longer piece of the vocabulary can be reached by merging. Spaces are SentencePiece's."""
    return [1] + [3 + byte for byte in text.replace(" ", "▁").encode()]


def make_model() -> LlamaForCausalLM:
    torch.manual_seed(11)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=N_VOCAB, hidden_size=N_EMBD, intermediate_size=N_FF, num_hidden_layers=N_LAYER,
        num_attention_heads=N_HEAD, num_key_value_heads=N_HEAD_KV, max_position_embeddings=N_CTX, rms_norm_eps=EPSILON,
        rope_parameters={"rope_type": "default", "rope_theta": ROPE_BASE}, tie_word_embeddings=False,
        attn_implementation="eager")).eval().float()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Norms off 1 and weights large enough that every part of a block matters.
            parameter.copy_(1 + 0.3 * torch.randn_like(parameter) if "norm" in name else 0.25 * torch.randn_like(parameter))
    return model


def permuted(weight: np.ndarray, n_head: int) -> np.ndarray:
    """Hugging Face rotates halves, llama.cpp's llama pairs of neighbours (convert_hf_to_gguf.py, LlamaModel.permute)."""
    rows, columns = weight.shape
    return weight.reshape(n_head, 2, rows // n_head // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def add_vocabulary(writer: gguf.GGUFWriter) -> None:
    words = [f"▁word{number}" for number in range(N_VOCAB - 259)]
    texts = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + words
    writer.add_tokenizer_model("llama")
    writer.add_token_list(texts)
    writer.add_token_scores([0.0] * 259 + [-1.0 - number for number in range(len(words))])
    writer.add_token_types([2, 3, 3] + [6] * 256 + [1] * len(words))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)


def start(path: pathlib.Path, name: str) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(name)
    writer.add_block_count(N_LAYER)
    writer.add_context_length(N_CTX)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(N_FF)
    writer.add_head_count(N_HEAD)
    writer.add_head_count_kv(N_HEAD_KV)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_rope_dimension_count(N_EMBD // N_HEAD)
    writer.add_vocab_size(N_VOCAB)
    add_vocabulary(writer)
    return writer


def finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_model(model: LlamaForCausalLM) -> None:
    weights = {name: weight.numpy() for name, weight in model.state_dict().items()}
    names = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
             "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
             "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
    heads = {"attn_q": N_HEAD, "attn_k": N_HEAD_KV}
    writer = start(HERE / "tiny.gguf", "Tiny random Llama")
    writer.add_tensor("token_embd.weight", weights["model.embed_tokens.weight"])
    for block in range(N_LAYER):
        for theirs, ours in names.items():
            weight = weights[f"model.layers.{block}.{theirs}.weight"]
            weight = permuted(weight, heads[ours]) if ours in heads else weight
            writer.add_tensor(f"blk.{block}.{ours}.weight", np.ascontiguousarray(weight))
    writer.add_tensor("output_norm.weight", weights["model.norm.weight"])
    writer.add_tensor("output.weight", weights["lm_head.weight"])
    finish(writer)


def write_tied(model: LlamaForCausalLM) -> np.ndarray:
    """The embedding as it is read back from Q8_0."""
    quantised = gguf.quants.quantize(model.lm_head.weight.detach().numpy(), gguf.GGMLQuantizationType.Q8_0)
    writer = start(HERE / "tied.gguf", "Tiny tied")
    writer.add_tensor("token_embd.weight", quantised, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.add_tensor("output_norm.weight", model.model.norm.weight.detach().numpy())
    finish(writer)
    return gguf.quants.dequantize(quantised, gguf.GGMLQuantizationType.Q8_0)


def write_vector(name: str, directions: dict[int, np.ndarray]) -> None:
    writer = gguf.GGUFWriter(HERE / name, "controlvector")
    writer.add_string("controlvector.model_hint", "llama")
    writer.add_int32("controlvector.layer_count", len(directions))
    for layer, direction in directions.items():
        writer.add_tensor(f"direction.{layer}", direction)
    finish(writer)


def states(model: LlamaForCausalLM) -> tuple[torch.Tensor, torch.Tensor]:
    """At each prompt's last token: transformers' hidden_states, and what the blocks put out."""
    theirs, blocks = [], []
    for prompt in PROMPTS:
        caught = []
        hooks = [layer.register_forward_hook(lambda _m, _i, out: caught.append(tensor_of(out)[0, -1].clone()))
                 for layer in model.model.layers]
        out = model(torch.tensor([tokens(prompt)]), output_hidden_states=True)
        for hook in hooks:
            hook.remove()
        theirs.append(torch.stack([state[0, -1] for state in out.hidden_states]))
        blocks.append(torch.stack(caught))
    return torch.stack(theirs), torch.stack(blocks)


def tensor_of(out):
    return out[0] if isinstance(out, tuple) else out


def logits(model: LlamaForCausalLM, directions: dict[int, np.ndarray], alpha: float) -> torch.Tensor:
    """After the first prompt, with alpha × direction added to the output of each block, at every token."""
    def adding(direction):
        offset = alpha * torch.from_numpy(direction)
        return lambda _m, _i, out: (out[0] + offset, *out[1:]) if isinstance(out, tuple) else out + offset

    hooks = [model.model.layers[layer].register_forward_hook(adding(direction)) for layer, direction in directions.items()]
    result = model(torch.tensor([tokens(PROMPTS[0])])).logits[0, -1]
    for hook in hooks:
        hook.remove()
    return result


def sparse(direction: np.ndarray) -> np.ndarray:
    kept = np.argsort(-np.abs(direction), kind="stable")[:KEPT]
    result = np.zeros_like(direction)
    result[kept] = direction[kept]
    return result


def lens(output: np.ndarray, norm: np.ndarray, directions: dict[int, np.ndarray]) -> list[dict]:
    result = []
    for layer, direction in directions.items():
        scores = output.astype(np.float64) @ (direction.astype(np.float64) * norm)
        scores = (scores - scores.mean()) / scores.std()
        order = np.argsort(-scores, kind="stable")
        pick = lambda ids: [{"id": int(i), "score": float(scores[i])} for i in ids]
        result.append({"layer": layer, "promoted": pick(order[:5]), "suppressed": pick(order[::-1][:5])})
    return result


def main() -> None:
    model = make_model()
    rng = np.random.default_rng(5)
    # Half floats, so that the sparse .sv holds the very numbers.
    directions = {layer: rng.normal(size=N_EMBD).astype(np.float16).astype(np.float32) for layer in range(N_LAYER)}
    steerable = {layer: direction for layer, direction in directions.items() if layer > 0}
    few = {layer: sparse(direction) for layer, direction in steerable.items()}
    write_model(model)
    tied = write_tied(model)
    write_vector("vector.gguf", steerable)
    # A value that no half float holds, so that a whole import must keep 32 bits.
    write_vector("vector_0.gguf", {layer: direction + np.float32(1e-5) for layer, direction in directions.items()})
    with torch.no_grad():
        theirs, blocks = states(model)
        save_file({"hidden_states": theirs.contiguous(), "labels": torch.tensor(LABELS, dtype=torch.uint8)},
                  HERE / "states.safetensors")
        everything = theirs.numpy()
        np.savez_compressed(HERE / "whole.npz", hidden_states=np.asfortranarray(everything.astype(np.float64)))
        layers = {f"layer_{number}": everything[:, number] for number in range(N_LAYER + 1)}
        np.savez(HERE / "layers.npz", **layers, labels=np.array(LABELS))
        save_file({
            "states": blocks.contiguous(),
            "tokens": torch.tensor([tokens(PROMPTS[0])]),
            "plain": logits(model, {}, 0.0),
            "dense": torch.stack([logits(model, steerable, alpha) for alpha in ALPHAS]),
            "sparse": torch.stack([logits(model, few, alpha) for alpha in ALPHAS]),
            "alphas": torch.tensor(ALPHAS),
        }, HERE / "golden.safetensors", metadata={"prompts": json.dumps(PROMPTS)})
    norm = model.model.norm.weight.detach().numpy().astype(np.float64)
    expected = {"tiny.gguf": lens(model.lm_head.weight.detach().numpy(), norm, steerable),
                "tied.gguf": lens(tied, norm, steerable)}
    (HERE / "explain.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
