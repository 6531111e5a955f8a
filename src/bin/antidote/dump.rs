//! `antidote dump`

use std::io::IsTerminal;

use antidote::chat::{Message, Role, Template};
use antidote::dump::{DumpMeta, DumpWriter, Label, TokenPosition};
use antidote::engine::{EngineError, HiddenStates, Model, Token};
use antidote::prompts;
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::args::DumpArgs;
use super::load::{self, Choice};
use super::{Failure, UsageError};

pub fn run(args: DumpArgs) -> Result<(), Failure> {
    if args.out.exists() && !args.force {
        let out = args.out.display();
        return Err(UsageError(format!("{out} is there already; replace it with --force or name another")).into());
    }
    let (harmful, benign) = (prompts::read(&args.harmful)?, prompts::read(&args.benign)?);
    let choice = Choice::of(&args.model)?;
    let context = args.model.context(&choice.model)?;
    let model = load::model(&choice.model, &args.model, &context)?;
    let Some(fingerprint) = model.fingerprint() else {
        let what = "this model has no norm weights to know it by, so a vector could not be tied to it";
        return Err(UsageError(what.to_owned()).into());
    };

    let labels = [vec![Label::Harmful; harmful.len()], vec![Label::Benign; benign.len()]].concat();
    let prompts = [harmful, benign].concat();
    let template = if args.raw { None } else { Some(Template::of(&model)?) };
    let tokens = prompts
        .iter()
        .map(|prompt| tokens(&model, template.as_ref(), args.system.as_deref(), prompt))
        .collect::<Result<Vec<_>, Failure>>()?;
    let meta = DumpMeta {
        architecture: model.architecture().to_owned(),
        model_name: model.name().to_owned(),
        fingerprint,
        n_layer: model.n_layer(),
        n_embd: model.n_embd(),
        template_hash: template.map(|template| DumpMeta::hash_template(template.source())),
        system_hash: args.system.as_deref().map(DumpMeta::hash_text),
        response_prefix_hash: None,
        token: TokenPosition::Last,
        is_paired: false,
        prompt_hashes: prompts.iter().map(|prompt| DumpMeta::hash_prompt(prompt)).collect(),
        n_tokens: None,
        last_tokens: None,
    };

    let mut writer = DumpWriter::create(&args.out, &meta, labels)?;
    let bar = ProgressBar::with_draw_target(Some(prompts.len() as u64), ProgressDrawTarget::hidden());
    if std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    let mut reader = HiddenStates::new(&model, &context)?;
    let interrupter = reader.interrupter();
    // An interrupted dump ends as a failed one does, so that it takes its half-written file with it.
    ctrlc::set_handler(move || {
        interrupter.interrupt();
    })?;
    reader.read::<Failure>(&tokens, |_, state| {
        writer.push(state)?;
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    writer.finish()?;
    let (out, n, n_layer, n_embd) = (args.out.display(), prompts.len(), meta.n_layer, meta.n_embd);
    eprintln!("{out}: {n} prompts × {n_layer} layers × {n_embd}. Next: antidote-derive {out}");
    Ok(())
}

fn tokens(
    model: &Model,
    template: Option<&Template>,
    system: Option<&str>,
    prompt: &str,
) -> Result<Vec<Token>, Failure> {
    let Some(template) = template else { return Ok(model.tokenize(prompt)) };
    let system = system.map(|system| Message::new(Role::System, system));
    let messages: Vec<_> = system.into_iter().chain([Message::new(Role::User, prompt)]).collect();
    let tokens = model.tokenize(&template.render(&messages)?);
    if tokens.is_empty() { Err(EngineError::EmptyPrompt.into()) } else { Ok(tokens) }
}
