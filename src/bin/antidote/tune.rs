//! `antidote tune`

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use antidote::autotune::{Row, Settings, Store, Verdict, tune};
use antidote::engine::{ContextOptions, LoadOptions, Model};
use antidote::prompt::Language;

use super::args::TuneArgs;
use super::demo::Demo;
use super::{Failure, UsageError};

pub fn run(args: &TuneArgs) -> Result<(), Failure> {
    let language = args.lang.map_or_else(Language::of_locale, Language::from);
    let path = match &args.model {
        Some(path) => path.clone(),
        None => Demo::find()?.model,
    };
    let outline = Model::outline(&path)?;
    let Some(store) = Store::of_user() else {
        return Err(UsageError(language.nowhere_to_keep()).into());
    };
    let mut stdout = antidote::terminal::stdout();
    if args.forget {
        writeln!(stdout, "{}", language.tuning_forgotten(store.forget(&outline)?))?;
        return Ok(());
    }
    let options = ContextOptions::for_chat(outline, None);
    let load = LoadOptions { ignore_memory: args.ignore_memory, ..LoadOptions::default() };
    let model = Arc::new(Model::load(&path, &options, load)?);
    antidote::say!("{}", language.tuning_begins(model.name(), args.seconds));
    writeln!(stdout, "{}", language.tuning_columns())?;
    let mut broken = None;
    let budget = Duration::from_secs(args.seconds.into());
    let settings = tune(&model, &options, budget, &mut |row| {
        let written = writeln!(stdout, "{}", line(row, language)).and_then(|()| stdout.flush());
        broken = broken.take().or(written.err());
    })?;
    // Whoever reads the table may have had enough of it; what was found is kept all the same.
    let file = store.keep(&outline, model.name(), settings)?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    let Settings { threads, batch, flash_attention, cache_type } = settings;
    let flags = format!("--threads {threads} --batch {batch} --flash-attn {flash_attention} --cache-type {cache_type}");
    writeln!(stdout, "{}", language.tuning_chosen(&flags, settings == Settings::of(&options)))?;
    antidote::say!("{}", language.tuning_kept(&file.display().to_string()));
    Ok(())
}

fn line(row: &Row, language: Language) -> String {
    let rate = |rate: Option<f64>| rate.map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1}"));
    let note = match row.verdict {
        Verdict::Measured => row.deep.map(|(depth, _)| language.at_depth(depth)).unwrap_or_default(),
        Verdict::NotClose(fidelity) => language.not_close(fidelity.mean_kl, fidelity.worst_kl),
        Verdict::Refused => language.refused_setting(),
        Verdict::OutOfTime => language.out_of_time(),
    };
    let Settings { threads, batch, flash_attention, cache_type } = row.settings;
    let (prompt, answer, deep) = (rate(row.prompt), rate(row.answer), rate(row.deep.map(|(_, rate)| rate)));
    let attention = flash_attention.to_string();
    let cache = cache_type.to_string();
    format!("{threads:>7} {batch:>6} {attention:>11} {cache:>11} {prompt:>9} {answer:>9} {deep:>9}  {note}")
        .trim_end()
        .to_owned()
}
