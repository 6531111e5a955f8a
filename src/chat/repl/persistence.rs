//! The conversation in files: `/save`, `/load`, and the session file that follows every turn.

use std::path::{Path, PathBuf};

use super::history::quoted;
use super::{Repl, ReplError};
use crate::chat::saved::Saved;
use crate::prompt::Turn;

/// Where the conversation lives.
pub(super) struct Home {
    /// Saved after every turn.
    session_file: Option<PathBuf>,
    /// What this chat saved or loaded itself may be saved again without asking.
    known: Vec<PathBuf>,
}

impl Home {
    pub fn new(session_file: Option<PathBuf>) -> Self {
        Self { session_file, known: vec![] }
    }
}

impl Repl {
    /// Takes up the session file, if it is there. Returns what there is to say about it.
    pub(super) fn resume(&mut self) -> Result<String, ReplError> {
        let language = self.options.language;
        let Some(file) = self.home.session_file.clone() else { return Ok(String::new()) };
        let name = file.display().to_string();
        // Anything but a file that is there is for the first save to find out about.
        if !file.is_file() {
            return Ok(language.new_session(&name));
        }
        let saved = Saved::read(&file)?;
        let turns = saved.turns.len();
        self.tell_other_model(&saved);
        let mut said = language.resumed(turns, &name);
        if let Some(turn) = saved.turns.last() {
            said.push_str(&exchange(turn));
        }
        // A system prompt on the command line is meant for now.
        let system = self.conversation.system().map(str::to_owned).or(saved.system);
        self.conversation.restore(system, saved.turns);
        Ok(said)
    }

    /// Saves the session file. A person is told if that fails, and it is tried again after the next turn.
    pub(super) fn persist(&mut self) -> Result<(), ReplError> {
        let Some(file) = &self.home.session_file else { return Ok(()) };
        match self.to_save().write(file) {
            Err(error) if self.is_person => {
                self.tell(&self.options.language.session_unsaved(&error));
                Ok(())
            }
            result => Ok(result?),
        }
    }

    pub(super) fn save(&mut self, file: &Path, replace: bool) -> Result<(), ReplError> {
        let language = self.options.language;
        let name = file.display().to_string();
        if file.is_file() && !replace && !self.home.known.iter().any(|known| known == file) {
            return self.refuse(language.is_there_already(&name));
        }
        self.to_save().write(file)?;
        self.home.known.push(file.to_owned());
        self.tell(&language.saved(&name, self.conversation.turns().len()));
        Ok(())
    }

    pub(super) fn load(&mut self, file: &Path) -> Result<(), ReplError> {
        let saved = Saved::read(file)?;
        self.home.known.push(file.to_owned());
        self.tell_other_model(&saved);
        let loaded = self.options.language.loaded(&file.display().to_string(), saved.turns.len());
        let last = saved.turns.last().map(exchange).unwrap_or_default();
        self.tell(&(loaded + &last));
        self.conversation.restore(saved.system, saved.turns);
        self.session.forget();
        self.persist()
    }

    fn to_save(&self) -> Saved {
        let model = self.session.model();
        let system = self.conversation.system().map(str::to_owned);
        Saved::new(model.name(), model.fingerprint(), system, self.conversation.turns().to_vec())
    }

    fn tell_other_model(&self, saved: &Saved) {
        let ours = self.session.model().fingerprint().map(|fingerprint| fingerprint.to_string());
        if saved.model.fingerprint != ours {
            self.tell(&self.options.language.another_model(&saved.model.name));
        }
    }

    /// A person is told; a script must not go on as if nothing had happened.
    fn refuse(&self, why: String) -> Result<(), ReplError> {
        if self.is_person {
            self.tell(&why);
            Ok(())
        } else {
            Err(ReplError::Refused(why))
        }
    }
}

/// What was said last, so that one knows where one was.
fn exchange(turn: &Turn) -> String {
    format!("\n› {}\n{}", quoted(&turn.user), turn.assistant.trim_end())
}
