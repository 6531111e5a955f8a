//! What to do about an error, where that takes a flag. The library says what is wrong and knows nothing of flags.

use std::error::Error;

use antidote::chat::ReplError;
use antidote::dump::DumpError;
use antidote::engine::EngineError;
use antidote::eval::JournalError;
use antidote::eval::dataset::PlanError;
use antidote::eval::generate::EvalError;
use antidote::eval::generate::defences::DefenceError;
use antidote::prompt::{ConversationError, Language, TemplateError};
use antidote::prompt_files::{PromptError, WayOut};
use antidote::vector::Incompatible;

/// The hint for `error`, or for the first of its causes that has one.
pub fn hint(error: &(dyn Error + 'static), language: Language) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(hint) = of_one(error, language) {
            return Some(hint);
        }
        cause = inside(error).or_else(|| error.source());
    }
    None
}

/// What a transparent error holds: such a one gives its cause's causes out as its own.
fn inside<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    if let Some(error) = error.downcast_ref::<EvalError>() {
        return match error {
            EvalError::Engine(error) => Some(error),
            EvalError::Defence(error) => Some(error),
            EvalError::Journal(error) => Some(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<ReplError>() {
        return match error {
            ReplError::Conversation(error) => Some(error),
            ReplError::Template(error) => Some(error),
            _ => None,
        };
    }
    if let Some(PlanError::Prompts(error)) = error.downcast_ref() {
        return Some(error);
    }
    match (error.downcast_ref::<ConversationError>(), error.downcast_ref::<EngineError>()) {
        (Some(ConversationError::Template(error)), _) => Some(error),
        (Some(ConversationError::Engine(error)), _) => Some(error),
        (_, Some(EngineError::WrongModel(error))) => Some(error),
        _ => None,
    }
}

fn of_one(error: &(dyn Error + 'static), language: Language) -> Option<String> {
    if let Some(error) = error.downcast_ref() {
        return of_engine(error, language);
    }
    if let Some(Incompatible::Unbound { path }) = error.downcast_ref() {
        let path = path.display();
        return Some(language.pick(
            format!("if it was made from this model, bind it: antidote-derive bind {path} --for-model MODEL.gguf"),
            format!(
                "このモデルから作ったものなら、結び付けてください: antidote-derive bind {path} --for-model MODEL.gguf"
            ),
        ));
    }
    let pair = match error.downcast_ref() {
        Some(TemplateError::Syntax(_)) => {
            Some(("give another one with --template FILE", "--template FILE で別のものを指定してください。"))
        }
        Some(TemplateError::Lost { .. }) => Some((
            "give another one with --template FILE, or none with --raw",
            "--template FILE で別のものを指定するか、--raw でテンプレートなしにしてください。",
        )),
        Some(TemplateError::ControlTokens) => Some((
            "start over, or obey them with --parse-special",
            "会話を最初から始めるか、--parse-special で解釈させてください。",
        )),
        _ => None,
    };
    pair.or_else(|| error.downcast_ref().and_then(of_dump))
        .or_else(|| error.downcast_ref().and_then(of_journal))
        .or_else(|| error.downcast_ref().and_then(of_dataset))
        .or_else(|| error.downcast_ref().and_then(of_prompts))
        .or_else(|| error.downcast_ref().and_then(of_evaluation))
        .or_else(|| match error.downcast_ref() {
            Some(DefenceError::NotCalibrated) => Some((
                "add --harmful or --benign prompts, or leave the filter out of --defence",
                "--harmful か --benign のプロンプトを加えるか、--defence からフィルターを外してください。",
            )),
            _ => None,
        })
        .map(|(en, ja)| language.pick(en, ja))
}

/// A hint in English and in Japanese.
type Pair = (&'static str, &'static str);

fn of_engine(error: &EngineError, language: Language) -> Option<String> {
    let (en, ja) = match error {
        EngineError::Memory { .. } => (
            "close other programs, use a smaller --ctx or a smaller quantisation, or load it anyway with --ignore-memory",
            "--ctx を小さくするか、より小さく量子化したモデルを使ってください。それでも読み込む場合は --ignore-memory を付けてください。",
        ),
        EngineError::Context { .. } => ("try a smaller --ctx", "--ctx を小さくしてください。"),
        EngineError::CacheFull { .. } => {
            ("start over, or use a larger --ctx", "会話を最初から始めるか、--ctx を大きくしてください。")
        }
        EngineError::PromptTooLong { .. } => {
            ("shorten it, or use a larger --ctx", "短くするか、--ctx を大きくしてください。")
        }
        EngineError::LayerOutOfReach { last, .. } => {
            return Some(language.pick(
                format!("derive the vector again with --layers 1-{last}"),
                format!("--layers 1-{last} を付けてベクトルを作り直してください。"),
            ));
        }
        EngineError::NotLive { .. } => (
            "run without the vector (--no-vector), or use another model",
            "--no-vector で実行するか、別のモデルを使ってください。",
        ),
        EngineError::PartlyLive { .. } => (
            "leave these layers out (antidote-derive --layers), or accept them with --allow-partial (a warning stays \
             visible)",
            "antidote-derive --layers でこれらの層を外すか、--allow-partial で許可してください(警告が常に表示されます)。",
        ),
        _ => return None,
    };
    Some(language.pick(en, ja))
}

fn of_dump(error: &DumpError) -> Option<Pair> {
    match error {
        DumpError::Differs { .. } => Some((
            "rerun the original command, or discard the unfinished dump with --restart",
            "元のコマンドをもう一度実行するか、--restart で途中の書き出しを破棄してください。",
        )),
        DumpError::TooLarge { .. } => {
            Some(("use --type bf16 or --type f32", "--type bf16 か --type f32 を使ってください。"))
        }
        _ => None,
    }
}

fn of_journal(error: &JournalError) -> Option<Pair> {
    match error {
        JournalError::Line { .. } => {
            Some(("delete the line, or choose another --out", "その行を削除するか、別の --out を指定してください。"))
        }
        JournalError::Another { .. } => Some((
            "choose another --out, or remove this folder",
            "別の --out を指定するか、このフォルダーを削除してください。",
        )),
        JournalError::InUse { .. } => {
            Some(("wait for it to end, or choose another --out", "終わるのを待つか、別の --out を指定してください。"))
        }
        JournalError::Nothing { .. } => {
            Some(("give the --out of an earlier run", "以前に実行したときの --out を指定してください。"))
        }
        _ => None,
    }
}

fn of_dataset(error: &PlanError) -> Option<Pair> {
    match error {
        PlanError::Nothing => Some((
            "give --harmful, --benign, --near-miss, --attacks or --cases",
            "--harmful、--benign、--near-miss、--attacks、--cases のいずれかを指定してください。",
        )),
        PlanError::NoRequests => Some((
            "give some with --harmful, or use --attacks none",
            "--harmful で指定するか、--attacks none を使ってください。",
        )),
        _ => None,
    }
}

fn of_prompts(error: &PromptError) -> Option<Pair> {
    match error {
        PromptError::Entry { way_out: WayOut::Column, .. } => Some((
            "name the column with --column NAME, or read the file as plain text, a prompt a line, with --plain-text",
            "--column NAME で列を指定するか、--plain-text でプレーンテキスト(1 行に 1 つのプロンプト)として読んでください。",
        )),
        PromptError::Entry { way_out: WayOut::PlainText, .. } => Some((
            "correct it, or read the file as plain text, a prompt a line, with --plain-text",
            "直すか、--plain-text でプレーンテキスト(1 行に 1 つのプロンプト)として読んでください。",
        )),
        PromptError::NoColumns { .. } => Some(("leave out --column", "--column を外してください。")),
        _ => None,
    }
}

fn of_evaluation(error: &EvalError) -> Option<Pair> {
    match error {
        EvalError::NoVector => Some((
            "give one with --vector FILE.sv, or leave out --alpha",
            "--vector FILE.sv で指定するか、--alpha を外してください。",
        )),
        EvalError::TooSparse { .. } => Some((
            "derive the vector again with --sparsity 100 and evaluate that",
            "--sparsity 100 でベクトルを作り直し、それを評価してください。",
        )),
        EvalError::NothingFits { .. } => Some(("use a larger --ctx", "--ctx を大きくしてください。")),
        EvalError::Labels { .. } => Some(("leave out --choices", "--choices を外してください。")),
        EvalError::NoJudgePrompt { .. } => Some((
            "give its prompt, as those published it who trained it, with --judge-prompt FILE (docs/judges.md)",
            "開発元が公開しているプロンプトを --judge-prompt FILE で指定してください(docs/judges.md)。",
        )),
        EvalError::NoRates => Some((
            "give --harmful and --benign, or --cases",
            "--harmful と --benign、または --cases を指定してください。",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_found_behind_whatever_holds_the_error() {
        let too_long = || EngineError::PromptTooLong { n_prompt: 900, n_ctx: 512 };
        let unbound = EngineError::WrongModel(Incompatible::Unbound { path: "v.sv".into() });
        let table = PromptError::Entry {
            path: "a.txt".into(),
            place: "line 1".to_owned(),
            reason: "x".to_owned(),
            way_out: WayOut::Column,
        };
        let errors: [(Box<dyn Error>, &str); 6] = [
            (Box::new(PlanError::Prompts(table)), "--plain-text"),
            (Box::new(too_long()), "--ctx"),
            (Box::new(EvalError::Engine(too_long())), "--ctx"),
            (Box::new(ReplError::Conversation(ConversationError::Engine(too_long()))), "--ctx"),
            (Box::new(unbound), "antidote-derive bind v.sv --for-model"),
            (Box::new(EvalError::Journal(JournalError::InUse { path: "out".into() })), "--out"),
        ];
        for (error, flag) in errors {
            let hint = hint(&*error, Language::En);
            assert!(hint.as_deref().is_some_and(|hint| hint.contains(flag)), "{error}: {hint:?}");
        }
        assert_eq!(hint(&EngineError::EmptyPrompt, Language::En), None);
    }

    #[test]
    fn flags_are_the_same_in_both_languages() {
        let flags = |text: &str| -> Vec<String> {
            let is_flag = |c: char| c.is_ascii_alphanumeric() || c == '-';
            text.split(|c| !is_flag(c)).filter(|word| word.starts_with("--")).map(str::to_owned).collect()
        };
        for error in [
            EngineError::Context { n_ctx: 1, complaints: vec![] },
            EngineError::CacheFull { n_ctx: 1, n_tokens: 1 },
            EngineError::LayerOutOfReach { path: "v.sv".into(), layer: 0, last: 3 },
            EngineError::NotLive { path: "v.sv".into(), architecture: String::new(), alpha: 1.0 },
        ] {
            let [en, ja] = [Language::En, Language::Ja].map(|language| hint(&error, language).unwrap());
            assert!(flags(&en) == flags(&ja) && !flags(&en).is_empty(), "{en}: {ja}");
        }
        let entry = |way_out| PromptError::Entry {
            path: "a.txt".into(),
            place: "line 1".to_owned(),
            reason: "x".to_owned(),
            way_out,
        };
        let errors: [Box<dyn Error>; 7] = [
            Box::new(entry(WayOut::Column)),
            Box::new(entry(WayOut::PlainText)),
            Box::new(PromptError::NoColumns { files: vec![] }),
            Box::new(TemplateError::Syntax("x".to_owned())),
            Box::new(Incompatible::Unbound { path: "v.sv".into() }),
            Box::new(PlanError::Nothing),
            Box::new(EvalError::NoRates),
        ];
        for error in errors {
            let [en, ja] = [Language::En, Language::Ja].map(|language| hint(&*error, language).unwrap());
            assert!(flags(&en) == flags(&ja) && en != ja, "{en}: {ja}");
        }
    }
}
