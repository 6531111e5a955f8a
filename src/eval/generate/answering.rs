//! Every item under one arm: the steps of its defence, many items at once.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::prompting::{Prompting, common_prefix};
use super::scoring::surprises;
use super::{EvalError, Evaluation, Observer, arms};
use crate::engine::{Done, Job, Model, Scorer, Work};
use crate::eval::arm::Arm;
use crate::eval::dataset::{SkipReason, Skipped, TestBed};
use crate::eval::generate::defences::{self, Case, Defence, Filter, Purpose, Step};
use crate::eval::item::{Item, Kind};
use crate::eval::journal::{Journal, Key};
use crate::eval::record::{Answered, Record};

/// A rewritten prompt may be longer than the prompt by half, and this.
const REWRITE_ROOM: usize = 32;

/// Prompts that did not fit once a defence had changed them, by defence.
pub(super) fn overlong(records: &[Record]) -> Vec<Skipped> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for record in records {
        if let Record::Answered(answered) = record
            && answered.is_too_long()
        {
            names.entry(&answered.arm.defence).or_default().push(answered.item.id.clone());
        }
    }
    names.into_iter().filter_map(|(defence, names)| Skipped::of(SkipReason::TooLong, defence, names)).collect()
}

/// Answers the items that are not recorded yet. `done` of `total` answers are for other arms.
pub(super) fn answer(evaluation: &mut Evaluation<'_>, arm: &Arm, done: usize, total: usize) -> Result<(), EvalError> {
    let n_items = evaluation.bed.items.len();
    let open: VecDeque<usize> = (0..n_items)
        .filter(|number| !evaluation.journal.has(&Key::answer(arm, &evaluation.bed.items[*number].id)))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let steering = evaluation.steering(arm)?;
    let Evaluation { model, template, settings, bed, session, scorer, scores, journal, observer, .. } = evaluation;
    let model = *model;
    let defence = arms::defence_of(arm)?;
    let prompting = Prompting::new(model, template, settings.system.as_deref());
    let mut scoring = Scoring { model, scorer, scores };
    let filter = match defence {
        Some(Defence::PerplexityFilter) => scoring.filter(bed)?,
        _ => None,
    };
    let mut work = Answering {
        arm,
        defence,
        filter,
        bed,
        seed: settings.seed,
        max_tokens: settings.max_tokens,
        prompting,
        scoring,
        journal,
        observer,
        done: done + n_items - open.len(),
        total,
        open,
        running: HashMap::new(),
        n_begun: 0,
        ready: VecDeque::new(),
        asked: vec![],
    };
    // Of all items, not only of the open ones: the same prefix whether this was begun before or not.
    let prefix = work.prefix()?;
    session.begin(&steering, &prefix)?;
    session.answer(&mut work)
}

/// Texts scored under the plain model, each once.
struct Scoring<'a, 'model> {
    model: &'model Model,
    scorer: &'a mut Scorer<'model>,
    scores: &'a mut HashMap<String, Vec<f64>>,
}

impl Scoring<'_, '_> {
    fn of(&mut self, text: &str) -> Result<&[f64], EvalError> {
        if !self.scores.contains_key(text) {
            self.scores.insert(text.to_owned(), surprises(self.model, self.scorer, text)?);
        }
        Ok(self.scores.get(text).map_or(&[], Vec::as_slice))
    }

    /// The filter that just lets all plain requests through.
    fn filter(&mut self, bed: &TestBed) -> Result<Option<Filter>, EvalError> {
        let plain = bed.items.iter().filter(|item| matches!(item.kind, Kind::Harmful | Kind::Benign));
        let mut requests = vec![];
        for item in plain {
            requests.push(self.of(&item.prompt)?.to_vec());
        }
        Ok(Filter::calibrated(requests.iter().map(Vec::as_slice), None))
    }
}

/// The work of one arm.
struct Answering<'a, 'model, 'observer> {
    arm: &'a Arm,
    defence: Option<Defence>,
    filter: Option<Filter>,
    bed: &'a TestBed,
    seed: u64,
    max_tokens: usize,
    prompting: Prompting<'a>,
    scoring: Scoring<'a, 'model>,
    journal: &'a mut Journal,
    observer: &'a mut Observer<'observer>,
    done: usize,
    total: usize,
    open: VecDeque<usize>,
    running: HashMap<usize, Running>,
    n_begun: usize,
    ready: VecDeque<Job>,
    /// By the key of a job: whose call it is, and which.
    asked: Vec<(usize, usize)>,
}

type Then = Box<dyn FnOnce(Vec<String>) -> Step + Send>;

/// An item whose defence is at work.
struct Running {
    item: usize,
    plain_tokens: usize,
    calls: Vec<Asked>,
    /// The first call of the step that is being asked.
    first: usize,
    n_open: usize,
    then: Option<Then>,
}

/// A call that was made.
struct Asked {
    sent: String,
    done: Option<Done>,
}

impl Answering<'_, '_, '_> {
    fn start(&self, item: &Item) -> Result<Step, EvalError> {
        let case = Case { prompt: &item.prompt, language: item.spoken(), seed: self.seed };
        Ok(defences::start(self.defence, case, self.filter)?)
    }

    /// What the first calls of all items begin with.
    fn prefix(&self) -> Result<Vec<crate::engine::Token>, EvalError> {
        let mut prompts = vec![];
        for item in &self.bed.items {
            if let Step::Ask { calls, .. } = self.start(item)? {
                for call in calls.iter().take(1) {
                    prompts.push(self.prompting.call(call, &item.id)?);
                }
            } else {
                prompts.push(self.prompting.plain(&item.prompt, &item.id)?);
            }
        }
        Ok(common_prefix(&prompts))
    }

    fn begin(&mut self, number: usize) -> Result<(), EvalError> {
        let item = &self.bed.items[number];
        let plain_tokens = self.prompting.plain(&item.prompt, &item.id)?.len();
        let step = self.start(item)?;
        let running = Running { item: number, plain_tokens, calls: vec![], first: 0, n_open: 0, then: None };
        let id = self.n_begun;
        self.n_begun += 1;
        self.go_on(id, running, step)
    }

    /// Does steps until one needs the model, or the last.
    fn go_on(&mut self, id: usize, mut running: Running, mut step: Step) -> Result<(), EvalError> {
        loop {
            step = match step {
                Step::Ask { calls, then } if calls.is_empty() => then(vec![]),
                Step::Ask { calls, then } => {
                    let name = &self.bed.items[running.item].id;
                    (running.first, running.n_open, running.then) = (running.calls.len(), calls.len(), Some(then));
                    for call in calls {
                        let prompt = self.prompting.call(&call, name)?;
                        let max_tokens = match call.purpose {
                            Purpose::Answer => self.max_tokens,
                            Purpose::Rewrite => self.max_tokens.max(prompt.len() * 3 / 2 + REWRITE_ROOM),
                        };
                        self.asked.push((id, running.calls.len()));
                        running.calls.push(Asked { sent: call.sent().to_owned(), done: None });
                        self.ready.push_back(Job { key: self.asked.len() - 1, prompt, max_tokens });
                    }
                    self.running.insert(id, running);
                    return Ok(());
                }
                Step::Score { text, then } => then(self.scoring.of(&text)?),
                Step::Take(call) => return self.record(&running, Some(call), String::new()),
                Step::Block(words) => return self.record(&running, None, words),
            };
        }
    }

    /// Records the answer of a call, or the words of a filter that let nothing through.
    fn record(&mut self, running: &Running, call: Option<usize>, words: String) -> Result<(), EvalError> {
        let done = |call: &Asked| call.done.clone();
        let taken =
            call.and_then(|call| running.calls.get(call)).and_then(|call| Some((call.sent.clone(), done(call)?)));
        let prompt_tokens: usize = running.calls.iter().filter_map(done).map(|done| done.prompt_tokens).sum();
        let (sent, done) = taken.map_or((String::new(), None), |(sent, done)| (sent, Some(done)));
        let answered = Answered {
            arm: self.arm.clone(),
            item: self.bed.items[running.item].clone(),
            sent,
            finish: done.as_ref().map(|done| done.finish),
            prompt_tokens: done.as_ref().map_or(0, |done| done.prompt_tokens),
            added_tokens: prompt_tokens as i64 - running.plain_tokens as i64,
            answer_tokens: done.as_ref().map_or(0, |done| done.generated_tokens),
            answer: done.map_or(words, |done| done.text),
            calls: running.calls.len(),
            verdict: None,
        };
        self.journal.push(Record::Answered(answered))?;
        self.done += 1;
        (self.observer)("answers", self.done, self.total);
        Ok(())
    }
}

impl Work for Answering<'_, '_, '_> {
    type Error = EvalError;

    fn next(&mut self) -> Result<Option<Job>, EvalError> {
        loop {
            if let Some(job) = self.ready.pop_front() {
                return Ok(Some(job));
            }
            let Some(number) = self.open.pop_front() else { return Ok(None) };
            self.begin(number)?;
        }
    }

    fn done(&mut self, done: Done) -> Result<(), EvalError> {
        let Some(&(id, call)) = self.asked.get(done.key) else { return Ok(()) };
        let Some(mut running) = self.running.remove(&id) else { return Ok(()) };
        running.calls[call].done = Some(done);
        running.n_open -= 1;
        let then = if running.n_open == 0 { running.then.take() } else { None };
        let Some(then) = then else {
            self.running.insert(id, running);
            return Ok(());
        };
        let text = |call: &Asked| call.done.as_ref().map_or_else(String::new, |done| done.text.clone());
        let texts = running.calls[running.first..].iter().map(text).collect();
        self.go_on(id, running, then(texts))
    }
}
