//! What is wrong in a GGUF file.

use crate::gguf::GgufError;

/// A broken rule of the format.
pub(super) fn of_gguf(error: &GgufError) -> String {
    match error {
        GgufError::Ends { what, at, wanted, file } => format!(
            "ファイルは {file} バイト目で終わっていますが、{at} バイト目の{}には {wanted} バイト必要です。途中で切れているか壊れているので、コピーまたはダウンロードし直してください",
            part(what)
        ),
        GgufError::Magic => {
            "GGUF ファイルではありません(バイト 0 から 3 が 'GGUF' ではありません)。モデルの .gguf ファイルを指定してください".to_owned()
        }
        GgufError::VersionTooOld => {
            "GGUF のバージョンが 1 です(バイト 4)。もう対応していないため、新しい llama.cpp で変換し直してください".to_owned()
        }
        GgufError::Version { version } => format!(
            "GGUF のバージョンが {version} です(バイト 4)。このプログラムが読めるのはバージョン 2 と 3 です。プログラムを更新するか、モデルを変換し直してください"
        ),
        GgufError::BigEndian => {
            "ビッグエンディアンの GGUF です(バイト 4)。リトルエンディアンに変換してください".to_owned()
        }
        GgufError::TooMany { at, what, number, limit } => format!(
            "ヘッダーによると{}が {number} 個あり(バイト {at})、上限の {limit} を超えています。壊れているので、ダウンロードし直してください",
            part(what)
        ),
        GgufError::NotUtf8 { what, at } => format!(
            "{}(バイト {at})が UTF-8 ではありません。ファイルが壊れているので、ダウンロードし直してください",
            part(what)
        ),
        GgufError::Duplicate { what, name, at } => format!(
            "{} {name:?}(バイト {at})が重複しています。ファイルが壊れているので、ダウンロードし直してください",
            part(what)
        ),
        GgufError::EmptyKey { at } => format!(
            "メタデータのキー(バイト {at})が空です。ファイルが壊れているので、ダウンロードし直してください"
        ),
        GgufError::ValueType { number, at } => format!(
            "バイト {at} の値の型 {number} を知りません。ファイルが壊れているか、このプログラムより新しい形式です"
        ),
        GgufError::Alignment { at, limit } => format!(
            "general.alignment(バイト {at})が {limit} 以下の 2 の累乗ではありません。ファイルが壊れています"
        ),
        GgufError::Tensor { name, at, reason } => format!(
            "テンソル {name:?}(バイト {at})を使えません: {reason}。ファイルが壊れているか、このプログラムより新しい形式です"
        ),
        GgufError::CutOff { name, end, file } => format!(
            "ファイルは {file} バイト目で終わっていますが、テンソル {name:?} は {end} バイト目まであります。途中で切れているので、コピーまたはダウンロードし直してください"
        ),
    }
}

/// The parts of a file that the reader names.
fn part(what: &str) -> &str {
    match what {
        "the magic" => "識別子",
        "the version" => "バージョン",
        "a metadata key" | "metadata key" => "メタデータのキー",
        "a metadata value" => "メタデータの値",
        "metadata entries" => "メタデータ",
        "the type of a metadata value" => "メタデータの値の型",
        "the type of a list" => "リストの型",
        "the length of a list" => "リストの長さ",
        "a list" => "リスト",
        "a tensor's name" => "テンソルの名前",
        "a tensor's dimensions" | "a tensor's dimension" => "テンソルの次元",
        "a tensor's type" => "テンソルの型",
        "a tensor's offset" => "テンソルの位置",
        "tensor" | "tensors" => "テンソル",
        other => other,
    }
}

/// Why a GGUF is no model that can be used here, as far as it is a kind of file; else in the words of the error.
pub(super) fn unsuitable(reason: &str) -> &str {
    match reason {
        "it is a control vector, not a model" => "モデルではなく制御ベクトルです",
        "it is one part of a split model; merge the parts first (llama-gguf-split --merge)" => {
            "分割されたモデルの一部です。先に結合してください(llama-gguf-split --merge)"
        }
        "its header does not give the model's shape (block_count, embedding_length)" => {
            "ヘッダーにモデルの形(block_count、embedding_length)がありません"
        }
        "it is a safety vector (.sv), not a model" => "モデルではなく安全ベクトル(.sv)です",
        "it is an adapter (LoRA), not a model; merge it into the model that it is for (llama-export-lora)" => {
            "モデルではなくアダプター(LoRA)です。対象のモデルに統合してください(llama-export-lora)"
        }
        "it is an importance matrix (imatrix), from which models are quantised, not a model" => {
            "モデルではなく、量子化に使う重要度行列(imatrix)です"
        }
        "it is the picture or sound part of a model (mmproj), which goes beside the text model, not alone" => {
            "モデルの画像または音声の部分(mmproj)です。テキストのモデルと一緒に使うもので、単独では使えません"
        }
        other => other,
    }
}
