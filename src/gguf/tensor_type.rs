//! Number formats of tensors (ggml's `enum ggml_type`).

/// A number format, stored in blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are ggml's")]
#[allow(non_camel_case_types, reason = "the names are ggml's")]
pub enum TensorType {
    F32,
    F16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q8_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    Q8_K,
    IQ2_XXS,
    IQ2_XS,
    IQ3_XXS,
    IQ1_S,
    IQ4_NL,
    IQ3_S,
    IQ2_S,
    IQ4_XS,
    I8,
    I16,
    I32,
    I64,
    F64,
    IQ1_M,
    BF16,
    TQ1_0,
    TQ2_0,
    MXFP4,
    NVFP4,
    Q1_0,
    Q2_0,
}

/// ggml's number, the format, elements of a block, bytes of a block.
const TABLE: &[(u32, TensorType, u64, u64)] = &[
    (0, TensorType::F32, 1, 4),
    (1, TensorType::F16, 1, 2),
    (2, TensorType::Q4_0, 32, 18),
    (3, TensorType::Q4_1, 32, 20),
    (6, TensorType::Q5_0, 32, 22),
    (7, TensorType::Q5_1, 32, 24),
    (8, TensorType::Q8_0, 32, 34),
    (9, TensorType::Q8_1, 32, 36),
    (10, TensorType::Q2_K, 256, 84),
    (11, TensorType::Q3_K, 256, 110),
    (12, TensorType::Q4_K, 256, 144),
    (13, TensorType::Q5_K, 256, 176),
    (14, TensorType::Q6_K, 256, 210),
    (15, TensorType::Q8_K, 256, 292),
    (16, TensorType::IQ2_XXS, 256, 66),
    (17, TensorType::IQ2_XS, 256, 74),
    (18, TensorType::IQ3_XXS, 256, 98),
    (19, TensorType::IQ1_S, 256, 50),
    (20, TensorType::IQ4_NL, 32, 18),
    (21, TensorType::IQ3_S, 256, 110),
    (22, TensorType::IQ2_S, 256, 82),
    (23, TensorType::IQ4_XS, 256, 136),
    (24, TensorType::I8, 1, 1),
    (25, TensorType::I16, 1, 2),
    (26, TensorType::I32, 1, 4),
    (27, TensorType::I64, 1, 8),
    (28, TensorType::F64, 1, 8),
    (29, TensorType::IQ1_M, 256, 56),
    (30, TensorType::BF16, 1, 2),
    (34, TensorType::TQ1_0, 256, 54),
    (35, TensorType::TQ2_0, 256, 66),
    (39, TensorType::MXFP4, 32, 17),
    (40, TensorType::NVFP4, 64, 36),
    (41, TensorType::Q1_0, 128, 18),
    (42, TensorType::Q2_0, 64, 18),
];

impl TensorType {
    pub(super) fn from_number(number: u32) -> Option<Self> {
        TABLE.iter().find(|(other, ..)| *other == number).map(|(_, kind, ..)| *kind)
    }

    /// ggml's number of it.
    #[must_use]
    pub fn number(self) -> u32 {
        // Every variant is in the table; a test compares it with ggml's.
        TABLE.iter().find(|(_, kind, ..)| *kind == self).map_or(0, |(number, ..)| *number)
    }

    /// Elements and bytes of one block.
    #[must_use]
    pub fn block(self) -> (u64, u64) {
        TABLE.iter().find(|(_, kind, ..)| *kind == self).map_or((1, 1), |(.., block, bytes)| (*block, *bytes))
    }
}

#[cfg(all(test, feature = "engine"))]
mod tests {
    use super::TABLE;

    /// The table is a copy; this is what it was copied from.
    #[test]
    #[allow(unsafe_code)]
    fn the_table_says_what_llama_cpp_says() {
        for number in 0..llama_cpp_sys_2::GGML_TYPE_COUNT {
            // SAFETY: both look the number up in a table of GGML_TYPE_COUNT entries.
            let (block, bytes) =
                unsafe { (llama_cpp_sys_2::ggml_blck_size(number), llama_cpp_sys_2::ggml_type_size(number)) };
            let ours = TABLE.iter().find(|(other, ..)| *other == number).map(|(.., block, bytes)| (*block, *bytes));
            let theirs = (block as u64, bytes as u64);
            // Numbers whose support was removed have no size.
            assert_eq!(ours.unwrap_or((0, 0)), theirs, "type {number}");
        }
    }
}
