//! Every item under every arm: the steps of each arm's defence, many items at once. Items of the next arm fill the slots
//! that the last ones of an arm leave, whatever steers either.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use super::prompting::{Prompting, common_prefix};
use super::scoring::surprises;
use super::{EvalError, Evaluation, Observer, arms, finished};
use crate::engine::{
    CancelToken, Completion, FinishReason, Limits, Model, Request, RequestId, Reuse, Sampler, Scheduler, Scorer,
    Steering, Token,
};
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

/// Answers the items that are not recorded yet, arm by arm.
pub(super) fn answer(evaluation: &mut Evaluation<'_>, arms: &[Arm]) -> Result<(), EvalError> {
    let steerings = arms.iter().map(|arm| evaluation.steering(arm)).collect::<Result<Vec<_>, _>>()?;
    let Evaluation { model, template, settings, bed, scheduler, scorer, scores, journal, cancel, observer, .. } =
        evaluation;
    let total = arms.len() * bed.items.len();
    let mut waiting = VecDeque::new();
    let mut done = total;
    for (arm, steering) in arms.iter().zip(steerings) {
        let is_open = |number: &usize| !journal.has(&Key::answer(arm, &bed.items[*number].id));
        let open: VecDeque<usize> = (0..bed.items.len()).filter(is_open).collect();
        done -= open.len();
        if !open.is_empty() {
            waiting.push_back(Waiting { arm: arm.clone(), steering, open });
        }
    }
    let work = Answering {
        bed,
        seed: settings.seed,
        max_tokens: settings.max_tokens,
        limits: Limits {
            stop: settings.stop.clone(),
            // Thinking that is marked by control tokens must be told from the answer here as in a chat.
            shown_tokens: template.thinking_marks().tokens_of(model),
            ..Limits::default()
        },
        prompting: Prompting::new(model, template, settings.system.as_deref()),
        scoring: Scoring { model, scorer, scores },
        journal,
        cancel,
        observer,
        done,
        total,
        waiting,
        condition: None,
        running: HashMap::new(),
        n_begun: 0,
        ready: VecDeque::new(),
        asked: HashMap::new(),
    };
    work.run(scheduler)
}

/// Texts scored under the plain model, each once.
struct Scoring<'a> {
    model: &'a Model,
    scorer: &'a mut Scorer,
    scores: &'a mut HashMap<String, Vec<f64>>,
}

impl Scoring<'_> {
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

/// An arm with items that are not begun yet.
struct Waiting {
    arm: Arm,
    steering: Steering,
    open: VecDeque<usize>,
}

/// An arm, and what its items have in common.
struct Condition {
    arm: Arm,
    steering: Steering,
    defence: Option<Defence>,
    filter: Option<Filter>,
    /// What the first calls of all items begin with.
    prefix: Vec<Token>,
}

/// The work of all arms.
struct Answering<'a, 'observer> {
    bed: &'a TestBed,
    seed: u64,
    max_tokens: usize,
    /// What ends an answer, beside its length.
    limits: Limits,
    prompting: Prompting<'a>,
    scoring: Scoring<'a>,
    journal: &'a mut Journal,
    cancel: &'a CancelToken,
    observer: &'a mut Observer<'observer>,
    done: usize,
    total: usize,
    waiting: VecDeque<Waiting>,
    /// The arm whose items are begun now.
    condition: Option<Rc<Condition>>,
    running: HashMap<usize, Running>,
    n_begun: usize,
    /// Calls that wait for a slot: whose they are, and which.
    ready: VecDeque<(usize, usize, Request)>,
    asked: HashMap<RequestId, (usize, usize)>,
}

type Then = Box<dyn FnOnce(Vec<String>) -> Step + Send>;

/// An item whose defence is at work.
struct Running {
    condition: Rc<Condition>,
    item: usize,
    plain_tokens: usize,
    calls: Vec<Call>,
    /// The first call of the step that is being asked.
    first: usize,
    n_open: usize,
    then: Option<Then>,
}

/// A call that was made.
struct Call {
    sent: String,
    completion: Option<Completion>,
}

impl Answering<'_, '_> {
    fn run(mut self, scheduler: &mut Scheduler) -> Result<(), EvalError> {
        let result = self.try_run(scheduler);
        if result.is_err() {
            // Other work is done in the same scheduler.
            scheduler.cancel_all();
        }
        result
    }

    fn try_run(&mut self, scheduler: &mut Scheduler) -> Result<(), EvalError> {
        loop {
            while scheduler.n_requests() < scheduler.n_slots() {
                let Some((id, call, request)) = self.next()? else { break };
                if request.prompt.len() < scheduler.n_ctx() {
                    self.asked.insert(scheduler.submit(request), (id, call));
                } else {
                    // Longer than a slot: no token is made, because the context is full.
                    let nothing = Completion::of_nothing(request.prompt.len(), FinishReason::ContextFull);
                    self.take(id, call, nothing)?;
                }
            }
            if scheduler.is_idle() {
                return Ok(());
            }
            for (request, completion) in finished(scheduler)? {
                if let Some((id, call)) = self.asked.remove(&request) {
                    self.take(id, call, completion)?;
                }
            }
        }
    }

    /// The next call: of items that are begun, else of the next item.
    fn next(&mut self) -> Result<Option<(usize, usize, Request)>, EvalError> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            let Some(arm) = self.waiting.front_mut() else { return Ok(None) };
            match arm.open.pop_front() {
                Some(number) => self.begin(number)?,
                None => {
                    self.waiting.pop_front();
                    self.condition = None;
                }
            }
        }
    }

    /// What the items of the arm that is begun now have in common.
    fn condition(&mut self) -> Result<Rc<Condition>, EvalError> {
        if let Some(condition) = &self.condition {
            return Ok(Rc::clone(condition));
        }
        let (arm, steering) = match self.waiting.front() {
            Some(waiting) => (waiting.arm.clone(), waiting.steering.clone()),
            None => (Arm::baseline(), Steering::default()),
        };
        let defence = arms::defence_of(&arm)?;
        let filter = match defence {
            Some(Defence::PerplexityFilter) => self.scoring.filter(self.bed)?,
            _ => None,
        };
        // Of all items, not only of the open ones: the same prefix whether this was begun before or not.
        let mut prompts = vec![];
        for item in &self.bed.items {
            if let Step::Ask { calls, .. } = start(defence, item, self.seed, filter)? {
                for call in calls.iter().take(1) {
                    prompts.push(self.prompting.call(call, &item.id)?);
                }
            } else {
                prompts.push(self.prompting.plain(&item.prompt, &item.id)?);
            }
        }
        let prefix = common_prefix(&prompts);
        let condition = Rc::new(Condition { arm, steering, defence, filter, prefix });
        self.condition = Some(Rc::clone(&condition));
        Ok(condition)
    }

    fn begin(&mut self, number: usize) -> Result<(), EvalError> {
        let condition = self.condition()?;
        let item = &self.bed.items[number];
        let plain_tokens = self.prompting.plain(&item.prompt, &item.id)?.len();
        let step = start(condition.defence, item, self.seed, condition.filter)?;
        let running = Running { condition, item: number, plain_tokens, calls: vec![], first: 0, n_open: 0, then: None };
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
                        let request = self.request(&running.condition, prompt, max_tokens);
                        self.ready.push_back((id, running.calls.len(), request));
                        running.calls.push(Call { sent: call.sent().to_owned(), completion: None });
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

    /// The likeliest answer to a prompt. It starts from cached states of what all prompts of the arm begin with and of
    /// nothing more, so that it does not depend on what was asked before it.
    fn request(&self, condition: &Condition, prompt: Vec<Token>, max_tokens: usize) -> Request {
        let is_prefixed = prompt.starts_with(&condition.prefix);
        let at_most = if is_prefixed { condition.prefix.len() } else { 0 };
        let limits = Limits { max_tokens: Some(max_tokens), ..self.limits.clone() };
        let request = Request::text(prompt, condition.steering.clone(), Sampler::default(), limits);
        Request { reuse: Reuse { at_most, across_steering: false }, ..request }.cancelled_by(self.cancel)
    }

    /// Takes the answer to a call.
    fn take(&mut self, id: usize, call: usize, completion: Completion) -> Result<(), EvalError> {
        let Some(mut running) = self.running.remove(&id) else { return Ok(()) };
        running.calls[call].completion = Some(completion);
        running.n_open -= 1;
        let then = if running.n_open == 0 { running.then.take() } else { None };
        let Some(then) = then else {
            self.running.insert(id, running);
            return Ok(());
        };
        let text = |call: &Call| call.completion.as_ref().map_or_else(String::new, |answer| answer.text.clone());
        let texts = running.calls[running.first..].iter().map(text).collect();
        self.go_on(id, running, then(texts))
    }

    /// Records the answer of a call, or the words of a filter that let nothing through.
    fn record(&mut self, running: &Running, call: Option<usize>, words: String) -> Result<(), EvalError> {
        let taken = call.and_then(|call| running.calls.get(call));
        let taken = taken.and_then(|call| Some((call.sent.clone(), call.completion.clone()?)));
        let completions = running.calls.iter().filter_map(|call| call.completion.as_ref());
        let prompt_tokens: usize = completions.map(|completion| completion.prompt_tokens).sum();
        let (sent, completion) = taken.map_or((String::new(), None), |(sent, completion)| (sent, Some(completion)));
        let answered = Answered {
            arm: running.condition.arm.clone(),
            item: self.bed.items[running.item].clone(),
            sent,
            finish: completion.as_ref().map(|completion| completion.finish),
            prompt_tokens: completion.as_ref().map_or(0, |completion| completion.prompt_tokens),
            added_tokens: prompt_tokens as i64 - running.plain_tokens as i64,
            answer_tokens: completion.as_ref().map_or(0, |completion| completion.generated_tokens),
            answer: completion.map_or(words, |completion| completion.text),
            calls: running.calls.len(),
            verdict: None,
        };
        self.journal.push(Record::Answered(answered))?;
        self.done += 1;
        (self.observer)("answers", self.done, self.total);
        Ok(())
    }
}

/// The first step of a defence.
fn start(defence: Option<Defence>, item: &Item, seed: u64, filter: Option<Filter>) -> Result<Step, EvalError> {
    let case = Case { prompt: &item.prompt, language: item.spoken(), seed };
    Ok(defences::start(defence, case, filter)?)
}
