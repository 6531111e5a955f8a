//! Resolving `$ref`.

use serde_json::Value;

use super::SchemaError;

/// The schema that `reference` points to in `root`, and its place as a JSON pointer.
///
/// # Errors
/// It points out of the file, or to nothing.
pub(super) fn resolve<'a>(root: &'a Value, reference: &Value, place: &str) -> Result<(&'a Value, String), SchemaError> {
    let Some(reference) = reference.as_str() else { return Err(SchemaError::at(place, "$ref must be a string")) };
    let id = root.get("$id").or_else(|| root.get("id")).and_then(Value::as_str).unwrap_or_default();
    let within = reference.strip_prefix(id.trim_end_matches('#')).unwrap_or(reference);
    let pointer = match within.strip_prefix('#') {
        Some(fragment) => percent_decoded(fragment),
        None if within.is_empty() && !reference.is_empty() => Some(String::new()),
        None => None,
    };
    let Some(pointer) = pointer.filter(|pointer| pointer.is_empty() || pointer.starts_with('/')) else {
        let what = format!("$ref '{reference}' is not supported: only references within the file (#/…) are");
        return Err(SchemaError::at(place, what));
    };
    match root.pointer(&pointer) {
        Some(target) => Ok((target, format!("#{pointer}"))),
        None => Err(SchemaError::at(place, format!("$ref '{reference}' does not exist in this file"))),
    }
}

/// `place` extended by `name`, as a JSON pointer.
pub(super) fn step(place: &str, name: &str) -> String {
    format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The fragment without its percent-encoding; `None` if it is malformed.
fn percent_decoded(fragment: &str) -> Option<String> {
    let mut bytes = vec![];
    let mut rest = fragment.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first == b'%' {
            let (digits, behind) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = behind;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_within_the_file() {
        let root = json!({
            "$id": "https://example.org/s.json",
            "$defs": {"a b": 1, "ü": 2, "x/y": 3, "p~q": 4, "50%": 5, "list": [6, 7]},
        });
        let target = |reference: &str| resolve(&root, &json!(reference), "#").map(|(target, _)| target.clone());
        for (reference, expected) in [
            ("#/$defs/a%20b", 1),
            ("#/$defs/a b", 1),
            ("#/$defs/%C3%BC", 2),
            ("#/%24defs/ü", 2),
            ("#/$defs/x~1y", 3),
            ("#/$defs/p~0q", 4),
            ("#/$defs/50%25", 5),
            ("#/$defs/list/1", 7),
            ("https://example.org/s.json#/$defs/a%20b", 1),
        ] {
            assert_eq!(target(reference).unwrap(), json!(expected), "{reference}");
        }
        assert_eq!(target("#").unwrap(), root);
        assert_eq!(target("https://example.org/s.json").unwrap(), root);
        for reference in ["#/$defs/none", "#/$defs/a%2", "#/$defs/%zz", "#/$defs/%+1", "#a", "other.json", "", "#/%ff"]
        {
            assert!(target(reference).is_err(), "{reference}");
        }
        assert_eq!(resolve(&root, &json!("#/$defs/a%20b"), "#").unwrap().1, "#/$defs/a b");
        assert_eq!(step("#/properties", "a/b~"), "#/properties/a~1b~0");
    }
}
