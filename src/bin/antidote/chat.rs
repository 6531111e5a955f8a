//! `antidote chat`

use antidote::chat::{Conversation, Language, Repl, Template};
use antidote::engine::{Limits, Session};

use super::Failure;
use super::args::ChatArgs;
use super::load::{self, Choice};

pub fn run(args: ChatArgs) -> Result<(), Failure> {
    let choice = Choice::of(&args.model)?;
    let steering = choice.steering(&args.steering)?;
    let context = args.model.context(&choice.model)?;
    let model = load::model(&choice.model, &args.model, &context)?;
    let session = Session::new(&model, &context, steering)?;
    let conversation = Conversation::new(Template::of(&model)?, args.generation.system.clone());
    let limits = Limits { max_tokens: args.generation.max_tokens, ..Limits::default() };
    let language = args.lang.map_or_else(Language::of_locale, Language::from);
    Repl::new(session, conversation, args.generation.sampling(), limits, language).run()?;
    Ok(())
}
