//! From arguments to a steered session.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use antidote::engine::{ContextOptions, LoadOptions, Model, Steering, SteeringVector, Trial};
use antidote::notices::{FrontEnd, Notice};
use antidote::prompt::{Language, Template};
use antidote::vector::{SvFile, sidecars};
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{ModelArgs, SteeringArgs, TemplateArgs};
use super::demo::Demo;
use super::{Failure, Misuse, UsageError};

/// Loading that takes longer than this is shown.
const PATIENCE: Duration = Duration::from_millis(300);

/// Which files to use.
pub struct Choice {
    pub model: PathBuf,
    /// The demo's own vector, if the demo was chosen.
    demo_vector: Option<PathBuf>,
}

impl Choice {
    /// The model of the command line, or the demo.
    pub fn of(args: &ModelArgs) -> Result<Self, Failure> {
        if let Some(model) = args.path() {
            return Ok(Self { model: model.clone(), demo_vector: None });
        }
        let demo = Demo::find()?;
        Ok(Self { model: demo.model, demo_vector: Some(demo.vector) })
    }

    /// Whether this is the demo.
    pub fn is_demo(&self) -> bool {
        self.demo_vector.is_some()
    }

    /// The vectors of the command line, or the demo's, or those beside the model; each at the α asked for or suggested.
    pub fn vectors(&self, args: &SteeringArgs) -> Result<Vec<ChosenVector>, Failure> {
        let files = if args.no_vector {
            vec![]
        } else if !args.vectors.is_empty() {
            args.vectors.clone()
        } else if let Some(vector) = &self.demo_vector {
            vec![vector.clone()]
        } else {
            sidecars(&self.model)
        };
        if files.is_empty() && args.alpha.is_some_and(|alpha| alpha != 0.0) {
            let what = Language::of_locale().pick(
                "--alpha needs a vector, and there is none next to the model; give one with --vector FILE.sv",
                "--alpha にはベクトルが必要ですが、モデルと同じ場所にありません。--vector FILE.sv で指定してください",
            );
            return Err(UsageError(what).into());
        }
        let mut vectors: Vec<ChosenVector> = vec![];
        for file in files {
            let file = SvFile::open(&file)?;
            let alpha = args.alpha.or(file.header().suggested_alpha);
            let name = free_name(&file.header().concept, &vectors);
            vectors.push(ChosenVector { name, file: Arc::new(file), alpha });
        }
        Ok(vectors)
    }
}

/// A vector that is to steer, before it was tried on the model.
pub struct ChosenVector {
    /// What people call it.
    pub name: String,
    pub file: Arc<SvFile>,
    /// Asked for or suggested.
    pub alpha: Option<f32>,
}

/// What there is to say about the choice of `vectors`.
pub fn notices(vectors: &[ChosenVector], args: &SteeringArgs) -> Vec<Notice> {
    let unsteered = (vectors.is_empty() && !args.no_vector).then_some(Notice::Unsteered);
    let silent = vectors.iter().filter(|vector| vector.alpha.is_none());
    let no_alpha = silent.map(|vector| Notice::NoAlpha { path: vector.file.path().to_owned() });
    unsteered.into_iter().chain(no_alpha).collect()
}

/// Says `notices` on standard error.
///
/// # Errors
/// One that `front_end` refuses: it is about the arguments.
pub fn heed(notices: Vec<Notice>, front_end: FrontEnd) -> Result<(), Failure> {
    let heeded = antidote::notices::heed(notices, front_end, Language::of_locale(), |text| antidote::say!("{text}"));
    heeded.map_err(|refused| Misuse(refused.into()).into())
}

/// The template of `args` for `texts` that are all known, once everything is said that there is to say about it.
///
/// # Errors
/// The template cannot be used, or `front_end` refuses to go on with it.
pub fn template<'t>(
    args: &TemplateArgs,
    model: &Model,
    system: Option<&str>,
    mut texts: impl Iterator<Item = &'t str>,
    front_end: FrontEnd,
) -> Result<Template, Failure> {
    let (template, mut notices) = args.template(model)?;
    if let Some(system) = system {
        notices.extend(template.merges_system(system)?.then_some(Notice::SystemMerged));
    }
    let as_text = !template.obeys_contents() && texts.any(|text| model.has_control_text(text));
    notices.extend(as_text.then_some(Notice::ControlTokensAsText));
    heed(notices, front_end)?;
    Ok(template)
}

/// Tries the vectors on the model. Those without an α begin at 0.
pub fn steering(model: &Arc<Model>, vectors: Vec<ChosenVector>, args: &SteeringArgs) -> Result<Steering, Failure> {
    let mut steering = vec![];
    for ChosenVector { name, file, alpha } in vectors {
        let alpha = alpha.unwrap_or(0.0);
        let vector = model.verify(&file, Trial { alpha, allow_partial: args.allow_partial })?;
        steering.push(SteeringVector { name, vector, alpha });
    }
    Ok(Steering::new(steering))
}

/// `refusal`, or `refusal-2` if that is taken.
fn free_name(concept: &str, taken: &[ChosenVector]) -> String {
    let concept = if concept.is_empty() { "vector" } else { concept };
    let is_free = |name: &String| taken.iter().all(|vector| vector.name != *name);
    std::iter::once(concept.to_owned())
        .chain((2..).map(|number| format!("{concept}-{number}")))
        .find(is_free)
        .unwrap_or_default()
}

/// Loads the model, with a progress bar for a person if it takes a while.
pub fn model(path: &Path, args: &ModelArgs, context: &ContextOptions) -> Result<Arc<Model>, Failure> {
    let bar = ProgressBar::hidden();
    let shown = bar.clone();
    let begin = Instant::now();
    let mut is_shown = !std::io::stderr().is_terminal();
    let progress = Box::new(move |done: f32| {
        if !is_shown && begin.elapsed() > PATIENCE {
            is_shown = true;
            shown.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            shown.set_length(100);
            if let Ok(style) = ProgressStyle::with_template("loading {wide_bar} {pos} %") {
                shown.set_style(style);
            }
        }
        shown.set_position((done * 100.0) as u64);
    });
    let model = Model::load(path, context, LoadOptions { ignore_memory: args.ignore_memory, progress });
    bar.finish_and_clear();
    Ok(Arc::new(model?))
}
