//! The chat in the terminal.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::command::Line;
use super::conversation::{Conversation, ConversationError};
use super::input::{Input, Typed};
use super::words::{Language, StatsLine};
use crate::engine::{Answer, FinishReason, Limits, Sampler, Sampling, Session};

/// What ends a chat with an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplError {
    /// The terminal or pipe is gone.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// Ctrl-C cannot be caught.
    #[error("Ctrl-C cannot be caught: {0}")]
    CtrlC(#[from] ctrlc::Error),
    /// A line from a pipe could not be answered.
    #[error(transparent)]
    Conversation(#[from] ConversationError),
}

/// A chat: a session, its conversation, and a person or a pipe in front of it.
pub struct Repl<'model> {
    session: Session<'model>,
    conversation: Conversation,
    sampling: Sampling,
    limits: Limits,
    language: Language,
    last_answer: Option<Answer>,
    /// Whether an answer is being made: then Ctrl-C stops it instead of the program.
    answering: Arc<AtomicBool>,
}

/// Exit code of a program that Ctrl-C ended, as shells have it (128 + SIGINT).
const EXIT_INTERRUPTED: i32 = 130;

impl<'model> Repl<'model> {
    /// A chat that has not begun.
    #[must_use]
    pub fn new(
        session: Session<'model>,
        conversation: Conversation,
        sampling: Sampling,
        limits: Limits,
        language: Language,
    ) -> Self {
        let answering = Arc::default();
        Self { session, conversation, sampling, limits, language, last_answer: None, answering }
    }

    /// Talks until the person leaves or the pipe ends. Answers go to standard output, everything else to standard
    /// error, so that a pipe gets answers alone.
    ///
    /// # Errors
    /// The terminal fails, or a line from a pipe cannot be answered. A person is told and goes on.
    pub fn run(mut self) -> Result<(), ReplError> {
        self.catch_ctrl_c()?;
        let mut input = Input::open()?;
        if input.is_person() {
            self.greet();
        } else if self.session.steering().vectors().is_empty() {
            self.tell(&self.language.unsteered());
        }
        let mut sampler = Sampler::new(&self.sampling, self.session.model().n_vocab());
        let mut pressed_ctrl_c = false;
        loop {
            let line = match input.next(&self.prompt())? {
                Typed::Line(line) => line,
                Typed::End => return Ok(()),
                Typed::Interrupt if pressed_ctrl_c => return Ok(()),
                Typed::Interrupt => {
                    pressed_ctrl_c = true;
                    self.tell(&self.language.leave_hint());
                    continue;
                }
            };
            pressed_ctrl_c = false;
            match Line::parse(&line) {
                Line::Quit => return Ok(()),
                Line::Say(text) => match self.say(&text, &mut sampler) {
                    Ok(finish) => pressed_ctrl_c = finish == FinishReason::Interrupted,
                    Err(ReplError::Terminal(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                    Err(ReplError::Conversation(error)) if input.is_person() => self.tell(&error.to_string()),
                    Err(error) => return Err(error),
                },
                command => self.obey(command),
            }
        }
    }

    fn greet(&self) {
        let model = self.session.model();
        let words = self.language;
        self.tell(&words.welcome(model.name(), model.architecture(), model.n_layer(), model.n_embd()));
        if !self.conversation.has_models_own_template() {
            self.tell(&words.template_missing());
        }
        self.show_vectors();
        let unsuggested = |vector: &crate::engine::SteeringVector| {
            vector.alpha == 0.0 && vector.vector.header().suggested_alpha.is_none()
        };
        if self.session.steering().vectors().iter().any(unsuggested) {
            self.tell(&words.no_suggestion());
        }
        self.tell(&words.hint());
    }

    /// The prompt that a person sees: the strengths now.
    fn prompt(&self) -> String {
        let alphas: Vec<_> = self.session.steering().vectors().iter().map(|vector| vector.alpha.to_string()).collect();
        if alphas.is_empty() { "α – › ".to_owned() } else { format!("α {} › ", alphas.join("/")) }
    }

    fn say(&mut self, text: &str, sampler: &mut Sampler) -> Result<FinishReason, ReplError> {
        let mut stdout = io::stdout().lock();
        let mut broken = None;
        let mut show = |piece: &str| match stdout.write_all(piece.as_bytes()).and_then(|()| stdout.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                broken = Some(error);
                ControlFlow::Break(())
            }
        };
        self.answering.store(true, Ordering::SeqCst);
        let reply = self.conversation.say(text, &mut self.session, sampler, self.limits, &mut show);
        self.answering.store(false, Ordering::SeqCst);
        if let Some(error) = broken {
            return Err(error.into());
        }
        let reply = reply?;
        writeln!(stdout)?;
        stdout.flush()?;
        if reply.dropped_turns > 0 {
            self.tell(&self.language.dropped(reply.dropped_turns));
        }
        let finish = reply.answer.finish;
        match finish {
            FinishReason::EndOfTurn => {}
            FinishReason::Length => self.tell(&self.language.length_limit()),
            FinishReason::ContextFull => self.tell(&self.language.context_full()),
            FinishReason::Interrupted => self.tell(&self.language.interrupted()),
        }
        self.last_answer = Some(reply.answer);
        Ok(finish)
    }

    fn obey(&mut self, command: Line) {
        let words = self.language;
        match command {
            Line::SetAlpha { name, alpha } => self.set_alpha(name.as_deref(), alpha),
            Line::BadAlpha(text) => self.tell(&words.bad_alpha(&text)),
            Line::ShowAlpha | Line::Vectors => self.show_vectors(),
            Line::Stats => self.show_stats(),
            Line::Reset => {
                self.conversation.reset();
                self.session.forget();
                self.tell(&words.reset());
            }
            Line::Recompute => {
                self.session.forget();
                self.tell(&words.recomputed());
            }
            Line::Help => self.tell(&words.help()),
            Line::Unknown(command) => self.tell(&words.unknown_command(&command)),
            Line::Nothing | Line::Say(_) | Line::Quit => {}
        }
    }

    fn set_alpha(&mut self, name: Option<&str>, alpha: f32) {
        let words = self.language;
        match self.session.set_alpha(name, alpha) {
            Ok(0) => match name {
                Some(name) => self.tell(&words.no_such_vector(name)),
                None => self.tell(&words.unsteered()),
            },
            Ok(_) => {
                self.show_vectors();
                if self.session.steering().is_plain() {
                    self.tell(&words.alpha_is_zero());
                }
                if self.conversation.n_turns() > 0 {
                    self.tell(&words.alpha_from_now());
                }
            }
            Err(error) => self.tell(&error.to_string()),
        }
    }

    fn show_vectors(&self) {
        let words = self.language;
        let vectors = self.session.steering().vectors();
        if vectors.is_empty() {
            self.tell(&words.unsteered());
        }
        for vector in vectors {
            let header = vector.vector.header();
            let layers: Vec<u32> = vector.vector.layers().map(|view| view.layer).collect();
            let range = header.alpha_range;
            let kept = header.sparsity * 100.0;
            let mut line = words.vector_line(&vector.name, vector.alpha, &ranges(&layers), kept, range);
            if let Some((low, high)) = range
                && vector.alpha != 0.0
                && !(low..=high).contains(&vector.alpha)
            {
                line = format!("{line} {}", words.alpha_out_of_range(low, high));
            }
            self.tell(&line);
        }
    }

    fn show_stats(&self) {
        let Some(answer) = &self.last_answer else {
            self.tell(&self.language.no_answer_yet());
            return;
        };
        self.tell(&self.language.stats(&StatsLine {
            prompt: answer.prompt_tokens,
            reused: answer.reused_tokens,
            prefill_rate: answer.prefill_rate(),
            generated: answer.generated_tokens,
            decode_rate: answer.decode_rate(),
            cached: self.session.n_cached(),
            n_ctx: self.session.n_ctx(),
            turns: self.conversation.n_turns(),
        }));
    }

    /// Says something that is not an answer. A closed standard error is no reason to stop a chat.
    fn tell(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
    }

    /// While an answer is made, Ctrl-C stops it and a second one leaves; at any other time it leaves. (At the prompt
    /// of the line editor Ctrl-C is a key, not a signal.)
    fn catch_ctrl_c(&self) -> Result<(), ReplError> {
        let (answering, interrupter) = (self.answering.clone(), self.session.interrupter());
        ctrlc::set_handler(move || {
            if !answering.load(Ordering::SeqCst) || interrupter.interrupt() {
                std::process::exit(EXIT_INTERRUPTED);
            }
        })?;
        Ok(())
    }
}

/// Numbers as people write them: `1–5, 7`.
fn ranges(sorted: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = vec![];
    for &number in sorted {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == number => *end = number,
            _ => runs.push((number, number)),
        }
    }
    let written = |(start, end): (u32, u32)| if start == end { start.to_string() } else { format!("{start}–{end}") };
    runs.into_iter().map(written).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn layers_are_written_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1–3, 5, 7–8");
        assert_eq!(ranges(&[]), "");
    }
}
