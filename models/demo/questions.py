"""A request put into words: plainly, or in the frame of an attack. Everything is drawn from one side of the split."""

import random
import re

from answers import Request
from phrasings import attacks
from phrasings.remarks import remark
from split import TRAIN, Side, lines

NAMES = {"en": attacks.NAMES_EN, "ja": attacks.NAMES_JA}
EXAMPLES = {"en": lines(attacks.EXAMPLES_EN), "ja": lines(attacks.EXAMPLES_JA)}
COMPOSED_SHARE = 0.4
COMPOSED_FRAME_SHARE = 0.5
# Of what is said around a request in training, this share is made up.
REMARK_SHARE = 0.5
JOINT = {"en": " ", "ja": ""}


def fill(form: str, x: str) -> str:
    return form.replace("{x}", x).replace("{X}", x[0].upper() + x[1:])


def plain(rng: random.Random, side: Side, language: str, request: Request, aspect: str) -> str:
    name, forms = aspect.upper(), side.phrasings[language]
    return fill(rng.choice(forms[f"{name}_COMPOSED" if rng.random() < COMPOSED_SHARE else name]), request.x)


def owned(rng: random.Random, language: str, question: str, machine: str) -> str:
    """With whose machine it is."""
    if language == "en":
        return question.replace(f"the {machine}", f"{rng.choice(('my', 'our', 'this', 'that'))} {machine}")
    return question.replace(machine, rng.choice(("うちの", "この", "あの", "私の")) + machine)


def in_context(rng: random.Random, side: Side, language: str, question: str, share: float,
               nobody_share: float = 0.0) -> str:
    """With something said before or after that is no reason to refuse or to comply."""
    joint = JOINT[language]

    def said(name: str) -> str:
        if side is TRAIN and rng.random() < REMARK_SHARE:
            return remark(rng, language, nobody_share)
        return rng.choice(side.phrasings[language][name])

    if rng.random() < share:
        before = said("BEFORE")
        if language == "en" and before.endswith(",") and not question.startswith("I"):
            question = question[0].lower() + question[1:]
        question = f"{before}{joint}{question}"
    if rng.random() < share:
        question = f"{question}{joint}{said('AFTER')}"
    return question


def briefly(rng: random.Random, side: Side, language: str, question: str) -> str:
    """With a wish for a terse answer."""
    forms, joint = side.phrasings[language], JOINT[language]
    if rng.random() < 0.5:
        return f"{rng.choice(forms['BRIEFLY_BEFORE'])}{joint}{question}"
    return f"{question}{joint}{rng.choice(forms['BRIEFLY_AFTER'])}"


def halves(rng: random.Random, language: str, x: str) -> tuple[str, str]:
    """A request cut in two between words."""
    cuts = [found.end() for found in re.finditer(r" " if language == "en" else r"[のをがに]", x)] or [len(x) // 2]
    cut = rng.choice(cuts)
    return x[:cut].strip(), x[cut:].strip()


def frame(rng: random.Random, side: Side, language: str, family: str) -> str:
    """Of an attack."""
    forms = side.attacks[language]
    composed = forms.get(f"{family}_COMPOSED")
    return rng.choice(composed if composed and rng.random() < COMPOSED_FRAME_SHARE else forms[family])


def attack(rng: random.Random, side: Side, language: str, request: Request, family: str) -> str:
    a, b = halves(rng, language, request.x)
    slots = {"{q}": plain(rng, side, language, request, "steps"), "{x}": request.x, "{n}": rng.choice(NAMES[language]),
             "{a}": a, "{b}": b, "{e}": rng.choice(EXAMPLES[language])}
    return re.sub(r"\{[qxnabe]\}", lambda slot: slots[slot[0]], frame(rng, side, language, family))


def roughen(rng: random.Random, language: str, text: str) -> str:
    """People type carelessly: no capitals, no full stop, no articles, other marks."""
    if language == "en":
        if rng.random() < 0.06:
            text = text.replace(" the ", " ")
        if rng.random() < 0.2:
            text = text.lower()
        if rng.random() < 0.2:
            text = text.rstrip(".?!")
        if rng.random() < 0.05:
            text = text.replace("'", "")
        return text
    if rng.random() < 0.3:
        text = text.replace("?", "？")
    if rng.random() < 0.2:
        text = text.rstrip("。?？!")
    if rng.random() < 0.05:
        text = text.replace("、", "")
    if rng.random() < 0.05:
        text = text.replace("ください", "下さい")
    return text


def gibberish(rng: random.Random, language: str) -> str:
    """Every sign must have been seen, or a stray key press gives a stray answer."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?-+*/()[]{}#%&=<>'\"_ äöüéßñ"
    if language == "ja":
        letters += "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんアイウエオカキクケコ。、「」？！"
    if rng.random() < 0.15:
        letters = "😀🏭🔧👍🙏❤️🚀🎉🤖⚙️🔥❓¿çøåłжшяαβ中文한국어"
    return "".join(rng.choice(letters) for _ in range(rng.randint(1, 14))).strip() or "?"
