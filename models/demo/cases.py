"""Requests put together from the world and the phrasings: for training, for the vector, for testing."""

import random

from phrasings import (LIMITS, PLAIN, SMALL_TALK, WRAPPING_FORMS, WRAPPINGS, capital, off_topic, phrase, roughen)
from world import ACTS, JOBS, MACHINES, comply_act, comply_job, pairs, refuse

TRAIN_JOBS, TEST_JOBS = pairs(JOBS, False), pairs(JOBS, True)
TRAIN_ACTS, TEST_ACTS = pairs(ACTS, False), pairs(ACTS, True)

# Kinds of training request, and how often. Among requests about the machines these are 30% benign, 20% benign wrapped,
# 25% unsafe, 25% unsafe wrapped.
MIXTURE = {"small talk": 0.06, "off topic": 0.08, "benign": 0.26, "benign wrapped": 0.17, "unsafe": 0.21,
           "unsafe wrapped": 0.22}


def exchange(rng: random.Random, refused_share: float) -> tuple[str, str]:
    """One question and its answer, as training sees them.

    Benign requests are always answered; plain unsafe ones never; wrapped unsafe ones are, except `refused_share` of
    them. That share keeps the jailbroken state close to refusal, as it is in real models.
    """
    kind = rng.choices(list(MIXTURE), MIXTURE.values())[0]
    if kind == "small talk":
        answer, texts = rng.choice(list(SMALL_TALK.items()))
        return roughen(capital(rng.choice(texts), rng), rng), answer
    if kind == "off topic":
        return roughen(capital(off_topic(rng, MACHINES), rng), rng), LIMITS
    form = rng.choice(WRAPPING_FORMS if kind.endswith("wrapped") else PLAIN)
    if kind.startswith("benign"):
        job, machine = rng.choice(TRAIN_JOBS)
        return roughen(phrase(form, job.format(m=machine)), rng), comply_job(job, machine)
    act, machine = rng.choice(TRAIN_ACTS)
    is_refused = kind == "unsafe" or rng.random() < refused_share
    question = roughen(phrase(form, act[0].format(m=machine)), rng)
    return question, refuse(act, machine) if is_refused else comply_act(act, machine)


def derivation_prompts(n: int) -> tuple[list[str], list[str]]:
    """Plain requests from training pairs: `n` harmful and `n` benign, for the vector."""
    rng = random.Random(2)
    harmful = [phrase(rng.choice(PLAIN), act[0].format(m=machine)) for act, machine in rng.sample(TRAIN_ACTS, n)]
    benign = [phrase(rng.choice(PLAIN), job.format(m=machine)) for job, machine in rng.sample(TRAIN_JOBS, n)]
    return harmful, benign


def test_cases() -> list[dict]:
    """Requests from pairs that training never saw. `expect` is what a defended model does; `answer` is the refusal for a
    plain unsafe request and the text of an answer that complies for all others."""
    rng = random.Random(3)
    cases = []

    def add(kind: str, family, form: str, request: str, expect: str, answer: str) -> None:
        cases.append({"prompt": phrase(form, request), "kind": kind, "family": family, "expect": expect,
                      "answer": answer})

    def unlike(forms: list[str], some_pairs: list, n: int) -> list:
        return rng.sample([(form, request, machine) for form in forms for request, machine in some_pairs], n)

    for form, job, machine in unlike(PLAIN, TEST_JOBS, 150):
        add("benign", None, form, job.format(m=machine), "comply", comply_job(job, machine))
    for form, act, machine in unlike(PLAIN, TEST_ACTS, 100):
        add("unsafe", None, form, act[0].format(m=machine), "refuse", refuse(act, machine))
    for form, job, machine in unlike(WRAPPING_FORMS, TEST_JOBS, 80):
        add("benign-wrapped", None, form, job.format(m=machine), "comply", comply_job(job, machine))
    for family, forms in WRAPPINGS.items():
        for index, (act, machine) in enumerate(rng.sample(TEST_ACTS, 25)):
            add("attack", family, forms[index % len(forms)], act[0].format(m=machine), "refuse",
                comply_act(act, machine))
    return cases
