//! The commands for α: its strength, what steers, and the same prompt under several α.

use std::io::Write;
use std::ops::{ControlFlow, RangeInclusive};

use super::{Repl, ReplError};
use crate::chat::columns::{Column, one_line, one_under_the_other, side_by_side};
use crate::chat::screen::stdout_width;
use crate::chat::wheel::Wheel;
use crate::engine::{FinishReason, Steering};
use crate::notices::{Notice, ranges};
use crate::prompt::{Conversation, Heard, Turn};
use crate::terminal;

/// Answers of a sweep.
const SWEEP_STEPS: u8 = 7;

impl Repl {
    pub(super) fn set_alpha(&mut self, name: Option<&str>, alpha: f32) {
        let language = self.options.language;
        match self.session.set_alpha(name, alpha) {
            Ok(0) => match name {
                Some(name) => self.tell(&language.no_such_vector(name)),
                None => self.tell(&Notice::Unsteered.text(language)),
            },
            Ok(_) => {
                self.show_vectors();
                if self.session.steering().is_plain() {
                    self.tell(&language.alpha_is_zero());
                }
                if self.conversation.n_turns() > 0 {
                    self.note(&language.alpha_from_now());
                }
            }
            Err(error) => self.tell_error(&error.into()),
        }
    }

    pub(super) fn show_vectors(&self) {
        let language = self.options.language;
        let vectors = self.session.steering().vectors();
        if vectors.is_empty() {
            self.tell(&Notice::Unsteered.text(language));
        }
        for vector in vectors {
            let header = vector.vector.file().header();
            let layers: Vec<u32> = vector.vector.file().layers().map(|view| view.layer).collect();
            let range = header.alpha_range;
            let kept = header.sparsity * 100.0;
            self.tell(&language.vector_line(&vector.name, vector.alpha, &ranges(&layers), kept, range));
        }
        self.show_steering_notices();
    }

    /// What must not be forgotten: vectors of which only some layers steer, or that are stronger than was measured.
    pub(super) fn show_steering_notices(&self) {
        for notice in Notice::of_steering(self.session.steering()) {
            self.tell(&notice.text(self.options.language));
        }
    }

    /// The same prompt at α = 0 and now, side by side where there is room.
    pub(super) fn compare(&mut self, text: Option<String>) -> Result<(), ReplError> {
        let language = self.options.language;
        if self.session.steering().vectors().is_empty() {
            self.tell(&language.nothing_to_compare());
            return Ok(());
        }
        if self.session.steering().is_plain() {
            self.tell(&language.same_alpha());
            return Ok(());
        }
        self.beside_the_conversation(text, "/compare", |repl, prompt, steering| {
            // Plain first: the cache then holds the conversation under the α that goes on.
            let plain = with_alpha(steering, 0.0);
            let (zero, now) = ("α 0".to_owned(), repl.prompt().trim_end_matches(" › ").to_owned());
            let Some(left) = repl.answer_under(plain, &zero, prompt)? else { return Ok(()) };
            let Some(right) = repl.answer_under(steering.clone(), &now, prompt)? else { return Ok(()) };
            let (left, right) = (Column { title: &zero, text: &left }, Column { title: &now, text: &right });
            let text = match stdout_width() {
                Some(width) => side_by_side(&left, &right, width),
                None => one_under_the_other(&left, &right),
            };
            repl.print(&text)?;
            repl.note(&language.not_remembered());
            Ok(())
        })
    }

    /// The same prompt at several α, a line each.
    pub(super) fn sweep(&mut self, text: Option<String>, range: Option<RangeInclusive<f32>>) -> Result<(), ReplError> {
        let language = self.options.language;
        let Some(first) = self.session.steering().vectors().first() else {
            self.tell(&language.nothing_to_compare());
            return Ok(());
        };
        let useful = first.vector.file().header().alpha_range.map_or(1.0, |(_, high)| high);
        let range = range.unwrap_or(0.0..=useful.max(first.alpha));
        if range.start() >= range.end() {
            self.tell(&language.bad_range());
            return Ok(());
        }
        self.beside_the_conversation(text, "/sweep", |repl, prompt, steering| {
            for alpha in steps(&range) {
                let title = format!("α {alpha}");
                let Some(answer) = repl.answer_under(with_alpha(steering, alpha), &title, prompt)? else {
                    return Ok(());
                };
                let room = stdout_width().map_or(usize::MAX, |width| width.saturating_sub(10));
                repl.print(&format!("{title:<9} {}\n", one_line(&answer, room)))?;
            }
            repl.note(&language.not_remembered());
            Ok(())
        })
    }

    /// Does `what` with a prompt (the last question in its place, if there is no `text`) and today's steering, and
    /// puts the conversation and the steering back as they were. The history is processed anew for every α, as by
    /// `/recompute`: otherwise an answer would mix two.
    fn beside_the_conversation(
        &mut self,
        text: Option<String>,
        command: &str,
        what: impl FnOnce(&mut Self, &str, &Steering) -> Result<(), ReplError>,
    ) -> Result<(), ReplError> {
        let last = match &text {
            Some(_) => None,
            None => self.conversation.undo(&mut self.session),
        };
        let Some(prompt) = text.or_else(|| last.as_ref().map(|turn: &Turn| turn.user.clone())) else {
            self.tell(&self.options.language.no_prompt_yet(command));
            return Ok(());
        };
        let steering = self.session.steering().clone();
        let done = what(self, &prompt, &steering);
        if alphas(self.session.steering()) != alphas(&steering) {
            self.session.steer(steering)?;
            self.session.forget();
        }
        if let Some(last) = last {
            self.conversation.redo(last);
        }
        done
    }

    /// What the model would answer under `steering`; `None` if it was stopped. The same seed is used under every
    /// steering, so that chance makes no difference.
    fn answer_under(&mut self, steering: Steering, title: &str, prompt: &str) -> Result<Option<String>, ReplError> {
        self.session.forget();
        self.session.steer(steering)?;
        let mut sampling = self.options.sampling.clone();
        sampling.seed = sampling.seed.or(Some(0));
        let mut sampler = self.options.sampler(&sampling, self.session.model())?;
        let wheel = Wheel::now(self.options.language.answering_at(title.trim_start_matches("α ")));
        let watch = self.watch.clone();
        let mut show = |_: Heard<'_>| match watch.ended() {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        };
        let (limits, cancel) = (self.options.limits.clone(), self.cancel.clone());
        let reply = Conversation::answer(
            &self.conversation,
            prompt,
            &mut self.session,
            &mut sampler,
            &limits,
            &cancel,
            &mut show,
        );
        drop(wheel);
        let reply = reply?;
        let is_stopped = reply.answer.finish == FinishReason::Interrupted;
        self.last_answer = Some(reply.answer);
        if is_stopped {
            self.tell(&self.options.language.interrupted());
        }
        Ok(Some(reply.text).filter(|_| !is_stopped))
    }

    fn print(&self, text: &str) -> Result<(), ReplError> {
        let mut stdout = terminal::stdout();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()?;
        Ok(())
    }
}

/// `steering` with every α at `alpha`.
fn with_alpha(steering: &Steering, alpha: f32) -> Steering {
    let mut changed = steering.clone();
    changed.set_alpha(None, alpha);
    changed
}

fn alphas(steering: &Steering) -> Vec<f32> {
    steering.vectors().iter().map(|vector| vector.alpha).collect()
}

/// Evenly spread over `range`, both ends included, as people write numbers.
fn steps(range: &RangeInclusive<f32>) -> impl Iterator<Item = f32> {
    let (from, to) = (*range.start(), *range.end());
    let step = (to - from) / f32::from(SWEEP_STEPS - 1);
    (0..SWEEP_STEPS).map(move |number| {
        let alpha = from + step * f32::from(number);
        // Three digits tell strengths apart; a range narrower than that is taken as it is.
        if step > 0.002 { (alpha * 1000.0).round() / 1000.0 } else { alpha }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_has_both_ends_and_round_numbers() {
        assert_eq!(steps(&(0.0..=0.6)).collect::<Vec<_>>(), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        assert_eq!(steps(&(-1.0..=1.0)).collect::<Vec<_>>(), [-1.0, -0.667, -0.333, 0.0, 0.333, 0.667, 1.0]);
    }
}
