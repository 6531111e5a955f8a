//! `antidote chat`

use antidote::chat::{Ended, Examples, Repl, ReplOptions};
use antidote::engine::Session;
use antidote::prompt::{Conversation, Language};

use super::args::ChatArgs;
use super::load::{self, Choice};
use super::process::end_by_signal;
use super::{Failure, hints};

pub fn run(args: ChatArgs) -> Result<(), Failure> {
    let choice = Choice::of(&args.model)?;
    let vectors = choice.vectors(&args.steering)?;
    let mut context = args.model.context(&choice.model)?;
    context.speculation = args.generation.speculate;
    let model = load::model(&choice.model, &args.model, &context)?;
    let mut notices = load::notices(&vectors, &args.steering);
    let steering = load::steering(&model, vectors, &args.steering)?;
    let session = Session::new(&model, &context, steering)?;
    let (template, about_template) = args.template.template(&model)?;
    notices.extend(about_template);
    let conversation = Conversation::new(template, args.generation.system.clone());
    let options = ReplOptions {
        sampling: args.generation.sampling(),
        constraint: args.generation.constraint(&model)?,
        limits: args.generation.limits(),
        language: args.lang.map_or_else(Language::of_locale, Language::from),
        quiet: args.output.quiet,
        hide_thinking: args.output.hide_thinking,
        session_file: args.session.clone(),
        examples: if choice.is_demo() { Examples::Demo } else { Examples::General },
        notices,
        hint: Some(hints::hint),
        end_by_signal: Some(end_by_signal),
    };
    match Repl::new(session, conversation, options)?.run()? {
        Ended::Left => Ok(()),
        Ended::Signal(signal) => end_by_signal(signal),
    }
}
