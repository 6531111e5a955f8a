//! How much faster many prompts are answered at once than one after another, as `antidote run` does it: the same prompts,
//! greedy, in turn (A B C A B C …). `run` guesses ahead, and a model of random weights repeats itself so much that nearly
//! every guess is right; so it is measured without guessing as well. Counted is processor time as well as wall time, and how
//! many answers differ.
//!
//! usage: cargo bench --bench eval -- [MODEL.gguf PROMPTS.txt [N [ROUNDS [SEQUENCES [MAX_TOKENS]]]]] -- the demo without a model

mod common;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use antidote::engine::{
    CancelToken, Completion, ContextOptions, ContextParams, Event, Limits, LoadOptions, Model, Request, Reuse, Sampler,
    Scheduler, Session, Speculation, Steering, Token, slots_that_fit,
};
use antidote::prompt::{Message, Role, Template};
use common::{arguments, median, spread};

fn main() {
    let arguments = arguments();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = [root.join("models/demo.Q8_0.gguf"), root.join("models/demo/prompts/test.jsonl")];
    let given: Vec<PathBuf> = arguments.iter().take(2).map(PathBuf::from).collect();
    let [path, prompts] = <[PathBuf; 2]>::try_from(given).unwrap_or(demo);
    let number = |place: usize, default: usize| arguments.get(place).map_or(default, |n| n.parse().expect("a number"));
    let (n, rounds, max_tokens) = (number(2, 256), number(3, 5), number(5, 128));

    let chat = ContextOptions::for_chat(Model::outline(&path).expect("a model"), None);
    let model = Arc::new(Model::load(&path, &chat, LoadOptions::default()).expect("the model loads"));
    let template = Template::of(&model).expect("a template");
    let texts = antidote::prompt_files::read(&prompts).expect("prompts");
    // Evenly spread over the file, whatever it is sorted by.
    let texts = (0..n).map(|number| &texts[number * texts.len() / n % texts.len()]);
    let render = |text: &String| {
        template
            .render(&[Message::new(Role::User, text)])
            .expect("the template takes it")
            .tokens(&model)
            .expect("no control tokens")
    };
    let prompts: Vec<Vec<Token>> = texts.map(render).collect();
    let longest = prompts.iter().map(Vec::len).max().unwrap_or(0) + max_tokens;
    let n_ctx = u32::try_from(longest).expect("a context");
    let n_slots = number(4, slots_that_fit(&model, n_ctx, &chat) as usize) as u32;

    let many = ContextParams::for_many(&model, &chat, n_slots, n_ctx);
    let plain = Steering::default();
    let mut scheduler = Scheduler::new(&model, many.clone()).expect("a context");
    let one_by_one = |speculation| {
        let options = ContextOptions { speculation, ..chat.clone() };
        Session::new(&model, &options, plain.clone()).expect("a context")
    };
    let mut as_run = one_by_one(chat.speculation);
    let mut without_guesses = one_by_one(Speculation::Off);
    let prefix_length = prompts.iter().skip(1).fold(prompts[0].len() - 1, |length, prompt| {
        prompt.iter().zip(&prompts[0]).take(length).take_while(|(a, b)| a == b).count()
    });
    println!(
        "{}: {n} prompts, {n_slots} at once, {} threads against {}, a prefix of {prefix_length} tokens shared",
        path.file_name().unwrap_or_default().to_string_lossy(),
        many.threads,
        chat.threads
    );

    let mut ratios = Ratios::default();
    for round in 1..=rounds {
        let before = timed(|| one_after_another(&mut as_run, &prompts, max_tokens));
        let without = timed(|| one_after_another(&mut without_guesses, &prompts, max_tokens));
        let many = timed(|| at_once(&mut scheduler, &prompts, prefix_length, max_tokens));
        let differing =
            many.result.iter().map(|answer| &answer.text).zip(&before.result).filter(|(a, b)| a != b).count();
        let generated: usize = many.result.iter().map(|answer| answer.generated_tokens).sum();
        println!(
            "round {round}: {:.2} prompts/s ({:.0} tok/s) against {:.2}, without guesses {:.2}; processor time {:.2} s against \
             {:.2} s and {:.2} s; {differing} of {n} answers differ",
            n as f64 / many.wall,
            generated as f64 / many.wall,
            n as f64 / before.wall,
            n as f64 / without.wall,
            many.processor,
            before.processor,
            without.processor,
        );
        ratios.wall.push(before.wall / many.wall);
        ratios.wall_without_guesses.push(without.wall / many.wall);
        ratios.processor.push(before.processor / many.processor);
    }
    for (what, ratios) in [
        ("throughput", &ratios.wall),
        ("against one after another without guesses", &ratios.wall_without_guesses),
        ("per second of processor time", &ratios.processor),
    ] {
        let (low, high) = spread(ratios);
        println!("{what}: {:.2}x (median of {rounds}, {low:.2} to {high:.2})", median(ratios));
    }
}

#[derive(Default)]
struct Ratios {
    wall: Vec<f64>,
    wall_without_guesses: Vec<f64>,
    processor: Vec<f64>,
}

/// All prompts in one scheduler, which is fed as an evaluation feeds it.
fn at_once(scheduler: &mut Scheduler, prompts: &[Vec<Token>], prefix: usize, max_tokens: usize) -> Vec<Completion> {
    let mut answers: Vec<Option<Completion>> = vec![None; prompts.len()];
    let (mut next, mut asked) = (0, HashMap::new());
    loop {
        while scheduler.n_requests() < scheduler.n_slots() && next < prompts.len() {
            let (prompt, limits) = (prompts[next].clone(), Limits::tokens(max_tokens));
            let request = Request::text(prompt, Steering::default(), Sampler::default(), limits);
            let reuse = Reuse { at_most: prefix, across_steering: false };
            asked.insert(scheduler.submit(Request { reuse, ..request }), next);
            next += 1;
        }
        let goes_on = scheduler.step(&mut |id, event| {
            match event {
                Event::Done { completion, .. } => answers[asked[&id]] = Some(completion),
                Event::Failed { error, .. } => panic!("{error}"),
                _ => {}
            }
            ControlFlow::Continue(())
        });
        if !goes_on && next == prompts.len() {
            return answers.into_iter().map(|answer| answer.expect("an answer")).collect();
        }
    }
}

/// What `antidote run --prompts` does for each prompt.
fn one_after_another(session: &mut Session, prompts: &[Vec<Token>], max_tokens: usize) -> Vec<String> {
    let (limits, cancel) = (Limits::tokens(max_tokens), CancelToken::default());
    let mut answer = |prompt: &Vec<Token>| {
        session.forget();
        let mut ignore = |_: &str| ControlFlow::Continue(());
        session.answer(prompt, &mut Sampler::default(), &limits, &cancel, &mut ignore).expect("an answer").text
    };
    prompts.iter().map(&mut answer).collect()
}

/// What was done, its wall time and its processor time over all threads, in seconds.
struct Timed<T> {
    result: T,
    wall: f64,
    processor: f64,
}

fn timed<T>(act: impl FnOnce() -> T) -> Timed<T> {
    let (wall, processor) = (Instant::now(), processor_seconds());
    let result = act();
    Timed { result, wall: wall.elapsed().as_secs_f64(), processor: processor_seconds() - processor }
}

/// Processor time of this process so far, user and system, from /proc; wall time where there is none.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|field| fields.get(*field)?.parse::<f64>().ok()).sum();
    ticks / 100.0
}
