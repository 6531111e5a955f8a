//! What cannot be seen from outside: when a context grows, and what happens if it cannot.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::Scheduler;
use crate::engine::{
    CacheType, ContextOptions, ContextParams, EngineError, Event, FinishReason, Limits, LoadOptions, Model, Request,
    Sampler, Steering, Token, Wanted,
};

fn demo() -> Arc<Model> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo.Q8_0.gguf");
    Arc::new(Model::load(&path, &options(&path), LoadOptions::default()).unwrap())
}

fn options(path: &Path) -> ContextOptions {
    ContextOptions::for_chat(Model::outline(path).unwrap(), None)
}

fn scheduler(model: &Arc<Model>) -> Scheduler {
    Scheduler::new(model, ContextParams::for_one(model, &options(model.path()))).unwrap()
}

fn long_prompt(model: &Model, n: usize) -> Vec<Token> {
    model.tokenize(&"the press and the lathe ".repeat(n)).into_iter().take(n).collect()
}

fn logits(scheduler: &mut Scheduler, prompt: &[Token]) -> Result<Vec<f32>, EngineError> {
    let wanted = Wanted::Logits { first: prompt.len() - 1 };
    scheduler.submit(Request::new(prompt.to_vec(), Steering::default(), wanted));
    let mut result = Ok(vec![]);
    scheduler.run(&mut |_, event| {
        match event {
            Event::Logits { logits, .. } => result = Ok(logits.to_vec()),
            Event::Failed { error, .. } => result = Err(error),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    result
}

/// The logits after a conversation that outgrew its first context are those of one that never had to.
#[test]
fn nothing_changes_when_the_context_grows() {
    let model = demo();
    let prompt = long_prompt(&model, 700);
    let (mut grown, mut whole) = (scheduler(&model), scheduler(&model));
    whole.move_to(whole.n_ctx()).unwrap();
    assert_eq!((grown.context.n_ctx(), whole.context.n_ctx()), (512, whole.n_ctx()));
    // In steps, so that what was processed before the move is really copied.
    for n in [300, 400, 500, 700] {
        assert!(logits(&mut grown, &prompt[..n]).unwrap() == logits(&mut whole, &prompt[..n]).unwrap(), "{n} tokens");
        assert_eq!(grown.n_cached(0), n);
    }
    assert_eq!((grown.context.n_ctx(), grown.n_ctx()), (1024, whole.n_ctx()));
    // And cut back to what was processed before it.
    assert!(logits(&mut grown, &prompt[..200]).unwrap() == logits(&mut whole, &prompt[..200]).unwrap());
}

#[test]
fn a_context_that_cannot_grow_stays_and_the_answer_ends_there() {
    let model = demo();
    let mut scheduler = scheduler(&model);
    let prompt = long_prompt(&model, 500);
    let before = logits(&mut scheduler, &prompt).unwrap();
    // llama.cpp refuses this one: a cache of blocks needs fused attention.
    scheduler.params.cache_type = CacheType::Q8_0;
    let limits = Limits { ignore_end: true, ..Limits::default() };
    scheduler.submit(Request::text(prompt.clone(), Steering::default(), Sampler::default(), limits));
    let mut finish = None;
    scheduler.run(&mut |_, event| {
        if let Event::Done { completion, .. } = event {
            finish = Some(completion.finish);
        }
        ControlFlow::Continue(())
    });
    assert_eq!(finish, Some(FinishReason::ContextFull));
    assert_eq!((scheduler.n_ctx(), scheduler.n_cached(0)), (512, 512));
    let too_long = logits(&mut scheduler, &long_prompt(&model, 600));
    assert!(matches!(too_long, Err(EngineError::PromptTooLong { .. })));
    assert!(logits(&mut scheduler, &prompt).unwrap() == before);
}
