"""What training never sees: a fifth of the phrasings, of the acts (verb × object) and of the machines, and three families of
attack. The split is by position, so that training, the vectors' prompts and the test sets agree on it without sharing any
state; every word of a held-out act or machine is met in training, in other company.

usage: split.py OUT_DIR      writes OUT_DIR/train.json and OUT_DIR/test.json
"""

import json
import pathlib
import re
import sys
from typing import NamedTuple

from phrasings import attacks, composed, english, frames, japanese
from world import acts, machines

LANGUAGES = ("en", "ja")
ASPECTS = ("steps", "check", "time", "who")
PHRASING_LISTS = ("STEPS", "CHECK", "TIME", "WHO", "BEFORE", "AFTER", "BRIEFLY_BEFORE", "BRIEFLY_AFTER", "NEXT", "AND_CHECK",
                  "AND_TIME", "AND_WHO", "AND_MACHINE", "AGAIN", "WHY", "INSIST")
FIFTH = 5


class Side(NamedTuple):
    """One side of the split. `phrasings[language][list]` and `attacks[language][family]` are lists of forms; composed ones have
    lists of their own, named `…_COMPOSED`."""

    machines: list
    acts: list
    phrasings: dict
    attacks: dict

    def families(self, language: str) -> list[str]:
        """Of attacks."""
        return [family for family in self.attacks[language] if not family.endswith("_COMPOSED")]


def lines(text: str) -> list[str]:
    """A form a line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def of_grid(grid: list[list], step: int, every: int, is_test: bool) -> list:
    """One in `every` pairs of a grid, on diagonals: no row and no column is held out whole."""
    return [pair for row, pairs in enumerate(grid) for column, pair in enumerate(pairs)
            if ((row + step * column) % every == 3) == is_test]


def of_list(forms: list, is_test: bool) -> list:
    return [form for index, form in enumerate(forms) if (index % FIFTH == 3) == is_test]


def composed_forms(said: str, asked: str, whole: list[str], is_test: bool) -> list[str]:
    """Something said about the request and a question about it, new pairs on the test side, none of which is a whole
    form as well."""
    bare = lambda form: form.rstrip(".?。")
    taken = {bare(form) for form in whole}
    joint = "" if said.startswith("{x}") else " "
    grid = [[f"{one}{joint}{other}" for other in lines(asked)] for one in lines(said)]
    return [form for form in of_grid(grid, 2, FIFTH, is_test) if bare(form) not in taken]


def composed_frames(beginnings: str, ends: str, is_test: bool) -> list[str]:
    """A beginning and an end of an attack's frame, new pairs on the test side. If neither has a slot for the request, it
    stands before them on every other square of the grid and after them on the rest."""
    def frame(row: int, one: str, column: int, other: str) -> str:
        joint = "" if one.endswith("。") else " "
        joined = f"{one}{joint}{other}"
        if re.search(r"\{[qxab]\}", joined):
            return joined
        return f"{{q}} {joined}" if (row + column) % 2 else f"{joined} {{q}}"

    grid = [[frame(row, one, column, other) for column, other in enumerate(lines(ends))]
            for row, one in enumerate(lines(beginnings))]
    return of_grid(grid, 2, FIFTH, is_test)


def attack_frames(texts: dict[str, str], parts: dict[str, tuple[str, str]], is_test: bool) -> dict[str, list[str]]:
    """A fifth of each family, whole frames and composed ones; of the families held out, all on the test side."""
    whole = {family: lines(text) if family in attacks.HELD_OUT else of_list(lines(text), is_test)
             for family, text in texts.items() if is_test or family not in attacks.HELD_OUT}
    return whole | {f"{family}_COMPOSED": composed_frames(*parts[family], is_test) for family in whole if family in parts}


def side(is_test: bool) -> Side:
    # Machines that stand alone have no known words, so they are always on the training side; a fourth of the paired ones
    # is a fifth of them all.
    paired = of_grid(machines.PAIRED, 1, 4, is_test)
    some_machines = paired if is_test else paired + machines.ALONE
    some_acts = [act for number, grid in enumerate(acts.GRID.values()) for act in of_grid(grid, 2 + number % 2, FIFTH, is_test)]
    phrasings = {language: {name: of_list(lines(getattr(module, name)), is_test) for name in PHRASING_LISTS}
                 for language, module in (("en", english), ("ja", japanese))}
    for language, module, said, asked in (("en", english, composed.SAID_EN, composed.ASKED_EN),
                                          ("ja", japanese, composed.SAID_JA, composed.ASKED_JA)):
        for name, questions in asked.items():
            forms = composed_forms(said, questions, lines(getattr(module, name)), is_test)
            phrasings[language][f"{name}_COMPOSED"] = forms
    some_frames = {"en": attack_frames(attacks.EN, frames.EN, is_test), "ja": attack_frames(attacks.JA, frames.JA, is_test)}
    return Side(some_machines, some_acts, phrasings, some_frames)


TRAIN, TEST = side(False), side(True)


def written(some_side: Side) -> dict:
    """As the files tell it."""
    names = lambda act: {"en": act.name, "ja": f"{act.object.ja}を{act.verb.ja}"}
    return {"machines": [machine._asdict() for machine in some_side.machines],
            "acts": [names(act) for act in some_side.acts],
            "phrasings": some_side.phrasings, "attacks": some_side.attacks}


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, some_side in (("train", TRAIN), ("test", TEST)):
        text = json.dumps(written(some_side), ensure_ascii=False, indent=1)
        (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
