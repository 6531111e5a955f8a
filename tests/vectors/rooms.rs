//! The rooms of `src/` and the arrows between them, against the table and the drawing in `docs/architecture.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a room is called in the table: its path below `src/`.
type Room = String;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rooms of the table, and what each may look at: the column "looks at".
fn table() -> BTreeMap<Room, BTreeSet<Room>> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut column = None;
    let mut table = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        if !line.starts_with('|') {
            column = None;
        } else if cells[0] == "room" {
            column = cells.iter().position(|cell| *cell == "looks at");
        } else if let (Some(column), Some(name)) = (column, quoted(cells[0]).next()) {
            let seen = quoted(cells[column]).map(str::to_owned).collect();
            assert!(table.insert(name.to_owned(), seen).is_none(), "{name} is in the table twice");
        }
    }
    assert!(!table.is_empty(), "docs/architecture.md has no table with the columns 'room' and 'looks at'");
    table
}

/// The rooms between backticks, without their closing slash.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2).map(|name| name.trim_end_matches('/'))
}

/// A file of `src/`.
struct Source {
    /// Below `src/`.
    path: String,
    /// The path of its module: that of the library, or the program's folder and then the path in it.
    module: Vec<String>,
    /// Its code: comments, texts and tests are blank, lines where they were.
    code: String,
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut paths = vec![];
    walk(&src, &mut paths);
    let texts: BTreeMap<PathBuf, String> =
        paths.iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect();
    let tests: BTreeSet<PathBuf> = texts.iter().flat_map(|(path, text)| files_of_tests(path, text)).collect();
    let mut sources = vec![];
    for (path, text) in texts.into_iter().filter(|(path, _)| !tests.contains(path)) {
        let path = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let stem = path.trim_end_matches(".rs").trim_end_matches("/mod");
        let module: Vec<String> = match stem.split('/').collect::<Vec<_>>().as_slice() {
            ["lib"] => vec![],
            ["bin", program, "main"] => vec![format!("bin/{program}")],
            ["bin", program, rest @ ..] => {
                [format!("bin/{program}")].into_iter().chain(rest.iter().map(|part| (*part).to_owned())).collect()
            }
            parts => parts.iter().map(|part| (*part).to_owned()).collect(),
        };
        sources.push(Source { path, module, code: code(&text) });
    }
    sources
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Files that the module at `path` has for its tests alone.
fn files_of_tests(path: &Path, text: &str) -> Vec<PathBuf> {
    let folder = match path.file_stem().unwrap().to_str().unwrap() {
        "mod" | "lib" | "main" => path.parent().unwrap().to_owned(),
        stem => path.with_file_name(stem),
    };
    let declared = text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
        let line = rest.lines().next()?.trim_end();
        line.strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name.to_owned())
    });
    declared.flat_map(|name| [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")]).collect()
}

/// `text` with its comments, the contents of its string literals and its module of tests left blank.
fn code(text: &str) -> String {
    let is_written_here = |at: &usize| text[*at..].lines().nth(1).is_some_and(|line| line.ends_with('{'));
    let tests = text.match_indices("#[cfg(test)]\nmod ").map(|(at, _)| at).find(is_written_here);
    let text = &text[..tests.unwrap_or(text.len())];
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with('"') {
            let is_escaped = |end: usize| rest[..end].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
            rest.match_indices('"').skip(1).find(|(end, _)| !is_escaped(*end)).map_or(rest.len(), |(end, _)| end + 1)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\") {
            // The end of the character, behind whatever is escaped.
            3 + rest[3..].find('\'').unwrap_or(0)
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        code[at..at + length].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at += length;
    }
    String::from_utf8(code).unwrap()
}

/// Every path in `source` that names a module of the library, from its root, with the line that it begins in.
fn paths(source: &Source) -> Vec<(usize, Vec<String>)> {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let mut found = vec![];
    for (at, _) in source.code.match_indices("::") {
        let head = &source.code[..at];
        let first = &head[head.rfind(|character| !is_name(character)).map_or(0, |before| before + 1)..];
        let start = at - first.len();
        if source.code[..start].ends_with("::") {
            continue;
        }
        let is_program = source.module.first().is_some_and(|name| name.starts_with("bin/"));
        let mut base = match first {
            "antidote" if is_program => vec![],
            "crate" if is_program => source.module[..1].to_vec(),
            "crate" => vec![],
            "super" => source.module[..source.module.len().saturating_sub(1)].to_vec(),
            _ => continue,
        };
        let mut rest = &source.code[at + 2..];
        while let Some(deeper) = rest.strip_prefix("super::") {
            base.pop();
            rest = deeper;
        }
        let line = 1 + source.code[..start].matches('\n').count();
        found.extend(leaves(rest).into_iter().map(|leaf| (line, base.iter().cloned().chain(leaf).collect())));
    }
    found
}

/// The paths of a tree as `use` writes it: `a::{b, c::d}`.
fn leaves(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        let (mut depth, mut start, mut found) = (0, 0, vec![]);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    found.extend(leaves(&group[start..at]));
                    start = at + 1;
                    if character == '}' {
                        break;
                    }
                }
                _ => {}
            }
        }
        return found;
    }
    let end = tree.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    // Behind the last comma of a group.
    if name.is_empty() {
        return vec![];
    }
    let deeper = rest.strip_prefix("::").map(leaves).unwrap_or_default();
    if deeper.is_empty() {
        return vec![vec![name.to_owned()]];
    }
    deeper.into_iter().map(|leaf| [vec![name.to_owned()], leaf].concat()).collect()
}

/// The room of the table that `module` is in: the one with the longest name, so that parts of a room count as rooms.
fn room_of(module: &[String], table: &BTreeMap<Room, BTreeSet<Room>>) -> Option<Room> {
    (1..=module.len()).rev().map(|length| module[..length].join("/")).find(|name| table.contains_key(name))
}

#[test]
fn every_room_is_in_the_table_and_in_the_drawing() {
    let table = table();
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let drawing = page.split("```").nth(1).expect("a drawing between ```");
    let src = root().join("src");
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
        entries.filter(|entry| entry.path().is_dir()).map(|it| it.file_name().into_string().unwrap()).collect()
    };
    let mut rooms: Vec<Room> = folders(&src).into_iter().filter(|name| name != "bin").collect();
    rooms.extend(folders(&src.join("bin")).into_iter().map(|name| format!("bin/{name}")));
    for room in &rooms {
        assert!(table.contains_key(room), "src/{room}/ is not in the table of docs/architecture.md");
        let is_drawn = |word: &str| word.trim_end_matches('/') == room;
        let mut words = drawing.split(|character: char| character.is_whitespace() || character == ',');
        assert!(words.any(is_drawn), "src/{room}/ is not in the drawing of docs/architecture.md");
    }
    for (room, seen) in &table {
        let is_there = src.join(room).is_dir() || src.join(format!("{room}.rs")).is_file();
        assert!(is_there, "docs/architecture.md speaks of src/{room}, which is not there");
        for other in seen {
            assert!(table.contains_key(other), "docs/architecture.md: {room} looks at {other}, which is no room");
        }
    }
}

#[test]
fn every_arrow_is_in_the_table() {
    let table = table();
    let sources = sources();
    // What a room gives out at its top may be from one of its parts.
    let mut given: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path.ends_with("mod.rs")) {
        for (at, _) in source.code.match_indices("pub use ") {
            let leaves = leaves(&source.code[at + "pub use ".len()..]);
            for leaf in leaves.into_iter().filter(|leaf| !["crate", "super", "self"].contains(&&*leaf[0])) {
                let name = [source.module.as_slice(), &leaf[leaf.len() - 1..]].concat();
                given.insert(name, [source.module.clone(), leaf].concat());
            }
        }
    }
    let (mut wrong, mut used) = (vec![], BTreeSet::new());
    for source in &sources {
        let Some(room) = room_of(&source.module, &table) else { continue };
        for (line, mut path) in paths(source) {
            // A room gives out what a part of it gives out: no deeper than that.
            for _ in 0..2 {
                if let Some(behind) = (1..=path.len()).find_map(|length| given.get(&path[..length])) {
                    path.clone_from(behind);
                }
            }
            let Some(other) = room_of(&path, &table) else { continue };
            if other != room && !table[&room].contains(&other) {
                wrong.push(format!("src/{}:{line}: {room} looks at {other} ({})", source.path, path.join("::")));
            }
            used.insert((room.clone(), other));
        }
    }
    assert!(wrong.is_empty(), "arrows that docs/architecture.md does not have:\n{}", wrong.join("\n"));
    for (room, other) in table.iter().flat_map(|(room, seen)| seen.iter().map(move |other| (room, other))) {
        let is_used = used.contains(&(room.clone(), other.clone()));
        assert!(is_used, "docs/architecture.md: {room} no longer looks at {other}; take it out of the row");
    }
}

#[test]
fn arrows_point_one_way() {
    let table = table();
    let mut below: BTreeSet<&Room> = BTreeSet::new();
    while below.len() < table.len() {
        let next: Vec<&Room> = table
            .iter()
            .filter(|(room, seen)| !below.contains(room) && seen.iter().all(|other| below.contains(other)))
            .map(|(room, _)| room)
            .collect();
        let rest: Vec<&Room> = table.keys().filter(|room| !below.contains(room)).collect();
        assert!(!next.is_empty(), "docs/architecture.md: these rooms look at each other in a circle: {rest:?}");
        below.extend(next);
    }
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let source = |code_of: &str| Source {
        path: "a/b.rs".to_owned(),
        module: vec!["a".to_owned(), "b".to_owned()],
        code: code(code_of),
    };
    let found = |code_of: &str| -> Vec<String> {
        paths(&source(code_of)).into_iter().map(|(line, path)| format!("{line} {}", path.join("::"))).collect()
    };
    assert_eq!(found("use crate::{c::{D, e}, f};\n"), ["1 c::D", "1 c::e", "1 f"]);
    assert_eq!(found("\nfn x() { super::y(); super::super::z::q() }"), ["2 a::y", "2 z::q"]);
    assert_eq!(found("// crate::c\nlet s = \"crate::d \\\" crate::e\"; let c = '\"'; crate::f::G"), ["2 f::G"]);
    assert_eq!(found("use crate::c;\n#[cfg(test)]\nmod tests {\n use crate::d;\n}"), ["1 c"]);
    assert_eq!(found("std::fmt::Debug; other::crate_name::x"), Vec::<String>::new());
}
