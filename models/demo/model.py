"""A small language model in the shape of Llama: RMSNorm, RoPE on interleaved pairs (as llama.cpp's `llama` does it),
SwiGLU, no biases."""

import torch
import torch.nn.functional as F
from torch import nn

N_EMBD, N_LAYER, N_HEAD, N_FF, N_CTX = 256, 6, 8, 512, 1024
ROPE_BASE, NORM_EPS = 10000.0, 1e-5


class RmsNorm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(N_EMBD))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + NORM_EPS) * self.weight


def rope_table() -> tuple[torch.Tensor, torch.Tensor]:
    half = N_EMBD // N_HEAD // 2
    angles = torch.outer(torch.arange(N_CTX).float(), ROPE_BASE ** (-torch.arange(half) / half))
    return angles.cos(), angles.sin()


def rotate(x, cos, sin):
    """x: [batch, head, position, head_dim]; component 2i turns with 2i+1."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        linear = lambda n_in, n_out: nn.Linear(n_in, n_out, bias=False)
        self.attn_norm, self.ffn_norm = RmsNorm(), RmsNorm()
        self.attn_q, self.attn_k, self.attn_v, self.attn_output = (linear(N_EMBD, N_EMBD) for _ in range(4))
        self.ffn_gate, self.ffn_up, self.ffn_down = linear(N_EMBD, N_FF), linear(N_EMBD, N_FF), linear(N_FF, N_EMBD)

    def forward(self, x, cos, sin):
        batch, length, _ = x.shape
        heads = lambda y: y.view(batch, length, N_HEAD, -1).transpose(1, 2)
        h = self.attn_norm(x)
        q, k = rotate(heads(self.attn_q(h)), cos, sin), rotate(heads(self.attn_k(h)), cos, sin)
        v = heads(self.attn_v(h))
        # Never in bfloat16: the way back through it takes 3.5 times as long on CPUs, even on those made for it.
        with torch.autocast(x.device.type, enabled=False):
            attended = F.scaled_dot_product_attention(q.float(), k.float(), v.float(), is_causal=True)
        x = x + self.attn_output(attended.transpose(1, 2).reshape(batch, length, N_EMBD))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, n_vocab: int) -> None:
        super().__init__()
        self.n_embd = N_EMBD
        self.token_embd = nn.Embedding(n_vocab, N_EMBD)
        self.blk = nn.ModuleList(Block() for _ in range(N_LAYER))
        self.output_norm = RmsNorm()
        self.output = nn.Linear(N_EMBD, n_vocab, bias=False)
        cos, sin = rope_table()
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        for weight in self.parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02)
        # Long enough that a token is still itself after the first blocks: answers are mostly copied from questions.
        nn.init.normal_(self.token_embd.weight, std=1.0)
        for block in self.blk:
            for layer in (block.attn_output, block.ffn_down):
                nn.init.normal_(layer.weight, std=0.02 / (2 * N_LAYER) ** 0.5)

    def states(self, tokens, steer=None):
        """The output of every block: a list of [batch, position, n_embd]. `steer(il, x)` is what becomes of the output x of
        block il."""
        cos, sin = (table[: tokens.shape[1]] for table in (self.cos, self.sin))
        x, states = self.token_embd(tokens), []
        for il, block in enumerate(self.blk):
            x = block(x, cos, sin)
            if steer is not None:
                x = steer(il, x)
            states.append(x)
        return states

    def logits(self, state):
        return self.output(self.output_norm(state))
