//! What a line typed into the chat means.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::multiline::unfold;

/// Every command, as completion offers them.
pub(super) const COMMANDS: [&str; 17] = [
    "/alpha",
    "/compare",
    "/edit",
    "/examples",
    "/help",
    "/load",
    "/quit",
    "/recompute",
    "/regen",
    "/reset",
    "/save",
    "/save!",
    "/stats",
    "/sweep",
    "/system",
    "/undo",
    "/vectors",
];

/// A line, understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// Something to say to the model.
    Say(String),
    /// Nothing was typed.
    Nothing,
    /// `/alpha`: show the strengths.
    ShowAlpha,
    /// `/alpha X` or `/alpha NAME X`: turn the dial, of one vector or of all.
    SetAlpha { name: Option<String>, alpha: f32 },
    /// `/vectors`: what steers.
    Vectors,
    /// `/compare [TEXT]`: the same prompt at α = 0 and now.
    Compare(Option<String>),
    /// `/sweep [TEXT] [FROM..TO]`: the same prompt over a range of α.
    Sweep { text: Option<String>, range: Option<RangeInclusive<f32>> },
    /// `/system`: show the system prompt.
    ShowSystem,
    /// `/system TEXT`: another system prompt; none after `/system ""`.
    SetSystem(Option<String>),
    /// `/regen`: the last question once more.
    Regenerate,
    /// `/undo`: take back the last question and its answer.
    Undo,
    /// `/edit [TEXT]`: put another question in the place of the last one.
    Edit(Option<String>),
    /// `/save FILE`; `/save! FILE` replaces a file that is there.
    Save { file: PathBuf, replace: bool },
    /// `/load FILE`.
    Load(PathBuf),
    /// `/examples`: prompts to try.
    Examples,
    /// `/examples N`: ask one of them.
    Example(usize),
    /// `/stats`: what the last answer took.
    Stats,
    /// `/reset`: a new conversation.
    Reset,
    /// `/recompute`: process the history again under today's α.
    Recompute,
    /// `/help`.
    Help,
    /// `/quit`.
    Quit,
    /// A slash and a word that is no command.
    Unknown(String),
    /// `/alpha` with something that is not a number.
    BadAlpha(String),
    /// `/save` or `/load` without a file.
    NoFile(&'static str),
}

impl Line {
    /// Reads a line as typed, or several that belong together (see [`super::multiline`]).
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        if !line.starts_with('/') {
            let text = unfold(line);
            return if text.trim().is_empty() { Self::Nothing } else { Self::Say(text) };
        }
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let text = Some(unfold(rest)).filter(|text| !text.trim().is_empty());
        match (command, text) {
            ("/alpha" | "/α" | "/a", text) => Self::alpha(text.as_deref().unwrap_or_default()),
            ("/vectors", None) => Self::Vectors,
            ("/compare", text) => Self::Compare(text),
            ("/sweep", text) => Self::sweep(text.as_deref().unwrap_or_default()),
            ("/system", None) => Self::ShowSystem,
            ("/system", Some(text)) => Self::SetSystem(Some(text).filter(|text| text != "\"\"")),
            ("/regen", None) => Self::Regenerate,
            ("/undo", None) => Self::Undo,
            ("/edit", text) => Self::Edit(text),
            ("/save", Some(file)) => Self::Save { file: at_home(&file), replace: false },
            ("/save!", Some(file)) => Self::Save { file: at_home(&file), replace: true },
            ("/load", Some(file)) => Self::Load(at_home(&file)),
            ("/save" | "/save!", None) => Self::NoFile("/save"),
            ("/load", None) => Self::NoFile("/load"),
            ("/examples", None) => Self::Examples,
            ("/examples", Some(number)) => number.parse().map_or(Self::Examples, Self::Example),
            ("/stats", None) => Self::Stats,
            ("/reset", None) => Self::Reset,
            ("/recompute", None) => Self::Recompute,
            ("/help" | "/?", _) => Self::Help,
            ("/quit" | "/exit" | "/q", None) => Self::Quit,
            _ => Self::Unknown(command.to_owned()),
        }
    }

    fn alpha(words: &str) -> Self {
        match words.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => Self::ShowAlpha,
            [alpha] => Self::set_alpha(None, alpha),
            [name, alpha] => Self::set_alpha(Some(name), alpha),
            _ => Self::BadAlpha(words.to_owned()),
        }
    }

    fn set_alpha(name: Option<&str>, alpha: &str) -> Self {
        match parse_alpha(alpha) {
            Ok(alpha) => Self::SetAlpha { name: name.map(str::to_owned), alpha },
            Err(_) => Self::BadAlpha(alpha.to_owned()),
        }
    }

    /// The range stands at the end of the text, or at its beginning.
    fn sweep(text: &str) -> Self {
        let text = text.trim();
        let last = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
        let first = text.split_once(char::is_whitespace).map(|(first, rest)| (rest, first));
        for (rest, word) in [Some(last), first].into_iter().flatten() {
            if let Some(range) = parse_range(word) {
                return Self::Sweep { text: some_text(rest), range: Some(range) };
            }
        }
        Self::Sweep { text: some_text(text), range: None }
    }
}

fn some_text(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A strength as a person writes it; a decimal comma is understood too.
///
/// # Errors
/// Not a finite number.
pub fn parse_alpha(text: &str) -> Result<f32, String> {
    match text.replace(',', ".").parse::<f32>() {
        Ok(alpha) if alpha.is_finite() => Ok(alpha),
        _ => Err(format!("'{text}' is not a finite number; use something like 0.3 (0 is the plain model)")),
    }
}

fn parse_range(word: &str) -> Option<RangeInclusive<f32>> {
    let (from, to) = word.split_once("..")?;
    Some(parse_alpha(from).ok()?..=parse_alpha(to).ok()?)
}

/// `~/` as a shell reads it.
#[must_use]
pub fn at_home(file: &str) -> PathBuf {
    match (file.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => PathBuf::from(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        assert_eq!(Line::parse("  "), Line::Nothing);
        assert_eq!(Line::parse(" hello /alpha "), Line::Say("hello /alpha".to_owned()));
        assert_eq!(Line::parse("/alpha"), Line::ShowAlpha);
        assert_eq!(Line::parse("/alpha 0,35"), Line::SetAlpha { name: None, alpha: 0.35 });
        assert_eq!(Line::parse("/alpha  refusal -1"), Line::SetAlpha { name: Some("refusal".into()), alpha: -1.0 });
        assert_eq!(Line::parse("/alpha NaN"), Line::BadAlpha("NaN".to_owned()));
        assert_eq!(Line::parse("/alpha inf"), Line::BadAlpha("inf".to_owned()));
        assert_eq!(Line::parse("/alpha a b c"), Line::BadAlpha("a b c".to_owned()));
        assert_eq!(Line::parse("/alfa 1"), Line::Unknown("/alfa".to_owned()));
        assert_eq!(Line::parse("/quit"), Line::Quit);
        assert_eq!(Line::parse("/quit now"), Line::Unknown("/quit".to_owned()));
    }

    #[test]
    fn a_block_is_said_and_never_obeyed() {
        assert_eq!(Line::parse("\"\"\"\n/quit\n\"\"\""), Line::Say("/quit".to_owned()));
        assert_eq!(Line::parse("\"\"\"\n\"\"\""), Line::Nothing);
    }

    #[test]
    fn the_system_prompt_is_shown_set_and_taken_away() {
        assert_eq!(Line::parse("/system"), Line::ShowSystem);
        assert_eq!(Line::parse("/system Be brief."), Line::SetSystem(Some("Be brief.".to_owned())));
        assert_eq!(Line::parse("/system \"\"\"Be\nbrief.\"\"\""), Line::SetSystem(Some("Be\nbrief.".to_owned())));
        assert_eq!(Line::parse("/system \"\""), Line::SetSystem(None));
    }

    #[test]
    fn a_sweep_finds_its_range_at_either_end() {
        let sweep = |text: Option<&str>, range| Line::Sweep { text: text.map(str::to_owned), range };
        assert_eq!(Line::parse("/sweep"), sweep(None, None));
        assert_eq!(Line::parse("/sweep 0..0.6"), sweep(None, Some(0.0..=0.6)));
        assert_eq!(Line::parse("/sweep how? -1..1"), sweep(Some("how?"), Some(-1.0..=1.0)));
        assert_eq!(Line::parse("/sweep 0..1 how do I?"), sweep(Some("how do I?"), Some(0.0..=1.0)));
        assert_eq!(Line::parse("/sweep wait.. what"), sweep(Some("wait.. what"), None));
    }

    #[test]
    fn files_may_lie_at_home_and_have_spaces() {
        let save = |file: &str, replace| Line::Save { file: PathBuf::from(file), replace };
        assert_eq!(Line::parse("/save my talk.json"), save("my talk.json", false));
        assert_eq!(Line::parse("/save! a.json"), save("a.json", true));
        assert_eq!(Line::parse("/load"), Line::NoFile("/load"));
        let home = etcetera::home_dir().unwrap();
        assert_eq!(Line::parse("/load ~/a.json"), Line::Load(home.join("a.json")));
    }

    #[test]
    fn every_command_that_completion_offers_is_one() {
        for command in COMMANDS {
            let known = |line: &str| !matches!(Line::parse(line), Line::Unknown(_));
            assert!(known(command) || known(&format!("{command} 1")), "{command}");
        }
    }
}
