//! The format's promises, for any vector and any damage.

use proptest::prelude::*;

use super::tests::{changed, header_end, sealed};
use super::{CHECKSUM, MAGIC, PREFIX, SvFile};
use crate::vector::{ControlVector, Fingerprint, HeldOut, Keep, LayerStats, Scale, SparseLayer, samples};

prop_compose! {
    fn any_layer(layer: u32, n_embd: u32)(
        indices in prop::collection::btree_set(0..n_embd, 1..=(n_embd as usize).min(40)),
    )(
        values in prop::collection::vec(
            prop_oneof![(-8.0_f32..8.0), prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO],
            indices.len(),
        ),
        stats in (-50.0_f32..50.0, 0.0_f32..=1.0, -1e3_f32..1e3),
        held_out in prop::option::of((0.0_f32..=1.0, 0.0_f32..1e3, -50.0_f32..50.0)),
        indices in Just(indices),
    ) -> SparseLayer {
        let held_out = held_out.map(|(auc, fisher, cohens_d)| HeldOut { auc, fisher, cohens_d });
        let stats = LayerStats { separation: stats.0, energy_kept: stats.1, gap: stats.2, held_out };
        SparseLayer { layer, indices: indices.into_iter().collect(), values, stats }
    }
}

fn any_vector() -> impl Strategy<Value = ControlVector> {
    let shape = (1..6_u32, prop_oneof![1..200_u32, 65_530..65_550_u32]);
    let header = (".*", ".*", any::<[u8; 32]>(), any::<bool>(), prop::option::of(-9.0_f32..9.0), any::<u64>());
    (shape, header).prop_flat_map(|((n_layer, n_embd), header)| {
        let numbers = prop::collection::btree_set(0..n_layer, 1..=n_layer as usize);
        let layers = numbers.prop_flat_map(move |numbers| {
            numbers.into_iter().map(|layer| any_layer(layer, n_embd)).collect::<Vec<_>>()
        });
        layers.prop_map(move |layers| {
            let (architecture, provenance, fingerprint, unit, suggested_alpha, created_unix) = header.clone();
            let mut vector = ControlVector { header: samples::header(n_layer, n_embd), layers };
            vector.header.model.architecture = architecture;
            vector.header.provenance = provenance;
            vector.header.model.fingerprint = Fingerprint(fingerprint);
            vector.header.scale = if unit { Scale::Unit } else { Scale::Gap };
            vector.header.keep = if unit { Keep::Energy } else { Keep::Global };
            vector.header.suggested_alpha = suggested_alpha;
            vector.header.alpha_range = suggested_alpha.map(|alpha| (alpha - 1.0, alpha + 1.0));
            vector.header.created_unix = created_unix;
            vector
        })
    })
}

proptest! {
    #[test]
    fn any_vector_comes_back(vector in any_vector()) {
        let bytes = vector.encode().unwrap();
        let file = SvFile::from_bytes(&bytes).unwrap();
        let read = file.to_control_vector();
        prop_assert_eq!(&read.header.model.architecture, &vector.header.model.architecture);
        prop_assert_eq!(read.layers.len(), vector.layers.len());
        for (read, made) in read.layers.iter().zip(&vector.layers) {
            prop_assert_eq!((read.layer, &read.indices, read.stats), (made.layer, &made.indices, made.stats));
            for (read, made) in read.values.iter().zip(&made.values) {
                prop_assert!((read - made).abs() <= 1e-3 * made.abs(), "{made} became {read}");
            }
        }
        // What was read is exactly what a file can hold, so it is written to the same bytes.
        prop_assert_eq!(read.encode().unwrap(), bytes);
    }

    #[test]
    fn any_bit_flip_is_refused(vector in any_vector(), place in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = vector.encode().unwrap();
        let at = place.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert!(SvFile::from_bytes(&bytes).is_err());
    }

    #[test]
    fn any_truncation_is_refused(vector in any_vector(), place in any::<prop::sample::Index>()) {
        let bytes = vector.encode().unwrap();
        prop_assert!(SvFile::from_bytes(&bytes[..place.index(bytes.len())]).is_err());
    }

    /// Behind a right checksum nothing is trusted either: what is read is a vector that can be written, or it is refused.
    #[test]
    fn any_change_behind_the_checksum_is_refused_or_harmless(
        vector in any_vector(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = vector.encode().unwrap();
        for (place, value) in changes {
            let at = place.index(bytes.len() - CHECKSUM);
            bytes[at] = value;
        }
        if let Ok(file) = SvFile::from_bytes(&sealed(bytes)) {
            prop_assert!(file.to_control_vector().encode().is_ok());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = SvFile::from_bytes(&bytes);
        for version in [1, 2] {
            let framed = [&MAGIC[..], &[version, 0, 0, 0], &bytes, &[0; CHECKSUM]].concat();
            let _ = SvFile::from_bytes(&sealed(framed));
        }
    }

    /// Lengths that would take all memory are refused before anything is allocated for them.
    #[test]
    fn hostile_lengths_are_refused(place in any::<prop::sample::Index>(), length in (1_u64 << 40)..) {
        let bytes = changed(|bytes| {
            let at = PREFIX + place.index(header_end(bytes) - PREFIX - 8);
            bytes[at..at + 8].copy_from_slice(&length.to_le_bytes());
        });
        let _ = SvFile::from_bytes(&bytes);
    }
}
