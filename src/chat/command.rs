//! What a line typed into the chat means.

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
}

impl Line {
    /// Reads a line as typed.
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        if line.is_empty() {
            return Self::Nothing;
        }
        if !line.starts_with('/') {
            return Self::Say(line.to_owned());
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["/alpha" | "/α" | "/a"] => Self::ShowAlpha,
            ["/alpha" | "/α" | "/a", alpha] => Self::set_alpha(None, alpha),
            ["/alpha" | "/α" | "/a", name, alpha] => Self::set_alpha(Some(name), alpha),
            ["/vectors"] => Self::Vectors,
            ["/stats"] => Self::Stats,
            ["/reset"] => Self::Reset,
            ["/recompute"] => Self::Recompute,
            ["/help" | "/?"] => Self::Help,
            ["/quit" | "/exit" | "/q"] => Self::Quit,
            _ => Self::Unknown(words[0].to_owned()),
        }
    }

    fn set_alpha(name: Option<&str>, alpha: &str) -> Self {
        match parse_alpha(alpha) {
            Ok(alpha) => Self::SetAlpha { name: name.map(str::to_owned), alpha },
            Err(_) => Self::BadAlpha(alpha.to_owned()),
        }
    }
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
        assert_eq!(Line::parse("/alfa 1"), Line::Unknown("/alfa".to_owned()));
        assert_eq!(Line::parse("/quit"), Line::Quit);
    }
}
