//! The keyword `format`.

use serde_json::{Map, Value};

use super::number::GREATEST;

/// String formats that llguidance has, with a pattern and a length that close what it leaves open: leap seconds,
/// 29 February of any year, lengths.
const OF_STRINGS: [(&str, Option<&str>, Option<u64>); 10] = [
    ("date", Some(REAL_DAY), None),
    ("date-time", Some(REAL_MOMENT), None),
    ("time", Some(r"^..:..:[0-5]"), None),
    ("duration", None, None),
    ("email", Some(ADDRESS), Some(254)),
    ("hostname", Some(HOST), Some(253)),
    ("ipv4", None, None),
    ("ipv6", None, None),
    ("uri", None, None),
    ("uuid", None, None),
];

/// 29 February in leap years only.
const REAL_DAY: &str = "^(....-(0[13-9]|1[0-2])|....-02-([01].|2[0-8])|\
    (..(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)";
const REAL_MOMENT: &str = "^(....-(0[13-9]|1[0-2])-..|....-02-([01].|2[0-8])|\
    (..(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29).{7}[0-5]";

/// A part of a host name, without hyphens in third and fourth place: these are reserved for encoded names.
macro_rules! label {
    () => {
        "([^.]{1,2}|[^.]{2}-|[^.]{2}[^.-][^.]{0,60}|[^.]{2}-[^.-][^.]{0,59})"
    };
}
const HOST: &str = concat!("^", label!(), "([.]", label!(), ")*$");
const ADDRESS: &str = concat!("^[^@]{1,64}@", label!(), "([.]", label!(), ")*$");

/// Number formats (OpenAPI, schemars) and their ranges.
const OF_NUMBERS: [(&str, Option<(i64, i64)>); 12] = [
    ("float", None),
    ("double", None),
    ("int", None),
    ("uint", Some((0, GREATEST))),
    ("int8", Some((-0x80, 0x7F))),
    ("uint8", Some((0, 0xFF))),
    ("int16", Some((-0x8000, 0x7FFF))),
    ("uint16", Some((0, 0xFFFF))),
    ("int32", Some((-0x8000_0000, 0x7FFF_FFFF))),
    ("uint32", Some((0, 0xFFFF_FFFF))),
    ("int64", Some((-GREATEST, GREATEST))),
    ("uint64", Some((0, GREATEST))),
];

/// The schemas that `format` stands for, or what is wrong with it.
pub(super) fn meaning(format: &Value, types: Option<&[&str]>) -> Result<Vec<Value>, String> {
    let Some(name) = format.as_str() else { return Err("format must be a string".to_owned()) };
    let is_about = |kind: &str| types.is_none_or(|types| types.contains(&kind));
    if let Some((_, pattern, longest)) = OF_STRINGS.iter().find(|(known, ..)| *known == name) {
        let mut schema = Map::from_iter([("format".to_owned(), Value::from(name))]);
        if let Some(longest) = longest {
            schema.insert("maxLength".to_owned(), Value::from(*longest));
        }
        let pattern = pattern.map(|pattern| Value::from_iter([("pattern", pattern)]));
        return Ok([Value::from(schema)].into_iter().chain(pattern).collect());
    }
    if let Some((_, range)) = OF_NUMBERS.iter().find(|(known, _)| *known == name)
        && (is_about("integer") || is_about("number"))
    {
        let schema = range.map(|(least, most)| Value::from_iter([("minimum", least), ("maximum", most)]));
        return Ok(schema.into_iter().collect());
    }
    let known: Vec<_> = OF_STRINGS.iter().map(|(name, ..)| *name).collect();
    Err(format!("the format '{name}' is not supported; remove it, or use a pattern or one of: {}", known.join(", ")))
}
