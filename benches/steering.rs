//! Steering on against off on one model: a vector with 5% of the components at every layer that can be steered. Two
//! sessions side by side, measured in turn.
//!
//! usage: cargo bench --bench steering -- MODEL.gguf [PAIRS]

mod common;

use std::path::Path;
use std::sync::Arc;

use antidote::engine::{ContextOptions, LoadOptions, Model, Session, Speculation, Steering};
use common::{Rates, arguments, measure, median, spread, steering};

fn main() {
    let arguments = arguments();
    let [path, rest @ ..] = arguments.as_slice() else {
        println!("steering: skipped; usage: cargo bench --bench steering -- MODEL.gguf [PAIRS]");
        return;
    };
    let pairs: usize = rest.first().map_or(9, |pairs| pairs.parse().expect("a number of pairs"));
    let path = Path::new(path);
    let outline = Model::outline(path).expect("a model");
    // Every token is computed: guessing ahead is another benchmark's subject.
    let options = ContextOptions { speculation: Speculation::Off, ..ContextOptions::for_chat(outline, None) };
    let model = Arc::new(Model::load(path, &options, LoadOptions::default()).expect("the model loads"));
    let mut plain = Session::new(&model, &options, Steering::default()).expect("a session");
    let mut steered = Session::new(&model, &options, steering(&model)).expect("a session");

    let mut runs: Vec<(Rates, Rates)> = vec![];
    for pair in 0..pairs {
        // Whoever goes second finds a warmer machine, so they take turns at that too.
        let (on, off) = if pair % 2 == 0 {
            let on = measure(&mut steered);
            (on, measure(&mut plain))
        } else {
            let off = measure(&mut plain);
            (measure(&mut steered), off)
        };
        runs.push((on, off));
    }
    for (what, rate) in [("prefill", Rates::prefill as fn(Rates) -> f64), ("decode", Rates::decode)] {
        let ratios: Vec<f64> = runs.iter().map(|(on, off)| rate(*on) / rate(*off)).collect();
        let (low, high) = spread(&ratios);
        let off = median(&runs.iter().map(|(_, off)| rate(*off)).collect::<Vec<_>>());
        println!(
            "{what}: steering on is {:.3}x off (median of {pairs} pairs, {low:.3} to {high:.3}; off {off:.1} tok/s)",
            median(&ratios)
        );
    }
}
