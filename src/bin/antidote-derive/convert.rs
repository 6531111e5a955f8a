//! `antidote-derive import`, `export` and `bind`: control-vector GGUFs in and out.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use antidote::files::write_atomically;
use antidote::imports::directions;
use antidote::vector::gguf_vector::{GgufVector, Import, export};
use antidote::vector::{Sign, SvFile, Target};
use clap::{Args, Subcommand, ValueEnum};

use super::args::{parse_concept, parse_percent};
use super::shell::{self, CompletionsArgs, ManArgs};
use super::{Failure, UsageError, check_free, now};

#[derive(Subcommand)]
pub enum Conversion {
    /// Convert a control-vector GGUF from llama.cpp, repeng or EasySteer, or a ready-made direction, to .sv.
    Import(ImportArgs),
    /// Convert a .sv to a control-vector GGUF.
    Export(ExportArgs),
    /// Bind a .sv that was imported with --unbound to its model.
    Bind(BindArgs),
    /// Print shell completions.
    Completions(CompletionsArgs),
    /// Write manual pages.
    Man(ManArgs),
}

#[derive(Args)]
pub struct ImportArgs {
    /// The control vector; or a direction [n_embd], or one for each block [n_layer, n_embd], as .npy, .npz or safetensors.
    #[arg(value_name = "VEC.gguf")]
    vector: PathBuf,
    /// The layer of a direction that is not in a GGUF: the block whose output it was found in, from 0.
    #[arg(long, value_name = "N", conflicts_with = "unbound")]
    layer: Option<u32>,
    /// The model it was made for, in any quantisation.
    #[arg(long, value_name = "MODEL.gguf", required_unless_present = "unbound")]
    for_model: Option<PathBuf>,
    /// Import without the model; no model accepts the vector until 'antidote-derive bind' binds it.
    #[arg(long, conflicts_with = "for_model", requires_all = ["architecture", "n_layer"])]
    unbound: bool,
    /// With --unbound: the model's general.architecture, such as llama or qwen2.
    #[arg(long, value_name = "NAME", requires = "unbound")]
    architecture: Option<String>,
    /// With --unbound: the model's number of blocks.
    #[arg(long, value_name = "N", requires = "unbound", value_parser = clap::value_parser!(u16).range(1..))]
    n_layer: Option<u16>,
    /// The vector to write [default: VEC.sv, next to VEC].
    #[arg(short, long, value_name = "FILE.sv")]
    out: Option<PathBuf>,
    /// Percentage of each layer's components to keep, by magnitude; 100 is lossless.
    #[arg(long, value_name = "PERCENT", default_value = "100", value_parser = parse_percent)]
    sparsity: f32,
    /// Direction in which a positive α pushes in the file.
    #[arg(long, value_enum, default_value = "unstated")]
    sign: SignArg,
    /// What the vector stands for; the chat shows this name.
    #[arg(long, default_value = "imported", value_parser = parse_concept)]
    concept: String,
    /// Overwrite the vector if it exists.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum SignArg {
    /// Unknown; recorded as such.
    Unstated,
    /// Towards safer answers.
    Safer,
    /// Away from them; the directions are flipped so that a positive α is safer.
    Riskier,
}

#[derive(Args)]
pub struct ExportArgs {
    /// The vector.
    #[arg(value_name = "FILE.sv")]
    vector: PathBuf,
    /// The control vector to write.
    #[arg(short, long, value_name = "VEC.gguf")]
    out: PathBuf,
    /// Leave out direction.0: llama.cpp's own loader rejects files that have one.
    #[arg(long)]
    skip_layer_0: bool,
    /// Overwrite the control vector if it exists.
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub struct BindArgs {
    /// The unbound vector.
    #[arg(value_name = "FILE.sv")]
    vector: PathBuf,
    /// The model it was made for, in any quantisation.
    #[arg(long, value_name = "MODEL.gguf")]
    for_model: PathBuf,
    /// The vector to write [default: overwrite the unbound one].
    #[arg(short, long, value_name = "FILE.sv")]
    out: Option<PathBuf>,
    /// Overwrite the file given by --out if it exists.
    #[arg(long)]
    force: bool,
}

pub fn run(conversion: &Conversion) -> Result<(), Failure> {
    match conversion {
        Conversion::Import(args) => run_import(args),
        Conversion::Export(args) => run_export(args),
        Conversion::Bind(args) => run_bind(args),
        Conversion::Completions(args) => shell::completions(args),
        Conversion::Man(args) => shell::man(args),
    }
}

fn run_import(args: &ImportArgs) -> Result<(), Failure> {
    let out = args.out.clone().unwrap_or_else(|| args.vector.with_extension("sv"));
    check_free(&out, args.force, "--out")?;
    let target = args.for_model.as_deref().map(Target::open).transpose()?;
    let vector = match &target {
        Some(target) if !starts_like_gguf(&args.vector) => direction(args, target)?,
        _ => GgufVector::open(&args.vector)?,
    };
    if args.layer.is_some() && starts_like_gguf(&args.vector) {
        let what = format!("{} names the layers of its directions; remove --layer", args.vector.display());
        return Err(UsageError(what).into());
    }
    let import = Import {
        sparsity: args.sparsity / 100.0,
        flip_sign: matches!(args.sign, SignArg::Riskier),
        sign: if matches!(args.sign, SignArg::Unstated) { Sign::Unstated } else { Sign::PositiveIsSafer },
        concept: args.concept.clone(),
        created_unix: now(),
    };
    let sparse = match (&target, &args.architecture, args.n_layer) {
        (Some(target), ..) => {
            warn_of_another_name(&vector, target);
            vector.to_control_vector(target, &import)?
        }
        (None, Some(architecture), Some(n_layer)) => {
            vector.to_unbound_vector(architecture, usize::from(n_layer), &import)?
        }
        // clap asks for both.
        _ => return Err(UsageError("--unbound needs --architecture and --n-layer".to_owned()).into()),
    };
    sparse.write(&out)?;
    if sparse.layers.first().is_some_and(|layer| layer.layer == 0) {
        antidote::say!(
            "note: it has a direction for layer 0. The .sv keeps it, but llama.cpp's control vector starts at layer 1, so \
             it is not applied"
        );
    }
    let mut stdout = antidote::terminal::stdout();
    write!(stdout, "{}", SvFile::open(&out)?.summary())?;
    writeln!(stdout)?;
    let shown = out.display();
    if target.is_some() {
        writeln!(stdout, "Next: antidote chat MODEL.gguf --vector {shown} --alpha 0.3")?;
    } else {
        writeln!(stdout, "Next: antidote-derive bind {shown} --for-model MODEL.gguf")?;
    }
    Ok(())
}

/// Whether the file at `path` begins as a GGUF does. What cannot be read is left to the reader of GGUFs to complain of.
fn starts_like_gguf(path: &Path) -> bool {
    let mut start = [0; 4];
    let is_read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
    !is_read || start == *b"GGUF"
}

/// A ready-made direction, as a control vector.
fn direction(args: &ImportArgs, target: &Target) -> Result<GgufVector, Failure> {
    Ok(GgufVector {
        path: args.vector.clone(),
        model_hint: None,
        method: None,
        n_embd: target.n_embd(),
        directions: directions(&args.vector, target, args.layer)?,
    })
}

/// Makers call models by names of their own, so another name is no proof of another model.
fn warn_of_another_name(vector: &GgufVector, target: &Target) {
    match &vector.model_hint {
        Some(hint) if *hint != target.model.architecture => antidote::say!(
            "warning: {} says it was made for {hint:?}, but {} is {:?}; check that this is the exact model it was made for, \
             fine-tune included",
            vector.path.display(),
            target.path.display(),
            target.model.architecture
        ),
        _ => {}
    }
}

fn run_export(args: &ExportArgs) -> Result<(), Failure> {
    check_free(&args.out, args.force, "--out")?;
    let vector = SvFile::open(&args.vector)?;
    if args.skip_layer_0 && vector.layers().all(|view| view.layer == 0) {
        let what = format!("{} has only layer 0, so --skip-layer-0 would leave nothing", args.vector.display());
        return Err(UsageError(what).into());
    }
    write_atomically(&args.out, &export(&vector, args.skip_layer_0))
        .map_err(|error| format!("cannot write the control vector {}: {error}", args.out.display()))?;
    let has_zero = vector.layers().any(|view| view.layer == 0);
    if has_zero && !args.skip_layer_0 {
        antidote::say!(
            "note: it has a direction.0, which llama.cpp's own loader rejects; --skip-layer-0 leaves it out"
        );
    }
    let n = vector.layers().filter(|view| !(args.skip_layer_0 && view.layer == 0)).count();
    let mut stdout = antidote::terminal::stdout();
    writeln!(stdout, "{}: {n} directions of {} values", args.out.display(), vector.header().model.n_embd)?;
    Ok(())
}

fn run_bind(args: &BindArgs) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        check_free(out, args.force, "--out")?;
    }
    let out = args.out.as_ref().unwrap_or(&args.vector);
    let target = Target::open(&args.for_model)?;
    let vector = SvFile::open(&args.vector)?;
    let header = vector.header();
    if !header.model.fingerprint.is_unbound() {
        return Err(format!(
            "{} is already bound to a model (fingerprint {}); import it again to bind it to another",
            args.vector.display(),
            header.model.fingerprint.short()
        )
        .into());
    }
    let mut bound = vector.to_control_vector();
    bound.header.model.fingerprint = target.model.fingerprint;
    // The same checks that the runtime makes, all but the fingerprint.
    let shaped = SvFile::from_bytes(&bound.encode()?)?;
    shaped.check_model(&target.model).map_err(|_| {
        format!(
            "{} is for {} with {} layers × {}, but {} is {} with {} × {}; give the model it was made for",
            args.vector.display(),
            header.model.architecture,
            header.model.n_layer,
            header.model.n_embd,
            target.path.display(),
            target.model.architecture,
            target.n_layer(),
            target.n_embd()
        )
    })?;
    bound.header.model.name.clone_from(&target.model.name);
    bound.write(out)?;
    let mut stdout = antidote::terminal::stdout();
    writeln!(stdout, "{}: bound to {} ({})", out.display(), target.model.name, target.model.fingerprint.short())?;
    Ok(())
}
