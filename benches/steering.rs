//! Steering on against off on one model: a vector with 5% of the components at every layer that can be steered. Two
//! sessions side by side, measured in turn.
//!
//! usage: cargo bench --bench steering -- MODEL.gguf [PAIRS]

mod common;

use std::path::Path;
use std::sync::Arc;

use antidote::engine::{ContextOptions, LoadOptions, Model, Session, Steering, SteeringVector};
use antidote::vector::{ControlVector, Header, Keep, LayerStats, Scale, Sign, SparseLayer, SvFile};
use common::{Rates, arguments, measure, median, spread};

fn main() {
    let arguments = arguments();
    let [path, rest @ ..] = arguments.as_slice() else {
        println!("steering: skipped; usage: cargo bench --bench steering -- MODEL.gguf [PAIRS]");
        return;
    };
    let pairs: usize = rest.first().map_or(9, |pairs| pairs.parse().expect("a number of pairs"));
    let path = Path::new(path);
    let options = ContextOptions::for_chat(Model::outline(path).expect("a model"), None);
    let model = Model::load(path, &options, LoadOptions::default()).expect("the model loads");
    let vector = SteeringVector { name: "bench".to_owned(), vector: Arc::new(made_up_vector(&model)), alpha: 1.0 };
    let mut plain = Session::new(&model, &options, Steering::default()).expect("a session");
    let mut steered = Session::new(&model, &options, Steering::new(vec![vector])).expect("a session");

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

/// Small values at every twentieth component of every layer but the first: the shape of a real vector, the meaning of
/// none.
fn made_up_vector(model: &Model) -> SvFile {
    let indices: Vec<u32> = (0..model.n_embd() as u32).step_by(20).collect();
    let layer = |layer| SparseLayer {
        layer,
        values: vec![0.01; indices.len()],
        indices: indices.clone(),
        stats: LayerStats::default(),
    };
    let header = Header {
        architecture: model.architecture().to_owned(),
        model_name: model.name().to_owned(),
        fingerprint: model.fingerprint().expect("norm weights"),
        n_layer: model.n_layer() as u32,
        n_embd: model.n_embd() as u32,
        concept: "bench".to_owned(),
        sign: Sign::PositiveIsSafer,
        method: "made up".to_owned(),
        scale: Scale::Unit,
        sparsity: 0.05,
        keep: Keep::TopK,
        n_harmful: 0,
        n_benign: 0,
        n_harmful_held_out: 0,
        n_benign_held_out: 0,
        suggested_alpha: None,
        alpha_range: None,
        provenance: String::new(),
        created_unix: 0,
        layers: vec![],
    };
    let layers = (1..model.n_layer() as u32).map(layer).collect();
    SvFile::from_bytes(&ControlVector { header, layers }.encode().expect("a valid vector")).expect("a valid file")
}
