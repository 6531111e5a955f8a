//! What is wrong with a vector, or between it and a model.

use std::error::Error;

use super::{gguf, unreadable, unwritable};
use crate::vector::{At, FingerprintError, FormatError, Incompatible, SvError, TargetError};

pub(super) fn sentence(error: &(dyn Error + 'static)) -> Option<String> {
    error
        .downcast_ref()
        .map(of_sv)
        .or_else(|| error.downcast_ref().map(of_format))
        .or_else(|| error.downcast_ref().map(of_incompatible))
        .or_else(|| error.downcast_ref().map(of_target))
        .or_else(|| error.downcast_ref().map(of_fingerprint))
}

fn of_sv(error: &SvError) -> String {
    match error {
        SvError::Open { path, source } => unreadable("ベクトル", path, source),
        SvError::Write { path, source } => unwritable("ベクトル", path, source),
        SvError::Broken { path, error } => {
            format!("{} はベクトルとして使えません: {}。{}", path.display(), of_format(error), way_out(error))
        }
        SvError::Invalid { error } => format!("このベクトルは .sv ファイルとして保存できません: {}", of_format(error)),
    }
}

/// What someone who holds such a file can do.
fn way_out(error: &FormatError) -> &'static str {
    match error {
        FormatError::Magic => "antidote-derive で作った .sv ファイルを指定してください",
        FormatError::TransferredAsText => "バイナリーファイルとしてコピーし直してください",
        FormatError::TooShort { .. } | FormatError::Checksum { .. } => "コピーまたはダウンロードし直してください",
        FormatError::Version { version, known } if version > known => {
            "新しい Antidote で作られているので、このプログラムを更新してください"
        }
        _ => "作ったプログラムに誤りがあるので、antidote-derive で作り直してください",
    }
}

fn of_format(error: &FormatError) -> String {
    match error {
        FormatError::Magic => "先頭が .sv ファイルのものではありません(バイト 0 から 7)".to_owned(),
        FormatError::TransferredAsText => {
            "テキストとして転送されたらしく、改行が書き換わっています(バイト 4 から 7)".to_owned()
        }
        FormatError::TooShort { length, shortest } => {
            format!("{length} バイト目で途切れています(いちばん短いベクトルでも {shortest} バイトあります)")
        }
        FormatError::Version { version, known } => {
            format!("形式のバージョンが {version} です(バイト 8)。このプログラムが読めるのはバージョン {known} です")
        }
        FormatError::Checksum { at, stored, computed } => format!(
            "チェックサム(バイト {at})は {stored}… ですが、内容から計算すると {computed}… です。壊れているか、途中で切れています"
        ),
        FormatError::HeaderLength { length, limit } => format!(
            "ヘッダーが {length} バイトとされていますが(バイト 12)、ファイルの大きさか上限の {limit} を超えています"
        ),
        FormatError::Header { reason } => format!("ヘッダー(バイト 16 から)を読めません: {reason}"),
        FormatError::Field { field, value, rule } => {
            format!("ヘッダーの {field} = {value} は使えません(条件: {rule})")
        }
        FormatError::LayerOrder { layer, n_layer, at } => {
            format!("層 {layer}{} は、前の層より後で n_layer = {n_layer} より小さくなければなりません", place(*at))
        }
        FormatError::LayerLength { layer, n_indices, n_values, n_embd, at } => format!(
            "層 {layer}{} の添字は {n_indices} 個、値は {n_values} 個です。同じ数で、1 から n_embd = {n_embd} まででなければなりません",
            place(*at)
        ),
        FormatError::Statistics { layer, at } => format!("層 {layer}{} の統計が有限の数値ではありません", place(*at)),
        FormatError::Encoding { index_size, value_size, at } => {
            format!("添字と値の大きさ(バイト {at})が {index_size} と {value_size} ですが、ここでは使えません")
        }
        FormatError::Overlong { needed, actual } => {
            format!("配列は {needed} バイト目まであるはずですが、内容は {actual} バイト目で終わっています")
        }
        FormatError::Padding { at } => format!("バイト {at} は詰め物なので 0 でなければなりません"),
        FormatError::Leftover { end, actual } => {
            format!("配列は {end} バイト目で終わりますが、内容は {actual} バイト目まで続いています")
        }
        FormatError::IndexOrder { layer, position, index, n_embd, at } => format!(
            "層 {layer}{} の {position} 番目の添字は {index} ですが、前の添字より大きく n_embd = {n_embd} より小さくなければなりません",
            place(*at)
        ),
        FormatError::NotFinite { layer, position, at } => {
            format!("層 {layer}{} の {position} 番目の値が有限の数値ではありません", place(*at))
        }
    }
}

fn place(at: At) -> String {
    at.0.map_or_else(String::new, |byte| format!("(バイト {byte})"))
}

pub(super) fn of_incompatible(error: &Incompatible) -> String {
    match error {
        Incompatible::Unbound { path } => format!(
            "{} はモデルなしで取り込まれたため、どの重みのものか分かりません。先にモデルと結び付けてください(antidote-derive bind)",
            path.display()
        ),
        Incompatible::Architecture { path, vector, model } => format!(
            "{} はアーキテクチャー {vector:?} 用ですが、このモデルは {model:?} です。このモデルからベクトルを作ってください(antidote dump、antidote-derive)",
            path.display()
        ),
        Incompatible::Shape { path, vector, model } => format!(
            "{} は {} 層 × {} のモデル用ですが、このモデルは {} × {} です。このモデルからベクトルを作ってください(antidote dump、antidote-derive)",
            path.display(),
            vector.0,
            vector.1,
            model.0,
            model.1
        ),
        Incompatible::Fingerprint { path, vector, model } => format!(
            "{} は別の重みから作られています。フィンガープリントはベクトルが {vector}、このモデルが {model} です。このモデル(量子化は問いません)から作られたベクトルを使うか、作ってください(antidote dump、antidote-derive)",
            path.display()
        ),
    }
}

fn of_target(error: &TargetError) -> String {
    match error {
        TargetError::Open { path, source } => unreadable("モデル", path, source),
        TargetError::Gguf { path, source } => {
            format!("{} はモデルとして使えません: {}", path.display(), gguf::of_gguf(source))
        }
        TargetError::Unsuitable { path, reason } => {
            format!("{} はモデルとして使えません: {reason}。モデルの .gguf ファイルを指定してください", path.display())
        }
        TargetError::Fingerprint { path, source } => {
            format!("{} にはベクトルを結び付けられません: {}", path.display(), of_fingerprint(source))
        }
    }
}

fn of_fingerprint(error: &FingerprintError) -> String {
    match error {
        FingerprintError::NoNorms => {
            "モデルに *norm*.weight というテンソルがないためフィンガープリントがなく、ベクトルと照合できません"
                .to_owned()
        }
        FingerprintError::NotFloat { tensor, kind } => format!(
            "テンソル {tensor:?} は {kind:?} ですが、ノルムの重みは F32、F16、BF16 のいずれかでなければなりません。新しい llama.cpp で量子化し直してください"
        ),
    }
}
