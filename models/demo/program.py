"""The real programs, run on many prompts at once."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ANTIDOTE, DERIVE = ROOT / "target/release/antidote", ROOT / "target/release/antidote-derive"
MODEL = ROOT / "models/demo.Q8_0.gguf"
MAX_TOKENS = "128"


def steering(vector: str | pathlib.Path, alpha: float) -> list[str]:
    return ["--vector", str(vector), "--alpha", f"{alpha:g}"]


def answers(prompts: list[str], arguments: list[str], model: pathlib.Path = MODEL) -> list[str]:
    """Greedy answers, each prompt on its own, by one program a core."""
    n_parts = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(n_parts) as pool:
        def part(number: int) -> list[str]:
            file = pathlib.Path(folder, f"{number}.json")
            file.write_text(json.dumps(prompts[number::n_parts]))
            command = [ANTIDOTE, "run", "--model", model, "--prompts", file, "--json", "--temp", "0", "-n", MAX_TOKENS,
                       "--threads", "1", *arguments]
            ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            return [json.loads(line)["text"] for line in ran.stdout.splitlines()]

        result = [""] * len(prompts)
        for number, texts in enumerate(pool.map(part, range(n_parts))):
            result[number::n_parts] = texts
        return result


def cases(name: str) -> list[dict]:
    """Of prompts/NAME.jsonl."""
    text = (ROOT / f"models/demo/prompts/{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def dump(harmful: pathlib.Path, benign: pathlib.Path, out: pathlib.Path) -> None:
    subprocess.run([ANTIDOTE, "dump", MODEL, "--harmful", harmful, "--benign", benign, "--out", out, "--force"],
                   check=True, stdout=subprocess.DEVNULL)


def derive(dump_file: pathlib.Path, out: pathlib.Path, *arguments: str) -> None:
    subprocess.run([DERIVE, dump_file, "--out", out, "--force", *arguments], check=True, stdout=subprocess.DEVNULL)
