//! From flags to what is run.

use std::path::PathBuf;
use std::sync::Arc;

use antidote::engine::ContextOptions;
use antidote::eval::Goals;
use antidote::eval::dataset::{BedFiles, PlanError, TestBed};
use antidote::eval::generate::defences::Defence;
use antidote::eval::generate::{ArmPlan, Settings};
use antidote::eval::judge::Judge;
use antidote::vector::{SvFile, sidecars};

use super::args::EvalArgs;
use crate::demo::Demo;
use crate::{Failure, Misuse, UsageError};

/// Prompts of every kind with `--quick`.
const QUICK_LIMIT: usize = 36;
/// Answers whose likelihood is measured.
const LIKELIHOODS: usize = 200;
const QUICK_LIKELIHOODS: usize = 40;
/// Strengths around the suggested one, as shares of it.
const SHARES: [f64; 6] = [0.4, 0.7, 0.85, 1.0, 1.15, 1.4];
const QUICK_SHARES: [f64; 4] = [0.5, 0.85, 1.0, 1.3];
/// Strengths where none is suggested.
const UNSUGGESTED: [f64; 5] = [0.1, 0.2, 0.3, 0.5, 0.8];

/// What the built-in attacks are called among the files.
const BUILT_IN: &str = "built-in attacks";

/// What is run.
pub struct Plan {
    pub model: PathBuf,
    pub vector: Option<Arc<SvFile>>,
    pub bed: TestBed,
    /// Names of the files, for the report.
    pub sources: Vec<String>,
    pub arms: ArmPlan,
    pub settings: Settings,
    pub goals: Goals,
    /// Look for the smallest α, up to this one at first.
    pub search_up_to: Option<f32>,
}

impl Plan {
    pub fn of(args: &EvalArgs) -> Result<Self, Failure> {
        let demo = args.model.path().is_none().then(Demo::find).transpose()?;
        let model = match (args.model.path(), &demo) {
            (Some(path), _) => path.clone(),
            (None, Some(demo)) => demo.model.clone(),
            (None, None) => return Err(UsageError("give MODEL.gguf".to_owned()).into()),
        };
        let files = match (args.bed.files().map_err(UsageError)?, &demo) {
            (Some(files), _) => BedFiles { read_as: args.prompt_files.read_as(), ..files },
            (None, Some(demo)) if demo.cases.is_file() => {
                BedFiles { cases: Some(demo.cases.clone()), ..BedFiles::default() }
            }
            (None, _) => return Err(Misuse(PlanError::Nothing.into()).into()),
        };
        let vector = vector(args, demo.as_ref(), &model)?;
        let mut bed = TestBed::read(&files).map_err(|error| match error {
            PlanError::NoRequests | PlanError::Nothing => Failure::from(Misuse(error.into())),
            error => error.into(),
        })?;
        let quick = args.bed.quick;
        if let Some(limit) = args.bed.limit.or(quick.then_some(QUICK_LIMIT)) {
            bed.limit(limit);
        }
        let is_search = args.search.target_dsr.is_some();
        let defences = match &args.arms.defence {
            Some(defences) => defences.0.clone(),
            None if is_search => vec![],
            None => Defence::ALL.to_vec(),
        };
        let arms = ArmPlan {
            alphas: alphas(args, vector.as_deref(), is_search),
            sparsities: args.arms.sparsity.as_ref().map(|percents| percents.0.clone()).unwrap_or_default(),
            defences,
        };
        let defaults = Goals::default();
        let goals = Goals {
            target_dsr: args.search.target_dsr.unwrap_or(defaults.target_dsr),
            min_benign: args.search.min_benign.unwrap_or(defaults.min_benign),
            max_kl: args.search.max_kl.unwrap_or(defaults.max_kl),
            ..defaults
        };
        let likelihoods = if quick { QUICK_LIKELIHOODS } else { LIKELIHOODS };
        let settings = Settings {
            system: args.system.clone(),
            max_tokens: args.max_tokens as usize,
            stop: args.stop.clone(),
            seed: args.seed,
            n_likelihood: args.likelihoods.unwrap_or(likelihoods),
            n_slots: args.parallel,
        };
        if is_search && vector.is_none() {
            return Err(UsageError("--target-dsr needs a vector; give one with --vector FILE.sv".to_owned()).into());
        }
        if is_search && !matches!(args.judging.judge, Judge::Refusal) {
            let what = "--target-dsr always searches with the refusal judge; to judge the result with a model, rerun with \
                        --rejudge --judge guard:FILE.gguf";
            return Err(UsageError(what.to_owned()).into());
        }
        if args.search.write && vector.is_none() {
            return Err(UsageError("--write needs a vector; give one with --vector FILE.sv".to_owned()).into());
        }
        let search_up_to = is_search.then(|| highest(args, vector.as_deref()));
        let sources = sources(&files);
        Ok(Self { model, vector, bed, sources, arms, settings, goals, search_up_to })
    }

    /// The context of one conversation.
    pub fn context(&self, args: &EvalArgs) -> Result<ContextOptions, Failure> {
        args.model.context(&self.model)
    }
}

fn vector(args: &EvalArgs, demo: Option<&Demo>, model: &std::path::Path) -> Result<Option<Arc<SvFile>>, Failure> {
    if args.arms.no_vector {
        return Ok(None);
    }
    let named = args.arms.vector.clone().or_else(|| demo.map(|demo| demo.vector.clone()));
    let path = match (named, sidecars(model).as_slice()) {
        (Some(path), _) => path,
        (None, [one]) => one.clone(),
        (None, []) if args.arms.alpha.is_none() && args.arms.sparsity.is_none() => return Ok(None),
        (None, []) => {
            let what = "--alpha and --sparsity need a vector, and there is none next to the model; give one with --vector FILE.sv";
            return Err(UsageError(what.to_owned()).into());
        }
        (None, several) => {
            let names = several.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
            return Err(UsageError(format!(
                "several vectors lie next to the model; choose one with --vector: {names}"
            ))
            .into());
        }
    };
    Ok(Some(Arc::new(SvFile::open(&path)?)))
}

fn alphas(args: &EvalArgs, vector: Option<&SvFile>, is_search: bool) -> Vec<f32> {
    if let Some(alphas) = &args.arms.alpha {
        return alphas.0.clone();
    }
    let Some(vector) = vector else { return vec![0.0] };
    if is_search {
        return vec![0.0];
    }
    let points: Vec<f64> = match vector.header().suggested_alpha.map(f64::from) {
        Some(alpha) if args.bed.quick => QUICK_SHARES.iter().map(|share| share * alpha).collect(),
        Some(alpha) => SHARES.iter().map(|share| share * alpha).collect(),
        None => UNSUGGESTED.to_vec(),
    };
    // As people would write them.
    let mut alphas: Vec<f32> = points.into_iter().map(|alpha| ((alpha * 1e4).round() / 1e4) as f32).collect();
    alphas.insert(0, 0.0);
    alphas.dedup();
    alphas
}

/// Where a search begins.
fn highest(args: &EvalArgs, vector: Option<&SvFile>) -> f32 {
    let header = vector.map(SvFile::header);
    let given = args.arms.alpha.as_ref().and_then(|alphas| alphas.0.last().copied());
    let suggested = header.and_then(|header| header.suggested_alpha).map(|alpha| alpha * 1.5);
    let range = header.and_then(|header| header.alpha_range).map(|range| range.1);
    let found = given.or_else(|| suggested.into_iter().chain(range).reduce(f32::max));
    found.filter(|alpha| *alpha > 0.0).unwrap_or(1.0)
}

fn sources(files: &BedFiles) -> Vec<String> {
    use antidote::eval::dataset::AttackSource;
    let attacks = match &files.attacks {
        AttackSource::Files(paths) => paths.clone(),
        AttackSource::Builtin => vec![PathBuf::from(BUILT_IN)],
        AttackSource::BuiltinAndFiles(paths) => {
            std::iter::once(PathBuf::from(BUILT_IN)).chain(paths.iter().cloned()).collect()
        }
        AttackSource::None => vec![],
    };
    let named = [&files.harmful, &files.benign, &files.near_miss, &files.cases, &files.choices];
    let paths = named.into_iter().flatten().cloned().chain(attacks);
    paths.map(|path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()).collect()
}
