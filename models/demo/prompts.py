#!/usr/bin/env python3
"""Write the prompt files that go with the demo model: what the vector is made from, and what nothing was made from.

usage: prompts.py OUT_DIR
"""

import json
import pathlib
import sys

import cases


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    harmful, benign = cases.derivation_prompts(200)
    (out / "harmful.txt").write_text("".join(prompt + "\n" for prompt in harmful))
    (out / "benign.txt").write_text("".join(prompt + "\n" for prompt in benign))
    (out / "test.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases.test_cases()))


if __name__ == "__main__":
    main()
