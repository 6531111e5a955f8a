//! Text out of tokens: a token may end in the middle of a character, and half a character is never shown.

/// Collects bytes and gives out whole characters.
#[derive(Debug, Default)]
pub(super) struct TextStream {
    pending: Vec<u8>,
}

impl TextStream {
    /// Adds `bytes` and returns every character that is now whole. Bytes that can never become a character turn
    /// into U+FFFD at once.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        loop {
            match std::str::from_utf8(&self.pending) {
                Ok(whole) => {
                    text.push_str(whole);
                    self.pending.clear();
                    return text;
                }
                Err(error) => {
                    let good = error.valid_up_to();
                    text.push_str(&String::from_utf8_lossy(&self.pending[..good]));
                    let Some(bad) = error.error_len() else {
                        self.pending.drain(..good);
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.pending.drain(..good + bad);
                }
            }
        }
    }

    /// What is left when nothing more comes: U+FFFD if a character was cut off.
    pub fn finish(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.pending).into_owned();
        self.pending.clear();
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_cutting_of_a_text_gives_the_text(text in "\\PC{0,40}", cuts in prop::collection::vec(1_usize..5, 0..60)) {
            let mut stream = TextStream::default();
            let (mut shown, mut rest) = (String::new(), text.as_bytes());
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                let piece = stream.push(now);
                prop_assert!(!piece.contains(char::REPLACEMENT_CHARACTER) || text.contains(char::REPLACEMENT_CHARACTER));
                shown.push_str(&piece);
                rest = later;
            }
            shown.push_str(&stream.push(rest));
            shown.push_str(&stream.finish());
            prop_assert_eq!(shown, text);
        }

        #[test]
        fn any_bytes_give_what_the_standard_library_gives(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut stream = TextStream::default();
            let mut shown: String = bytes.iter().map(|byte| stream.push(&[*byte])).collect();
            shown.push_str(&stream.finish());
            prop_assert_eq!(shown, String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}
