//! Flags that one subcommand has, or that mean something else there.

use super::Texts;

/// Those of `command`; `config` shows the flags of `chat`.
pub(super) fn of(command: &str) -> &'static Texts {
    match command {
        "chat" | "config" => CHAT,
        "run" => RUN,
        "dump" => DUMP,
        "eval" => super::eval::EVAL,
        "inspect" => INSPECT,
        "explain" => EXPLAIN,
        "tune" => TUNE,
        "completions" => COMPLETIONS,
        "man" => MAN,
        _ => &[],
    }
}

const CHAT: &Texts = &[
    ("session", "FILE があればその会話を再開し、ターンごとに保存します"),
    ("lang", "表示の言語 [既定値: ロケールの言語]"),
];

const RUN: &Texts = &[
    ("prompt", "プロンプト。'-' は標準入力から読みます"),
    ("prompts", "FILE のすべてのプロンプトに、それぞれ新しい会話で回答します(テキスト、JSON、JSONL、CSV、TSV)"),
    (
        "json",
        "プロンプトごとに JSON オブジェクトを 1 つ出力します: 回答、トークン数、毎秒のトークン数、α、終わった理由",
    ),
];

const DUMP: &Texts = &[
    ("harmful", "拒否すべきプロンプト(テキスト、JSON、JSONL、CSV、TSV)"),
    ("benign", "回答すべきプロンプト"),
    (
        "pairs",
        "--harmful と --benign の代わりの、プロンプトの組。positive と negative、または harmful と benign という列のある CSV、TSV、JSONL",
    ),
    ("paired", "--harmful の i 行目と --benign の i 行目を組にします"),
    ("out", "書き出すファイル(safetensors)"),
    ("element", "隠れ状態の数値の形式"),
    (
        "token",
        "読むトークン。last は最後、mean:N は最後の N 個の平均、after-user はユーザーの文より後のすべて(1 つが 1 行)",
    ),
    ("system", "すべてのプロンプトに付けるシステムプロンプト"),
    ("response_prefix", "すべてのプロンプトの後に付ける、回答の書き出し"),
    (
        "escape",
        "llama-cvector-generator のファイルのように、プロンプトの中の \\n、\\t、\\\\ などをエスケープとして読みます",
    ),
    ("restart", "中断した書き出しを再開せず、破棄します"),
    ("force", "DUMP があれば上書きします"),
];

const INSPECT: &Texts = &[("file", "ベクトル"), ("json", "JSON を出力します")];

const EXPLAIN: &Texts = &[
    ("file", "ベクトル"),
    ("model", "ベクトルの元になったモデル(量子化は問いません)"),
    ("top", "層ごとに表示する成分とトークンの数"),
    ("json", "JSON を出力します"),
];

const TUNE: &Texts = &[
    ("seconds", "かける時間のおよその上限(秒)"),
    ("forget", "調整済みの設定を削除します"),
    ("lang", "表の言語 [既定値: ロケールの言語]"),
];

const COMPLETIONS: &Texts = &[("shell", "シェル")];

const MAN: &Texts = &[("out", "書き出すフォルダー")];
