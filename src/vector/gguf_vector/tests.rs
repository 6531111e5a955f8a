//! Whole vectors there and back, and files broken in every way.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::gguf::{Entry, encode};
use crate::vector::{Fingerprint, ModelId, Scale, Sign, SvFile, Target};

fn import(sparsity: f32) -> Import {
    Import { sparsity, flip_sign: false, sign: Sign::Unstated, concept: "test".to_owned(), created_unix: 7 }
}

fn target(n_layer: u32, n_embd: u32) -> Target {
    Target {
        path: "m.gguf".into(),
        model: ModelId {
            architecture: "llama".to_owned(),
            name: "M".to_owned(),
            fingerprint: Fingerprint([3; 32]),
            n_layer,
            n_embd,
        },
        output_norm: None,
    }
}

fn file(directions: &[(u32, Vec<f32>)]) -> Vec<u8> {
    let tensors: Vec<_> =
        directions.iter().map(|(layer, values)| (format!("direction.{layer}"), values.as_slice())).collect();
    let metadata = [("general.architecture", Entry::Text("controlvector")), (MODEL_HINT, Entry::Text("mistral"))];
    encode(&metadata, &tensors)
}

fn parse(bytes: &[u8]) -> Result<GgufVector, GgufVectorError> {
    GgufVector::parse(Path::new("v.gguf"), bytes)
}

fn bits(vector: &GgufVector) -> Vec<(u32, Vec<u32>)> {
    let of = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    vector.directions.iter().map(|(layer, values)| (*layer, of(values))).collect()
}

#[test]
fn a_sparse_import_keeps_the_largest_and_says_what_it_is() {
    let vector = parse(&file(&[(0, vec![1.0, -4.0, 2.0, 0.0]), (2, vec![0.0; 4])])).unwrap();
    let sparse = vector.to_control_vector(&target(3, 4), &import(0.5)).unwrap();
    assert_eq!((sparse.layers[0].layer, &sparse.layers[0].indices), (0, &vec![1, 2]));
    assert_eq!(sparse.layers[0].values, [-4.0, 2.0]);
    assert!((sparse.layers[0].stats.energy_kept - 20.0 / 21.0).abs() < 1e-6);
    assert_eq!((sparse.layers[1].layer, sparse.layers[1].stats.energy_kept), (2, 1.0));
    let header = &sparse.header;
    assert_eq!(
        (header.scale, header.sign, header.model.fingerprint),
        (Scale::AsImported, Sign::Unstated, Fingerprint([3; 32]))
    );
    assert_eq!(header.provenance, "imported from v.gguf, made for \"mistral\"");
    let turned = vector.to_control_vector(&target(3, 4), &Import { flip_sign: true, ..import(0.5) }).unwrap();
    assert_eq!(turned.layers[0].values, [4.0, -2.0]);
}

#[test]
fn a_vector_for_another_model_is_refused_with_both_sides_named() {
    let vector = parse(&file(&[(1, vec![1.0; 4]), (5, vec![1.0; 4])])).unwrap();
    let says = |target, words: &[&str]| {
        let text = vector.to_control_vector(&target, &import(1.0)).unwrap_err().to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    says(target(8, 6), &["v.gguf", "4 values", "m.gguf", "have 6"]);
    says(target(5, 4), &["direction.5", "layers 0 to 4"]);
    assert!(vector.to_unbound_vector("llama", 5, &import(1.0)).is_err());
    let unbound = vector.to_unbound_vector("llama", 6, &import(1.0)).unwrap();
    assert!(unbound.header.model.fingerprint.is_unbound());
}

#[test]
fn an_export_can_leave_layer_0_out() {
    let vector = parse(&file(&[(0, vec![1.0, 2.0]), (1, vec![3.0, 4.0])])).unwrap();
    let sparse = vector.to_control_vector(&target(2, 2), &import(1.0)).unwrap();
    let sparse = SvFile::from_bytes(&sparse.encode().unwrap()).unwrap();
    assert_eq!(parse(&export(&sparse, false)).unwrap().directions, vector.directions);
    assert_eq!(parse(&export(&sparse, true)).unwrap().directions, vector.directions[1..]);
}

#[test]
fn what_is_wrong_is_said() {
    let says = |bytes: &[u8], words: &str| {
        let text = parse(bytes).unwrap_err().to_string();
        assert!(text.contains("v.gguf") && text.contains(words), "{text}");
    };
    let one = |name: &str, values: &[f32]| {
        encode(&[("general.architecture", Entry::Text("controlvector"))], &[(name.to_owned(), values)])
    };
    says(b"GG", "cut off");
    says(&encode(&[("general.architecture", Entry::Text("llama"))], &[]), "\"llama\"");
    says(&encode(&[], &[]), "not a control vector");
    says(&encode(&[("general.architecture", Entry::Text("controlvector"))], &[]), "nothing to import");
    for name in ["output.weight", "direction.", "direction.-1", "direction.01", "direction.1.weight"] {
        says(&one(name, &[1.0]), "not named direction.<layer>");
    }
    says(&file(&[(1, vec![1.0; 4]), (2, vec![1.0; 3])]), "has 3 values");
    let nan = file(&[(1, vec![1.0; 4]), (2, vec![1.0, 2.0, f32::NAN, 3.0])]);
    says(&nan, "value 2 of direction.2");
    let at = nan.windows(4).position(|bytes| bytes == f32::NAN.to_le_bytes()).unwrap();
    says(&nan, &format!("byte {at}"));
}

#[test]
fn a_vector_that_is_not_added_is_refused_by_name() {
    let with = |key: &str, value: &str| {
        let metadata = [("general.architecture", Entry::Text("controlvector")), (key, Entry::Text(value))];
        parse(&encode(&metadata, &[("direction.1".to_owned(), &[1.0, 2.0])]))
    };
    for dialect in ["dspark", "glp"] {
        let error = with(&format!("{dialect}.mode"), "project").unwrap_err().to_string();
        assert!(
            error.contains(&format!("{dialect}.mode is \"project\"")) && error.contains("removes refusal"),
            "{error}"
        );
        let error = with(&format!("{dialect}.mode"), "multiply").unwrap_err().to_string();
        assert!(error.contains("multiply") && error.contains("added"), "{error}");
        let error = with(&format!("{dialect}.hook_point"), "attention_output").unwrap_err().to_string();
        assert!(error.contains("hook_point") && error.contains("attention_output"), "{error}");
        assert!(with(&format!("{dialect}.mode"), "add").is_ok());
        assert!(with(&format!("{dialect}.hook_point"), "residual_stream_post_layer").is_ok());
    }
}

#[test]
fn a_vector_of_zeros_is_refused() {
    let error = parse(&file(&[(1, vec![0.0; 4]), (2, vec![0.0; 4])])).unwrap_err().to_string();
    assert!(error.contains("zeros"), "{error}");
}

fn any_directions() -> impl Strategy<Value = Vec<(u32, Vec<f32>)>> {
    (prop::collection::btree_set(0..40_u32, 1..6), 1..40_usize).prop_flat_map(|(layers, n_embd)| {
        let finite = prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO;
        let halves = any::<i8>().prop_map(|value| f32::from(value) / 8.0);
        let values = prop_oneof![
            prop::collection::vec(finite, n_embd),
            // All of these are half floats, which takes the narrow encoding.
            prop::collection::vec(halves, n_embd),
        ];
        layers.into_iter().map(|layer| (Just(layer), values.clone())).collect::<Vec<_>>()
    })
}

proptest! {
    #[test]
    fn a_whole_vector_comes_back_with_every_bit(directions in any_directions()) {
        // Nothing but zeros is refused.
        prop_assume!(directions.iter().flat_map(|(_, values)| values).any(|value| *value != 0.0));
        let vector = parse(&file(&directions)).unwrap();
        let sparse = vector.to_unbound_vector("llama", 40, &import(1.0)).unwrap();
        let bytes = sparse.encode().unwrap();
        let read = SvFile::from_bytes(&bytes).unwrap();
        prop_assert_eq!(read.to_control_vector().encode().unwrap(), bytes);
        let back = parse(&export(&read, false)).unwrap();
        prop_assert_eq!(bits(&back), bits(&vector));
        prop_assert_eq!(bits(&vector), bits(&GgufVector { directions, ..vector.clone() }));
    }

    #[test]
    fn no_change_of_bytes_panics(
        directions in any_directions(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = file(&directions);
        for (place, value) in &changes {
            let at = place.index(bytes.len());
            bytes[at] = *value;
        }
        if let Ok(vector) = parse(&bytes) {
            // What is accepted can be stored.
            if let Ok(sparse) = vector.to_unbound_vector("llama", 40, &import(0.3)) {
                prop_assert!(sparse.encode().is_ok());
            }
        }
        bytes.truncate(cut.index(bytes.len()));
        let _ = parse(&bytes);
    }
}
