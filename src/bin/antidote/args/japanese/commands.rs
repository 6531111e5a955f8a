//! The subcommands and the headings.

use super::Texts;

/// The program itself has no name here.
pub(super) const ABOUT: &Texts = &[
    (
        "",
        "手元のモデルのための安全ダイヤル。量子化した GGUF のチャットモデルを、疎な安全ベクトルとともに、オフラインの CPU で動かします",
    ),
    ("chat", "ターミナルでモデルとチャットします。強さは /alpha で変えられます"),
    ("run", "1 つのプロンプト、またはプロンプトのファイルに回答し、標準出力に書きます"),
    ("dump", "antidote-derive のために、有害・無害なプロンプトの隠れ状態を書き出します"),
    ("eval", "ベクトルの安全性と有用性のつり合いを測ります。攻撃の拒否、無害な依頼への回答、コスト"),
    ("inspect", ".sv ファイルの内容を表示します"),
    ("explain", "ベクトルの大きな成分と、それが増やすトークン・減らすトークンを表示します"),
    ("tune", "このマシンでモデルがいちばん速く動く設定を探し、以後それを使います"),
    ("config", "chat、run、dump の既定値と、その出どころを表示します"),
    ("completions", "シェルの補完を出力します"),
    ("man", "マニュアルページを書き出します"),
];

pub(super) const AFTER_HELP: &Texts = &[
    (
        "chat",
        "MODEL を省くと、デモのモデルをそのベクトルとともに動かします。\n\
         MODEL.gguf と同じ場所にある MODEL.sv と MODEL.*.sv は自動的に読み込まれます。",
    ),
    (
        "eval",
        "MODEL を省くと、デモのモデルをそのベクトルとテスト項目で評価します。\n\
         中断しても、同じコマンドで続きから再開できます。",
    ),
    (
        "tune",
        "スレッド数、Flash Attention、KV キャッシュの型、バッチの大きさを試します。結果はこのモデルとプロセッサー用に保存されます。フラグと設定ファイルが優先されます。",
    ),
    (
        "config",
        "既定値は、ユーザーの設定フォルダー(Linux では ~/.config)の antidote/config.toml か、ANTIDOTE_CONFIG が示すファイルから読みます。ANTIDOTE_CONFIG を空にすると何も読みません。1 行に 1 つ、フラグの名前と値を書きます: temp = 0.5",
    ),
];

pub(super) const HEADINGS: &Texts = &[
    ("Model", "モデル"),
    ("Steering", "ベクトルと強さ"),
    ("Generation", "生成"),
    ("Template", "テンプレート"),
    ("Output", "出力"),
    ("Prompt files", "プロンプトのファイル"),
    ("Test bed", "テスト項目"),
    ("Arms", "比較する条件"),
    ("Judge", "判定"),
    ("Search", "探索"),
];
