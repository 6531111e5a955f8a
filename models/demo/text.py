"""Tokens: a byte-level BPE trained on the model's own world, and the chat template around it."""

import itertools
import pathlib
import random

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from conversations import Conversation
from world.machines import ALONE, BASES, KINDS

CONTROL = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
N_VOCAB = 3072
N_CORPUS = 30000
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
# Japanese is written without spaces. While the merges are learned, it is cut where the script changes and between the words
# of a machine's name, so that no token reaches across: a pair of words that training never saw is then made of tokens
# that it did see. Tokenizing knows nothing of these cuts, so llama.cpp need not either.
WORDS = "|".join(machine.ja for machine in KINDS + BASES + ALONE)
CUTS = Regex(rf"{WORDS}|[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u4e00-\u9fff]+")


def train_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    # What llama.cpp calls the pre-tokenizer "gpt-2"; all bytes are in the alphabet, so nothing typed is unknown.
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=N_VOCAB, special_tokens=CONTROL, show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    rng = random.Random(1)
    conversations = (Conversation(rng) for _ in range(N_CORPUS))
    corpus = itertools.chain.from_iterable(exchange for talk in conversations for exchange in talk.exchanges)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(CUTS, "isolated"), byte_level])
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.pre_tokenizer = byte_level
    return tokenizer


def load_tokenizer(folder: pathlib.Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


class Encoder:
    """Conversations as token lists."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.n_vocab = tokenizer.get_vocab_size()
        self.end, self.system, self.user, self.assistant = (tokenizer.token_to_id(name) for name in CONTROL)

    def words(self, text: str) -> list[int]:
        return self.tokenizer.encode(text).ids

    def prompt(self, question: str) -> list[int]:
        return [self.user, *self.words(question), self.end, self.assistant]

    def conversation(self, exchanges: list, system: str | None) -> tuple[list[int], list[bool]]:
        """Tokens, and for each whether it belongs to an answer and so is learned."""
        tokens = [self.system, *self.words(system), self.end] if system else []
        learned = [False] * len(tokens)
        for question, answer in exchanges:
            asked, answered = self.prompt(question), [*self.words(answer), self.end]
            tokens += asked + answered
            learned += [False] * len(asked) + [True] * len(answered)
        return tokens, learned
