//! Commands on the history: say, regen, edit, undo, system.

use super::printer::Printer;
use super::{Repl, ReplError};
use crate::engine::FinishReason;
use crate::notices::Notice;
use crate::prompt::Heard;

/// How much of a question is quoted.
const QUOTED_CELLS: usize = 60;

impl Repl {
    pub(super) fn say(&mut self, text: &str) -> Result<(), ReplError> {
        let language = self.options.language;
        let watch = self.watch.clone();
        let mut printer = Printer::new(self.options.hide_thinking, language);
        let shown = self.options.show_prompt.then(|| std::sync::Arc::clone(self.session.model()));
        let mut show = |heard: Heard<'_>| {
            if let (Heard::Rendered(prompt), Some(model)) = (heard, &shown) {
                crate::say!("{}", prompt.described(model).unwrap_or_else(|error| error.to_string()));
            }
            match watch.ended() {
                Some(_) => std::ops::ControlFlow::Break(()),
                None => printer.print(&heard),
            }
        };
        let (limits, cancel) = (self.options.limits.clone(), self.cancel.clone());
        let reply = self.conversation.say(text, &mut self.session, &mut self.sampler, &limits, &cancel, &mut show)?;
        // What was said is kept even if nobody can read it any more.
        let printed = printer.finish();
        self.persist()?;
        printed?;
        if reply.answer.finish == FinishReason::Interrupted {
            self.tell(&language.interrupted());
        }
        let mut notices = Notice::of_reply(&reply, self.options.constraint.is_some());
        // Once is enough.
        notices.retain(|notice| *notice != Notice::SystemMerged || !std::mem::replace(&mut self.told_merged, true));
        self.last_answer = Some(reply.answer);
        self.heed(notices)
    }

    /// Asks `question`, or the same again, in the place of the last turn, which stays if that fails or is stopped
    /// before the first letter.
    fn ask_instead(&mut self, question: Option<String>) -> Result<(), ReplError> {
        let Some(old) = self.conversation.undo(&mut self.session) else {
            self.tell(&self.options.language.nothing_asked());
            return Ok(());
        };
        let turns = self.conversation.turns().len();
        let question = question.unwrap_or_else(|| old.user.clone());
        self.note(&self.options.language.asked_again(&quoted(&question)));
        let asked = self.say(&question);
        if self.conversation.turns().len() == turns {
            self.conversation.redo(old);
            self.persist()?;
        }
        asked
    }

    pub(super) fn regenerate(&mut self) -> Result<(), ReplError> {
        self.ask_instead(None)
    }

    pub(super) fn edit(&mut self, text: Option<String>) -> Result<(), ReplError> {
        let Some(last) = self.conversation.turns().last() else {
            self.tell(&self.options.language.nothing_asked());
            return Ok(());
        };
        match text {
            Some(text) => self.ask_instead(Some(text)),
            None if self.is_person => {
                let question = &last.user;
                let is_block = question.contains('\n') || question.starts_with("\"\"\"");
                self.written =
                    if is_block { format!("/edit \"\"\"{question}\"\"\"") } else { format!("/edit {question}") };
                Ok(())
            }
            None => {
                self.tell(&self.options.language.edit_needs_text());
                Ok(())
            }
        }
    }

    pub(super) fn undo(&mut self) -> Result<(), ReplError> {
        let language = self.options.language;
        let Some(turn) = self.conversation.undo(&mut self.session) else {
            self.tell(&language.nothing_asked());
            return Ok(());
        };
        self.tell(&language.undone(&quoted(&turn.user), self.conversation.turns().len()));
        self.persist()
    }

    pub(super) fn set_system(&mut self, system: Option<String>) -> Result<(), ReplError> {
        let is_some = system.is_some();
        self.conversation.set_system(system)?;
        self.tell(&self.options.language.system_set(is_some));
        self.persist()
    }
}

/// A question as it is quoted: one line, shortened.
pub(super) fn quoted(question: &str) -> String {
    crate::chat::columns::one_line(question, QUOTED_CELLS)
}
