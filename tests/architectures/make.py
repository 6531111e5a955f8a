#!/usr/bin/env python3
"""Makes the tiny models in this folder: one of each family, random weights, a tokenizer of their own.

usage: python3 make.py          (needs numpy and the gguf package; the same versions give the same bytes)

Names and shapes follow llama.cpp's loaders (src/models/*.cpp). Matrices are F16, everything else F32. What these
models say means nothing; how llama.cpp builds their graphs is what tests/inference/architectures.rs looks at.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quants

HERE = Path(__file__).parent
WIDTH, FEED, LAYERS, HEADS, KV_HEADS = 32, 64, 3, 4, 2
HEAD = WIDTH // HEADS
# Shorter than the prompt of the tests, so that windows slide.
WINDOW = 16


def spm_tokens():
    """A SentencePiece vocabulary: control tokens, every byte, and pieces with and without a space in front."""
    pieces = ["▁"] + [c for c in "abcdefghijklmnopqrstuvwxyz.?!"] + ["▁the", "he", "in", "re", "on"]
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + pieces
    types = [2, 3, 3] + [6] * 256 + [1] * len(pieces)
    scores = [0.0] * (3 + 256) + [-float(i) for i in range(len(pieces))]
    return tokens, types, scores


def wpm_tokens():
    letters = "abcdefghijklmnopqrstuvwxyz.?!"
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + ["▁" + c for c in letters] + list(letters)


class Model:
    """A GGUF in the making; `t` adds a tensor with its dimensions in ggml's order."""

    def __init__(self, name, arch, layers=LAYERS, width=WIDTH, feed=FEED):
        self.path = HERE / f"{name}.gguf"
        self.w = GGUFWriter(self.path, arch)
        self.arch, self.layers, self.width, self.feed = arch, layers, width, feed
        self.random = np.random.default_rng(list(name.encode()))
        self.matrix = GGMLQuantizationType.F16
        self.w.add_name(f"Tiny {name}")
        self.u32(context_length=256, embedding_length=width, block_count=layers, feed_forward_length=feed)

    def key(self, key):
        return f"{self.arch}.{key.replace('__', '.')}"

    def u32(self, **entries):
        for key, value in entries.items():
            self.w.add_uint32(self.key(key), value)

    def f32(self, **entries):
        for key, value in entries.items():
            self.w.add_float32(self.key(key), value)

    def put(self, name, values):
        values = np.ascontiguousarray(values, dtype=np.float32)
        if values.ndim == 1 or "." not in name or "ssm_conv1d" in name or "ffn_gate_inp" in name or "norm" in name:
            self.w.add_tensor(name, values)
        elif name.endswith(".bias"):
            self.w.add_tensor(name, values)
        elif self.matrix == GGMLQuantizationType.F16:
            self.w.add_tensor(name, values.astype(np.float16))
        else:
            self.w.add_tensor(name, quants.quantize(values, self.matrix), raw_dtype=self.matrix)

    def t(self, name, *ne):
        values = self.random.standard_normal(tuple(reversed(ne)))
        if "norm" in name and name.endswith("weight"):
            values = 1.0 + 0.1 * values
        elif name.endswith(".bias"):
            values = 0.1 * values
        else:
            values = values / np.sqrt(ne[0])
        self.put(name, values)

    def blocks(self, *tensors):
        """The same tensors in every block: (name, dimensions…)."""
        for il in range(self.layers):
            for name, *ne in tensors:
                self.t(f"blk.{il}.{name}", *ne)

    def heads(self, heads=HEADS, kv=KV_HEADS):
        self.u32(attention__head_count=heads, attention__head_count_kv=kv)

    def rms(self):
        self.f32(attention__layer_norm_rms_epsilon=1e-5)

    def layer_norm(self):
        self.f32(attention__layer_norm_epsilon=1e-5)

    def tokenizer(self, *control):
        tokens, types, scores = spm_tokens()
        tokens, types, scores = tokens + list(control), types + [3] * len(control), scores + [0.0] * len(control)
        self.w.add_tokenizer_model("llama")
        self.w.add_token_list(tokens)
        self.w.add_token_types(types)
        self.w.add_token_scores(scores)
        self.w.add_bos_token_id(1)
        self.w.add_eos_token_id(2)
        self.w.add_unk_token_id(0)
        self.w.add_add_bos_token(True)
        self.w.add_add_eos_token(False)
        self.w.add_chat_template(
            "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant:"
        )
        return len(tokens)

    def frame(self, *control, output=False, bias=False):
        """Embedding, tokenizer (with these control tokens beside its own) and what comes after the last block."""
        n_vocab = self.tokenizer(*control)
        self.t("token_embd.weight", self.width, n_vocab)
        self.t("output_norm.weight", self.width)
        if bias:
            self.t("output_norm.bias", self.width)
        if output:
            self.t("output.weight", self.width, n_vocab)

    def attention(self, bias=False):
        w, kv = self.width, KV_HEADS * HEAD
        qkv = [("attn_q", w), ("attn_k", kv), ("attn_v", kv)]
        self.blocks(*[(f"{name}.weight", w, out) for name, out in qkv], ("attn_output.weight", w, w))
        if bias:
            self.blocks(*[(f"{name}.bias", out) for name, out in qkv])

    def gated_feed(self):
        w, ff = self.width, self.feed
        self.blocks(("ffn_gate.weight", w, ff), ("ffn_up.weight", w, ff), ("ffn_down.weight", ff, w))

    def norms(self, *names):
        self.blocks(*[(f"{name}.weight", self.width) for name in names])

    def close(self):
        self.w.write_header_to_file()
        self.w.write_kv_data_to_file()
        self.w.write_tensors_to_file()
        self.w.close()
        print(f"{self.path.name}: {self.path.stat().st_size} bytes")


EXPERTS = 4


def experts(m, il, ff):
    for name, *ne in [("gate", m.width, ff), ("up", m.width, ff), ("down", ff, m.width)]:
        m.t(f"blk.{il}.ffn_{name}_exps.weight", *ne, EXPERTS)
    m.t(f"blk.{il}.ffn_gate_inp.weight", m.width, EXPERTS)


def llama_like(name, arch, bias=False, qk_norm=False, **floats):
    m = Model(name, arch)
    m.heads()
    m.rms()
    m.f32(**floats)
    m.frame()
    m.norms("attn_norm", "ffn_norm")
    m.attention(bias)
    if qk_norm:
        m.blocks(("attn_q_norm.weight", HEAD), ("attn_k_norm.weight", HEAD))
    m.gated_feed()
    m.close()


def qwen3moe():
    m = Model("qwen3moe", "qwen3moe")
    m.heads()
    m.rms()
    m.u32(expert_count=EXPERTS, expert_used_count=2, expert_feed_forward_length=32)
    m.frame()
    m.norms("attn_norm", "ffn_norm")
    m.attention()
    m.blocks(("attn_q_norm.weight", HEAD), ("attn_k_norm.weight", HEAD))
    for il in range(m.layers):
        experts(m, il, 32)
    m.close()


def gemma(name):
    m = Model(name, name, layers=4)
    m.heads()
    m.rms()
    m.u32(attention__sliding_window=WINDOW)
    if name == "gemma2":
        m.f32(attn_logit_softcapping=50.0, final_logit_softcapping=30.0)
    else:
        # Two layers of three see the window only; at the usual five of six all of this model's would.
        m.u32(attention__sliding_window_pattern=3)
        m.blocks(("attn_q_norm.weight", HEAD), ("attn_k_norm.weight", HEAD))
    m.frame()
    m.norms("attn_norm", "post_attention_norm", "ffn_norm", "post_ffw_norm")
    m.attention()
    m.gated_feed()
    m.close()


def phi3():
    m = Model("phi3", "phi3")
    m.heads()
    m.rms()
    m.u32(rope__dimension_count=HEAD)
    # llama.cpp looks it up in every vocabulary of this family.
    m.frame("<|endoftext|>", output=True)
    m.norms("attn_norm", "ffn_norm")
    w, kv = m.width, KV_HEADS * HEAD
    m.blocks(("attn_qkv.weight", w, w + 2 * kv), ("attn_output.weight", w, w))
    m.blocks(("ffn_up.weight", w, 2 * m.feed), ("ffn_down.weight", m.feed, w))
    m.close()


def cohere(name, arch):
    m = Model(name, arch, layers=4)
    m.heads()
    m.layer_norm()
    m.f32(logit_scale=0.25)
    if arch == "cohere2":
        m.u32(attention__sliding_window=WINDOW)
    m.frame()
    m.norms("attn_norm")
    m.attention()
    m.gated_feed()
    m.close()


def falcon():
    m = Model("falcon", "falcon")
    m.heads(kv=1)
    m.layer_norm()
    m.frame(output=True, bias=True)
    w = m.width
    m.blocks(("attn_norm.weight", w), ("attn_norm.bias", w))
    m.blocks(("attn_qkv.weight", w, w + 2 * HEAD), ("attn_output.weight", w, w))
    m.blocks(("ffn_up.weight", w, m.feed), ("ffn_down.weight", m.feed, w))
    m.close()


def olmo2():
    m = Model("olmo2", "olmo2")
    m.heads()
    m.rms()
    m.frame(output=True)
    m.norms("post_attention_norm", "post_ffw_norm", "attn_q_norm")
    m.blocks(("attn_k_norm.weight", KV_HEADS * HEAD))
    m.attention()
    m.gated_feed()
    m.close()


def deepseek2():
    """Multi-head latent attention, one dense block, then experts with a shared one."""
    m = Model("deepseek2", "deepseek2")
    rope, nope, value, lora = 4, 8, 8, 16
    m.heads(kv=1)
    m.rms()
    m.u32(
        attention__q_lora_rank=lora, attention__kv_lora_rank=lora,
        attention__key_length=lora + rope, attention__value_length=lora,
        attention__key_length_mla=nope + rope, attention__value_length_mla=value,
        rope__dimension_count=rope, leading_dense_block_count=1,
        expert_count=EXPERTS, expert_used_count=2, expert_shared_count=1, expert_feed_forward_length=32,
        expert_gating_func=2,
    )
    m.f32(expert_weights_scale=1.5)
    m.w.add_bool(m.key("expert_weights_norm"), True)
    m.frame(output=True)
    m.norms("attn_norm", "ffn_norm")
    w = m.width
    m.blocks(
        ("attn_q_a_norm.weight", lora), ("attn_kv_a_norm.weight", lora),
        ("attn_q_a.weight", w, lora), ("attn_q_b.weight", lora, HEADS * (nope + rope)),
        ("attn_kv_a_mqa.weight", w, lora + rope),
        ("attn_k_b.weight", nope, lora, HEADS), ("attn_v_b.weight", lora, value, HEADS),
        ("attn_output.weight", HEADS * value, w),
    )
    for name, *ne in [("gate", w, m.feed), ("up", w, m.feed), ("down", m.feed, w)]:
        m.t(f"blk.0.ffn_{name}.weight", *ne)
    for il in range(1, m.layers):
        experts(m, il, 32)
        m.t(f"blk.{il}.exp_probs_b.bias", EXPERTS)
        for name, *ne in [("gate", w, 32), ("up", w, 32), ("down", 32, w)]:
            m.t(f"blk.{il}.ffn_{name}_shexp.weight", *ne)
    m.close()


def gpt_oss():
    m = Model("gpt-oss", "gpt-oss")
    m.heads()
    m.rms()
    m.u32(
        expert_count=EXPERTS, expert_used_count=2, expert_feed_forward_length=32,
        attention__sliding_window=WINDOW, attention__key_length=HEAD, attention__value_length=HEAD,
    )
    m.frame(output=True)
    m.norms("attn_norm", "post_attention_norm")
    m.attention(bias=True)
    m.blocks(("attn_output.bias", m.width), ("attn_sinks.weight", HEADS))
    for il in range(m.layers):
        experts(m, il, 32)
        m.t(f"blk.{il}.ffn_gate_inp.bias", EXPERTS)
        for name, out in [("gate", 32), ("up", 32), ("down", m.width)]:
            m.t(f"blk.{il}.ffn_{name}_exps.bias", out, EXPERTS)
    m.close()


def mamba2():
    m = Model("mamba2", "mamba2")
    inner, state, groups, rank, kernel = 64, 16, 1, 4, 4
    m.u32(
        ssm__conv_kernel=kernel, ssm__inner_size=inner, ssm__state_size=state, ssm__time_step_rank=rank,
        ssm__group_count=groups, attention__head_count=0,
    )
    m.rms()
    m.frame()
    m.norms("attn_norm")
    w, conv = m.width, inner + 2 * groups * state
    m.blocks(
        ("ssm_in.weight", w, inner + conv + rank), ("ssm_conv1d.weight", kernel, conv), ("ssm_conv1d.bias", conv),
        ("ssm_dt.bias", rank), ("ssm_norm.weight", inner // groups, groups), ("ssm_out.weight", inner, w),
    )
    for il in range(m.layers):
        m.w.add_tensor(f"blk.{il}.ssm_a", -np.arange(1, rank + 1, dtype=np.float32).reshape(rank, 1) / 4)
        m.w.add_tensor(f"blk.{il}.ssm_d", np.ones((rank, 1), dtype=np.float32))
    m.close()


def plamo2():
    """One block with a running state, two with attention. llama.cpp adds no control vector to any of them."""
    m = Model("plamo2", "plamo2")
    inner, state, heads, kernel, dt = 64, 16, 4, 4, 64
    m.u32(
        ssm__conv_kernel=kernel, ssm__inner_size=inner, ssm__state_size=state, ssm__time_step_rank=heads,
        ssm__group_count=0, attention__key_length=HEAD, attention__value_length=HEAD, rope__dimension_count=HEAD,
    )
    m.w.add_array(m.key("attention.head_count"), [HEADS] * m.layers)
    m.w.add_array(m.key("attention.head_count_kv"), [0] + [KV_HEADS] * (m.layers - 1))
    m.rms()
    m.frame()
    m.norms("attn_norm", "ffn_norm")
    w, kv = m.width, KV_HEADS * HEAD
    ones = np.ones(w, dtype=np.float32)
    for il in range(m.layers):
        for name in ["post_attention_norm", "post_ffw_norm"]:
            m.w.add_tensor(f"blk.{il}.{name}", ones)
    m.blocks(("ffn_up.weight", w, 2 * m.feed), ("ffn_down.weight", m.feed, w))
    for name, *ne in [
        ("ssm_in.weight", w, 2 * inner), ("ssm_conv1d.weight", kernel, inner), ("ssm_x.weight", inner, dt + 2 * state),
        ("ssm_dt.weight", dt, heads), ("ssm_dt.bias", heads), ("ssm_out.weight", inner, w),
    ]:
        m.t(f"blk.0.{name}", *ne)
    for name, values in [
        ("ssm_a", -np.arange(1, heads + 1) / 4), ("ssm_d", np.ones(heads)), ("ssm_dt_norm", np.ones(dt)),
        ("ssm_b_norm", np.ones(state)), ("ssm_c_norm", np.ones(state)),
    ]:
        m.w.add_tensor(f"blk.0.{name}", values.astype(np.float32))
    for il in range(1, m.layers):
        m.t(f"blk.{il}.attn_qkv.weight", w, w + 2 * kv)
        m.t(f"blk.{il}.attn_q_norm.weight", HEAD, HEADS)
        m.t(f"blk.{il}.attn_k_norm.weight", HEAD, KV_HEADS)
        m.t(f"blk.{il}.attn_output.weight", w, w)
    m.close()


def bert():
    m = Model("bert", "bert")
    m.heads(kv=HEADS)
    m.layer_norm()
    m.w.add_bool(m.key("attention.causal"), False)
    m.u32(pooling_type=1)
    tokens = wpm_tokens()
    m.w.add_tokenizer_model("bert")
    m.w.add_token_list(tokens)
    m.w.add_uint32("tokenizer.ggml.token_type_count", 2)
    for name, token in [("padding", 0), ("unknown", 1), ("cls", 2), ("bos", 2), ("seperator", 3), ("eos", 3), ("mask", 4)]:
        m.w.add_uint32(f"tokenizer.ggml.{name}_token_id", token)
    w = m.width
    m.t("token_embd.weight", w, len(tokens))
    m.t("token_types.weight", w, 2)
    m.t("position_embd.weight", w, 256)
    m.t("token_embd_norm.weight", w)
    m.t("token_embd_norm.bias", w)
    sizes = [("attn_q", w, w), ("attn_k", w, w), ("attn_v", w, w), ("attn_output", w, w), ("ffn_up", w, m.feed)]
    for name, inside, out in sizes + [("ffn_down", m.feed, w)]:
        m.blocks((f"{name}.weight", inside, out), (f"{name}.bias", out))
    for name in ["attn_output_norm", "layer_output_norm"]:
        m.blocks((f"{name}.weight", w), (f"{name}.bias", w))
    m.close()


def wide():
    """A llama whose rows are 256 wide, as K-quants need: what the quantiser is run on. Stored as Q4_0 to be small."""
    m = Model("llama-256", "llama", layers=2, width=256, feed=256)
    m.heads(heads=4, kv=1)
    m.rms()
    m.u32(attention__key_length=16, attention__value_length=16, rope__dimension_count=16)
    m.matrix = GGMLQuantizationType.Q4_0
    m.frame()
    m.norms("attn_norm", "ffn_norm")
    m.blocks(("attn_q.weight", 256, 64), ("attn_k.weight", 256, 16), ("attn_v.weight", 256, 16))
    m.blocks(("attn_output.weight", 64, 256))
    m.gated_feed()
    m.close()


def main():
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    llama_like("llama", "llama")
    llama_like("mistral3", "mistral3")
    llama_like("qwen2", "qwen2", bias=True)
    llama_like("qwen3", "qwen3", qk_norm=True)
    llama_like("granite", "granite", logit_scale=4.0, residual_scale=0.5, embedding_scale=2.0, attention__scale=0.25)
    qwen3moe()
    gemma("gemma2")
    gemma("gemma3")
    phi3()
    cohere("command-r", "command-r")
    cohere("cohere2", "cohere2")
    falcon()
    olmo2()
    deepseek2()
    gpt_oss()
    mamba2()
    plamo2()
    bert()
    wide()


if __name__ == "__main__":
    main()
