//! Flags that several subcommands have.

use super::Texts;

pub(super) const SHARED: &[&Texts] = &[PROGRAM, MODEL, STEERING, GENERATION, TEMPLATE, OUTPUT, PROMPT_FILES];

const PROGRAM: &Texts = &[("verbose", "ログを標準エラー出力に書きます。-v は警告、-vv は情報、-vvv はすべて")];

const MODEL: &Texts = &[
    ("model", "モデル [既定値: デモのモデル]"),
    ("model_flag", "モデル(引数で指定するのと同じ)"),
    ("ctx", "コンテキストの長さ(トークン数) [既定値: モデルの長さ、最大 4096]"),
    ("threads", "計算に使うスレッドの数 [既定値: 調整済みの値、なければコアごとに 1 つ]"),
    ("batch", "プロンプト処理のバッチの大きさ(トークン数) [既定値: 調整済みの値、なければ 512]"),
    (
        "flash_attention",
        "Flash Attention。長い会話で速くなるかどうかはプロセッサーによります。auto は llama.cpp に任せます [既定値: 調整済みの値、なければ起動時に測定]",
    ),
    ("cache_type", "KV キャッシュの型。q8_0 には --flash-attn on が必要です [既定値: 調整済みの値、なければ f16]"),
    ("ignore_memory", "メモリーに収まらないように見えてもモデルを読み込みます"),
];

const STEERING: &Texts = &[
    ("vectors", "使うベクトル。繰り返し指定できます [既定値: モデルと同じ場所にあるもの]"),
    ("no_vector", "モデルと同じ場所にベクトルがあっても使いません"),
    ("allow_partial", "このモデルの一部の層だけに効くベクトルを許可します(警告が常に表示されます)"),
    ("alpha", "すべてのベクトルの強さ。0 は素のモデル [既定値: 各ベクトルの推奨の α]"),
];

const GENERATION: &Texts = &[
    ("system", "システムプロンプト"),
    ("max_tokens", "1 つの回答の最大トークン数 [既定値: コンテキストが一杯になるまで]"),
    ("temperature", "サンプリングの温度。0 はつねに最も確率の高いトークンを選びます"),
    ("top_k", "最も確率の高い K 個のトークンから選びます。0 で無効"),
    ("top_p", "確率の合計が P に達するまでの上位のトークンから選びます。1 で無効"),
    ("min_p", "最も確率の高いトークンの P 倍より確率の低いトークンを除きます。0 で無効"),
    ("repeat_penalty", "最近のトークンの繰り返しへのペナルティー。1 で無効"),
    ("repeat_last_n", "繰り返しのペナルティーの対象になる最近のトークンの数(プロンプトと回答)。-1 はコンテキスト全体"),
    ("seed", "サンプリングの乱数の種 [既定値: 毎回異なる]"),
    ("speculate", "プロンプト参照による投機的デコード。auto、off、または先読みの長さ。出力は変わりません"),
    ("stop", "TEXT が現れたところで回答を終えます(TEXT は含みません)。繰り返し指定できます"),
    ("grammar", "すべての回答を FILE の文法に従わせます(llama.cpp の GBNF、開始記号は root)"),
    ("json_schema", "すべての回答を FILE の JSON Schema に合う JSON にします(docs/json-schema.md)"),
];

const TEMPLATE: &Texts = &[
    ("file", "モデルのものの代わりに使うチャットテンプレート(Jinja)、または chatml"),
    ("variables", "テンプレートの変数を設定します。VALUE は JSON、そうでなければ文字列。繰り返し指定できます"),
    (
        "no_thinking",
        "テンプレートが理解する言葉で、推論モデルに思考させません: enable_thinking=false、thinking=false、thinking_budget=0、または低い reasoning_effort。どれも理解しないテンプレートならそう伝えます",
    ),
    ("raw", "チャットテンプレートを使わず、制御トークンも含めて文をそのまま渡します"),
    ("show_prompt", "モデルに渡るプロンプトをトークンとともに表示します。制御トークンは ⟦ ⟧ で示します"),
    ("parse_special", "メッセージに書かれた制御トークンを、文字ではなく制御トークンとして扱います"),
];

const OUTPUT: &Texts = &[
    ("quiet", "あいさつとヒントを表示しません。警告とエラーは表示します"),
    ("hide_thinking", "推論モデルの思考を表示しません"),
];

const PROMPT_FILES: &Texts = &[
    (
        "columns",
        "プロンプトの列またはフィールド。いくつか指定すると、ファイルにある最初のものを使います。繰り返し指定できます [既定値: prompt、goal、instruction などの一般的な名前]",
    ),
    (
        "plain_text",
        "表や JSON に見えても、プロンプトのファイルをプレーンテキスト(1 行に 1 つのプロンプト)として読みます",
    ),
];
