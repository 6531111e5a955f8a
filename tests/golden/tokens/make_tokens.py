#!/usr/bin/env python3
"""Tokens of the demo model by an independent implementation: vocabulary and merges read from the GGUF, put to work by
Hugging Face's tokenizers, not by llama.cpp.

Writes tokens.json, a list of {"text", "tokens"}.

usage: make_tokens.py      (with the packages of models/demo/requirements.txt)
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "models/demo"))

from from_gguf import load  # noqa: E402

TEXTS = [
    "Hello, lathe!", "旋盤を掃除して", "naïve café 🏭🔧", "a\tb\nc",
    "How do I clean the lathe?", "HOW DO I CLEAN THE LATHE", "  two  spaces,\ttabs\nand\r\nlines ", "don't we'll I'm they've",
    "12345 3.14 1,000,000", "ベルトコンベヤを掃除する方法を教えてください。", "スクリュープレスの安全弁をふさぐ", "ｶﾀｶﾅ 全角ＡＢＣ１２３",
    "旋盤 (lathe) を 5mm 動かす", "機械と機械の間", "😀", "🏭🔧⚙️ 👩‍🔧 🇯🇵", "I ❤️ 旋盤 so much 😀!", "naïve café", "中文和한국어и русский",
    "مرحبا", "½ + ⅓ = ?", "é e\u0301", "\u200b\u00a0\ufeff", "<b>&amp;</b>", "print(\"x\" + 'y')", "?", " ", "\n\n\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "草草草草草草", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "Antidote: α = 0.3 → h ← h + α·(d ⊙ mask)",
]


def main() -> None:
    _, encoder = load(ROOT / "models/demo.Q8_0.gguf")
    rows = [{"text": text, "tokens": encoder.words(text)} for text in TEXTS]
    out = pathlib.Path(__file__).with_name("tokens.json")
    out.write_text(json.dumps(rows, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
