//! The chat in the terminal.

mod alpha_commands;
mod history;
mod persistence;
mod printer;

use std::io;
use std::path::PathBuf;

use super::command::Line;
use super::examples::Examples;
use super::input::{Input, MAX_LINE_MIB, Typed};
use super::messages::StatsLine;
use super::saved::SavedError;
use super::screen::stderr_width;
use super::signals::{EndBySignal, Silence, Watch};
use super::wrap::wrapped;
use crate::engine::{
    CancelToken, Completion, ConstraintSpec, EngineError, FinishReason, Limits, Model, Sampler, Sampling, Session,
};
use crate::notices::{FrontEnd, Notice, Refused, heed};
use crate::prompt::Language;
use crate::prompt::TemplateError;
use crate::prompt::{Conversation, ConversationError};
use crate::terminal::visible;
use persistence::Home;

/// What ends a chat with an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplError {
    /// The terminal or pipe is gone.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// Ctrl-C and the like cannot be caught.
    #[error("cannot install signal handlers: {0}")]
    Signals(#[source] io::Error),
    /// A line from a pipe could not be answered.
    #[error(transparent)]
    Conversation(#[from] ConversationError),
    /// The template refuses a system prompt.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A conversation cannot be saved or loaded.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A command from a pipe that cannot be obeyed; the text says why.
    #[error("{0}")]
    Refused(String),
    /// A condition that nobody is there to decide about.
    #[error(transparent)]
    Notice(#[from] Refused),
}

impl ReplError {
    /// The error in a sentence.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::Terminal(error) => language.no_terminal(error),
            Self::Signals(error) => language.no_signals(error),
            Self::Conversation(error) => language.error(error),
            Self::Template(error) => language.template_error(error),
            Self::Saved(error) => language.saved_error(error),
            // They have chosen their language already.
            Self::Refused(_) | Self::Notice(_) => self.to_string(),
        }
    }
}

impl From<EngineError> for ReplError {
    fn from(error: EngineError) -> Self {
        Self::Conversation(error.into())
    }
}

/// How a chat behaves.
#[derive(Debug, Clone, Default)]
pub struct ReplOptions {
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// What every answer must follow.
    pub constraint: Option<ConstraintSpec>,
    /// When answers end.
    pub limits: Limits,
    /// Language of the interface.
    pub language: Language,
    /// No greeting and no hints; warnings and errors stay.
    pub quiet: bool,
    /// What a model thinks before it answers is not shown.
    pub hide_thinking: bool,
    /// Every prompt is shown as the model gets it.
    pub show_prompt: bool,
    /// The file that the conversation lives in: loaded if it is there, saved after every turn.
    pub session_file: Option<PathBuf>,
    /// Prompts to try.
    pub examples: Examples,
    /// What was found before the chat began.
    pub notices: Vec<Notice>,
    /// Catches SIGINT, SIGTERM and SIGHUP, for the rest of the process: what runs is stopped and saved, and the chat
    /// ends. It cannot end by itself while a person is asked for a line, nor at once, when Ctrl-C is pressed a second
    /// time; then this is called, from another thread. `None` leaves signals to whoever else wants them.
    pub end_by_signal: Option<EndBySignal>,
    /// What to do about an error, beyond what it says itself: what only the program around a chat knows, such as flags.
    pub hint: Option<Hint>,
}

/// How a chat ended, if not with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Ended {
    /// The person has left, or the pipe has ended.
    Left,
    /// A signal of this number asked for it.
    Signal(i32),
}

/// Finds a hint for an error, in a language.
pub type Hint = fn(&(dyn std::error::Error + 'static), Language) -> Option<String>;

impl ReplOptions {
    fn sampler(&self, sampling: &Sampling, model: &Model) -> Result<Sampler, EngineError> {
        let sampler = Sampler::new(sampling, model.n_vocab());
        match &self.constraint {
            Some(constraint) => sampler.with_constraint(constraint, model),
            None => Ok(sampler),
        }
    }
}

/// A chat: a session, its conversation, and a person or a pipe in front of it.
pub struct Repl {
    session: Session,
    conversation: Conversation,
    options: ReplOptions,
    sampler: Sampler,
    last_answer: Option<Completion>,
    is_person: bool,
    home: Home,
    /// What the next line begins with: a question to edit.
    written: String,
    watch: Watch,
    /// Cancelled by Ctrl-C while a line is obeyed.
    cancel: CancelToken,
    /// Whether it was said that the system prompt stands in the first message.
    told_merged: bool,
}

/// What comes after a command.
enum Next {
    Line,
    Leave,
}

impl Repl {
    /// A chat that has not begun.
    ///
    /// # Errors
    /// Signals cannot be caught, or the constraint cannot be used.
    pub fn new(session: Session, conversation: Conversation, options: ReplOptions) -> Result<Self, ReplError> {
        let sampler = options.sampler(&options.sampling, session.model())?;
        let watch = Watch::begin(options.end_by_signal).map_err(ReplError::Signals)?;
        let home = Home::new(options.session_file.clone());
        Ok(Self {
            session,
            conversation,
            options,
            sampler,
            last_answer: None,
            is_person: false,
            home,
            written: String::new(),
            watch,
            cancel: CancelToken::default(),
            told_merged: false,
        })
    }

    /// Talks until the person leaves or the pipe ends. Answers go to standard output, everything else to standard
    /// error, so that a pipe gets answers alone. When a signal asks for the end, everything is saved before.
    ///
    /// # Errors
    /// The terminal fails, the session file cannot be read, or a line from a pipe cannot be answered or obeyed. A
    /// person is told and goes on.
    pub fn run(mut self) -> Result<Ended, ReplError> {
        let mut input = Input::open(self.options.language)?;
        self.is_person = input.is_person();
        let resumed = self.resume()?;
        self.greet(&resumed)?;
        let mut pressed_ctrl_c = false;
        loop {
            let written = std::mem::take(&mut self.written);
            let typed = input.next(&self.prompt(), &written)?;
            let watch = self.watch.clone();
            let (work, cancel) = watch.work();
            self.cancel = cancel;
            let text = match typed {
                Typed::Text { text, is_utf8 } => {
                    if !is_utf8 {
                        self.tell(&self.options.language.not_utf8());
                    }
                    text
                }
                Typed::TooLong => return Err(ReplError::Refused(self.options.language.line_too_long(MAX_LINE_MIB))),
                Typed::End => {
                    let Some(signal) = watch.ended() else { return Ok(Ended::Left) };
                    work.keep();
                    return Ok(Ended::Signal(signal));
                }
                // Whoever drops a draft wants to write another.
                Typed::Interrupt { had_draft: true } => {
                    pressed_ctrl_c = false;
                    continue;
                }
                Typed::Interrupt { .. } if pressed_ctrl_c => return Ok(Ended::Left),
                Typed::Interrupt { .. } => {
                    pressed_ctrl_c = true;
                    self.tell(&self.options.language.leave_hint());
                    continue;
                }
            };
            pressed_ctrl_c = false;
            let silence = self.is_person.then(Silence::begin);
            let obeyed = self.obey(Line::parse(&text));
            drop(silence);
            match obeyed {
                Ok(Next::Line) => pressed_ctrl_c = self.was_interrupted(),
                Ok(Next::Leave) => return Ok(Ended::Left),
                Err(ReplError::Terminal(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Ok(Ended::Left);
                }
                Err(error) if self.is_person && !matches!(error, ReplError::Terminal(_)) => self.tell_error(&error),
                // A terminal that was closed says so twice: by a signal, and when it is written to.
                Err(error) if watch.ended().is_none() => return Err(error),
                Err(_) => {}
            }
            if let Some(signal) = watch.ended() {
                work.keep();
                return Ok(Ended::Signal(signal));
            }
            drop(work);
        }
    }

    fn greet(&self, resumed: &str) -> Result<(), ReplError> {
        let model = self.session.model();
        let language = self.options.language;
        if self.is_person {
            self.note(&language.welcome(model.name(), model.architecture(), model.n_layer(), model.n_embd()));
        }
        if !resumed.is_empty() {
            self.note(resumed);
        }
        if self.is_person && !self.options.quiet && !self.session.steering().vectors().is_empty() {
            self.show_vectors();
        } else {
            // Quiet or not: nobody shall believe in a protection that is not there.
            self.show_steering_notices();
        }
        self.heed(self.options.notices.clone())?;
        if self.is_person {
            self.note(&language.hint());
        }
        Ok(())
    }

    /// Says what there is to say, to whoever is there.
    fn heed(&self, notices: Vec<Notice>) -> Result<(), ReplError> {
        let front_end = if self.is_person { FrontEnd::TypedChat } else { FrontEnd::PipedChat };
        Ok(heed(notices, front_end, self.options.language, |text| self.tell(text))?)
    }

    /// The prompt that a person sees: the strengths now.
    fn prompt(&self) -> String {
        let alphas: Vec<_> = self.session.steering().vectors().iter().map(|vector| vector.alpha.to_string()).collect();
        let partial =
            if self.session.steering().partial().is_empty() { "" } else { self.options.language.partial_mark() };
        if alphas.is_empty() { "α – › ".to_owned() } else { format!("α {}{partial} › ", alphas.join("/")) }
    }

    fn obey(&mut self, line: Line) -> Result<Next, ReplError> {
        let language = self.options.language;
        match line {
            Line::Quit => return Ok(Next::Leave),
            Line::Nothing => {}
            Line::Say(text) => self.say(&text)?,
            Line::SetAlpha { name, alpha } => self.set_alpha(name.as_deref(), alpha),
            Line::BadAlpha(text) => self.tell(&language.bad_alpha(&text)),
            Line::ShowAlpha | Line::Vectors => self.show_vectors(),
            Line::Compare(text) => self.compare(text)?,
            Line::Sweep { text, range } => self.sweep(text, range)?,
            Line::ShowSystem => self.tell(&language.system_is(self.conversation.system())),
            Line::SetSystem(system) => self.set_system(system)?,
            Line::Regenerate => self.regenerate()?,
            Line::Undo => self.undo()?,
            Line::Edit(text) => self.edit(text)?,
            Line::Save { file, replace } => self.save(&file, replace)?,
            Line::Load(file) => self.load(&file)?,
            Line::NoFile(command) => self.tell(&language.needs_a_file(command)),
            Line::Examples => self.show_examples(),
            Line::Example(number) => self.ask_example(number)?,
            Line::Stats => self.show_stats(),
            Line::Reset => {
                self.conversation.reset();
                self.session.forget();
                self.tell(&language.reset());
                self.persist()?;
            }
            Line::Recompute => {
                self.session.forget();
                self.tell(&language.recomputed());
            }
            Line::Help => self.tell(&language.help()),
            Line::Unknown(command) => self.tell(&language.unknown_command(&command)),
        }
        Ok(Next::Line)
    }

    fn show_examples(&self) {
        let prompts = self.options.examples.prompts(self.options.language);
        for (number, prompt) in (1..).zip(prompts) {
            self.tell(&format!("{number}  {prompt}"));
        }
        let language = self.options.language;
        let is_plain = self.session.steering().is_plain();
        self.tell(&if is_plain { language.examples_hint_plain() } else { language.examples_hint() });
    }

    fn ask_example(&mut self, number: usize) -> Result<(), ReplError> {
        let prompts = self.options.examples.prompts(self.options.language);
        let Some(prompt) = number.checked_sub(1).and_then(|index| prompts.get(index)) else {
            self.tell(&self.options.language.no_such_example(prompts.len()));
            return Ok(());
        };
        self.tell(&format!("{}{prompt}", self.prompt()));
        self.say(prompt)
    }

    fn show_stats(&self) {
        self.show_steering_notices();
        let Some(answer) = &self.last_answer else {
            self.tell(&self.options.language.no_answer_yet());
            return;
        };
        self.tell(&self.options.language.stats(&StatsLine {
            prompt: answer.prompt_tokens,
            reused: answer.reused_tokens,
            prefill_rate: answer.prefill_rate(),
            generated: answer.generated_tokens,
            decode_rate: answer.decode_rate(),
            drafted: answer.drafted_tokens,
            accepted: answer.accepted_tokens,
            cached: self.session.n_cached(),
            n_ctx: self.session.n_ctx(),
            turns: self.conversation.n_turns(),
        }));
    }

    /// Whether Ctrl-C stopped what was just done: pressed once more it leaves.
    fn was_interrupted(&self) -> bool {
        self.last_answer.as_ref().is_some_and(|answer| answer.finish == FinishReason::Interrupted)
    }

    /// Says something that is not an answer. A closed standard error is no reason to stop a chat.
    fn tell(&self, text: &str) {
        match stderr_width() {
            Some(width) => crate::say!("{}", wrapped(&visible(text), width)),
            None => crate::say!("{text}"),
        }
    }

    /// Says something that `--quiet` leaves out.
    fn note(&self, text: &str) {
        if !self.options.quiet {
            self.tell(text);
        }
    }

    fn tell_error(&self, error: &ReplError) {
        let language = self.options.language;
        self.tell(&error.text(language));
        if let Some(hint) = self.options.hint.and_then(|hint| hint(error, language)) {
            self.tell(&language.hint_for_error(&hint));
        }
    }
}
