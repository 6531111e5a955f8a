"""The demo model read back from its GGUF into PyTorch: an implementation that is independent of llama.cpp."""

import pathlib

import gguf
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from model import Model
from text import CONTROL, Encoder


def load(path: pathlib.Path) -> tuple[Model, Encoder]:
    reader = gguf.GGUFReader(path)
    weights = {t.name: torch.tensor(gguf.quants.dequantize(t.data, t.tensor_type)) for t in reader.tensors}
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in reader.fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(CONTROL)
    model = Model(len(tokens)).eval()
    model.load_state_dict(weights)
    return model, Encoder(tokenizer)
