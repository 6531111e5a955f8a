//! `antidote dump`

use antidote::dump::{Begin, DumpError, DumpMeta, DumpPlan, DumpWriter, Found, Label, TokenPosition};
use antidote::engine::{ContextOptions, EngineError, HiddenStates, Model, Reading, Token};
use antidote::files::sampled_hash;
use antidote::notices::FrontEnd;
use antidote::prompt::{Frame, Origin};
use antidote::prompt_files::{self, PromptFile, Side};

use super::args::DumpArgs;
use super::load::{self, Choice};
use super::progress::Progress;
use super::{Failure, UsageError};

pub fn run(args: DumpArgs) -> Result<(), Failure> {
    let out = args.out.display();
    if args.out.is_dir() {
        return Err(UsageError(format!("{out} is a folder; give a file name")).into());
    }
    if args.out.exists() && !args.force {
        return Err(
            UsageError(format!("{out} already exists; overwrite it with --force or choose another --out")).into()
        );
    }
    let mut contrast = ContrastPrompts::read(&args)?;
    if args.escape {
        contrast.texts.iter_mut().for_each(|text| *text = prompt_files::unescape(text));
    }
    let choice = Choice::of(&args.model)?;
    let context = args.model.context_of_states(&choice.model)?;
    let model = load::model(&choice.model, &args.model, &context)?;
    let prompts = Prompts::frame(&args, &contrast, &model)?;
    let plan = plan(&args, &contrast, &prompts, &model, &context)?;

    let mut reader = HiddenStates::for_prompts(&model, &context, prompts.reading, &prompts.tokens)?;
    for (number, prompt) in prompts.tokens.iter().enumerate() {
        reader.check(prompt).map_err(|error| named(&contrast, number, error))?;
    }
    let begin = if args.restart { Begin::Over } else { Begin::Resume };
    let mut writer = DumpWriter::begin(&args.out, &plan, begin)?;
    let n_done = writer.n_written() / prompts.reading.n_rows();
    tell_what_was_found(&writer, n_done, prompts.tokens.len());

    let cancel = reader.cancel_token();
    ctrlc::set_handler(move || {
        cancel.cancel();
    })?;
    if let Err(failure) = read_all(&mut reader, &prompts.tokens, n_done, &mut writer) {
        tell_what_is_kept(writer, &prompts, &failure);
        return Err(failure);
    }
    writer.finish()?;
    let (n, n_layer, n_embd) = (prompts.tokens.len(), model.n_layer(), model.n_embd());
    let rows = match prompts.reading {
        Reading::EachOfLast(n_rows) => format!("{n} prompts × {n_rows} tokens"),
        Reading::Last | Reading::MeanOfLast(_) => format!("{n} prompts"),
    };
    antidote::say!("{out}: {rows} × {n_layer} layers × {n_embd}. Next: antidote-derive {out}");
    Ok(())
}

/// Reads and writes the states of all prompts but the first `n_done`.
fn read_all(
    reader: &mut HiddenStates,
    prompts: &[Vec<Token>],
    n_done: usize,
    writer: &mut DumpWriter,
) -> Result<(), Failure> {
    let n_tokens = |prompts: &[Vec<Token>]| prompts.iter().map(|prompt| prompt.len() as u64).sum();
    let mut progress = Progress::new(n_tokens(prompts), n_tokens(&prompts[..n_done]));
    reader.read_batches(prompts, n_done, |batch, states| {
        writer.push(states)?;
        progress.advance(n_tokens(&prompts[batch.clone()]), format!("{} of {} prompts", batch.end, prompts.len()));
        Ok(())
    })
}

fn tell_what_was_found(writer: &DumpWriter, n_done: usize, n_prompts: usize) {
    let unfinished = writer.unfinished_path().display();
    match writer.found() {
        Found::Nothing => {}
        Found::Damaged => antidote::say!("{unfinished} is damaged beyond use; starting over"),
        Found::Rows | Found::CutShort => {
            if writer.found() == Found::CutShort {
                antidote::say!("{unfinished}: damaged after prompt {n_done}; recomputing the rest");
            }
            if n_done < n_prompts {
                antidote::say!("resuming at prompt {} of {n_prompts}", n_done + 1);
            } else {
                antidote::say!("all {n_prompts} prompts are already done");
            }
        }
    }
}

/// After a failure: what is kept, unless the same command would only fail in the same way again.
fn tell_what_is_kept(writer: DumpWriter, prompts: &Prompts, failure: &Failure) {
    if matches!(failure.downcast_ref(), Some(DumpError::NotFinite { .. } | DumpError::TooLarge { .. })) {
        return writer.discard();
    }
    let (n_done, n_prompts) = (writer.n_written() / prompts.reading.n_rows(), prompts.tokens.len());
    if n_done > 0 {
        let unfinished = writer.unfinished_path().display();
        antidote::say!("{n_done} of {n_prompts} prompts are saved in {unfinished}; rerun the same command to resume");
    }
}

/// The prompts of both sides.
struct ContrastPrompts {
    /// The harmful ones, then the benign ones.
    texts: Vec<String>,
    n_harmful: usize,
    is_paired: bool,
    /// What the files are called, for errors.
    names: [String; 2],
}

impl ContrastPrompts {
    fn read(args: &DumpArgs) -> Result<Self, Failure> {
        if let Some(file) = &args.pairs {
            let pairs = prompt_files::read_pairs(file)?;
            let n_harmful = pairs.len();
            let (mut harmful, benign): (Vec<_>, Vec<_>) =
                pairs.into_iter().map(|pair| (pair.positive, pair.negative)).unzip();
            harmful.extend(benign);
            let names = ["harmful", "benign"].map(|side| format!("{}, {side} side", file.display()));
            for (side, texts) in ["harmful", "benign"].into_iter().zip(harmful.chunks(n_harmful)) {
                let first = texts.first().map(String::as_str).unwrap_or_default();
                antidote::say!("{}", prompt_files::what_was_read(side, texts.len(), file, "pairs", first));
            }
            let place = |index: usize| format!("pair {}", index % n_harmful + 1);
            let texts = || harmful.iter().enumerate().map(|(index, text)| (&**text, place(index)));
            warn(prompt_files::on_both_sides(texts().take(n_harmful), texts().skip(n_harmful)));
            return Ok(Self { texts: harmful, n_harmful, is_paired: true, names });
        }
        let (Some(harmful_file), Some(benign_file)) = (&args.harmful, &args.benign) else {
            return Err(UsageError("give --harmful and --benign, or --pairs".to_owned()).into());
        };
        let read_as = args.prompt_files.read_as();
        let harmful = prompt_files::read_as(harmful_file, &read_as)?;
        let benign = prompt_files::read_as(benign_file, &read_as)?;
        prompt_files::check_columns_used(&read_as, [&harmful, &benign].into_iter())?;
        for (file, side) in [(&harmful, Side::Harmful), (&benign, Side::Benign)] {
            antidote::say!("{}", file.told(side.name()));
            warn(file.contradiction(side));
        }
        warn(prompt_files::on_both_sides(harmful.places(), benign.places()));
        let names = [harmful_file, benign_file].map(|file| file.display().to_string());
        let (n_harmful, n_benign) = (harmful.prompts.len(), benign.prompts.len());
        if args.paired && n_harmful != n_benign {
            let [harmful, benign] = names;
            let counts = format!("{harmful} has {n_harmful} and {benign} has {n_benign}");
            return Err(
                UsageError(format!("--paired needs the same number of prompts in both files, but {counts}")).into()
            );
        }
        let texts = [harmful, benign].into_iter().flat_map(PromptFile::into_texts).collect();
        Ok(Self { texts, n_harmful, is_paired: args.paired, names })
    }

    fn label(&self, number: usize) -> Label {
        if number < self.n_harmful { Label::Harmful } else { Label::Benign }
    }
}

fn warn(warning: Option<String>) {
    if let Some(warning) = warning {
        antidote::say!("warning: {warning}");
    }
}

/// What is wrong with a prompt, and where that comes from.
#[derive(Debug, thiserror::Error)]
#[error("{file}, prompt {number}: {source}")]
struct PromptError {
    file: String,
    number: usize,
    source: EngineError,
}

fn named(contrast: &ContrastPrompts, number: usize, source: EngineError) -> PromptError {
    let (file, number) = match contrast.label(number) {
        Label::Harmful => (&contrast.names[0], number + 1),
        Label::Benign => (&contrast.names[1], number - contrast.n_harmful + 1),
    };
    PromptError { file: file.clone(), number, source }
}

/// The prompts as the model gets them.
struct Prompts {
    tokens: Vec<Vec<Token>>,
    reading: Reading,
    template_hash: Option<String>,
}

impl Prompts {
    fn frame(args: &DumpArgs, contrast: &ContrastPrompts, model: &Model) -> Result<Self, Failure> {
        let texts = contrast.texts.iter().map(String::as_str);
        let template = load::template(&args.template, model, args.system.as_deref(), texts, FrontEnd::Dump)?;
        let has_template = template.origin() != Origin::Raw;
        let template_hash = has_template.then(|| DumpMeta::hash_template(template.source()));
        let frame = Frame::new(model, template, args.system.clone(), args.response_prefix.clone());
        if args.template.show_prompt {
            for first in [0, contrast.n_harmful] {
                antidote::say!("{}", frame.rendered(&contrast.texts[first])?.described(model)?);
            }
        }
        let tokens = contrast.texts.iter().map(|text| frame.tokens(text)).collect::<Result<Vec<_>, _>>()?;
        let reading = match args.token {
            TokenPosition::Mean(n) => Reading::MeanOfLast(n.get() as usize),
            TokenPosition::AfterUser => match frame.n_behind(&tokens)? {
                0 => {
                    let what = "--token after-user: no tokens follow the user's text (the chat template ends with it, \
                                or --raw was given); use --token last, or add --response-prefix";
                    return Err(UsageError(what.to_owned()).into());
                }
                n => Reading::EachOfLast(n),
            },
            TokenPosition::Last | TokenPosition::Unknown => Reading::Last,
        };
        Ok(Self { tokens, reading, template_hash })
    }

    /// What of a prompt is said once for each of its rows.
    fn for_rows<'a, T>(&'a self, of_row: impl Fn(usize, usize) -> T + 'a) -> impl Iterator<Item = T> + 'a {
        let n_rows = self.reading.n_rows();
        (0..self.tokens.len() * n_rows).map(move |index| of_row(index / n_rows, index % n_rows))
    }
}

fn plan(
    args: &DumpArgs,
    contrast: &ContrastPrompts,
    prompts: &Prompts,
    model: &Model,
    context: &ContextOptions,
) -> Result<DumpPlan, Failure> {
    if let Some(fault) = model.fingerprint_fault() {
        return Err(UsageError(format!("a vector could not be bound to this model: {fault}")).into());
    }
    let last_token = |prompt: usize, row: usize| {
        let tokens = &prompts.tokens[prompt];
        let behind = prompts.reading.n_rows() - 1 - row;
        tokens.len().checked_sub(behind + 1).map_or(0, |at| tokens[at].id().unsigned_abs())
    };
    let meta = DumpMeta {
        model: model.id(),
        template_hash: prompts.template_hash.clone(),
        system_hash: args.system.as_deref().map(DumpMeta::hash_text),
        response_prefix_hash: args.response_prefix.as_deref().map(DumpMeta::hash_text),
        token: args.token,
        is_paired: contrast.is_paired,
        prompt_hashes: prompts.for_rows(|prompt, _| DumpMeta::hash_prompt(&contrast.texts[prompt])).collect(),
        n_tokens: Some(prompts.for_rows(|prompt, _| prompts.tokens[prompt].len() as u32).collect()),
        last_tokens: Some(prompts.for_rows(last_token).collect()),
    };
    let labels = prompts.for_rows(|prompt, _| contrast.label(prompt)).collect();
    let conditions = conditions(prompts, model, context)?;
    Ok(DumpPlan { meta, labels, element: args.element.into(), conditions })
}

/// What the last bits of the states depend on, beside what the dump says of itself.
fn conditions(prompts: &Prompts, model: &Model, context: &ContextOptions) -> Result<Vec<(String, String)>, Failure> {
    let hashed = |hash: blake3::Hash| format!("one with the hash {}…", &hash.to_hex()[..12]);
    let mut tokens = blake3::Hasher::new();
    for prompt in &prompts.tokens {
        tokens.update(&(prompt.len() as u64).to_le_bytes());
        for token in prompt {
            tokens.update(&token.id().to_le_bytes());
        }
    }
    let conditions = [
        ("the model's file", hashed(sampled_hash(model.path())?)),
        // A template may write today's date.
        ("the prompts as tokens", hashed(tokens.finalize())),
        ("--batch", context.n_batch.to_string()),
        ("--ctx", context.n_ctx.to_string()),
        ("--threads", context.threads.to_string()),
        ("--flash-attn", format!("{:?}", context.flash_attention).to_lowercase()),
        ("--cache-type", format!("{:?}", context.cache_type).to_lowercase()),
        ("the program's version", env!("CARGO_PKG_VERSION").to_owned()),
    ];
    Ok(conditions.into_iter().map(|(what, value)| (what.to_owned(), value)).collect())
}
