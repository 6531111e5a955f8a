//! Eight answers at once at eight strengths against the same eight at one strength, and against the plain model: what
//! steering each row of a batch differently costs. In turn, in one process.
//!
//! usage: cargo bench --bench mixed -- [MODEL.gguf [ROUNDS [TOKENS]]] -- different α in one batch

mod common;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use antidote::engine::{
    ContextOptions, ContextParams, Event, Limits, LoadOptions, Model, Request, Reuse, Sampler, Scheduler, Steering,
};
use common::{arguments, median, spread, steering};

const SLOTS: u32 = 8;

fn main() {
    let arguments = arguments();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo.Q8_0.gguf");
    let path = arguments.first().map_or(demo, PathBuf::from);
    let number = |place: usize, default: usize| arguments.get(place).map_or(default, |n| n.parse().expect("a number"));
    let (rounds, tokens) = (number(1, 9), number(2, 64));
    let options = ContextOptions::for_chat(Model::outline(&path).expect("a model"), None);
    let model = Arc::new(Model::load(&path, &options, LoadOptions::default()).expect("the model loads"));
    let params = ContextParams::for_many(&model, &options, SLOTS, 512);
    let mut scheduler = Scheduler::new(&model, params).expect("a context");
    let one = steering(&model);
    let at = |alpha: f32| {
        let mut steering = one.clone();
        steering.set_alpha(None, alpha);
        steering
    };
    let number = |slot: u32| slot as f32 / 10.0;
    let kinds: [(&str, Vec<Steering>); 4] = [
        ("one strength", (0..SLOTS).map(|_| at(0.5)).collect()),
        ("eight strengths", (0..SLOTS).map(|slot| at(0.1 + number(slot))).collect()),
        ("half plain, half steered", (0..SLOTS).map(|slot| at(number(slot % 2) * 5.0)).collect()),
        ("plain", (0..SLOTS).map(|_| at(0.0)).collect()),
    ];
    let mut rates: Vec<Vec<f64>> = vec![vec![]; kinds.len()];
    for round in 0..=rounds {
        for turn in 0..kinds.len() {
            let kind = (turn + round) % kinds.len();
            let rate = rate(&mut scheduler, &kinds[kind].1, tokens);
            // The first round warms up.
            if round > 0 {
                rates[kind].push(rate);
            }
        }
    }
    for (number, (name, _)) in kinds.iter().enumerate() {
        let ratios: Vec<f64> = rates[number].iter().zip(&rates[0]).map(|(rate, one)| rate / one).collect();
        let (low, high) = spread(&ratios);
        println!(
            "{name}: {:.1} tok/s, {:.3}x one strength (median of {rounds}, {low:.3} to {high:.3})",
            median(&rates[number]),
            median(&ratios)
        );
    }
}

/// Tokens a second while all answers run, once their prompts are processed.
fn rate(scheduler: &mut Scheduler, steerings: &[Steering], tokens: usize) -> f64 {
    let prompt = scheduler.model().tokenize("the press and the lathe of the night shift");
    for steering in steerings {
        let limits = Limits { ignore_end: true, ..Limits::tokens(tokens) };
        let request = Request::text(prompt.clone(), steering.clone(), Sampler::default(), limits);
        scheduler.submit(Request { reuse: Reuse::NOTHING, ..request });
    }
    let (mut begin, mut n_first, mut n_done) = (None, 0, 0);
    let mut first = std::collections::HashSet::new();
    let mut seconds = 0.0;
    scheduler.run(&mut |id, event| {
        match event {
            Event::Text(_) if first.insert(id) => {
                n_first += 1;
                if n_first == steerings.len() {
                    begin = Some(Instant::now());
                }
            }
            Event::Done { .. } => {
                n_done += 1;
                if n_done == 1 {
                    // From here on fewer share the batch.
                    seconds = begin.map_or(f64::INFINITY, |begin: Instant| begin.elapsed().as_secs_f64());
                }
            }
            Event::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
        ControlFlow::Continue(())
    });
    ((tokens - 1) * steerings.len()) as f64 / seconds
}
