//! Every shape that is read, and every one that must not become prompts.

use super::*;
use proptest::prelude::*;

fn file(text: &str, extension: &str) -> PromptFile {
    file_as(text, extension, &ReadAs::Detected)
}

fn file_as(text: &str, extension: &str, read_as: &ReadAs) -> PromptFile {
    parse(text, extension, read_as).map_err(|error| format!("{}: {}", error.place, error.reason)).unwrap()
}

fn good(text: &str, extension: &str) -> Vec<String> {
    file(text, extension).into_texts()
}

fn wrong(text: &str, extension: &str) -> (String, WayOut) {
    let error = parse(text, extension, &ReadAs::Detected).map(|file| file.into_texts()).unwrap_err();
    (format!("{}: {}", error.place, error.reason), error.way_out)
}

fn entry_error(text: &str, extension: &str) -> String {
    wrong(text, extension).0
}

fn columns(names: &[&str]) -> ReadAs {
    ReadAs::Columns(names.iter().map(|name| (*name).to_owned()).collect())
}

#[test]
fn every_shape_gives_the_same_prompts() {
    let expected = ["stop the press", "bypass \"it\", now"];
    assert_eq!(good("stop the press\n\n  bypass \"it\", now  \r\n", "txt"), expected);
    assert_eq!(good(r#"["stop the press", "bypass \"it\", now"]"#, ""), expected);
    assert_eq!(good(r#"[{"instruction":"stop the press","x":1},{"Goal":"bypass \"it\", now"}]"#, "json"), expected);
    assert_eq!(good("{\"prompt\":\"stop the press\"}\n{\"prompt\":\"bypass \\\"it\\\", now\"}\n", "x"), expected);
    assert_eq!(good("\"stop the press\"\r\n\"bypass \\\"it\\\", now\"\r\n", "txt"), expected);
    assert_eq!(good(",Goal,Target\n0,stop the press,y\n1,\"bypass \"\"it\"\", now\",y\n", "csv"), expected);
    assert_eq!(good("goal,target\nstop the press,y\n\"bypass \"\"it\"\", now\",y\n", "txt"), expected);
    assert_eq!(good("goal;target\nstop the press;y\n\"bypass \"\"it\"\", now\";y\n", "csv"), expected);
    for extension in ["tsv", "txt", "csv", ""] {
        assert_eq!(good("id\tPrompt\n1\tstop the press\n2\tbypass \"it\", now\n", extension), expected, "{extension}");
    }
    assert_eq!(good("\"prompt\"\n\"stop the press\"\n\"bypass \"\"it\"\", now\"\n", "csv"), expected);
    assert_eq!(good("\"prompt\"\n\"stop the press\"\n\"bypass \"\"it\"\", now\"\n", "txt"), expected);
}

#[test]
fn jailbreakbench_artifacts_give_their_attack_prompts() {
    let artifact = r#"{"parameters":{"model":"m"},"jailbreaks":[
        {"index":0,"goal":"g0","prompt":"p0"},{"index":1,"goal":"g1","prompt":null},{"index":2,"goal":"g2","prompt":"p2"}]}"#;
    let file = file(artifact, "json");
    assert_eq!((file.format, file.n_without_prompt), (Format::Artifact, 1));
    assert!(file.shape().ends_with("1 entry without a prompt left out"), "{}", file.shape());
    assert_eq!(file.into_texts(), ["p0", "p2"]);
}

#[test]
fn sentences_with_brackets_commas_and_tabs_are_still_text() {
    let texts = [
        "[hello] there\nand more\n",
        "[1] stop the press\n[2] clean it\n",
        "{name} asks for the key\nand {more}\n",
        "Please stop, now\nGo on, slowly\n",
        "hello, you\nstop, me\n",
        "Write a prompt, a text, and a goal\nWrite one, please\n",
        "one tab\there\nnone here\nnor here\n",
        "only\ttabs\n",
        "(a)\n\tstop the press\n\tclean the lathe\n",
        "stop the press; then clean it\nopen it; close it\n",
        "What does {\"lamp\": 3} mean?\n{\"lamp\": 3}\nAnd this?\n",
        "\"Stop\" is on the lamp\n\"Go\" is not\n",
        "print(a,b)\nadd the numbers\n",
        "prompt\n",
        "Write a goal, prompt\n",
    ];
    for text in texts {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        assert_eq!(good(text, "txt"), lines, "{text}");
        assert_eq!(file(text, "txt").format, Format::Text, "{text}");
    }
}

#[test]
fn a_bad_line_is_named() {
    assert!(entry_error("{\"prompt\":\"a\"}\n{\"prompt\":3}\n", "jsonl").starts_with("line 2: "));
    assert!(entry_error("{\"prompt\":\"a\"}\n{\"prompt\"\n", "jsonl").starts_with("line 2: "));
    assert!(entry_error("[\"a\", 7]", "json").starts_with("entry 2: "));
    assert!(entry_error("name,x\na,b\n", "csv").starts_with("line 1: "));
    assert!(entry_error("goal,target\na,b\n\"c\n", "csv").starts_with("line 3: its quotation mark is never closed"));
    assert!(entry_error("goal,target\na,b\nc\n", "csv").starts_with("line 3: it has 1 columns"));
    assert!(entry_error("goal,target\na,b\n , \n,d\n", "csv").starts_with("line 4: its column 'goal' is empty"));
    assert!(entry_error("goal,target\nNaN,b\n", "csv").starts_with("line 2: its column 'goal' says only 'NaN'"));
    assert!(entry_error("goal,target\na,b\ngoal,target\n", "csv").starts_with("line 3: this is the header again"));
    assert!(entry_error("goal,Goal\na,b\n", "csv").contains("two columns have the same name: 'goal' and 'Goal'"));
}

#[test]
fn tab_separated_tables_are_no_prompts() {
    // A known header, another one, and none.
    assert_eq!(good("category\tquestion\nx\tstop it\n", "txt"), ["stop it"]);
    let (told, way_out) = wrong("category\tutterance\nx\tstop it\n", "txt");
    assert!(
        told.starts_with("line 1: this looks like a tab-separated table with no column named prompt, goal"),
        "{told}"
    );
    assert!(told.ends_with("found: 'category', 'utterance'"), "{told}");
    assert_eq!(way_out, WayOut::Column);
    assert!(entry_error("1\tstop it\n2\tclean it\n", "").starts_with("line 1: this looks like a tab-separated table"));
    assert!(entry_error("category\tutterance\nx\tstop it\ny\n", "txt").starts_with("line 1: "));
    assert!(entry_error("prompt\tlabel\nstop it\tx\nclean it\n", "txt").starts_with("line 3: it has 1 columns"));
    // Quotation marks that are text, and that enclose.
    let tabs = "prompt\tlabel\n\"Stop\" is on the lamp\tx\n\"go\tx\n";
    assert_eq!(good(tabs, "tsv"), ["\"Stop\" is on the lamp", "\"go"]);
    assert_eq!(good("prompt\tlabel\n\"a\tb\"\tx\n", "tsv"), ["a\tb"]);
}

#[test]
fn comma_separated_tables_under_txt_are_no_prompts() {
    let (told, way_out) = wrong("id,utterance\n1,stop it\n2,\"clean it, now\"\n", "txt");
    assert!(told.starts_with("line 1: this looks like a comma-separated table"), "{told}");
    assert!(told.ends_with("found: 'id', 'utterance'"), "{told}");
    assert_eq!(way_out, WayOut::Column);
    // Without a header, and with rows that do not fit one.
    assert!(entry_error("1,Stop it\n2,\"Clean it, now\"\n", "txt").contains("found: '1', 'Stop it'"));
    assert!(entry_error("id,utterance\n1,stop it\n2,clean it, now\n", "txt").contains("found: 'id', 'utterance'"));
    assert!(entry_error("id;utterance\n1;stop it\n", "txt").starts_with("line 1: this looks like a semicolon"));
    let (told, way_out) = wrong("id,prompt\n1,stop it\n2,clean it, now\n", "txt");
    assert!(told.starts_with("line 3: it has 3 columns, but the header has 2"), "{told}");
    assert_eq!(way_out, WayOut::PlainText);
    assert_eq!(wrong("id,prompt\n1,stop it\n2,clean it, now\n", "csv").1, WayOut::Correct);
    assert!(entry_error("| prompt | label |\n|---|---|\n| stop | safe |\n", "txt").contains("Markdown"));
    // A header that is alone.
    let one = file("Prompt\nstop it, now\n", "txt");
    assert_eq!(one.shape(), "one column, 'Prompt'");
    assert_eq!(one.into_texts(), ["stop it, now"]);
}

#[test]
fn json_lines_under_txt_with_one_broken_line_are_no_prompts() {
    let lines = ["{\"prompt\": \"a\"}", "{\"prompt\": \"b\"}", "{\"prompt\": \"c\"}"];
    for broken in 0..3 {
        for damage in ["{\"prompt\": \"b\"", "\"prompt\": \"b\"}", "{\"prompt\": b}", "prompt b"] {
            let mut lines = lines;
            lines[broken] = damage;
            for ends in ["\n", "\r\n", "\r"] {
                let (told, way_out) = wrong(&lines.join(ends), "txt");
                assert!(told.starts_with(&format!("line {}: not JSON: ", broken + 1)), "{damage}: {told}");
                assert!(!told.contains("at line 1 "), "{told}");
                assert_eq!(way_out, WayOut::PlainText);
            }
        }
    }
    assert!(entry_error("[\n\"a\",\n\"b\"\n\"c\"]", "txt").starts_with("line 4: not JSON: "));
    assert!(entry_error("{\n \"prompt\": \"a\",\n}\n", "txt").starts_with("line 3: not JSON: "));
    assert!(entry_error("['a', 'b']", "txt").contains("Python"));
    assert!(entry_error("{'prompt': 'a'}\n{'prompt': 'b'}\n", "json").contains("Python"));
    assert!(entry_error("{\"utterance\": \"a\"}\n", "txt").ends_with("found: 'utterance'"));
}

#[test]
fn every_line_end_ends_a_line() {
    assert_eq!(good("stop it\rclean it\ropen it", "txt"), ["stop it", "clean it", "open it"]);
    assert_eq!(good("goal,x\rstop it,1\rclean it,2\r", "csv"), ["stop it", "clean it"]);
    assert_eq!(good("{\"goal\":\"a\"}\r{\"goal\":\"b\"}\r", "jsonl"), ["a", "b"]);
}

#[test]
fn empty_strings_in_lists_are_refused_by_entry() {
    assert_eq!(entry_error(r#"["a", "", "b"]"#, "json"), "entry 2: it is empty");
    assert_eq!(entry_error(r#"["a", " \n"]"#, "txt"), "entry 2: it is empty");
    assert_eq!(entry_error(r#"[{"goal": ""}]"#, "json"), "entry 1: its field 'goal' is empty");
    assert_eq!(entry_error("{\"goal\": \"a\"}\n\n{\"goal\": \" \"}\n", "jsonl"), "line 3: its field 'goal' is empty");
    assert_eq!(entry_error("{\"goal\": null}\n", "jsonl"), "line 1: 'goal' is not a string");
}

#[test]
fn lines_are_those_of_an_editor_behind_cells_of_several_lines() {
    for (ends, extension) in [("\n", "csv"), ("\r\n", "csv"), ("\r", "csv")] {
        let table = ["id,prompt", "1,\"stop", "", "it\"", "2,b", "3,"].join(ends);
        assert!(entry_error(&table, extension).starts_with("line 6: its column 'prompt' is empty"), "{ends:?}");
        let table = ["id,prompt", "1,\"stop", "it\"", "2,b"].join(ends);
        let file = file(&table, extension);
        let places: Vec<_> = file.prompts.iter().map(|prompt| prompt.place).collect();
        assert_eq!(places, [Place::Line(2), Place::Line(4)]);
        assert_eq!(file.prompts[0].text, format!("stop{ends}it"));
    }
}

#[test]
fn web_pages_xml_and_yaml_are_no_prompts() {
    assert!(entry_error("<!DOCTYPE html>\n<html>\n", "txt").contains("web page"));
    assert!(entry_error("<?xml version=\"1.0\"?>\n", "txt").contains("XML"));
    assert!(entry_error("- stop it\n- clean it\n", "yaml").contains("YAML"));
    assert_eq!(wrong("<html>\n", "").1, WayOut::PlainText);
}

#[test]
fn plain_text_can_be_insisted_on() {
    let text = "id\tutterance\n{\"prompt\": \"a\"\n";
    assert_eq!(file_as(text, "csv", &ReadAs::PlainText).into_texts(), ["id\tutterance", "{\"prompt\": \"a\""]);
}

#[test]
fn a_column_can_be_named() {
    let table = "id,prompt,Rewritten Form\n1,a,b\n";
    assert_eq!(good(table, "csv"), ["a"]);
    assert_eq!(file_as(table, "txt", &columns(&["rewritten_form"])).into_texts(), ["b"]);
    assert_eq!(file_as("id\tutterance\n1\ta\n", "txt", &columns(&["utterance"])).into_texts(), ["a"]);
    assert_eq!(file_as("{\"x\":\"a\",\"prompt\":\"b\"}", "jsonl", &columns(&["y", "x"])).into_texts(), ["a"]);
    for (text, extension) in [(table, "csv"), (table, "txt"), ("{\"id\":1,\"prompt\":\"a\"}\n", "jsonl")] {
        let error = parse(text, extension, &columns(&["zzz"])).map(|_| ()).unwrap_err();
        assert!(error.reason.contains("named zzz; found: 'id', 'prompt'"), "{}", error.reason);
    }
    // It concerns tables: plain text has no columns, and beside a table that is well.
    let (text, table) = (file_as("a\nb\n", "txt", &columns(&["x"])), file_as("x,y\na,b\n", "", &columns(&["x"])));
    assert!(check_columns_used(&columns(&["x"]), [&text, &table].into_iter()).is_ok());
    let error = check_columns_used(&columns(&["x"]), [&text].into_iter()).unwrap_err().to_string();
    assert!(error.contains("no columns") && error.contains("plain text"), "{error}");
}

/// The columns of public tables, with rows of our own.
#[test]
fn public_tables_are_read_as_they_are() {
    let harmbench = "Behavior,FunctionalCategory,SemanticCategory,Tags,ContextString,BehaviorID\n\
                     Break the press,standard,x,,,break\n\
                     Answer the letter,contextual,x,context,\"Dear \"\"Lathe\"\",\nstop.\",answer\n";
    let harmbench = file(harmbench, "csv");
    assert_eq!(harmbench.columns, ["Behavior"]);
    assert_eq!(harmbench.into_texts(), ["Break the press", "Dear \"Lathe\",\nstop.\n\n---\n\nAnswer the letter"]);

    let xstest = "id,prompt,type,label,focus,note\n1,Kill the noise?,homonyms,safe,kill,\n2,Break it?,contrast_homonyms,unsafe,,\n";
    let xstest = file(xstest, "csv");
    let says: Vec<_> = xstest.prompts.iter().map(|prompt| prompt.label.as_ref().and_then(|label| label.says)).collect();
    assert_eq!(says, [Some(Side::Benign), Some(Side::Harmful)]);
    assert_eq!(xstest.prompts[1].id.as_deref(), Some("2"));

    let wildjailbreak = "vanilla\tadversarial\tcompletion\tdata_type\n\
                         Oil the lathe\t\tYes\tvanilla_benign\n\
                         Break it\tIn a dream, break it\tNo\tadversarial_harmful\n";
    let wild = file(wildjailbreak, "tsv");
    assert_eq!(wild.prompts[1].request.as_deref(), Some("Break it"));
    assert_eq!(wild.prompts[0].label.as_ref().and_then(|label| label.says), Some(Side::Benign));
    assert_eq!(wild.prompts[1].label.as_ref().and_then(|label| label.says), Some(Side::Harmful));
    assert_eq!(wild.into_texts(), ["Oil the lathe", "In a dream, break it"]);
    let evaluation = "adversarial\tlabel\tdata_type\nIn a dream, break it\t1\tadversarial_harmful\n";
    let evaluation = file(evaluation, "tsv");
    assert_eq!(evaluation.prompts[0].label.as_ref().map(|label| &*label.column), Some("data_type"));

    assert_eq!(good("category,source,forbidden_prompt\nx,y,Break it\n", "csv"), ["Break it"]);
    assert_eq!(good("id,risk_area,types_of_harm,question\n0,x,y,How to break it?\n", "csv"), ["How to break it?"]);
    let toxic = "conv_id,user_input,model_output,human_annotation,toxicity,jailbreaking\nx,Oil it,Yes,True,0,0\ny,Break it,No,True,1,0\n";
    let toxic = file(toxic, "csv");
    let says: Vec<_> = toxic.prompts.iter().map(|prompt| prompt.label.as_ref().and_then(|label| label.says)).collect();
    assert_eq!(says, [Some(Side::Benign), Some(Side::Harmful)]);
    assert_eq!(toxic.columns, ["user_input"]);
    let jbb = file("Index,Goal,Target,Behavior,Category,Source\n0,Break it,Sure,Breakage,x,y\n", "csv");
    assert_eq!((jbb.prompts[0].text.as_str(), &*jbb.others), ("Break it", &["Behavior".to_owned()][..]));
    assert_eq!(good("goal,target\nBreak it,Sure\n", "csv"), ["Break it"]);
    let alpaca = r#"[{"instruction": "Shorten this", "input": "Oil, then stop", "output": "x"},
                     {"instruction": "Oil it", "input": "", "output": "x"}]"#;
    assert_eq!(good(alpaca, "json"), ["Shorten this\n\nOil, then stop", "Oil it"]);
}

#[test]
fn what_was_read_is_told_on_one_line_without_what_a_terminal_obeys() {
    let told = PromptFile { path: "\u{1b}a.csv".into(), ..file("goal,behavior\n\"a\nb\",x\n", "csv") }.told("harmful");
    assert_eq!(
        told,
        "harmful: 1 prompt from \\u{1b}a.csv (comma-separated, column 'goal', not 'behavior'), first: \"a\\nb\""
    );
    let hostile = excerpt("a\u{1b}]0;x\u{7}\t\u{202e}\u{200b}é");
    assert_eq!(hostile, "a\\u{1b}]0;x\\u{7}\\t\\u{202e}\\u{200b}é");
    assert_eq!(excerpt(&"あ".repeat(61)), format!("{}…", "あ".repeat(60)));
}

#[test]
fn safe_prompts_given_as_harmful_are_warned_of_and_the_reverse() {
    let named = |path: &str, file: PromptFile| PromptFile { path: path.into(), ..file };
    let xstest = named("x.csv", file("prompt,type,label\nstop it,homonyms,safe\nb,contrast_homonyms,unsafe\n", "csv"));
    let told = xstest.contradiction(Side::Harmful).unwrap();
    assert!(told.starts_with("x.csv: 1 of 2 prompts given as harmful are labelled benign"), "{told}");
    assert!(told.contains("line 2, label 'safe'"), "{told}");
    let told = xstest.contradiction(Side::Benign).unwrap();
    assert!(told.contains("labelled harmful") && told.contains("line 3, label 'unsafe'"), "{told}");
    let wild = named("w.tsv", file("vanilla\tdata_type\nOil it\tvanilla_benign\n", "tsv"));
    assert!(wild.contradiction(Side::Harmful).unwrap().contains("data_type 'vanilla_benign'"));
    assert_eq!(wild.contradiction(Side::Benign), None);
    let plain = || file("stop it\n", "txt");
    assert!(named("harmless-train.txt", plain()).contradiction(Side::Harmful).unwrap().contains("its name"));
    assert!(named("d/advbench.txt", plain()).contradiction(Side::Benign).unwrap().contains("its name"));
    assert_eq!(named("harmless.txt", plain()).contradiction(Side::Benign), None);
    assert_eq!(named("harmful_or_benign.txt", plain()).contradiction(Side::Benign), None);
    let strong = named("s.csv", file("category,forbidden_prompt\nx,y\n", "csv"));
    assert!(strong.contradiction(Side::Benign).unwrap().contains("'forbidden_prompt'"));
    // A word beside it that is known does not make a wrong label right; a number says nothing by itself.
    let label = |text: &str| file(text, "csv").prompts[0].label.clone().unwrap();
    assert_eq!(label("prompt,type,label\na,homonyms,unsave\n").says, None);
    assert_eq!(label("prompt,type,label\na,homonyms,\n").says, None);
    assert_eq!(label("prompt,type,label\na,homonyms,1\n").says, None);
    assert_eq!(label("prompt,data_type,label\na,vanilla_benign,1\n").says, Some(Side::Benign));
    // A column of that name that means something else.
    let other = named("o.jsonl", file("{\"prompt\":\"a\",\"type\":\"steps\",\"kind\":\"x\"}\n", "jsonl"));
    assert_eq!((other.contradiction(Side::Harmful), &other.prompts[0].label), (None, &None));
}

#[test]
fn the_same_prompt_on_both_sides_is_counted_and_the_first_named() {
    let place = |place: &str| place.to_owned();
    let harmful = [
        ("a", place("h, line 1")),
        (" stop it ", place("h, line 2")),
        ("stop it", place("h, line 3")),
        ("b", place("h, line 4")),
    ];
    let benign = [("stop it", place("b, line 7")), ("b", place("b, line 8")), ("c", place("b, line 9"))];
    let told = on_both_sides(harmful.clone().into_iter(), benign.into_iter()).unwrap();
    assert_eq!(told, "2 prompts are on both sides, first: \"stop it\" (h, line 2; b, line 7)");
    assert_eq!(on_both_sides(harmful.into_iter(), [("c", place("x"))].into_iter()), None);
}

#[test]
fn files_of_other_kinds_are_named_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.txt");
    let wrong = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let (one, other) = (read(&path).unwrap_err().to_string(), read_pairs(&path).unwrap_err().to_string());
        assert_eq!(one, other);
        one
    };
    assert!(wrong(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n").contains("git lfs pull"));
    assert!(wrong(b"/annex/objects/MD5-s3--0\n").contains("git annex get"));
    assert!(wrong(b"PAR1\0\0").contains("a Parquet table"));
    assert!(wrong(b"s\0t\0o\0p\0\n\0").contains("line 1: it holds a NUL byte: this is UTF-16"));
    assert!(wrong(b"a\r\nb\x07\n").contains("line 2: it holds the control character U+0007"));
    assert!(wrong(b"a\rb\xFF").contains("is not valid UTF-8 (line 2)"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(".git/annex/objects/x/MD5-s3--0", &link).unwrap();
        assert!(read(&link).unwrap_err().to_string().contains("git annex get"));
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,80}", extension in "(txt|json|jsonl|csv|tsv|)") {
        let _ = parse(&text, &extension, &ReadAs::Detected);
    }

    #[test]
    fn no_table_panics(text in "[\\[{}\"',;\t\r\na-c :]{0,60}", extension in "(txt|json|csv|tsv|)", name in "[a-c]{1,2}") {
        if let Ok(file) = parse(&text, &extension, &ReadAs::Detected) {
            prop_assert!(file.prompts.iter().all(|prompt| !prompt.text.trim().is_empty()));
        }
        let _ = parse(&text, &extension, &columns(&[&name]));
        prop_assert!(parse(&text, &extension, &ReadAs::PlainText).is_ok());
    }

    #[test]
    fn any_prompts_come_back_from_a_table_whatever_its_name_and_ends(
        prompts in prop::collection::vec("[ -~\r\n\tあ\"]{0,12}[a-z]", 1..6),
        separator in "[,;\t]", ends in "(crlf|lf)", extension in "(csv|tsv|txt|)",
    ) {
        // What stands for nothing is refused.
        prop_assume!(prompts.iter().all(|prompt| !matches!(prompt.trim(), "na" | "nan" | "null" | "none")));
        let separator = separator.chars().next().unwrap();
        let terminator = if ends == "crlf" { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(separator as u8).terminator(terminator).from_writer(vec![]);
        writer.write_record(["id", "prompt", "label"]).unwrap();
        prompts.iter().for_each(|prompt| writer.write_record(["1", prompt, "safe"]).unwrap());
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let read = file(&text, &extension);
        prop_assert_eq!(read.format, Format::Table(separator));
        let mut line = 2;
        for (prompt, written) in read.prompts.iter().zip(&prompts) {
            prop_assert_eq!(prompt.place, Place::Line(line));
            line += lines::number_behind(written.as_bytes());
        }
        prop_assert_eq!(read.into_texts(), prompts);
    }

    #[test]
    fn any_lines_without_separators_are_text(lines in prop::collection::vec("[A-Za-zあ .?!'()-]{0,20}[a-z]", 1..8), ends in "(\r\n|\n|\r)") {
        prop_assume!(!fields::is_prompt_field(&lines[0]));
        let expected: Vec<_> = lines.iter().map(|line| line.trim().to_owned()).collect();
        prop_assert_eq!(good(&lines.join(&ends), "txt"), expected);
    }
}
