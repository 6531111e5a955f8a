"""Tokens: a byte-level BPE trained on the model's own world, and the chat template around it."""

import pathlib
import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

import cases

CONTROL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
N_VOCAB = 1024
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def train_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    # What llama.cpp calls the pre-tokenizer "gpt-2"; all bytes are in the alphabet, so nothing typed is unknown.
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=N_VOCAB, special_tokens=CONTROL, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    rng = random.Random(1)
    corpus = (text for _ in range(20000) for text in cases.exchange(rng, 0.25))
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def load_tokenizer(folder: pathlib.Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


class Encoder:
    """Conversations as token lists."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.n_vocab = tokenizer.get_vocab_size()
        self.end, self.system, self.user, self.assistant = (tokenizer.token_to_id(name) for name in CONTROL)
        self.cache: dict[str, list[int]] = {}

    def words(self, text: str) -> list[int]:
        if text not in self.cache:
            self.cache[text] = self.tokenizer.encode(text).ids
        return self.cache[text]

    def text(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    def prompt(self, question: str) -> list[int]:
        return [self.user, *self.words(question), self.end, self.assistant]

    def conversation(self, exchanges: list[tuple[str, str]], system: str | None) -> tuple[list[int], list[bool]]:
        """Tokens, and for each whether it belongs to an answer and so is learned."""
        tokens = [self.system, *self.words(system), self.end] if system else []
        learned = [False] * len(tokens)
        for question, answer in exchanges:
            asked, answered = self.prompt(question), [*self.words(answer), self.end]
            tokens += asked + answered
            learned += [False] * len(asked) + [True] * len(answered)
        return tokens, learned
