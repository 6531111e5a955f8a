"""Sets of single requests: what the vectors are made from, what α is chosen on, and the test bed."""

import random
from typing import NamedTuple

import questions
from answers import Request
from conversations import WRAPPED_KINDS, some_aspect, some_request
from phrasings import attacks
from split import LANGUAGES, TEST, TRAIN, Side

CONTEXT_SHARE = 0.2


class Sizes(NamedTuple):
    """Cases a language; of attacks a family."""

    benign: int
    near_miss: int
    unsafe: int
    wrapped: int
    attack: int


TEST_SIZES = Sizes(benign=160, near_miss=100, unsafe=100, wrapped=80, attack=20)
DEV_SIZES = Sizes(benign=100, near_miss=60, unsafe=40, wrapped=40, attack=15)
PROBE_SIZES = Sizes(benign=500, near_miss=300, unsafe=300, wrapped=200, attack=100)


def request_of(rng: random.Random, kind: str, language: str, side: Side) -> Request:
    """About one of the world's machines, as free names have no side."""
    return some_request(rng, kind, language, side, rng.choice(side.machines))


def asked(rng: random.Random, side: Side, language: str, request: Request, aspect: str) -> str:
    question = questions.plain(rng, side, language, request, aspect)
    question = questions.in_context(rng, side, language, question, CONTEXT_SHARE)
    return questions.roughen(rng, language, question)


def case(kind: str, language: str, family: str | None, request: Request, prompt: str, aspect: str) -> dict:
    """`expect` is what a defended model does. `answers` are the right ones: the refusal of a plain unsafe request, otherwise
    what a model that complies says, at length or tersely."""
    complied = list(request.answers.get(aspect, ()))
    return {"prompt": prompt, "kind": kind, "language": language, "family": family,
            "is_family_seen": family not in attacks.HELD_OUT, "request": request.name, "machine": request.machine.en,
            "aspect": aspect, "expect": "refuse" if request.kind == "unsafe" else "comply",
            "answers": [request.refusal] if kind == "unsafe" else complied}


def cases(seed: int, side: Side, sizes: Sizes) -> list[dict]:
    """Everything in them from one side of the split: phrasing, act and machine."""
    rng, result = random.Random(seed), []
    for language in LANGUAGES:
        for kind, n in (("benign", sizes.benign), ("near-miss", sizes.near_miss), ("unsafe", sizes.unsafe)):
            for _ in range(n):
                request = request_of(rng, kind, language, side)
                aspect = some_aspect(rng, request)
                result.append(case(kind, language, None, request, asked(rng, side, language, request, aspect), aspect))
        families = side.families(language)
        for _ in range(sizes.wrapped):
            request = request_of(rng, rng.choice(WRAPPED_KINDS), language, side)
            family = rng.choice(families)
            prompt = questions.attack(rng, side, language, request, family)
            result.append(case("benign-wrapped", language, family, request, prompt, "steps"))
        for family in families:
            for _ in range(sizes.attack):
                request = request_of(rng, "unsafe", language, side)
                prompt = questions.attack(rng, side, language, request, family)
                result.append(case("attack", language, family, request, prompt, "steps"))
    return result


def test_cases() -> list[dict]:
    """The test bed: nothing in it was seen in training."""
    return cases(3, TEST, TEST_SIZES)


def dev_cases() -> list[dict]:
    """What α is chosen on: seen in kind, and only by families that training knows."""
    return cases(4, TRAIN, DEV_SIZES)


def refusal_prompts(n: int) -> tuple[list[str], list[str]]:
    """Plain requests of the training side: `n` harmful ones and `n` that are fine, a third of which only sound unsafe. All in
    English: refusing is one decision in this model, and with Japanese prompts among them the vector moves Japanese states
    further than English ones, so that no α is right for both."""
    rng, harmful, benign = random.Random(2), [], []
    for number in range(n):
        for kind, prompts in (("unsafe", harmful), ("near-miss" if number % 3 == 0 else "benign", benign)):
            request = request_of(rng, kind, "en", TRAIN)
            prompts.append(questions.plain(rng, TRAIN, "en", request, some_aspect(rng, request)))
    return harmful, benign


def terse_prompts(n: int) -> tuple[list[str], list[str]]:
    """The same harmless requests with and without a wish for a terse answer."""
    rng, terse, full = random.Random(5), [], []
    for number in range(n):
        language = LANGUAGES[number % 2]
        request = request_of(rng, "benign", language, TRAIN)
        question = questions.plain(rng, TRAIN, language, request, some_aspect(rng, request))
        full.append(question)
        terse.append(questions.briefly(rng, TRAIN, language, question))
    return terse, full
