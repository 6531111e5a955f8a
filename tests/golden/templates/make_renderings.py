#!/usr/bin/env python3
"""Renders every template in this folder over every conversation below, the way transformers does, into renderings.json.

usage: make_renderings.py    (needs jinja2)

The environment is that of transformers' `_compile_jinja_template`: sandboxed, blocks trimmed, loop controls, its own
`tojson`, `raise_exception`, `strftime_now` and `{% generation %}`. The templates are those that public models of these
families carry, as far as they matter to a chat.
"""

import json
from datetime import datetime, timezone
from pathlib import Path

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


class Generation(Extension):
    """`{% generation %}` marks what is learnt from; the text in it is written as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.CallBlock(self.call_method("_as_it_is"), [], [], body).set_lineno(line)

    @jinja2.pass_context
    def _as_it_is(self, context, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def compiled(source):
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    environment.filters["tojson"] = tojson
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = NOW.strftime
    return environment.from_string(source)


def said(*turns):
    return [{"role": role, "content": content} for role, content in turns]


TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Wetter für <Ort> & Zeit",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}, "days": {"type": "integer", "default": 3}},
            "required": ["place"],
        },
    },
}

CASES = {
    "one question": (said(("user", "Hello!")), {}),
    "white space": (said(("user", "  Hello\n\n there \n")), {}),
    "a system prompt": (said(("system", "Be brief."), ("user", "こんにちは")), {}),
    "turns": (
        said(("user", "1 < 2 & 'yes'?"), ("assistant", " Yes. \n"), ("user", "Why?"), ("assistant", "Because."), ("user", "?")),
        {},
    ),
    "system and turns": (
        said(("system", " Be brief. "), ("user", "Hi"), ("assistant", "Hello."), ("user", "Bye")),
        {},
    ),
    "thoughts in the history": (
        said(("user", "2+2?"), ("assistant", "<think>\nhm, {{ 4 }}\n</think>\n\n4."), ("user", "sure?")),
        {},
    ),
    "no thinking": (said(("user", "2+2?")), {"enable_thinking": False}),
    "thinking": (said(("user", "2+2?")), {"enable_thinking": True, "thinking": True}),
    "a tool": (said(("system", "Be brief."), ("user", "Weather?")), {"tools": [TOOL]}),
    "a tool, no system prompt": (said(("user", "Weather?")), {"tools": [TOOL, TOOL]}),
    "roles that do not alternate": (said(("user", "a"), ("user", "b")), {}),
}


def main():
    renderings = []
    for path in sorted(HERE.glob("*.jinja")):
        template = compiled(path.read_text())
        for case, (messages, variables) in CASES.items():
            told = {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": True}
            entry = {"template": path.name, "case": case, "messages": messages, "variables": variables}
            try:
                entry["rendered"] = template.render(**{**told, **TOKENS, **variables})
            except jinja2.exceptions.TemplateError as error:
                entry["refused"] = str(error)
            renderings.append(entry)
    goal = HERE / "renderings.json"
    goal.write_text(json.dumps({"now": int(NOW.timestamp()), **TOKENS, "renderings": renderings}, ensure_ascii=False, indent=1) + "\n")
    print(f"{goal.name}: {len(renderings)} renderings")


if __name__ == "__main__":
    main()
