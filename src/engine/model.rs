//! Loading a model, and what can be asked of it without running it.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token_type::LlamaTokenAttr;
use llguidance::ParserFactory;

use super::constraint::TokenTree;
use super::control_texts::{ControlTexts, ControlToken, Part};
use super::error::EngineError;
use super::memory::{self, MemoryNeed};
use super::operation::Operation;
use super::options::ContextOptions;
use super::{ffi, gguf_validation, repack};
use crate::files::MappedFile;
use crate::gguf::Gguf;
use crate::vector::{Fingerprint, ModelId};

/// A token of a model's vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(pub(super) i32);

impl Token {
    /// Its place in the vocabulary.
    #[must_use]
    pub fn id(self) -> i32 {
        self.0
    }
}

/// How to load.
pub struct LoadOptions {
    /// Load even if memory seems too small.
    pub ignore_memory: bool,
    /// Told how much is loaded, from 0 to 1.
    pub progress: Box<dyn FnMut(f32)>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self { ignore_memory: false, progress: Box::new(|_| ()) }
    }
}

/// A model from outside, before it is loaded.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// Tokens of context that it was trained on.
    pub n_ctx_train: u32,
    /// Size of its file.
    pub n_bytes: u64,
    /// Which weights these are; `None` if no norm weights tell.
    pub fingerprint: Option<Fingerprint>,
}

/// A loaded model: weights mapped, nothing computed yet.
#[derive(Debug)]
pub struct Model {
    llama: LlamaModel,
    path: Arc<Path>,
    architecture: String,
    name: String,
    fingerprint: Result<Fingerprint, String>,
    chat_template: Option<String>,
    n_layer: usize,
    n_embd: usize,
    n_vocab: usize,
    n_ctx_train: u32,
    n_cached_values: u64,
    token_tree: TokenTree,
    control_texts: ControlTexts,
}

impl Model {
    /// What the header of the model at `path` says that decides how to run it.
    ///
    /// # Errors
    /// The file cannot be read or is not a GGUF.
    pub fn outline(path: &Path) -> Result<Outline, EngineError> {
        let file = map(path)?;
        let gguf = parse(path, &file)?;
        let n_ctx_train = gguf.context_length().and_then(|n_ctx| u32::try_from(n_ctx).ok());
        Ok(Outline {
            n_ctx_train: n_ctx_train.filter(|n_ctx| *n_ctx > 0).unwrap_or(super::DEFAULT_MAX_CONTEXT),
            n_bytes: file.len() as u64,
            fingerprint: Fingerprint::of(&gguf, &file).ok(),
        })
    }

    /// Loads the model at `path`, which is to run in a context like `context`.
    ///
    /// The header is checked by our own reader first: llama.cpp trusts its input and ends the process on some broken
    /// files.
    ///
    /// # Errors
    /// The file is missing, cut off, not a GGUF, not a chat model, or too large for the free memory.
    pub fn load(path: &Path, context: &ContextOptions, mut options: LoadOptions) -> Result<Self, EngineError> {
        let file = map(path)?;
        let gguf = parse(path, &file)?;
        let unsuitable = |reason: &str| EngineError::Unsuitable { path: path.to_owned(), reason: reason.to_owned() };
        crate::gguf::shape_of_model(&gguf).map_err(unsuitable)?;
        gguf_validation::check(&gguf).map_err(|reason| unsuitable(&reason))?;
        let architecture = gguf.architecture().unwrap_or_default().to_owned();
        if !options.ignore_memory
            && let Some(available) = memory::available()
        {
            MemoryNeed::of(&gguf, context).check(path, available)?;
        }
        let fingerprint = Fingerprint::of(&gguf, &file).map_err(|error| error.to_string());
        let chat_template = gguf.str("tokenizer.chat_template").map(str::to_owned);
        let name = crate::gguf::name_of_model(&gguf, path);
        let n_cached_values = memory::cached_values(&gguf);
        let is_copied = repack::is_mostly_repacked(&gguf);
        drop(file);

        let backend = backend()?;
        let params = LlamaModelParams::default().with_use_mmap(!is_copied).with_progress_callback(move |done| {
            (options.progress)(done);
            true
        });
        let shared_path: Arc<Path> = path.into();
        let operation = Operation::begin(&shared_path);
        let llama = LlamaModel::load_from_file(backend, path, &params)
            .map_err(|_| EngineError::Load { path: path.to_owned(), complaints: operation.complaints() })?;
        let count = |n: i32| usize::try_from(n).unwrap_or(0);
        let (n_layer, n_embd, n_vocab) = (llama.n_layer() as usize, count(llama.n_embd()), count(llama.n_vocab()));
        let n_ctx_train = llama.n_ctx_train();
        if n_vocab == 0 {
            return Err(unsuitable("its vocabulary is empty"));
        }
        Ok(Self {
            llama,
            path: shared_path,
            architecture,
            name,
            fingerprint,
            chat_template,
            n_layer,
            n_embd,
            n_vocab,
            n_ctx_train,
            n_cached_values,
            token_tree: TokenTree::default(),
            control_texts: ControlTexts::default(),
        })
    }

    pub(super) fn llama(&self) -> &LlamaModel {
        &self.llama
    }

    /// Begins a call into llama.cpp for this model.
    pub(super) fn operation(&self) -> Operation {
        Operation::begin(&self.path)
    }

    /// The tokens as JSON schemas look them up; made when first asked for.
    pub(super) fn token_tree(&self) -> Result<&ParserFactory, String> {
        self.token_tree.of(self)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `general.architecture`.
    #[must_use]
    pub fn architecture(&self) -> &str {
        &self.architecture
    }

    /// `general.name`, or the file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells this model from others.
    #[must_use]
    pub fn id(&self) -> ModelId {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ModelId {
            architecture: self.architecture.clone(),
            name: self.name.clone(),
            fingerprint: self.fingerprint().unwrap_or(Fingerprint::UNBOUND),
            n_layer: narrow(self.n_layer),
            n_embd: narrow(self.n_embd),
        }
    }

    /// Which weights these are, whatever their quantisation. `None` if no norm weights tell.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint.as_ref().ok().copied()
    }

    /// Why the model has no fingerprint, if it has none.
    #[must_use]
    pub fn fingerprint_fault(&self) -> Option<&str> {
        self.fingerprint.as_ref().err().map(String::as_str)
    }

    /// The Jinja template that the model carries (`tokenizer.chat_template`).
    #[must_use]
    pub fn chat_template(&self) -> Option<&str> {
        self.chat_template.as_deref()
    }

    /// Blocks of the model.
    #[must_use]
    pub fn n_layer(&self) -> usize {
        self.n_layer
    }

    /// Values of one hidden state.
    #[must_use]
    pub fn n_embd(&self) -> usize {
        self.n_embd
    }

    /// Tokens of the vocabulary.
    #[must_use]
    pub fn n_vocab(&self) -> usize {
        self.n_vocab
    }

    /// Tokens of context that the model was trained on.
    #[must_use]
    pub fn n_ctx_train(&self) -> u32 {
        self.n_ctx_train
    }

    /// Whether it is so small that what is done beside its products with the weights takes longer than these.
    #[must_use]
    pub(crate) fn is_tiny(&self) -> bool {
        self.llama.size() <= super::options::TINY_BYTES
    }

    /// Values that the cache keeps of a token: keys and values of every layer.
    #[must_use]
    pub fn n_cached_values(&self) -> u64 {
        self.n_cached_values
    }

    /// Whether the model keeps a running state (like Mamba) instead of, or beside, a cache of positions.
    #[must_use]
    pub fn is_recurrent(&self) -> bool {
        self.llama.is_recurrent() || self.llama.is_hybrid()
    }

    /// The tokens of a rendered prompt. Control tokens written in `text` count as such. A start token is put in front
    /// if the model wants one and the template has not written it already.
    #[must_use]
    pub fn tokenize(&self, text: &str) -> Vec<Token> {
        self.tokenize_contents(text, &[])
    }

    /// The same for a prompt in which `contents`, byte ranges in order, are what people wrote: control tokens that are
    /// written there are text like any other, and nobody can end a turn by writing so.
    #[must_use]
    pub fn tokenize_contents(&self, text: &str, contents: &[Range<usize>]) -> Vec<Token> {
        let vocab = self.llama.vocab();
        let parts = match contents {
            [] => vec![Part { bytes: 0..text.len(), is_obeyed: true }],
            contents => self.control_texts.of(self).parts(text, contents),
        };
        let mut tokens = vec![];
        for Part { bytes, is_obeyed } in parts {
            let read = vocab.tokenize(text[bytes].as_bytes(), false, is_obeyed);
            tokens.extend(read.into_iter().map(|token| Token(token.0)));
        }
        // Not by llama.cpp, which would put an end behind some prompts as well.
        let start = Token(vocab.bos().0);
        let is_blank = |token: &&Token| {
            let piece = self.piece(**token);
            !piece.is_empty() && piece.iter().all(u8::is_ascii_whitespace)
        };
        // Some templates write a line end before it.
        let has_start = tokens.iter().find(|token| !is_blank(token)) == Some(&start);
        if vocab.should_add_bos() && start.0 >= 0 && !has_start {
            tokens.insert(0, start);
        }
        tokens
    }

    /// Whether a control token of the vocabulary is written in `text`.
    #[must_use]
    pub fn has_control_text(&self, text: &str) -> bool {
        self.control_texts.of(self).are_in(text)
    }

    pub(super) fn control_tokens(&self) -> Vec<ControlToken> {
        let vocab = self.llama.vocab();
        let control = |token: LlamaToken| {
            let attributes = vocab.attr(token);
            let text = vocab.text(token).filter(|_| ControlToken::is_one(attributes))?.to_str().ok()?.to_owned();
            let strips = |attribute| attributes.contains(attribute);
            (!text.is_empty()).then(|| ControlToken {
                text,
                strips_left: strips(LlamaTokenAttr::LStrip),
                strips_right: strips(LlamaTokenAttr::RStrip),
            })
        };
        self.tokens().filter_map(|token| control(LlamaToken(token.0))).collect()
    }

    /// All tokens of the vocabulary.
    pub fn tokens(&self) -> impl Iterator<Item = Token> + use<> {
        (0..i32::try_from(self.n_vocab).unwrap_or(i32::MAX)).map(Token)
    }

    /// The bytes that `token` stands for; none for control tokens. May end in the middle of a character.
    #[must_use]
    pub fn piece(&self, token: Token) -> Vec<u8> {
        self.llama.vocab().token_to_piece(LlamaToken(token.0), false, None)
    }

    /// The bytes that `token` is written with, those of control tokens as well.
    #[must_use]
    pub fn written_piece(&self, token: Token) -> Vec<u8> {
        self.llama.vocab().token_to_piece(LlamaToken(token.0), true, None)
    }

    /// The control token that is written as `text`, if the vocabulary has one.
    #[must_use]
    pub fn control_token(&self, text: &str) -> Option<Token> {
        let tokens = self.llama.vocab().tokenize(text.as_bytes(), false, true);
        let [token] = tokens.as_slice() else { return None };
        let token = Token(token.0);
        (self.piece(token).is_empty() && self.written_piece(token) == text.as_bytes()).then_some(token)
    }

    /// Whether `token` ends an answer.
    #[must_use]
    pub fn ends_answer(&self, token: Token) -> bool {
        self.llama.vocab().is_eog(LlamaToken(token.0))
    }

    /// How the start token is written, for templates.
    #[must_use]
    pub fn bos_text(&self) -> Option<String> {
        let vocab = self.llama.vocab();
        self.written(vocab.bos())
    }

    /// How the end token is written, for templates.
    #[must_use]
    pub fn eos_text(&self) -> Option<String> {
        let vocab = self.llama.vocab();
        self.written(vocab.eos())
    }

    /// The token that ends an answer, if the vocabulary has one.
    #[must_use]
    pub fn end_token(&self) -> Option<Token> {
        let vocab = self.llama.vocab();
        [vocab.eot(), vocab.eos()].into_iter().find(|token| token.0 >= 0).map(|token| Token(token.0))
    }

    fn written(&self, token: LlamaToken) -> Option<String> {
        // llama.cpp says −1 for a token that the vocabulary does not have.
        if token.0 < 0 {
            return None;
        }
        let text = self.llama.vocab().text(token)?.to_string_lossy().into_owned();
        (!text.is_empty()).then_some(text)
    }
}

pub(super) fn map(path: &Path) -> Result<MappedFile, EngineError> {
    MappedFile::open(path).map_err(|source| EngineError::Open { path: path.to_owned(), source })
}

pub(super) fn parse<'a>(path: &Path, file: &'a MappedFile) -> Result<Gguf<'a>, EngineError> {
    if crate::vector::is_vector(file) {
        let reason = format!("{}; give the .gguf as the model and this file with --vector", crate::vector::A_VECTOR);
        return Err(EngineError::Unsuitable { path: path.to_owned(), reason });
    }
    Gguf::parse(file).map_err(|source| EngineError::Gguf { path: path.to_owned(), source })
}

/// The vocabulary of the model at `path` and none of its weights (llama.cpp's `vocab_only`).
pub(super) fn load_vocabulary(path: &Path) -> Result<LlamaModel, EngineError> {
    let backend = backend()?;
    let operation = Operation::begin(&path.into());
    let params = LlamaModelParams::default().with_vocab_only(true);
    LlamaModel::load_from_file(backend, path, &params)
        .map_err(|_| EngineError::Load { path: path.to_owned(), complaints: operation.complaints() })
}

/// llama.cpp's global state: made on first use, for the life of the process, with its log sent where ours goes.
pub(super) fn backend() -> Result<&'static LlamaBackend, EngineError> {
    static BACKEND: OnceLock<Option<LlamaBackend>> = OnceLock::new();
    let refused = || EngineError::Load {
        path: PathBuf::new(),
        complaints: vec!["its backend is already in use by other code of this process".to_owned()],
    };
    ffi::divert_log();
    #[cfg(feature = "portable")]
    if BACKEND.get().is_none() {
        super::processor::load_code_for_processor();
    }
    BACKEND.get_or_init(|| LlamaBackend::init().ok()).as_ref().ok_or_else(refused)
}
