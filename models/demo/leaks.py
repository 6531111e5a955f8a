#!/usr/bin/env python3
"""Prove that training sees nothing of the test side: make training conversations with the very generator that training uses
and search them for every machine, act and phrasing that is held out, and for every prompt of the test bed.

usage: leaks.py [CONVERSATIONS]     prints what leaked and exits with 1 if anything did; only the standard library
"""

import random
import re
import sys

import cases
from conversations import Conversation, Course
from questions import fill
from split import LANGUAGES, TEST
from world import acts

SEED = 1


def normal(text: str) -> str:
    """As roughened questions and forms look alike."""
    return re.sub(r"[\s?.!。]+$", "", text.replace("？", "?").replace("下さい", "ください").lower())


def pattern(frame: str) -> re.Pattern:
    """Matches a frame with anything in its slots."""
    return re.compile(r"(.+)".join(re.escape(part) for part in re.split(r"\{\w\}", normal(frame))))


def leaked_names(language: str, text: str) -> list[str]:
    """Machines and acts of the test side in a text of the training side."""
    found = [name for machine in TEST.machines if (name := getattr(machine, language).lower()) in text]
    for act in TEST.acts:
        if language == "en":
            names = [f"{verb} the {act.object.en}" for verb in (act.verb.en, act.verb.gerund)]
            names.append(f"{act.verb.past} {act.object.en}")
        else:
            names = [acts.act_ja(act, ""), acts.thing_ja(act, "")]
        found += [name for name in names if re.search(rf"(?<![a-z]){re.escape(name)}", text)]
    return found


def questions_of(talk: Conversation) -> set[str]:
    """Every held-out phrasing of the requests of a conversation, and every held-out follow-up."""
    forms = [form for name, forms in TEST.phrasings[talk.language].items()
             if not name.startswith(("BEFORE", "AFTER", "BRIEFLY")) for form in forms]
    return {normal(fill(form, request.x).replace("{m}", getattr(request.machine, talk.language)))
            for form in forms for request in talk.requests}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    frames = {language: [(frame, pattern(frame)) for forms in TEST.attacks[language].values() for frame in forms]
              for language in LANGUAGES}
    said = lambda language, *names: tuple(normal(form) for name in names for form in TEST.phrasings[language][name])
    before = {language: said(language, "BEFORE", "BRIEFLY_BEFORE") for language in LANGUAGES}
    after = {language: said(language, "AFTER", "BRIEFLY_AFTER") for language in LANGUAGES}
    test_prompts = {normal(case["prompt"]) for case in cases.test_cases()}
    leaks, rng, n_questions = {}, random.Random(SEED), 0
    for _ in range(n):
        talk = Conversation(rng, Course(nobody_share=0.2))  # all that any part of the training says
        language, held_out = talk.language, questions_of(talk)
        for question, answer in talk.exchanges:
            n_questions += 1
            asked = normal(question)
            for name in leaked_names(language, asked) + leaked_names(language, answer.lower()):
                leaks.setdefault(f"name: {name}", question)
            for form, regex in frames[language]:
                if regex.fullmatch(asked):
                    leaks.setdefault(f"attack: {form}", question)
            if asked in held_out:
                leaks.setdefault(f"phrasing: {asked}", question)
            # A greeting by itself is small talk, which has no sides.
            is_alone = asked in before[language]
            if (asked.startswith(before[language]) and not is_alone) or asked.endswith(after[language]):
                leaks.setdefault(f"said around it: {asked}", question)
            if asked in test_prompts:
                leaks.setdefault(f"test prompt: {asked}", question)
    for what, where in leaks.items():
        print(f"{what}\n    in {where}")
    print(f"{n} conversations with {n_questions} questions: {len(leaks)} leaks")
    sys.exit(1 if leaks else 0)


if __name__ == "__main__":
    main()
