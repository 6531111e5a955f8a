//! Where messages stand in the prompt that a template made of them: found by rendering once more with marks around each
//! message, characters of the private use areas that no text has.

use std::ops::Range;

use super::TemplateError;

/// Private use areas to take marks from (Unicode, planes 15 and 16).
const AREAS: [Range<u32>; 2] = [0xF_0000..0xF_FFFE, 0x10_0000..0x10_FFFE];

/// Where a message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// It says nothing.
    Empty,
    /// Here; more than once, if the template repeats it.
    At(Vec<Range<usize>>),
    /// It is not there, or was changed beyond recognition.
    Lost,
}

/// Which marks go around a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Both,
    Begin,
    End,
    Nothing,
}

/// The places of `contents` in `prompt`, which `render` makes of them. Where it fails on contents with marks they are lost.
pub(super) fn places(
    contents: &[&str],
    prompt: &str,
    render: impl Fn(&[String]) -> Result<String, TemplateError>,
) -> Vec<Place> {
    let Some(area) = AREAS.into_iter().find(|area| !contents.iter().any(|text| uses(text, area))) else {
        return contents.iter().map(|text| if text.trim().is_empty() { Place::Empty } else { Place::Lost }).collect();
    };
    let look = |around: &[Around]| -> Option<Vec<Found>> {
        let marked: Vec<String> =
            (0_u32..).zip(contents).zip(around).map(|((i, text), around)| mark(text, *around, i, &area)).collect();
        let (text, found) = unmark(&render(&marked).ok()?, contents.len(), &area);
        (text == prompt).then_some(found)
    };
    if let Some(found) = look(&vec![Around::Both; contents.len()]) {
        return contents.iter().zip(&found).map(|(text, found)| found.place(text, prompt)).collect();
    }
    // Templates that look into what is said (does it begin with a tool's answer? does a thought end in it?) see the marks.
    let alone = |number: usize, around: Around| {
        let mut all = vec![Around::Nothing; contents.len()];
        all[number] = around;
        look(&all).map(|found| found[number].place(contents[number], prompt)).filter(|place| *place != Place::Lost)
    };
    let place =
        |number: usize| [Around::Both, Around::End, Around::Begin].into_iter().find_map(|around| alone(number, around));
    (0..contents.len())
        .map(|number| match contents[number].trim() {
            "" => Place::Empty,
            _ => place(number).unwrap_or(Place::Lost),
        })
        .collect()
}

fn uses(text: &str, area: &Range<u32>) -> bool {
    text.chars().any(|c| area.contains(&u32::from(c)))
}

/// `text` with its marks inside its white space, which templates take away.
fn mark(text: &str, around: Around, number: u32, area: &Range<u32>) -> String {
    let core = text.trim();
    if core.is_empty() {
        return text.to_owned();
    }
    let begin = text.len() - text.trim_start().len();
    let mut marked = text[..begin].to_owned();
    if matches!(around, Around::Both | Around::Begin) {
        marked.extend(char::from_u32(area.start + 2 * number));
    }
    marked.push_str(core);
    if matches!(around, Around::Both | Around::End) {
        marked.extend(char::from_u32(area.start + 2 * number + 1));
    }
    marked.push_str(&text[begin + core.len()..]);
    marked
}

/// Where the marks of one message were.
#[derive(Debug, Clone, Default)]
struct Found {
    begins: Vec<usize>,
    ends: Vec<usize>,
}

impl Found {
    fn place(&self, content: &str, prompt: &str) -> Place {
        let core = content.trim();
        if core.is_empty() {
            return Place::Empty;
        }
        let common = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
            pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
        };
        let ranges: Vec<Range<usize>> = match (self.begins.as_slice(), self.ends.as_slice()) {
            (begins, ends) if begins.len() == ends.len() => {
                begins.iter().zip(ends).map(|(begin, end)| *begin..*end).collect()
            }
            // Of a message whose beginning was cut away, the rest.
            ([], ends) => {
                let from_end = |end: &usize| *end - common(&mut prompt[..*end].chars().rev().zip(core.chars().rev()));
                ends.iter().map(|end| from_end(end)..*end).collect()
            }
            (begins, []) => {
                let to_end = |begin: &usize| *begin + common(&mut prompt[*begin..].chars().zip(core.chars()));
                begins.iter().map(|begin| *begin..to_end(begin)).collect()
            }
            _ => return Place::Lost,
        };
        let is_sound = ranges.iter().all(|range| range.start < range.end);
        if ranges.is_empty() || !is_sound { Place::Lost } else { Place::At(ranges) }
    }
}

/// `text` without marks, and where those of `n` messages were.
fn unmark(text: &str, n: usize, area: &Range<u32>) -> (String, Vec<Found>) {
    let mut found = vec![Found::default(); n];
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        let number = u32::from(c).checked_sub(area.start).filter(|_| area.contains(&u32::from(c)));
        match number.and_then(|number| Some((found.get_mut(number as usize / 2)?, number % 2))) {
            Some((found, 0)) => found.begins.push(plain.len()),
            Some((found, _)) => found.ends.push(plain.len()),
            None => plain.push(c),
        }
    }
    (plain, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn located(contents: &[&str], render: impl Fn(&[String]) -> String) -> Vec<Option<String>> {
        let owned: Vec<String> = contents.iter().map(ToString::to_string).collect();
        let prompt = render(&owned);
        let places = places(contents, &prompt, |contents| Ok(render(contents)));
        let written = |place: &Place| match place {
            Place::At(ranges) => Some(ranges.iter().map(|range| &prompt[range.clone()]).collect::<Vec<_>>().join("+")),
            Place::Empty => Some(String::new()),
            Place::Lost => None,
        };
        places.iter().map(written).collect()
    }

    #[test]
    fn messages_are_found_trimmed_repeated_and_lost() {
        let turns = |contents: &[String]| format!("<s>{}</s><s>{}</s>", contents[0].trim(), contents[1]);
        assert_eq!(located(&[" a b ", "</s><s>"], turns), [Some("a b".to_owned()), Some("</s><s>".to_owned())]);
        let twice = |contents: &[String]| format!("{0}|{0}", contents[0]);
        assert_eq!(located(&["x", ""], twice), [Some("x+x".to_owned()), Some(String::new())]);
        assert_eq!(located(&["x"], |_| "nothing".to_owned()), [None]);
    }

    #[test]
    fn templates_that_look_into_messages_are_seen_through() {
        let thought = |contents: &[String]| contents[0].rsplit("</think>").next().unwrap_or_default().to_owned() + "!";
        assert_eq!(located(&["a</think>b c"], thought), [Some("b c".to_owned())]);
        let tool = |contents: &[String]| {
            let kind = if contents[0].starts_with("<tool>") { "T" } else { "U" };
            format!("{kind}:{}", contents[0])
        };
        assert_eq!(located(&["<tool> 1"], tool), [Some("<tool> 1".to_owned())]);
        let length = |contents: &[String]| format!("{}:{}", contents[0].len(), contents[0]);
        assert_eq!(located(&["abc"], length), [None]);
    }

    #[test]
    fn a_message_of_private_characters_takes_the_other_area() {
        let text = "\u{F0000}a\u{F0001}";
        assert_eq!(located(&[text, "b"], |contents| contents.concat()), [Some(text.to_owned()), Some("b".to_owned())]);
    }

    proptest! {
        #[test]
        fn what_is_located_is_the_message(
            contents in prop::collection::vec("[ab<>/s \n\u{F0000}]{0,12}", 1..4),
        ) {
            let borrowed: Vec<&str> = contents.iter().map(String::as_str).collect();
            let render = |contents: &[String]| {
                contents.iter().map(|text| format!("<s>{}</s>", text.trim())).collect::<String>()
            };
            let expected: Vec<_> = contents.iter().map(|text| Some(text.trim().to_owned())).collect();
            prop_assert_eq!(located(&borrowed, render), expected);
        }
    }
}
