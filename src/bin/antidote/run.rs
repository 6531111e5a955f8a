//! `antidote run`

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use antidote::engine::{CancelToken, ConstraintSpec, FinishReason, PartialSteering, Sampler, Session};
use antidote::notices::{FrontEnd, Notice, heed};
use antidote::prompt::{Conversation, Heard, Language, Origin, Piece, Reply};
use antidote::prompt_files;
use antidote::terminal;
use serde::Serialize;

use super::args::RunArgs;
use super::load::{self, Choice};
use super::{Failure, UsageError};

/// One answer as `--json` prints it.
#[derive(Serialize)]
struct Record<'a> {
    prompt: &'a str,
    text: &'a str,
    /// What a reasoning model thought before it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<&'a str>,
    finish_reason: FinishReason,
    model: &'a str,
    /// Where the chat template is from.
    template: Origin,
    /// α of the first vector; 0 without one.
    alpha: f32,
    vectors: Vec<VectorRecord<'a>>,
    /// Vectors that are applied at some of their layers only (`--allow-partial`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    partial: Vec<PartialSteering>,
    prompt_tokens: usize,
    generated_tokens: usize,
    prompt_tokens_per_second: Option<f64>,
    tokens_per_second: Option<f64>,
}

#[derive(Serialize)]
struct VectorRecord<'a> {
    name: &'a str,
    alpha: f32,
}

pub fn run(args: RunArgs) -> Result<(), Failure> {
    let prompts = prompts(&args)?;
    let choice = Choice::of(&args.model)?;
    let vectors = choice.vectors(&args.steering)?;
    load::heed(load::notices(&vectors, &args.steering), FrontEnd::Run)?;
    let mut context = args.model.context(&choice.model)?;
    context.speculation = args.generation.speculate;
    let model = load::model(&choice.model, &args.model, &context)?;
    let steering = load::steering(&model, vectors, &args.steering)?;
    let mut session = Session::new(&model, &context, steering)?;
    load::heed(Notice::of_steering(session.steering()), FrontEnd::Run)?;
    let (template, about_template) = args.template.template(&model)?;
    load::heed(about_template, FrontEnd::Run)?;
    let origin = template.origin();
    let mut conversation = Conversation::new(template, args.generation.system.clone());
    let cancel = CancelToken::default();
    let token = cancel.clone();
    ctrlc::set_handler(move || {
        if token.cancel() {
            std::process::exit(super::EXIT_INTERRUPTED.into());
        }
    })?;
    let constraint = args.generation.constraint(&model)?;
    let (mut refused, mut said) = (None, BTreeMap::<String, usize>::new());
    for prompt in &prompts {
        let reply = answer(&args, prompt, constraint.as_ref(), origin, &mut conversation, &mut session, &cancel)?;
        if reply.answer.finish == FinishReason::Interrupted {
            std::process::exit(super::EXIT_INTERRUPTED.into());
        }
        let notices = Notice::of_reply(&reply, constraint.is_some());
        // Of a file of prompts each is said once, and at the end how often.
        let heeded = heed(notices, FrontEnd::Run, Language::of_locale(), |text| {
            let n = said.entry(text.to_owned()).or_default();
            *n += 1;
            if *n == 1 {
                antidote::say!("{text}");
            }
        });
        // The other prompts are answered all the same.
        refused = refused.or(heeded.err());
    }
    for (text, n) in said.iter().filter(|(_, n)| **n > 1) {
        antidote::say!("{n} × {text}");
    }
    refused.map_or(Ok(()), |refused| Err(refused.into()))
}

fn prompts(args: &RunArgs) -> Result<Vec<String>, Failure> {
    if let Some(file) = &args.prompts {
        let read_as = args.prompt_files.read_as();
        let file = prompt_files::read_as(file, &read_as)?;
        prompt_files::check_columns_used(&read_as, [&file].into_iter())?;
        if !args.output.quiet {
            antidote::say!("{}", file.told("read"));
        }
        return Ok(file.into_texts());
    }
    let prompt = match args.prompt.as_deref() {
        Some("-") => {
            let mut bytes = vec![];
            io::stdin().read_to_end(&mut bytes)?;
            String::from_utf8(bytes).map_err(|_| {
                UsageError(Language::of_locale().pick(
                    "the prompt on standard input is not valid UTF-8",
                    "標準入力のプロンプトが UTF-8 として読めません",
                ))
            })?
        }
        prompt => prompt.unwrap_or_default().to_owned(),
    };
    if prompt.trim().is_empty() {
        let what = Language::of_locale()
            .pick("the prompt is empty: there is nothing to answer", "プロンプトが空なので、回答するものがありません");
        return Err(UsageError(what).into());
    }
    Ok(vec![prompt])
}

/// Answers one prompt, as if it were the only one.
fn answer(
    args: &RunArgs,
    prompt: &str,
    constraint: Option<&ConstraintSpec>,
    template: Origin,
    conversation: &mut Conversation,
    session: &mut Session,
    cancel: &CancelToken,
) -> Result<Reply, Failure> {
    session.forget();
    conversation.reset();
    let model = Arc::clone(session.model());
    let mut sampler = Sampler::new(&args.generation.sampling(), model.n_vocab());
    if let Some(constraint) = constraint {
        sampler = sampler.with_constraint(constraint, &model)?;
    }
    let limits = args.generation.limits();
    let mut stdout = terminal::stdout();
    let mut broken = None;
    let shows_thinking = !args.output.hide_thinking && !args.output.quiet;
    let mut has_thought = false;
    let mut show = |heard: Heard<'_>| {
        let piece = match heard {
            Heard::Said(piece) => piece,
            Heard::Rendered(prompt) if args.template.show_prompt => {
                antidote::say!("{}", prompt.described(&model).unwrap_or_else(|error| error.to_string()));
                return ControlFlow::Continue(());
            }
            Heard::Rendered(_) | Heard::Prompt { .. } => return ControlFlow::Continue(()),
        };
        let written = match piece {
            _ if args.json => Ok(()),
            // A closed standard error is no reason to stop.
            Piece::Thinking(thought) if shows_thinking => {
                has_thought = true;
                let _ = write!(terminal::stderr(), "{thought}");
                Ok(())
            }
            Piece::Thinking(_) => Ok(()),
            Piece::Text(text) => {
                if std::mem::take(&mut has_thought) {
                    let _ = writeln!(terminal::stderr());
                }
                stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            }
        };
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                broken = Some(error);
                ControlFlow::Break(())
            }
        }
    };
    let reply = conversation.say(prompt, session, &mut sampler, &limits, cancel, &mut show)?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    if args.json {
        serde_json::to_writer(&mut stdout, &record(prompt, &reply, template, session))?;
    }
    writeln!(stdout)?;
    stdout.flush()?;
    Ok(reply)
}

fn record<'a>(prompt: &'a str, reply: &'a Reply, template: Origin, session: &'a Session) -> Record<'a> {
    let vectors: Vec<_> =
        session.steering().vectors().iter().map(|v| VectorRecord { name: &v.name, alpha: v.alpha }).collect();
    let answer = &reply.answer;
    Record {
        prompt,
        text: &reply.text,
        thinking: reply.thinking.as_deref(),
        finish_reason: answer.finish,
        model: session.model().name(),
        template,
        alpha: vectors.first().map_or(0.0, |vector| vector.alpha),
        vectors,
        partial: session.steering().partial(),
        prompt_tokens: answer.prompt_tokens,
        generated_tokens: answer.generated_tokens,
        prompt_tokens_per_second: answer.prefill_rate(),
        tokens_per_second: answer.decode_rate(),
    }
}
