//! Derivation against numpy and scikit-learn on the same states, in turn; memory and time of dumps larger than memory
//! should be; opening a vector.
//!
//! usage: cargo bench --bench derive -- [pca [PYTHON] | large [LAYERS] | sv]

mod invented;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use antidote::derive::{DeriveConfig, Execution, LayerChoice, Method, derive};
use antidote::dump::Dump;
use antidote::vector::{Keep, Scale, SvFile};
use invented::{Element, Invented};

const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => {
            pca("python3");
            sv();
            println!("large: skipped; it writes dumps of up to 1.3 GB: ./x bench derive large");
        }
        ["pca", rest @ ..] => pca(rest.first().unwrap_or(&"python3")),
        ["large", rest @ ..] => large(rest.first().map_or(8, |layers| layers.parse().expect("a number of layers"))),
        ["sv"] => sv(),
        _ => println!("derive: skipped; usage: cargo bench --bench derive -- [pca [PYTHON] | large [LAYERS] | sv]"),
    }
}

fn config(method: &str) -> DeriveConfig {
    DeriveConfig {
        method: Method::named(method).expect("a method"),
        scale: Scale::Gap,
        sparsity: 0.05,
        keep: Keep::TopK,
        layers: LayerChoice::Ranges(vec![(0, usize::MAX)]),
        // The peers fit on all rows.
        hold_out: false,
        flip_sign: false,
        concept: "refusal".to_owned(),
        suggested_alpha: None,
        alpha_range: None,
        provenance: String::new(),
        created_unix: 0,
    }
}

/// What something took.
#[derive(Clone, Copy)]
struct Took {
    seconds: f64,
    /// Processor seconds, all threads together: on a busy machine, the number to compare.
    worked: f64,
}

impl Took {
    fn median(all: &[Self]) -> Self {
        let of = |number: fn(&Self) -> f64| median(&all.iter().map(number).collect::<Vec<_>>());
        Self { seconds: of(|took| took.seconds), worked: of(|took| took.worked) }
    }
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.3} s ({:.3} s of processors)", self.seconds, self.worked)
    }
}

fn took(work: impl FnOnce()) -> Took {
    let (start, before) = (Instant::now(), worked());
    work();
    Took { seconds: start.elapsed().as_secs_f64(), worked: worked() - before }
}

/// Processor seconds of this process so far (Linux: fields 14 and 15 of `/proc/self/stat`, in hundredths).
fn worked() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = behind_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The first principal component of 32 layers of 520 × 4096, ours from the opened dump to the vector.
fn pca(python: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dump.safetensors");
    Invented { n_prompts: 520, n_layer: 32, n_embd: 4096, element: Element::F32 }.write(&path);
    let dump = Dump::open(&path).expect("a dump");
    let mut peer = Peer::start(python, &path);
    let (mut ours, mut theirs) = (vec![], vec![]);
    for round in 1..=ROUNDS {
        let took = took(|| drop(derive(&dump, &config("pca"), &Execution::default()).expect("a vector")));
        print!("round {round}: antidote {took}");
        ours.push(took);
        if let Some([numpy, sklearn]) = peer.as_mut().and_then(Peer::measure) {
            print!("; numpy (30 power steps) {numpy}; scikit-learn (PCA) {sklearn}");
            theirs.push([numpy, sklearn]);
        }
        println!();
    }
    println!("pca 520 × 4096, 32 layers, medians of {ROUNDS}: antidote {}", Took::median(&ours));
    if theirs.is_empty() {
        println!(
            "no peer: {python} has no numpy, scikit-learn and safetensors; name another: ./x bench derive pca PYTHON"
        );
    } else {
        let of = |peer: usize| Took::median(&theirs.iter().map(|pair| pair[peer]).collect::<Vec<_>>());
        println!("numpy (30 power steps) {}; scikit-learn (PCA) {}", of(0), of(1));
    }
    for method in ["mean-difference", "probe", "whitened"] {
        println!(
            "{method}: {}",
            took(|| drop(derive(&dump, &config(method), &Execution::default()).expect("a vector")))
        );
    }
}

/// A Python that does the same when told to.
struct Peer {
    child: std::process::Child,
    answers: std::io::BufReader<std::process::ChildStdout>,
}

impl Peer {
    fn start(python: &str, dump: &Path) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/pca_peer.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(dump)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let answers = std::io::BufReader::new(child.stdout.take()?);
        Some(Self { child, answers })
    }

    /// numpy, scikit-learn.
    fn measure(&mut self) -> Option<[Took; 2]> {
        use std::io::{BufRead, Write};
        writeln!(self.child.stdin.as_mut()?, "go").ok()?;
        let mut line = String::new();
        self.answers.read_line(&mut line).ok()?;
        let numbers: Vec<f64> = line.split_whitespace().map_while(|number| number.parse().ok()).collect();
        let [a, b, c, d] = numbers[..] else { return None };
        Some([Took { seconds: a, worked: b }, Took { seconds: c, worked: d }])
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Dumps of more and more prompts at 8192 wide in F16: time and the most memory that is not the map.
fn large(n_layer: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dump.safetensors");
    for n_prompts in [1250, 2500, 5000, 10_000] {
        Invented { n_prompts, n_layer, n_embd: 8192, element: Element::F16 }.write(&path);
        let dump = Dump::open(&path).expect("a dump");
        let mut peak = 0;
        let took = took(|| {
            peak = peak_while(|| drop(derive(&dump, &config("pca"), &Execution::default()).expect("a vector")));
        });
        let per_state = took.worked / n_prompts as f64 / n_layer as f64 * 1e6;
        println!(
            "{n_prompts} × 8192, {n_layer} layers, F16: {took}, {per_state:.0} µs of processors a state, {peak} MB above the map"
        );
    }
}

/// The most anonymous memory (Linux: `RssAnon`) of this process while `work` runs, in MB.
fn peak_while(work: impl FnOnce()) -> u64 {
    use std::sync::atomic::{AtomicBool, Ordering};
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = 0;
            while !is_done.load(Ordering::Relaxed) {
                peak = peak.max(anonymous_kb());
                std::thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        work();
        is_done.store(true, Ordering::Relaxed);
        watcher.join().expect("the watcher ends") / 1024
    })
}

fn anonymous_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

/// Opening a vector in the shape of an 8B model at 5%, and scattering it into what llama.cpp wants.
fn sv() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dump.safetensors");
    Invented { n_prompts: 16, n_layer: 32, n_embd: 4096, element: Element::F16 }.write(&path);
    let dump = Dump::open(&path).expect("a dump");
    let out = folder.path().join("v.sv");
    derive(&dump, &config("mean-difference"), &Execution::default())
        .expect("a vector")
        .vector
        .write(&out)
        .expect("written");
    let mut times = vec![];
    let mut whole = vec![0.0_f32; 32 * 4096];
    for _ in 0..200 {
        let start = Instant::now();
        let file = SvFile::open(&out).expect("a vector");
        whole.fill(0.0);
        for layer in file.layers() {
            let goal = &mut whole[layer.layer as usize * 4096..][..4096];
            layer.iter().for_each(|(index, value)| goal[index] = value);
        }
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert!(std::hint::black_box(&whole).iter().any(|value| *value != 0.0));
    }
    let bytes = std::fs::metadata(&out).expect("written").len();
    println!(
        "sv 32 × 4096 at 5%: opened, checked and scattered in {:.3} ms (median of 200), {bytes} bytes",
        median(&times)
    );
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
