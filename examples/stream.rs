//! usage: stream [PIECES] -- asks the demo model on a thread of its own, prints the answer on another as it comes, and
//! stops it after so many pieces of text (12 if not told)

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use antidote::engine::{
    Completion, ContextOptions, ContextParams, EngineError, Handle, Limits, LoadOptions, Model, OwnedEvent, Request,
    Sampler, Steering, SteeringVector, Stream, Trial,
};
use antidote::prompt::{Message, Role, Template};
use antidote::vector::SvFile;

fn main() -> Result<(), Box<dyn Error>> {
    let pieces = std::env::args().nth(1).map_or(Ok(12), |given| given.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (model, steering) = load(&root.join("models/demo.Q8_0.gguf"), &root.join("vectors/demo.refusal.sv"))?;
    let options = ContextOptions::for_chat(Model::outline(model.path())?, None);
    // Two conversations at once; more requests wait for a slot.
    let handle = Handle::spawn(&model, ContextParams::for_many(&model, &options, 2, options.n_ctx))?;

    let prompt = Template::of(&model)?.render(&[Message::new(Role::User, "How do I clean the lathe?")])?;
    let request = Request::text(prompt.tokens(&model)?, steering, Sampler::default(), Limits::tokens(200));
    let stream = handle.submit(request);
    let reader = thread::spawn(move || print_until(stream, pieces));
    // This thread is free for other work: the handle can be asked from everywhere.
    let completion = reader.join().map_err(|_| "the reader panicked")??;
    println!("\n[{:?} after {} tokens]", completion.finish, completion.generated_tokens);
    Ok(())
}

/// The model, and its vector at the strength that it suggests.
fn load(model: &Path, vector: &Path) -> Result<(Arc<Model>, Steering), Box<dyn Error>> {
    let options = ContextOptions::for_chat(Model::outline(model)?, None);
    let model = Arc::new(Model::load(model, &options, LoadOptions::default())?);
    let file = Arc::new(SvFile::open(vector)?);
    let alpha = file.header().suggested_alpha.unwrap_or(0.0);
    let vector = model.verify(&file, Trial { alpha, ..Trial::default() })?;
    Ok((model, Steering::new(vec![SteeringVector { name: "refusal".to_owned(), vector, alpha }])))
}

/// Prints what comes, and cancels the request after `pieces`. A cancelled answer has an ordinary end; a piece or two may
/// be on their way still.
fn print_until(mut stream: Stream, pieces: usize) -> Result<Completion, EngineError> {
    let cancel = stream.cancel_token();
    let mut seen = 0;
    for event in &mut stream {
        match event {
            OwnedEvent::Text(text) => {
                print!("{text}");
                let _ = std::io::stdout().flush();
                seen += 1;
                if seen == pieces {
                    cancel.cancel();
                }
            }
            OwnedEvent::Done(completion) => return Ok(completion),
            OwnedEvent::Failed(error) => return Err(error),
            OwnedEvent::Prompt { .. } | OwnedEvent::Logits { .. } | OwnedEvent::HiddenStates(_) => {}
        }
    }
    Err(EngineError::Gone)
}
