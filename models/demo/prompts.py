#!/usr/bin/env python3
"""Write the prompt files that go with the demo model: what the vectors are made from, what α is chosen on, and the test bed.

usage: prompts.py OUT_DIR
"""

import json
import pathlib
import sys

import cases

N_PROMPTS = 400


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    harmful, benign = cases.refusal_prompts(N_PROMPTS)
    terse, full = cases.terse_prompts(N_PROMPTS)
    for name, prompts in (("harmful", harmful), ("benign", benign), ("terse", terse), ("full", full)):
        (out / f"{name}.txt").write_text("".join(prompt + "\n" for prompt in prompts), encoding="utf-8")
    for name, some_cases in (("test", cases.test_cases()), ("dev", cases.dev_cases())):
        text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in some_cases)
        (out / f"{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
