//! How much faster many prompts are answered at once than one after another, as `antidote run` does it: the same prompts,
//! greedy, in turn (A B C A B C …). `run` guesses ahead, and a model of random weights repeats itself so much that nearly
//! every guess is right; so it is measured without guessing as well. Counted is processor time as well as wall time, and how
//! many answers differ.
//!
//! usage: cargo bench --bench eval -- [MODEL.gguf PROMPTS.txt [N [ROUNDS [SEQUENCES [MAX_TOKENS]]]]] -- the demo without a model

mod common;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use antidote::engine::{
    ContextOptions, Done, EngineError, Interrupter, Job, Limits, LoadOptions, Model, ParallelSession, Sampler,
    Sampling, Session, Speculation, Steering, Token, Work, sequences_that_fit,
};
use antidote::prompt::{Message, Role, Template};
use common::{arguments, median, spread};

struct Prompts<'a> {
    prompts: &'a [Vec<Token>],
    next: usize,
    max_tokens: usize,
    answers: Vec<String>,
    generated: usize,
}

impl Work for Prompts<'_> {
    type Error = EngineError;

    fn next(&mut self) -> Result<Option<Job>, EngineError> {
        let Some(prompt) = self.prompts.get(self.next) else { return Ok(None) };
        self.next += 1;
        Ok(Some(Job { key: self.next - 1, prompt: prompt.clone(), max_tokens: self.max_tokens }))
    }

    fn done(&mut self, done: Done) -> Result<(), EngineError> {
        self.answers[done.key] = done.text;
        self.generated += done.generated_tokens;
        Ok(())
    }
}

fn main() {
    let arguments = arguments();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let demo = [root.join("models/demo.Q8_0.gguf"), root.join("models/demo/prompts/test.jsonl")];
    let given: Vec<PathBuf> = arguments.iter().take(2).map(PathBuf::from).collect();
    let [path, prompts] = <[PathBuf; 2]>::try_from(given).unwrap_or(demo);
    let number = |place: usize, default: usize| arguments.get(place).map_or(default, |n| n.parse().expect("a number"));
    let (n, rounds, max_tokens) = (number(2, 256), number(3, 5), number(5, 128));

    let chat = ContextOptions::for_chat(Model::outline(&path).expect("a model"), None);
    let model = Model::load(&path, &chat, LoadOptions::default()).expect("the model loads");
    let template = Template::of(&model).expect("a template");
    let texts = antidote::prompt_files::read(&prompts).expect("prompts");
    // Evenly spread over the file, whatever it is sorted by.
    let texts = (0..n).map(|number| &texts[number * texts.len() / n % texts.len()]);
    let render = |text: &String| template.render(&[Message::new(Role::User, text)]).expect("the template takes it");
    let prompts: Vec<Vec<Token>> = texts.map(|text| model.tokenize(&render(text))).collect();
    let longest = prompts.iter().map(Vec::len).max().unwrap_or(0) + max_tokens;
    let n_ctx = u32::try_from(longest).expect("a context");
    let n_sequences = number(4, sequences_that_fit(&model, n_ctx, &chat) as usize) as u32;

    let many = chat.clone().for_many(n_sequences, n_ctx);
    let plain = Steering::default();
    let mut parallel = ParallelSession::new(&model, &many, &plain, &Interrupter::default()).expect("a context");
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
        "{}: {n} prompts, {n_sequences} at once, {} threads against {}, a prefix of {prefix_length} tokens shared",
        path.file_name().unwrap_or_default().to_string_lossy(),
        many.threads,
        chat.threads
    );

    let mut ratios = Ratios::default();
    for round in 1..=rounds {
        let before = timed(|| one_after_another(&mut as_run, &prompts, max_tokens));
        let without = timed(|| one_after_another(&mut without_guesses, &prompts, max_tokens));
        let many = timed(|| {
            parallel.begin(&plain, &prompts[0][..prefix_length]).expect("a prefix");
            let answers = vec![String::new(); prompts.len()];
            let mut work = Prompts { prompts: &prompts, next: 0, max_tokens, answers, generated: 0 };
            parallel.answer(&mut work).expect("answers");
            work
        });
        let differing = many.result.answers.iter().zip(&before.result).filter(|(a, b)| a != b).count();
        println!(
            "round {round}: {:.2} prompts/s ({:.0} tok/s) against {:.2}, without guesses {:.2}; processor time {:.2} s against \
             {:.2} s and {:.2} s; {differing} of {n} answers differ",
            n as f64 / many.wall,
            many.result.generated as f64 / many.wall,
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

/// What `antidote run --prompts` does for each prompt.
fn one_after_another(session: &mut Session<'_>, prompts: &[Vec<Token>], max_tokens: usize) -> Vec<String> {
    let n_vocab = session.model().n_vocab();
    let limits = Limits { max_tokens: Some(max_tokens), ..Limits::default() };
    let mut answer = |prompt: &Vec<Token>| {
        session.forget();
        let mut sampler = Sampler::new(&Sampling::greedy(), n_vocab);
        session.answer(prompt, &mut sampler, limits, &mut |_| ControlFlow::Continue(())).expect("an answer").text
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
