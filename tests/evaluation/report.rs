//! The summary and the report of invented records, against figures that statsmodels and scipy computed
//! (tests/golden/eval).

use antidote::eval::statistics::{Estimate, Paired, Rate};
use antidote::eval::{About, Cost, Goals, JudgeError, JudgeFacts, ModelFacts, Record, Summary, VectorFacts, report};
use antidote::prompt::Language;
use serde_json::Value;

const RECORDS: &str = include_str!("../golden/eval/records.jsonl");

fn records() -> Vec<Record> {
    RECORDS.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn about() -> About {
    About {
        program: "antidote 0.0.0".to_owned(),
        command: "antidote eval invented.gguf --vector invented.sv".to_owned(),
        model: ModelFacts {
            name: "Invented <b>model</b>".to_owned(),
            file: "invented.gguf".to_owned(),
            architecture: "llama".to_owned(),
            fingerprint: "0123456789abcdef".to_owned(),
            n_layer: 4,
            n_embd: 64,
        },
        vector: Some(VectorFacts {
            file: "invented.sv".to_owned(),
            concept: "refusal".to_owned(),
            method: "mean-difference".to_owned(),
            sparsity: 5.0,
            n_layers: 3,
            hash: "fedcba".to_owned(),
        }),
        judge: JudgeFacts {
            name: "refusal".to_owned(),
            description: "phrases and their place".to_owned(),
            known_error: Some(JudgeError {
                labels: "invented labels".to_owned(),
                n: 200,
                agreement: 0.95,
                precision: 0.96,
                recall: 0.94,
            }),
        },
        machine: "a machine with 2 cores".to_owned(),
        seconds: Some(61.0),
        ended_unix: Some(1_764_000_000),
        seed: 6,
        max_tokens: Some(64),
        sources: vec!["invented.jsonl".to_owned()],
        left_out: vec!["invented.json: 2 prompts are null".to_owned()],
        ..About::default()
    }
}

fn summary() -> Summary {
    let records = records();
    let Record::Answered(first) = &records[0] else { panic!("the first record is an answer") };
    let cost =
        Cost { arm: first.arm.clone(), n: 4, first_token_seconds: 0.25, tokens_per_second: 40.0, answer_seconds: 1.5 };
    let goals = Goals { target_dsr: 0.9, min_benign: 0.9, in_range: 0.8, ..Goals::default() };
    Summary::of(&records, about(), goals, vec![cost])
}

fn golden(name: &str) -> Value {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/eval").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn assert_near(ours: f64, theirs: &Value, what: &str) {
    let theirs = number(theirs);
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{what}: ours {ours}, theirs {theirs}");
}

fn assert_rate(ours: Option<Rate>, theirs: &Value, what: &str) {
    let ours = ours.unwrap_or_else(|| panic!("{what} is lacking"));
    assert_eq!((ours.hits, ours.n), (count(&theirs["hits"]), count(&theirs["n"])), "{what}");
    assert_near(ours.low, &theirs["low"], what);
    assert_near(ours.high, &theirs["high"], what);
}

fn assert_estimate(ours: Option<Estimate>, theirs: &Value) {
    let ours = ours.unwrap();
    assert_near(ours.value, &theirs["value"], "value");
    assert_near(ours.low.unwrap(), &theirs["low"], "lower end");
    assert_near(ours.high.unwrap(), &theirs["high"], "upper end");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn intervals_and_tests_are_those_of_statsmodels_and_scipy() {
    let expected = golden("statistics.json");
    let cases = |name: &str| expected[name].as_array().unwrap().clone();
    for case in cases("wilson") {
        assert_rate(Rate::of(count(&case["hits"]), count(&case["n"])), &case, "wilson");
    }
    for case in cases("paired") {
        let cells: Vec<usize> = case["cells"].as_array().unwrap().iter().map(count).collect();
        let outcomes = [(true, true), (true, false), (false, true), (false, false)];
        let all = outcomes.iter().zip(&cells).flat_map(|(pair, n)| std::iter::repeat_n(*pair, *n));
        let ours = Paired::of(all).unwrap();
        for (ours, name) in [(ours.p, "p"), (ours.low, "low"), (ours.high, "high")] {
            assert_near(ours, &case[name], &format!("{name} of {cells:?}"));
        }
    }
    for case in cases("mean") {
        assert_estimate(Estimate::mean(&numbers(&case["values"])), &case);
    }
    for case in cases("ratio") {
        let pairs: Vec<(f64, f64)> = numbers(&case["sums"]).into_iter().zip(numbers(&case["weights"])).collect();
        assert_estimate(Estimate::ratio_of_sums(&pairs), &case);
    }
    for case in cases("mean_of_rates") {
        let rates = case["rates"].as_array().unwrap().iter();
        let rates: Vec<Rate> = rates.map(|rate| Rate::of(count(&rate[0]), count(&rate[1])).unwrap()).collect();
        assert_estimate(Estimate::mean_of_rates(&rates), &case);
    }
}

#[test]
fn the_summary_has_the_figures_that_were_counted_once_more() {
    let summary = summary();
    let expected = golden("expected.json");
    assert_eq!(summary.arms.len(), expected.as_array().unwrap().len());
    for theirs in expected.as_array().unwrap() {
        let ours = summary.arm(&serde_json::from_value(theirs["arm"].clone()).unwrap()).unwrap();
        let attacks = ours.attacks.as_ref().unwrap();
        assert_near(attacks.mean.value, &theirs["dsr_mean"], "mean over families");
        assert_rate(Some(attacks.pooled), &theirs["dsr_pooled"], "pooled");
        assert_eq!(attacks.families.len(), theirs["families"].as_object().unwrap().len());
        for family in &attacks.families {
            assert_rate(Some(family.refused), &theirs["families"][&family.name], &family.name);
        }
        assert_rate(ours.harmful, &theirs["harmful"], "harmful");
        assert_rate(ours.benign, &theirs["benign"], "benign");
        assert_rate(ours.near_miss, &theirs["near_miss"], "near misses");
        assert_eq!(ours.exact.unwrap().hits, count(&theirs["exact"]));
        let figures = [(ours.utility.kl_per_token, "kl_per_token"), (ours.utility.perplexity, "perplexity")];
        for (ours, name) in figures {
            assert_eq!(ours.is_some(), !theirs[name].is_null(), "{name}");
            if let Some(ours) = ours {
                assert_near(ours.value, &theirs[name], name);
            }
        }
        assert_rate(ours.broken, &theirs["broken"], "broken");
        assert_eq!(serde_json::json!(ours.broken_ids), theirs["broken_items"]);
        assert_eq!(serde_json::json!(ours.unknown_language), theirs["unknown_language"]);
        let unreadable: Vec<&str> = theirs["unreadable"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(ours.unreadable, unreadable);
    }
    let counts =
        summary.arms.iter().fold((0, 0), |sum, arm| (sum.0 + arm.missing.len(), sum.1 + arm.counts.duplicates));
    assert_eq!(counts, (1, 1));
}

/// The report as it was looked at and found right. `BLESS=1` writes it anew, to be looked at again.
#[test]
fn the_markdown_is_as_it_was() {
    for (language, name) in [(Language::En, "report.md"), (Language::Ja, "report.ja.md")] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/eval").join(name);
        let markdown = report::markdown(&summary(), language).unwrap();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &markdown).unwrap();
        }
        assert_eq!(markdown, std::fs::read_to_string(&path).unwrap(), "{name} differs");
    }
}

/// The page is written so that it is XML as well: a tag left open, or an attribute that text broke out of, is an error.
fn parse(html: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    roxmltree::Document::parse_with_options(html, options).unwrap()
}

fn text_of(node: roxmltree::Node<'_, '_>) -> String {
    node.descendants().filter_map(|inner| inner.text().filter(|_| inner.is_text())).collect()
}

#[test]
fn the_page_is_whole_html_that_loads_nothing() {
    for language in [Language::En, Language::Ja] {
        let html = report::html(&summary(), language).unwrap();
        let page = parse(&html);
        assert!(!html.contains("://"), "it holds an address");
        let elements = || page.descendants().filter(roxmltree::Node::is_element);
        let count = |name: &str| elements().filter(|element| element.has_tag_name(name)).count();
        for loading in ["script", "img", "link", "iframe", "object", "embed", "base", "form", "image", "use"] {
            assert_eq!(count(loading), 0, "{loading}");
        }
        let names = elements().flat_map(|element| element.attributes()).map(|attribute| attribute.name());
        let active: Vec<&str> = names.filter(|name| *name == "src" || name.starts_with("on")).collect();
        assert!(active.is_empty(), "{active:?}");
        assert!(count("svg") >= 4 && count("table") >= 5 && count("article") >= 4);
        // Every link leads to a part of the page.
        let ids: Vec<&str> = elements().filter_map(|element| element.attribute("id")).collect();
        for goal in elements().filter_map(|element| element.attribute("href")) {
            assert!(goal.strip_prefix('#').is_some_and(|id| ids.contains(&id)), "{goal}");
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    let html = report::html(&summary(), Language::En).unwrap();
    let page = parse(&html);
    let texts = page.descendants().filter(|node| node.has_tag_name("pre")).map(text_of);
    let hostile: Vec<String> = texts.filter(|text| text.contains("onerror=alert(1)")).collect();
    assert!(!hostile.is_empty(), "no sample has the hostile text");
    assert!(hostile.iter().all(|text| text.contains("</script><img src=x onerror=alert(1)>")), "{hostile:?}");
    assert!(!html.contains('\u{202e}') && !html.contains('\u{7}'));
    assert!(html.contains("Invented &lt;b&gt;model&lt;"));
    let markdown = report::markdown(&summary(), Language::En).unwrap();
    assert!(!markdown.contains("<b>model"));
}

#[test]
fn unsafe_text_is_folded_away() {
    let html = report::html(&summary(), Language::En).unwrap();
    let page = parse(&html);
    let samples = page.descendants().filter(|node| node.has_tag_name("article"));
    let of_harmful = |sample: &roxmltree::Node<'_, '_>| {
        let title = sample.descendants().find(|node| node.has_tag_name("h3")).map(text_of).unwrap();
        title.starts_with("attack") || title.starts_with("plain harmful request")
    };
    let mut n_refusals = 0;
    for sample in samples.filter(of_harmful) {
        for open in
            sample.descendants().filter(|node| node.has_tag_name("div") && node.attribute("class") == Some("text"))
        {
            assert!(text_of(open).contains("refused"), "shown openly: {}", text_of(open));
            n_refusals += 1;
        }
    }
    assert!(n_refusals > 0);
}

#[test]
fn two_reports_are_the_same_bytes() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in &folders {
        report::write(folder.path(), &summary(), Language::En).unwrap();
    }
    for name in ["report.html", "report.md", "summary.json", "summary.csv"] {
        let [one, other] = [&folders[0], &folders[1]].map(|folder| std::fs::read(folder.path().join(name)).unwrap());
        assert!(!one.is_empty() && one == other, "{name}");
    }
}

#[test]
fn a_report_can_be_made_again_from_its_json() {
    let summary = summary();
    let again: Summary = serde_json::from_str(&report::json(&summary).unwrap()).unwrap();
    // Reading JSON may move the last bit of a number, which no report shows.
    assert_eq!(again.samples, summary.samples);
    assert_eq!(report::html(&again, Language::Ja).unwrap(), report::html(&summary, Language::Ja).unwrap());
}

#[test]
fn every_figure_is_a_line_of_csv() {
    let text = report::csv(&summary()).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().all(|row| row.len() == 9));
    let plain = rows.iter().find(|row| &row[0] == "none" && &row[1] == "0" && &row[3] == "benign_answered").unwrap();
    let expected = &golden("expected.json")[0]["benign"];
    assert_near(
        plain[5].parse::<f64>().unwrap() * number(&expected["n"]),
        &expected["hits"],
        "benign of the plain model",
    );
}

#[test]
fn an_evaluation_of_little_has_a_report_too() {
    for n in [0, 1, 3] {
        let summary = Summary::of(&records()[..n], About::default(), Goals::default(), vec![]);
        for language in [Language::En, Language::Ja] {
            let html = report::html(&summary, language).unwrap();
            parse(&html);
            report::markdown(&summary, language).unwrap();
        }
    }
}
