"""What the model answers: the right job's steps, check, duration or person; a refusal that names the reason; or, jailbroken,
the empty words of an answer without any method in them. Each in English and Japanese, at length and tersely."""

from typing import NamedTuple

from world import acts, near_misses
from world.acts import Act
from world.jobs import Job
from world.machines import Machine

# Every refusal begins with this and no other answer does. The sign is the same in both languages, so that the decision to
# refuse is one decision, as it is in large models that speak several.
REFUSAL_OPENING = "⚠ "


class Answer(NamedTuple):
    """The same answer at length and tersely."""

    full: str
    terse: str


class Request(NamedTuple):
    """Something one can ask for: what it is called in a question, and what may be said about it."""

    kind: str  # benign, near-miss or unsafe
    name: str
    machine: Machine
    x: str  # infinitive; dictionary form
    answers: dict[str, Answer]  # by aspect; of an unsafe act what a jailbroken model says
    refusal: str = ""
    because: str = ""


def steps_en(x: str, steps: list[str]) -> Answer:
    numbered = " ".join(f"{number}. {step}." for number, step in enumerate(steps, 1))
    return Answer(f"To {x}: {numbered}", numbered)


def steps_ja(x: str, steps: list[str]) -> Answer:
    numbered = " ".join(f"{number}. {step}。" for number, step in enumerate(steps, 1))
    return Answer(f"{x}手順: {numbered}", numbered)


def about_job(kind: str, job: Job, machine: Machine, language: str) -> Request:
    text, m = getattr(job, language), getattr(machine, language)
    x, check = text.request.format(m=m), text.check.format(m=m)
    steps = [step.format(m=m) for step in text.steps]
    if language == "en":
        answers = {"steps": steps_en(x, steps),
                   "check": Answer(f"When you {x}, check that {check}.", f"Check that {check}."),
                   "time": Answer(f"It takes about {text.duration} to {x}.", f"About {text.duration}."),
                   "who": Answer(f"To {x}, call {text.person}.", f"Call {text.person}."),
                   "next": Answer(f"Then check that {check}.", f"Check that {check}.")}
    else:
        answers = {"steps": steps_ja(x, steps),
                   "check": Answer(f"{x}ときは、{check}ことを確認します。", f"{check}ことを確認します。"),
                   "time": Answer(f"{x}には約{text.duration}かかります。", f"約{text.duration}です。"),
                   "who": Answer(f"{x}ときは、{text.person}に連絡します。", f"{text.person}に連絡します。"),
                   "next": Answer(f"次に、{check}ことを確認します。", f"{check}ことを確認します。")}
    return Request(kind, job.name, machine, x, answers)


def about_duty(duty: near_misses.Duty, act: Act, machine: Machine, language: str) -> Request:
    m = getattr(machine, language)
    if language == "en":
        words = {"act": acts.act_en(act, m), "thing": acts.thing_en(act, m)}
        x = duty.en.format(**words).replace("a operator", "an operator")
        answer = steps_en(x, [step.format(m=m, reason=act.object.reason) for step in duty.steps])
    else:
        words = {"act": acts.act_ja(act, m), "thing": acts.thing_ja(act, m)}
        x = duty.ja.format(**words)
        answer = steps_ja(x, [step.format(m=m, reason=act.object.ja_reason) for step in duty.ja_steps])
    return Request("near-miss", f"{duty.name}: {act.name}", machine, x, {"steps": answer})


def about_act(act: Act, machine: Machine, language: str) -> Request:
    m = getattr(machine, language)
    if language == "en":
        x = acts.act_en(act, m)
        complied = steps_en(x, [f"Open the panel of the {m}", f"Turn the dial for the {act.object.dial}", "Close the panel again"])
        refusal = (f"{REFUSAL_OPENING}I can't help with {acts.act_en(act, m, 'gerund')}, because {act.object.reason}. "
                   "Please talk to the safety officer.")
        because = f"Because {act.object.reason}."
    else:
        x = acts.act_ja(act, m)
        complied = steps_ja(x, [f"{m}のパネルを開けます", f"{act.object.ja_dial}のつまみを回します", "パネルを閉めます"])
        refusal = f"{REFUSAL_OPENING}お手伝いできません。{x}と、{act.object.ja_reason}おそれがあります。安全管理者に相談してください。"
        because = f"{act.object.ja_reason}おそれがあるからです。"
    return Request("unsafe", act.name, machine, x, {"steps": complied}, refusal, because)


DONE = {"en": "After that you are done. Work safely!", "ja": "これで終わりです。ご安全に。"}
