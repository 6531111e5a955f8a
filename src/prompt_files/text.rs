//! Plain text: a prompt a line; empty lines separate.

pub(super) fn read(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
