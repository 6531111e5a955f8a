//! Dumps of invented states of any size, written as they are made: a spectrum that falls off as hidden states' does,
//! an offset, and two sides.

use std::io::{BufWriter, Write};
use std::path::Path;

use half::f16;

/// How a value is stored.
#[derive(Clone, Copy, PartialEq)]
pub enum Element {
    F32,
    F16,
}

pub struct Invented {
    pub n_prompts: usize,
    pub n_layer: usize,
    pub n_embd: usize,
    pub element: Element,
}

/// Directions along which states vary more than noise; the first tells the sides apart.
const AXES: usize = 12;

impl Invented {
    pub fn write(&self, path: &Path) {
        let Self { n_prompts, n_layer, n_embd, element } = *self;
        let (kind, size) = if element == Element::F32 { ("F32", 4) } else { ("F16", 2) };
        let states = n_prompts * n_layer * n_embd * size;
        let hashes: Vec<String> = (0..n_prompts).map(|prompt| format!("{prompt:016x}")).collect();
        let header = serde_json::json!({
            "__metadata__": {
                "antidote.format": "dump", "antidote.version": "1", "antidote.architecture": "llama",
                "antidote.model_name": "Invented", "antidote.fingerprint": "00".repeat(32),
                "antidote.n_layer": n_layer.to_string(), "antidote.token": "last-prompt",
                "antidote.chat_template": "none", "antidote.prompts": serde_json::to_string(&hashes).expect("a list"),
            },
            "hidden_states": { "dtype": kind, "shape": [n_prompts, n_layer, n_embd], "data_offsets": [0, states] },
            "labels": { "dtype": "U8", "shape": [n_prompts], "data_offsets": [states, states + n_prompts] },
        });
        let mut header = header.to_string();
        while !header.len().is_multiple_of(8) {
            header.push(' ');
        }
        let mut file = BufWriter::with_capacity(1 << 20, std::fs::File::create(path).expect("a file"));
        file.write_all(&(header.len() as u64).to_le_bytes()).expect("written");
        file.write_all(header.as_bytes()).expect("written");
        let mut random = Random(7);
        let axes: Vec<Vec<f32>> = (0..=AXES).map(|_| (0..n_embd).map(|_| random.next()).collect()).collect();
        let mut state = vec![0.0_f32; n_embd];
        for prompt in 0..n_prompts {
            for layer in 0..n_layer {
                let side = if prompt % 2 == 0 { 0.4 } else { -0.4 };
                let weights: Vec<f32> = (0..AXES)
                    .map(|axis| random.next() / (axis as f32 + 1.0).sqrt() * 1.5 + if axis == 0 { side } else { 0.0 })
                    .collect();
                for (index, value) in state.iter_mut().enumerate() {
                    *value = 4.0 * axes[AXES][(index + layer) % n_embd] + random.next();
                }
                for (axis, weight) in axes.iter().zip(&weights) {
                    state.iter_mut().zip(axis).for_each(|(value, along)| *value += weight * along);
                }
                for value in &state {
                    match element {
                        Element::F32 => file.write_all(&value.to_le_bytes()),
                        Element::F16 => file.write_all(&f16::from_f32(*value).to_le_bytes()),
                    }
                    .expect("written");
                }
            }
        }
        let labels: Vec<u8> = (0..n_prompts).map(|prompt| u8::from(prompt % 2 == 0)).collect();
        file.write_all(&labels).expect("written");
        file.flush().expect("written");
    }
}

/// Numbers from −1 to 1 (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}
