//! The flags of `antidote eval`.

use super::Texts;

pub(super) const EVAL: &Texts = &[
    ("system", "すべての質問に付けるシステムプロンプト"),
    ("max_tokens", "1 つの回答の最大トークン数"),
    ("stop", "TEXT が現れたところで回答を終えます(TEXT は含みません)。繰り返し指定できます"),
    ("seed", "乱数を使う防御の乱数の種"),
    ("likelihoods", "パープレキシティーと KL ダイバージェンスを測る回答の数 [既定値: 200、--quick では 40]"),
    ("parallel", "同時に回答する質問の数、最大 256 [既定値: メモリーに収まる数、最大 16。ごく小さいモデルでは 8]"),
    ("out", "記録とレポートのフォルダー。すでに記録されているものは実行しません"),
    ("lang", "レポートの言語 [既定値: ロケールの言語]"),
    // Test bed.
    ("harmful", "拒否すべき依頼(テキスト、JSON、JSONL、CSV、TSV)"),
    ("benign", "回答すべき依頼"),
    ("near_miss", "有害に聞こえるが回答すべき依頼。XSTest の表はそのまま使えます"),
    (
        "attacks",
        "攻撃。'builtin' は有害な依頼ごとに 10 個を作り、'none' はなし、またはファイル(JailbreakBench のアーティファクトかプロンプトのファイル)。繰り返し指定でき、'builtin' とファイルは合わせて使われます [既定値: --harmful があれば builtin]",
    ),
    (
        "cases",
        "完成したテスト項目: prompt と kind(benign、near-miss、harmful、attack、benign-wrapped)、必要なら id、family、language、request、references のある JSONL",
    ),
    ("choices", "多肢選択の問題: MMLU のように question、choices、answer(文字か、0 からの番号)のある JSONL"),
    ("limit", "種類ごとに最大 N 個のプロンプトを、系統に偏りなく使います"),
    (
        "judge_prompt",
        "判定モデルへの質問: {request} と {answer} を含む文。GGUF のチャットテンプレートに判定用の文がない分類器では必須です(docs/judges.md)",
    ),
    (
        "max_kl",
        "推奨する α に許す、素のモデルからの KL ダイバージェンスの上限(無害な依頼への回答の 1 トークンあたり、ナット) [既定値: 1]",
    ),
    ("quick", "最初の目安を得るため、プロンプトと強さの数を減らします。デモのモデルで 2〜3 分"),
    // Arms.
    ("vector", "評価するベクトル [既定値: モデルと同じ場所にあるもの]"),
    ("no_vector", "素のモデルと防御だけを評価します"),
    ("alpha", "強さ。0,0.25,0.5 のような列か、0..1:0.1 のような範囲 [既定値: 推奨の α の前後のいくつか]"),
    ("sparsity", "各層で残す成分の割合(%): 1,5,100。ベクトルには最大の値以上の成分が必要です [既定値: ベクトルのまま]"),
    (
        "defence",
        "比較するプロンプト防御。all、none、またはコンマで区切った self-reminder、in-context、paraphrase、perplexity-filter、smooth-llm、retokenisation [既定値: all、--target-dsr では none]",
    ),
    // Judge.
    (
        "judge",
        "回答が拒否かどうかを決めるもの。'refusal'(語句の照合)または判定モデル guard:FILE.gguf[:KIND]。KIND は llama-guard、harm-bench、strong-reject、yes-no のいずれか",
    ),
    ("compare", "条件ごとに N 個の回答を、判定モデルに素のモデルの回答と両方の順で比べさせます"),
    ("rejudge", "--out の記録を判定し直し、レポートを書き直します。評価したモデルは必要ありません"),
    // Search.
    ("target_dsr", "防御の成功率がこの値(0 から 1)になる最小の α を探します"),
    ("min_benign", "推奨する α に求める、無害な依頼への合格率の下限 [既定値: 0.98]"),
    ("write", "推奨の α とその範囲、根拠をベクトルのファイルに書き込みます"),
];
