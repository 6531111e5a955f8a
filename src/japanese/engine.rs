//! What can go wrong while a model is loaded or runs, and with its settings.

use std::error::Error;

use super::{gguf, of_io, unreadable, vector};
use crate::autotune::StoreError;
use crate::engine::{EngineError, SchemaError};

pub(super) fn sentence(error: &(dyn Error + 'static)) -> Option<String> {
    error
        .downcast_ref()
        .map(of_engine)
        .or_else(|| error.downcast_ref().map(of_schema))
        .or_else(|| error.downcast_ref().map(of_store))
}

pub(super) fn of_engine(error: &EngineError) -> String {
    loading(error).or_else(|| steering(error)).unwrap_or_else(|| answering(error))
}

/// Before anything is asked.
fn loading(error: &EngineError) -> Option<String> {
    Some(match error {
        EngineError::Open { path, source } => unreadable("モデル", path, source),
        EngineError::Gguf { path, source } => {
            format!("{} はモデルとして使えません: {}", path.display(), gguf::of_gguf(source))
        }
        EngineError::Unsuitable { path, reason } => {
            format!("{} はチャットのモデルとして使えません: {}", path.display(), gguf::unsuitable(reason))
        }
        EngineError::Memory { path, weights_mib, cache_mib, compute_mib, available_mib } => format!(
            "{} にはメモリーが足りません。約 {} MiB 必要ですが(重み {weights_mib}、KV キャッシュ {cache_mib}、計算 {compute_mib})、空きは {available_mib} MiB です",
            path.display(),
            weights_mib + cache_mib + compute_mib
        ),
        EngineError::Load { path, complaints } => {
            format!("llama.cpp が {} を読み込めませんでした。{}", path.display(), said(complaints))
        }
        EngineError::Context { n_ctx, complaints } => {
            format!("{n_ctx} トークンのコンテキストを確保できません。{}", said(complaints))
        }
        EngineError::Lens { path, reason } => {
            format!("{} ではベクトルの説明ができません: {reason}", path.display())
        }
        _ => return None,
    })
}

/// About a vector.
fn steering(error: &EngineError) -> Option<String> {
    Some(match error {
        EngineError::WrongModel(error) => vector::of_incompatible(error),
        EngineError::LayerOutOfReach { path, layer, last } => format!(
            "{} は層 {layer} を動かしますが、llama.cpp がこのモデルで動かせるのは層 1 から {last} までです",
            path.display()
        ),
        EngineError::ControlVectorRefused { code } => {
            format!("llama.cpp が制御ベクトルを受け付けませんでした(コード {code})。保護できないため、回答しません。")
        }
        EngineError::NotVerified { path } => {
            format!("{} はこのモデルで確かめられていないため、使えません", path.display())
        }
        EngineError::SteeringLost { fault } => {
            format!("実行中にベクトルが効かなくなりました({fault})。保護できないため、回答しません。")
        }
        EngineError::ZeroVector { path } => {
            format!("{} の値はすべて 0 で、何も変わりません。ベクトルを作り直してください。", path.display())
        }
        EngineError::NoFingerprint { path, fault } => {
            format!("{} にベクトルが合うかどうかを確かめられません: {fault}", path.display())
        }
        EngineError::NotLive { path, alpha, architecture } => format!(
            "{}(α = {alpha})はこのモデルに効きません。llama.cpp はアーキテクチャー '{architecture}' の制御ベクトルを受け付けますが、適用しません。保護できないため、回答しません。",
            path.display()
        ),
        EngineError::PartlyLive { path, architecture, applied, not_applied } => format!(
            "{} はこのモデルの一部の層だけに効きます。llama.cpp は層 {} に適用しますが、層 {} には適用しません({})。このような使い方はベクトルの想定外です",
            path.display(),
            list(applied),
            list(not_applied),
            match not_applied.as_slice() {
                [0] => "制御ベクトルは層 1 から始まります".to_owned(),
                _ => format!("その層の方向がすべて 0 か、アーキテクチャー '{architecture}' が適用しません"),
            }
        ),
        EngineError::NotFinite { path, alpha } => format!(
            "{} を α = {alpha} で使うとモデルが壊れます。α を下げるか、このモデルからベクトルを作り直してください。",
            path.display()
        ),
        EngineError::Alpha { name, alpha } => {
            format!("{name} の α = {alpha} は有限の数値ではありません。0.3 のような値にしてください(0 は素のモデル)。")
        }
        _ => return None,
    })
}

/// While it answers.
fn answering(error: &EngineError) -> String {
    match error {
        EngineError::Decode { code, complaints } => {
            format!("llama.cpp の計算に失敗しました(コード {code})。{}", said(complaints))
        }
        EngineError::BatchShape { rows, outputs, n_batch, n_outputs_max } => format!(
            "{rows} 行(出力 {outputs})のバッチは、{n_batch} 行(出力 {n_outputs_max})用のコンテキストに入りません"
        ),
        EngineError::CacheFull { n_ctx, n_tokens } => {
            format!("コンテキストが一杯です。{n_ctx} トークンのコンテキストに、あと {n_tokens} トークンは入りません。")
        }
        EngineError::PromptTooLong { n_prompt, n_ctx } => {
            format!("入力は {n_prompt} トークンですが、コンテキストは {n_ctx} トークンです。短くしてください。")
        }
        EngineError::EmptyPrompt => "文が空です。".to_owned(),
        EngineError::Grammar { why, complaints } => format!("文法を使えません: {why}。{}", said(complaints)),
        EngineError::Schema(error) => of_schema(error),
        EngineError::Constraint { .. } => format!("指定された形式で回答できません: {error}"),
        EngineError::Interrupted => "中断しました。".to_owned(),
        EngineError::Capture(why) => format!("隠れ状態を読めません: {why}"),
        EngineError::Gone => "モデルを動かすスレッドが終了しました。プログラムを起動し直してください。".to_owned(),
        EngineError::OutputNotFinite { alpha } => format!(
            "α = {alpha} で、モデルの出力が有限の値にならないか、どのトークンでも同じです。{}",
            if *alpha == 0.0 {
                "モデルのファイルが壊れているかもしれません。"
            } else {
                "強すぎるので、α を下げてください。"
            }
        ),
        // Said before: a sentence for each is in one of the other two.
        error => error.to_string(),
    }
}

fn of_schema(error: &SchemaError) -> String {
    match error {
        SchemaError::Json(why) => format!("スキーマが JSON ではありません: {why}"),
        SchemaError::Unsupported { place, what } => format!("スキーマの {place} は使えません: {what}"),
    }
}

fn of_store(error: &StoreError) -> String {
    match error {
        StoreError::Io { path, source } => format!("{} を読み書きできません: {}", path.display(), of_io(source)),
        StoreError::Damaged { path, why } => {
            format!("{}: 調整済みの設定を読めません({why})。antidote tune をもう一度実行してください", path.display())
        }
    }
}

/// llama.cpp's own words, if it left any.
fn said(complaints: &[String]) -> String {
    match complaints {
        [] => String::new(),
        complaints => format!("llama.cpp のメッセージ: {}", complaints.join(" / ")),
    }
}

fn list(layers: &[u32]) -> String {
    layers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}
