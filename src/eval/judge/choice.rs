//! `--judge refusal|guard:FILE.gguf[:kind]`, and `--judge-prompt FILE`.

use std::path::PathBuf;
use std::str::FromStr;

use super::guard::Guard;
use super::prompt_file::JudgePrompt;
use crate::eval::refusal;

/// Who judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judge {
    /// The phrases of refusals.
    Refusal,
    /// A judge model.
    Guard {
        /// Its file.
        path: PathBuf,
        /// What it understands.
        kind: Guard,
        /// What to ask it, if the user says it.
        prompt: Option<JudgePrompt>,
    },
}

/// A judge that cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// Neither `refusal` nor a guard.
    #[error("there is no judge '{0}'; give refusal, or guard:FILE.gguf[:KIND] with KIND one of {kinds}", kinds = Guard::names())]
    Unknown(String),
    /// A guard without a file.
    #[error("guard: needs a model file; give guard:FILE.gguf[:KIND] with KIND one of {kinds}", kinds = Guard::names())]
    NoFile,
    /// A prompt for nobody.
    #[error("the refusal judge matches phrases and takes no prompt; name a judge model")]
    PhrasesTakeNoPrompt,
}

impl Judge {
    /// How it is named in verdicts: `refusal`, or `guard:FILE.gguf:KIND` with the file's name alone; with a prompt of the
    /// user's, its digits behind that.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Refusal => refusal::NAME.to_owned(),
            Self::Guard { path, kind, prompt } => {
                let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                let prompt = prompt.as_ref().map_or_else(String::new, |prompt| format!(":prompt-{}", prompt.id()));
                format!("guard:{file}:{}{prompt}", kind.name())
            }
        }
    }

    /// The same judge, asked with a prompt of the user's.
    ///
    /// # Errors
    /// Phrases are not asked.
    pub fn with_prompt(self, prompt: JudgePrompt) -> Result<Self, JudgeError> {
        match self {
            Self::Refusal => Err(JudgeError::PhrasesTakeNoPrompt),
            Self::Guard { path, kind, .. } => Ok(Self::Guard { path, kind, prompt: Some(prompt) }),
        }
    }
}

impl FromStr for Judge {
    type Err = JudgeError;

    /// Without a kind, the name of the file tells it: "llama-guard", "harmbench" or "strongreject" in it; otherwise it is a
    /// chat model that is asked for yes or no.
    fn from_str(text: &str) -> Result<Self, JudgeError> {
        if text == refusal::NAME {
            return Ok(Self::Refusal);
        }
        let Some(rest) = text.strip_prefix("guard:") else { return Err(JudgeError::Unknown(text.to_owned())) };
        // The last colon: a path may hold some, too.
        let (path, kind) = match rest.rsplit_once(':') {
            Some((path, kind)) if Guard::named(kind).is_some() => (path, Guard::named(kind)),
            Some((path, kind)) if path.to_ascii_lowercase().ends_with(".gguf") => {
                return Err(JudgeError::Unknown(format!("{path}:{kind}")));
            }
            _ => (rest, None),
        };
        if path.is_empty() {
            return Err(JudgeError::NoFile);
        }
        let path = PathBuf::from(path);
        let kind = kind.unwrap_or_else(|| Guard::of_file(&path));
        Ok(Self::Guard { path, kind, prompt: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(path: &str, kind: Guard) -> Judge {
        Judge::Guard { path: path.into(), kind, prompt: None }
    }

    #[test]
    fn judges_are_chosen() {
        assert_eq!("refusal".parse(), Ok(Judge::Refusal));
        assert_eq!("guard:a/b.gguf".parse(), Ok(guard("a/b.gguf", Guard::YesNo)));
        assert_eq!("guard:a/b.gguf:strong-reject".parse(), Ok(guard("a/b.gguf", Guard::StrongReject)));
        assert_eq!(
            "guard:Llama-Guard-3-8B.Q4_K_M.gguf".parse(),
            Ok(guard("Llama-Guard-3-8B.Q4_K_M.gguf", Guard::LlamaGuard))
        );
        assert_eq!("guard:HarmBench-cls.gguf".parse(), Ok(guard("HarmBench-cls.gguf", Guard::HarmBench)));
        assert_eq!("guard:C:\\m.gguf:yes-no".parse(), Ok(guard("C:\\m.gguf", Guard::YesNo)));
        assert_eq!("guard:C:\\m".parse(), Ok(guard("C:\\m", Guard::YesNo)));
        assert_eq!("guard:".parse::<Judge>(), Err(JudgeError::NoFile));
        for wrong in ["", "gard:x.gguf", "guard:x.gguf:maybe"] {
            let error = wrong.parse::<Judge>().unwrap_err().to_string();
            assert!(error.contains("llama-guard, harm-bench, strong-reject, yes-no"), "{error}");
        }
    }

    #[test]
    fn a_name_holds_no_folder() {
        let prompt = JudgePrompt::parse("{request} {answer}").unwrap();
        let name = guard("a/b.gguf", Guard::HarmBench).with_prompt(prompt.clone()).unwrap().name();
        assert_eq!(name, format!("guard:b.gguf:harm-bench:prompt-{}", prompt.id()));
        assert_eq!(Judge::Refusal.with_prompt(prompt), Err(JudgeError::PhrasesTakeNoPrompt));
        assert_eq!(guard("a/b.gguf", Guard::YesNo).name(), "guard:b.gguf:yes-no");
    }
}
