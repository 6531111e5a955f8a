//! llama.cpp's quantiser (`llama_model_quantize`), for tests: whatever it makes of a model, the fingerprint stays.

use std::ffi::CString;
use std::path::Path;

use llama_cpp_sys_2 as sys;

/// Writes the model at `from` to `to` in another number format.
fn quantise(from: &Path, to: &Path, format: sys::llama_ftype) {
    let path = |path: &Path| CString::new(path.to_str().unwrap()).unwrap();
    super::log::divert();
    // SAFETY: a plain struct of defaults; both paths are strings that live for the call.
    let code = unsafe {
        let mut params = sys::llama_model_quantize_default_params();
        params.nthread = 1;
        params.ftype = format;
        params.allow_requantize = true;
        sys::llama_model_quantize(path(from).as_ptr(), path(to).as_ptr(), &params)
    };
    assert_eq!(code, 0, "{from:?} to format {format}");
}

mod tests {
    use std::collections::HashSet;
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::engine::{ContextOptions, LoadOptions, Model, Trial};
    use crate::gguf::{Gguf, TensorType};
    use crate::vector::{ControlVector, Fingerprint, LayerStats, SparseLayer, SvFile, samples};

    const FORMATS: [(&str, sys::llama_ftype, TensorType); 6] = [
        ("F32", sys::LLAMA_FTYPE_ALL_F32, TensorType::F32),
        ("F16", sys::LLAMA_FTYPE_MOSTLY_F16, TensorType::F16),
        ("Q8_0", sys::LLAMA_FTYPE_MOSTLY_Q8_0, TensorType::Q8_0),
        ("Q4_0", sys::LLAMA_FTYPE_MOSTLY_Q4_0, TensorType::Q4_0),
        ("Q4_K", sys::LLAMA_FTYPE_MOSTLY_Q4_K_M, TensorType::Q4_K),
        ("IQ4_NL", sys::LLAMA_FTYPE_MOSTLY_IQ4_NL, TensorType::IQ4_NL),
    ];

    fn original() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures/llama-256.gguf")
    }

    fn fingerprint(bytes: &[u8]) -> Fingerprint {
        Fingerprint::of(&Gguf::parse(bytes).unwrap(), bytes).unwrap()
    }

    /// A vector for the model with this fingerprint.
    fn vector(fingerprint: Fingerprint) -> Arc<SvFile> {
        let mut header = samples::header(2, 256);
        header.model.fingerprint = fingerprint;
        let layer =
            SparseLayer { layer: 1, indices: vec![3, 200], values: vec![2.0, -1.0], stats: LayerStats::default() };
        let vector = ControlVector { header, layers: vec![layer] };
        Arc::new(SvFile::from_bytes(&vector.encode().unwrap()).unwrap())
    }

    fn steers(path: &Path, vector: &Arc<SvFile>) -> Result<(), String> {
        let options = ContextOptions::for_chat(Model::outline(path).unwrap(), None);
        let model = Arc::new(Model::load(path, &options, LoadOptions::default()).unwrap());
        let trial = Trial { alpha: 1.0, allow_partial: false };
        model.verify(vector, trial).map(|_| ()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_quantisation_has_the_fingerprint_of_its_model_and_takes_its_vector() {
        let folder = tempfile::tempdir().unwrap();
        let expected = fingerprint(&std::fs::read(original()).unwrap());
        let vector = vector(expected);
        for (name, format, kind) in FORMATS {
            let path = folder.path().join(name).with_extension("gguf");
            quantise(&original(), &path, format);
            let bytes = std::fs::read(&path).unwrap();
            let gguf = Gguf::parse(&bytes).unwrap();
            let matrices = gguf.tensors().iter().filter(|tensor| tensor.name.contains("ffn_gate"));
            matrices.for_each(|tensor| assert_eq!(tensor.kind, kind, "{name}"));
            assert_eq!(fingerprint(&bytes), expected, "{name}");
            steers(&path, &vector).unwrap();
        }
    }

    #[test]
    fn a_fine_tune_has_another_fingerprint_and_refuses_the_vector() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = std::fs::read(original()).unwrap();
        let expected = fingerprint(&bytes);
        let ranges: Vec<_> = {
            let gguf = Gguf::parse(&bytes).unwrap();
            gguf.tensors().iter().filter(|t| t.name.contains("norm")).map(|t| (t.name.to_owned(), t.range())).collect()
        };
        assert_eq!(ranges.len(), 5);
        let mut seen = HashSet::from([expected.to_string()]);
        for (name, range) in ranges {
            // One weight of one norm, by the least that a 32-bit float can move.
            let mut tuned = bytes.clone();
            tuned[range.start + 4] ^= 1;
            assert!(seen.insert(fingerprint(&tuned).to_string()), "{name}");
            let path = folder.path().join("tuned.gguf");
            std::fs::write(&path, tuned).unwrap();
            let refusal = steers(&path, &vector(expected)).unwrap_err();
            assert!(refusal.contains("fingerprint"), "{refusal}");
        }
    }
}
