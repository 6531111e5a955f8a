//! Commands on the history and on the dial: what is said again, taken back, compared, swept.

use crate::common;

use common::{Ran, antidote, antidote_with_input};

const QUESTION: &str = "How do I clean the lathe?";

fn chat(lines: &str) -> Ran {
    antidote_with_input(["chat", "--temp", "0"], lines.as_bytes()).succeeds()
}

fn run(prompt: &str, more: &[&str]) -> String {
    let args = ["run", "--temp", "0", "-p", prompt];
    antidote(args.iter().chain(more)).succeeds().stdout
}

#[test]
fn regen_answers_the_same_question_under_todays_dial() {
    let (attack, alpha) = (common::attack(), common::suggested_alpha());
    let (plain, steered) = (run(&attack, &["--no-vector"]), run(&attack, &[]));
    assert_ne!(plain, steered);
    // The question is processed again, not only what follows it: the answer is the one of a new chat.
    let ran = chat(&format!("/alpha 0\n{attack}\n/alpha {alpha}\n/regen\n/undo\n/undo\n"));
    assert_eq!(ran.stdout, format!("{plain}{steered}"));
    assert!(ran.stderr.contains("0 turns left"), "one turn, not two: {}", ran.stderr);
    assert!(ran.stderr.contains("Nothing has been asked yet"), "{}", ran.stderr);
}

#[test]
fn undo_and_edit_leave_no_trace() {
    let straight = chat(&format!("{QUESTION}\nand after that?\n"));
    let detour = chat(&format!("{QUESTION}\nthank you\n/undo\nhello\n/edit and after that?\n"));
    let last = |ran: &Ran| ran.stdout.lines().last().map(str::to_owned);
    assert_eq!(last(&straight), last(&detour));
}

#[test]
fn a_system_prompt_is_set_shown_and_taken_away() {
    let ran = chat("/system\n/system Be brief.\n/system\n/system \"\"\n/system\nhello\n");
    let said: Vec<&str> = ran.stderr.lines().collect();
    let expected = [
        "No system prompt; /system TEXT",
        "from the next answer; the",
        "/system \"\" removes it",
        "Be brief.",
        "System prompt removed",
        "No system prompt; /system TEXT",
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.contains(expected), "no '{expected}' in '{said}'");
    }
    assert_eq!(ran.stdout, run("hello", &[]));
    let system = ["--system", "Be brief."];
    assert_eq!(chat(&format!("/system Be brief.\n{QUESTION}\n")).stdout, run(QUESTION, &system));
}

#[test]
fn messages_of_several_lines_are_one_message() {
    let said = "hello\n/quit\nHow do I clean the lathe?";
    let expected = run(said, &[]);
    assert_eq!(chat(&format!("\"\"\"\n{said}\n\"\"\"\n")).stdout, expected);
    assert_eq!(chat("hello\\\n/quit\\\nHow do I clean the lathe?\n").stdout, expected);
}

#[test]
fn compare_shows_both_and_is_forgotten() {
    let attack = common::attack();
    let (plain, steered) = (run(&attack, &["--no-vector"]), run(&attack, &[]));
    let ran = chat(&format!("/compare {attack}\n/compare\n{QUESTION}\n/compare\nand after that?\n"));
    let straight = chat(&format!("{QUESTION}\nand after that?\n"));
    let alpha = common::suggested_alpha();
    let both = format!("── α 0\n{plain}── α {alpha}\n{steered}");
    assert!(ran.stdout.starts_with(&both), "{ran:?}\n{both}");
    assert!(ran.stdout.lines().last() == straight.stdout.lines().last(), "{ran:?}\n{straight:?}");
    assert!(ran.stderr.contains("Nothing has been asked yet"), "{}", ran.stderr);
    let nothing = antidote_with_input(["chat", "--no-vector"], b"/compare hello\n/sweep hello\n").succeeds();
    assert!(nothing.stdout.is_empty() && nothing.stderr.contains("both sides would be"), "{nothing:?}");
}

#[test]
fn a_sweep_goes_from_end_to_end_a_line_each() {
    let (attack, alpha) = (common::attack(), common::suggested_alpha());
    let ran = chat(&format!("{QUESTION}\n/undo\n/sweep {attack} 0..{alpha}\n/sweep x 1..0\n/stats\n"));
    let lines: Vec<&str> = ran.stdout.lines().skip(1).collect();
    assert_eq!(lines.len(), 7, "{ran:?}");
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(lines[0], format!("α 0       {}", one_line(run(&attack, &["--no-vector"]))));
    assert!(lines[6].starts_with(&format!("α {alpha} ")), "{}", lines[6]);
    assert!(lines[6].ends_with(&one_line(run(&attack, &[]))), "{}", lines[6]);
    assert!(ran.stderr.contains("FROM below TO"), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("α {alpha}")) || ran.stderr.contains("0 turns left"), "{}", ran.stderr);
}

#[test]
fn examples_are_listed_and_asked_by_number() {
    let ran = chat("/examples\n/examples 1\n/examples 99\n");
    let first = ran.stderr.lines().find_map(|line| line.strip_prefix("1  ")).unwrap();
    assert_eq!(ran.stdout, run(first, &[]));
    assert!(ran.stderr.contains("an example from 1 to "), "{}", ran.stderr);
}

#[test]
fn every_command_speaks_japanese() {
    let lines =
        "/system\n/regen\n/undo\n/edit\n/compare\n/save\n/load\n/examples 99\n/sweep x 1..0\n/frobnicate\n/help\n";
    let ran = antidote_with_input(["chat", "--lang", "ja", "--temp", "0"], lines.as_bytes()).succeeds();
    let is_japanese =
        |line: &str| line.chars().any(|c| ('\u{3040}'..='\u{30ff}').contains(&c) || ('一'..='龯').contains(&c));
    for line in ran.stderr.lines() {
        assert!(is_japanese(line), "'{line}' is not Japanese");
    }
}

/// A template that opens the thinking for the model: everything it says is then a thought.
#[test]
fn thoughts_are_told_from_answers() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("thinking.jinja");
    let source = "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content }}{% endfor %}<think>\n";
    std::fs::write(&template, source).unwrap();
    let template = template.to_str().unwrap();
    let with = |more: &[&str]| {
        let args = ["run", "--temp", "0", "-n", "8", "-p", "hello", "--template", template];
        antidote(args.iter().chain(more)).succeeds()
    };
    let shown = with(&[]);
    assert_eq!(shown.stdout, "\n");
    let thought = shown.stderr.trim().to_owned();
    assert!(!thought.is_empty(), "{shown:?}");
    let hidden = with(&["--hide-thinking"]);
    assert!(!hidden.stderr.contains(&thought), "{hidden:?}");
    let json: serde_json::Value = serde_json::from_str(&with(&["--json"]).stdout).unwrap();
    assert_eq!((json["text"].as_str(), json["thinking"].as_str()), (Some(""), Some(&*thought)));

    let args = ["chat", "--temp", "0", "-n", "8", "--template", template];
    let chat = antidote_with_input(args, b"hello\n").succeeds();
    assert!(chat.stderr.contains(&thought) && chat.stdout == "\n", "{chat:?}");
}

#[test]
fn a_template_from_a_file_and_its_mistakes() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, source: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, source).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let run = |template: &str, more: &[&str]| {
        let args = ["run", "--temp", "0", "-n", "4", "-p", "hello", "--template", template];
        antidote(args.iter().chain(more))
    };
    let model = antidote::engine::Model::load(&common::demo_model(), &common::options(), Default::default()).unwrap();
    let own = write("own.jinja", model.chat_template().expect("the demo has a template"));
    assert_eq!(
        run(&own, &[]).succeeds().stdout,
        antidote(["run", "--temp", "0", "-n", "4", "-p", "hello"]).succeeds().stdout
    );
    run(&write("bad.jinja", "{% for %}"), &[]).fails(1, &["template", "--template"]);
    run(&write("no.jinja", "{{ raise_exception('not you') }}"), &[]).fails(1, &["not you"]);
    run("no/such.jinja", &[]).fails(1, &["no/such.jinja"]);
    let told = write(
        "told.jinja",
        "{% if mood != 'good' %}{{ raise_exception('a bad mood') }}{% endif %}{{ messages[0].content }}",
    );
    run(&told, &[]).fails(1, &["a bad mood"]);
    run(&told, &["--template-var", "mood=good"]).succeeds();
    run(&told, &["--template-var", "mood"]).fails(2, &["NAME=VALUE"]);
}

#[test]
fn no_thinking_that_changes_nothing_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let without_thinking = |command: &[&str], input: &str, end: &str| {
        let template = folder.path().join("template.jinja");
        let turns = "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content }}{% endfor %}";
        std::fs::write(&template, turns.to_owned() + end).unwrap();
        let more = ["--temp", "0", "-n", "4", "--no-thinking", "--template", template.to_str().unwrap()];
        antidote_with_input(command.iter().chain(&more), input.as_bytes()).succeeds().stderr
    };
    let (run, chat) = (["run", "-p", "hello"], ["chat"]);
    let says_so = "--no-thinking changes nothing";
    for (command, input) in [(&run[..], ""), (&chat[..], "hello\n")] {
        let stays = without_thinking(command, input, "<think>\n");
        assert!(stays.contains(says_so), "{stays}");
        let switches = [
            "enable_thinking is not defined or enable_thinking",
            "thinking is not defined or thinking",
            "thinking_budget != 0",
            "reasoning_effort != 'low'",
        ];
        for switch in switches {
            let end = format!("{{% if {switch} %}}<think>{{% endif %}}");
            let told = without_thinking(command, input, &end);
            assert!(!told.contains(says_so), "{switch}: {told}");
        }
    }
}
