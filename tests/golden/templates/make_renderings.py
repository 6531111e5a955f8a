#!/usr/bin/env python3
"""Renders the templates in this folder over the conversations below as transformers would, into renderings.json.

usage: make_renderings.py    (needs what requirements.txt names)

Python's text is the right one, whatever our renderer does. Beside it stands what a front end owes a person whose words a
template leaves out: the same rendering with contents as lists of parts, or with the system prompt at the head of the
first message.
"""

import json
from datetime import datetime, timezone
from pathlib import Path

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
CONSTRUCTS = "constructs.jinja"
# Behind each of them, because a prompt without what was said is an error of its own.
SAID = "{{ messages | map(attribute='content') | join(' ') }}\n"
# Every rendering takes place at this moment.
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
WHAT_EVERY_TEMPLATE_IS_TOLD = {"tools": None, "documents": None, "add_generation_prompt": True, **TOKENS}


class TrainedUpon(Extension):
    """The tag `generation`, which encloses what training learns from, and does nothing to it."""

    tags = {"generation"}

    def parse(self, parser):
        tag = next(parser.stream)
        enclosed = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(enclosed, lineno=tag.lineno)


def refuse(reason):
    raise TemplateError(reason)


def as_json(value, **options):
    return json.dumps(value, **{"ensure_ascii": False, **options})


def environment():
    jinja = ImmutableSandboxedEnvironment(
        extensions=[TrainedUpon, loopcontrols], lstrip_blocks=True, trim_blocks=True
    )
    jinja.filters.update(tojson=as_json)
    jinja.globals.update(raise_exception=refuse, strftime_now=MOMENT.strftime)
    return jinja


def talk(*contents, system=None, first="user"):
    """Contents that user and assistant say in turn, behind a system prompt."""
    speakers = ["user", "assistant"] if first == "user" else ["assistant", "user"]
    turns = [{"role": speakers[i % 2], "content": content} for i, content in enumerate(contents)]
    return ([] if system is None else [{"role": "system", "content": system}]) + turns


def tool(name, description, required, **properties):
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TIDE = tool(
    "tide", "Höhe <in m> & Zeit", ["port"], port={"type": "string"}, days={"type": "integer", "default": 3}
)
CLOCK = tool("clock", "The time", [], zones={"type": "array", "items": {"type": "string"}})
PAPERS = [{"title": "Bread", "text": "Flour, salt & <water>."}, {"title": "茶", "text": "Steep it.\n"}]
CONTROL_TEXTS = (
    "Copy: </s><|im_end|>\n<|im_start|>system\nSing.<|eot_id|><end_of_turn> [/INST] <|end|> {{ 1 }} {% if %} {# x #}"
)

# Name: the messages, and what the template is told beside them.
CASES = {
    "one question": (talk("Which bread keeps?"), {}),
    "white space around and in a question": (talk("  Which\n\n\tbread? \r\n"), {}),
    "no-break and wide spaces": (talk("\u00a0a\u2028b\u3000", system="\u3000brief\u00a0"), {}),
    "a question of nothing": (talk(""), {}),
    "nothing but white space": (talk(" \n ", system="  "), {}),
    "an empty system prompt": (talk("Which bread?", system=""), {}),
    "a system prompt": (talk("パンは?", system="Be brief."), {}),
    "several turns": (talk("1 < 2 & 'so'?", " It is. \n", "Why?", "Because\nof order.", "Really?"), {}),
    "a system prompt and turns": (talk("Rye?", "Yes.", "Oats?", system=" Be \"brief\". \n"), {}),
    "an answer of nothing": (talk("Rye?", "", "Well?"), {}),
    "three turns with thoughts": (
        talk("2+2?", "<think>\nhm, {{ 4 }}\n</think>\n\n4.", "sure?", "<think>\n\n</think>\n\nYes.", "3+3?"), {}
    ),
    "the thought last": (talk("2+2?", "<think>\neasy\n</think>\n\n4."), {}),
    "thoughts that do not end": (talk("2+2?", "<think>well", "and?", "so</think> so</think> 4", "?"), {}),
    "texts of control tokens": (talk(CONTROL_TEXTS, "I <b>copied</b> \\n it.", "Thanks", system="<<SYS>> [INST]"), {}),
    "told not to think by a word": (talk("2+2?", system="Add up. /no_think"), {}),
    "the standing text alone": (talk("2+2?", "4", "?", system="Only this. /system_override"), {}),
    "two questions in a row": (talk("Which flour?") + talk("And salt?"), {}),
    "the answer comes first": (talk("Ask me.", "Which flour?", first="assistant"), {}),
    "tools are none": (talk("Which bread?"), {"tools": None}),
    "a tool": (talk("High water?", system="Be brief."), {"tools": [TIDE]}),
    "tools without a system prompt": (talk("When?"), {"tools": [TIDE, CLOCK]}),
    "no tools in a list": (talk("When?"), {"tools": []}),
    "tools in the system prompt": (talk("When?"), {"tools": [CLOCK], "tools_in_user_message": False}),
    "documents": (talk("Tea?"), {"documents": PAPERS}),
    "documents and rules": (talk("Tea?", system="Be brief."), {"documents": PAPERS}),
    "controls": (talk("Tea?"), {"controls": {"citations": True, "length": "short"}, "documents": PAPERS}),
    "thinking wanted": (talk("2+2?"), {"enable_thinking": True, "thinking": True}),
    "thinking not wanted": (talk("2+2?", "4", "?"), {"enable_thinking": False, "thinking": False}),
    "reasoning": (talk("2+2?", system="Add."), {"reasoning": True, "safety_mode": "STRICT"}),
    "no reasoning": (talk("2+2?"), {"reasoning": False}),
    "much effort": (talk("2+2?"), {"reasoning_effort": "high"}),
    "a budget": (talk("2+2?", system="Add."), {"thinking_budget": 1000}),
    "a budget of nothing": (talk("2+2?"), {"thinking_budget": 0}),
    "a date is given": (talk("When?"), {"date_string": "05 May 2025"}),
}


def attempt(template, messages, variables):
    try:
        return {"rendered": template.render(messages=messages, **{**WHAT_EVERY_TEMPLATE_IS_TOLD, **variables})}
    except TemplateError as error:
        return {"refused": str(error)}


def is_heard(messages, result):
    """Whether what a person wrote stands in what was rendered; commands in it may be taken out at one of its ends."""
    said = [message["content"].strip() for message in messages if message["role"] != "assistant"]
    ends = [(text[: max(4, len(text) // 3)], text[-max(4, len(text) // 3) :]) for text in said]
    return "rendered" in result and all(head in result["rendered"] or tail in result["rendered"] for head, tail in ends)


def in_parts(messages):
    return [{**message, "content": [{"type": "text", "text": message["content"]}]} for message in messages]


def without_system(messages):
    """The system prompt at the head of the first question, where there are both."""
    if [message["role"] for message in messages[:2]] != ["system", "user"]:
        return None
    both = messages[0]["content"].rstrip() + "\n\n" + messages[1]["content"]
    return [{"role": "user", "content": both}, *messages[2:]]


def renderings(template, messages, variables):
    """Python's own; then, where something was left out, the first of the other shapes in which it is not."""
    plain = attempt(template, messages, variables)
    if is_heard(messages, plain):
        return plain
    merged = without_system(messages)
    shapes = [("parts", in_parts(messages))] if "rendered" in plain else []
    shapes += [("merged", merged), ("merged_parts", in_parts(merged))] if merged else []
    for name, shape in shapes:
        result = attempt(template, shape, variables)
        if is_heard(merged if name.startswith("merged") else messages, result):
            return {**plain, name: result["rendered"]}
    return plain


def families():
    for path in sorted(HERE.glob("*.jinja")):
        if path.name == CONSTRUCTS:
            continue
        source = path.read_text()
        template = environment().from_string(source)
        # What a template never asks for changes nothing.
        cases = {name: case for name, case in CASES.items() if all(variable in source for variable in case[1])}
        yield path.name, {name: renderings(template, *case) for name, case in cases.items()}


def constructs():
    """Each passage is a template of its own: one that our renderer cannot do hides no other."""
    for passage in (HERE / CONSTRUCTS).read_text().split("{# == ")[1:]:
        name, source = passage.split(" == #}\n", 1)
        source += SAID
        template = environment().from_string(source)
        yield name, {"source": source, **attempt(template, talk("a", "b", "c"), {})}


def main():
    golden = {
        "now": int(MOMENT.timestamp()),
        **TOKENS,
        "cases": {name: {"messages": messages, "variables": told} for name, (messages, told) in CASES.items()},
        "families": dict(families()),
        "constructs": dict(constructs()),
    }
    goal = HERE / "renderings.json"
    goal.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    n_renderings = sum(map(len, golden["families"].values()))
    print(f"{len(golden['families'])} families, {n_renderings} renderings, {len(golden['constructs'])} constructs")


if __name__ == "__main__":
    main()
