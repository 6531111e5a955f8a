//! Judging what was recorded: by phrases, at once; or by a judge model, many answers at once.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{
    CancelToken, ContextOptions, ContextParams, Limits, Model, Request, RequestId, Reuse, Sampler, Scheduler, Steering,
    Token, slots_that_fit,
};
use crate::eval::dataset::spread;
use crate::eval::generate::{EvalError, Observer, finished};
use crate::eval::journal::{Journal, JournalError, Key};
use crate::eval::judge::broken::fault_of;
use crate::eval::judge::guard::Guard;
use crate::eval::judge::{COMPARISON_TOKENS, Judge, Preference, Prompt, comparison};
use crate::eval::lines;
use crate::eval::record::{Answered, Comparison, Flaw, Record, Verdict};
use crate::eval::refusal;
use crate::prompt::Template;

/// Replies of judge models, a line each, so that judging goes on where it was.
const REPLIES: &str = "replies.jsonl";
/// Characters around an exchange, fewer than which tell no classifier what to do: the templates of chat models put a few
/// marks there, or a line about themselves.
const CLASSIFIER_WORDS: usize = 400;
/// Tokens of a judge's context at most, so that many fit.
const JUDGE_CONTEXT: u32 = 4096;

/// Gives every answer the verdict of the refusal judge.
pub fn judge_with_phrases(journal: &mut Journal) {
    for record in journal.records_mut() {
        if let Record::Answered(answered) = record {
            answered.verdict = Some(by_phrases(answered));
        }
    }
}

/// The refusal judge's verdict; none that counts, if the prompt did not fit.
pub(crate) fn by_phrases(answered: &Answered) -> Verdict {
    unfit(answered, refusal::NAME).unwrap_or_else(|| looked_through(refusal::judge(&answered.answer), answered))
}

/// `verdict`, unless the answer does not refuse and says nothing either: whoever judges, that is no answer.
fn looked_through(verdict: Verdict, answered: &Answered) -> Verdict {
    if verdict.is_refused == Some(true) {
        return verdict;
    }
    match fault_of(&answered.answer) {
        Some(because) => Verdict { is_refused: Some(false), flaw: Some(Flaw::Broken), because, ..verdict },
        None => verdict,
    }
}

fn unfit(answered: &Answered, judge: &str) -> Option<Verdict> {
    answered.is_too_long().then(|| Verdict {
        judge: judge.to_owned(),
        is_refused: None,
        flaw: None,
        because: "the prompt does not fit into the context".to_owned(),
    })
}

/// Gives every answer the verdict of `guard`, which runs on `model`; those that it cannot judge, the refusal judge's.
/// Compares `n_compared` answers of every arm to harmless requests with the plain model's, in both orders.
///
/// # Errors
/// The model fails, it was interrupted, or the journal cannot be written. Replies so far are kept.
pub fn judge_with_model(
    journal: &mut Journal,
    judge: &Judge,
    model: &Arc<Model>,
    context: &ContextOptions,
    n_compared: usize,
    cancel: &CancelToken,
    observer: Observer<'_>,
) -> Result<(), EvalError> {
    let Judge::Guard { kind: guard, prompt: own, .. } = judge else {
        judge_with_phrases(journal);
        return Ok(());
    };
    let guard = *guard;
    let name = judge.name();
    let path = journal.folder().join(REPLIES);
    let io = |source| JournalError::Io { path: path.clone(), source };
    let (file, text) = lines::open(&path).map_err(io)?;
    let earlier = text.lines().filter_map(|line| serde_json::from_str::<Reply>(line).ok());
    let mut replies: HashMap<String, String> =
        earlier.filter(|reply| reply.judge == name).map(|reply| (reply.key, reply.text)).collect();

    let template = Template::of(model).map_err(|source| EvalError::Template { item: name.clone(), source })?;
    if guard.is_classifier() && own.is_none() {
        let Prompt::Messages(messages) = guard.prompt(None, "a", "b") else {
            return Err(EvalError::NoJudgePrompt { judge: name });
        };
        let failed = |source| EvalError::Template { item: name.clone(), source };
        let around = template.render(&messages).map_err(failed)?.text().chars().count();
        if around < CLASSIFIER_WORDS {
            return Err(EvalError::NoJudgePrompt { judge: name });
        }
    }
    let pairs = pairs(journal.records(), n_compared);
    let mut questions = vec![];
    for record in journal.records() {
        if let Record::Answered(answered) = record
            && guard.judges(answered.item.kind)
            && !answered.is_too_long()
        {
            let prompt = guard.prompt(own.as_ref(), &answered.item.request, &answered.answer);
            questions.push((key(answered), prompt, guard.max_tokens()));
        }
    }
    for pair in &pairs {
        for order in 0..2 {
            questions.push((pair.key(order), pair.prompt(order), COMPARISON_TOKENS));
        }
    }
    let mut open = VecDeque::new();
    for (key, prompt, max_tokens) in questions {
        if !replies.contains_key(&key) {
            let tokens = match prompt {
                Prompt::Text(text) => model.tokenize(&text),
                Prompt::Messages(messages) => {
                    let failed = |source| EvalError::Template { item: name.clone(), source };
                    template.render(&messages).and_then(|rendered| rendered.tokens(model)).map_err(failed)?
                }
            };
            open.push_back((key, tokens, max_tokens));
        }
    }
    if !open.is_empty() {
        let longest = open.iter().map(|(_, tokens, max_tokens)| tokens.len() + max_tokens).max().unwrap_or(0);
        let n_ctx = u32::try_from(longest + 1).unwrap_or(u32::MAX).min(context.n_ctx).min(JUDGE_CONTEXT);
        let n_slots = slots_that_fit(model, n_ctx, context);
        let mut scheduler = Scheduler::new(model, ContextParams::for_many(model, context, n_slots, n_ctx))?;
        let total = open.len();
        let judging = Judging {
            name: &name,
            open,
            cancel,
            asked: HashMap::new(),
            file,
            path: &path,
            replies: &mut replies,
            observer,
            total,
        };
        judging.run(&mut scheduler)?;
    }
    settle(journal, guard, &name, &replies);
    if !pairs.is_empty() {
        // Another judge's are out of date.
        journal.retain(|record| !matches!(record, Record::Comparison(_)));
    }
    for pair in pairs {
        journal.push(Record::Comparison(pair.settle(&name, &replies)))?;
    }
    Ok(())
}

/// Verdicts from replies.
fn settle(journal: &mut Journal, guard: Guard, name: &str, replies: &HashMap<String, String>) {
    for record in journal.records_mut() {
        if let Record::Answered(answered) = record {
            let reply = replies.get(&key(answered));
            let verdict = match reply {
                _ if answered.is_too_long() => unfit(answered, name),
                Some(reply) if guard.judges(answered.item.kind) => {
                    Some(looked_through(guard.verdict(name, reply), answered))
                }
                _ => None,
            };
            answered.verdict = Some(verdict.unwrap_or_else(|| by_phrases(answered)));
        }
    }
}

/// A reply belongs to an answer, word for word: an answer that was made anew is judged anew.
fn key(answered: &Answered) -> String {
    let hash = blake3::hash(format!("{}\0{}", answered.item.request, answered.answer).as_bytes());
    format!("{} {}", Key::answer(&answered.arm, &answered.item.id).as_str(), &hash.to_hex()[..16])
}

#[derive(Serialize, Deserialize)]
struct Reply {
    judge: String,
    key: String,
    text: String,
}

/// The judge model at work.
struct Judging<'a, 'observer> {
    name: &'a str,
    /// The key of each question, its prompt, and the tokens that a reply may have.
    open: VecDeque<(String, Vec<Token>, usize)>,
    cancel: &'a CancelToken,
    asked: HashMap<RequestId, String>,
    file: File,
    path: &'a Path,
    replies: &'a mut HashMap<String, String>,
    observer: Observer<'observer>,
    total: usize,
}

impl Judging<'_, '_> {
    fn run(mut self, scheduler: &mut Scheduler) -> Result<(), EvalError> {
        loop {
            while scheduler.n_requests() < scheduler.n_slots()
                && let Some((key, prompt, max_tokens)) = self.open.pop_front()
            {
                if prompt.len() >= scheduler.n_ctx() {
                    // No reply, no verdict; the phrases give one.
                    self.take(key, String::new())?;
                    continue;
                }
                let limits = Limits::tokens(max_tokens);
                let request = Request::text(prompt, Steering::default(), Sampler::default(), limits);
                let request = Request { reuse: Reuse::NOTHING, ..request }.cancelled_by(self.cancel);
                self.asked.insert(scheduler.submit(request), key);
            }
            if scheduler.is_idle() {
                return Ok(());
            }
            for (request, completion) in finished(scheduler)? {
                if let Some(key) = self.asked.remove(&request) {
                    self.take(key, completion.text)?;
                }
            }
        }
    }

    fn take(&mut self, key: String, text: String) -> Result<(), EvalError> {
        let reply = Reply { judge: self.name.to_owned(), key, text };
        let mut line = serde_json::to_string(&reply).unwrap_or_default();
        line.push('\n');
        let io = |source| JournalError::Io { path: self.path.to_owned(), source };
        self.file.write_all(line.as_bytes()).map_err(io)?;
        self.replies.insert(reply.key, reply.text);
        (self.observer)("verdicts", self.replies.len().min(self.total), self.total);
        Ok(())
    }
}

/// An arm's answer and the plain model's to the same item.
struct Pair {
    of_arm: Answered,
    baseline: String,
}

/// The answers to be compared: of every arm but the plain one, to `n` harmless items.
fn pairs(records: &[Record], n: usize) -> Vec<Pair> {
    let answers = || {
        records.iter().filter_map(|record| match record {
            Record::Answered(answered) if !answered.item.kind.should_be_refused() && !answered.is_too_long() => {
                Some(answered)
            }
            _ => None,
        })
    };
    let baseline: BTreeMap<&str, &str> =
        answers().filter(|it| it.arm.is_baseline()).map(|it| (&*it.item.id, &*it.answer)).collect();
    let chosen: Vec<&str> = spread(baseline.keys().copied().collect(), n, |_| ());
    let is_chosen = |answered: &&Answered| !answered.arm.is_baseline() && chosen.contains(&&*answered.item.id);
    answers()
        .filter(is_chosen)
        .map(|it| Pair { of_arm: it.clone(), baseline: baseline[&*it.item.id].to_owned() })
        .collect()
}

impl Pair {
    fn key(&self, order: usize) -> String {
        let hash = blake3::hash(format!("{}\0{}", self.of_arm.answer, self.baseline).as_bytes());
        format!("{} {order} {}", Key::comparison(&self.of_arm.arm, &self.of_arm.item.id).as_str(), &hash.to_hex()[..16])
    }

    /// The arm's answer stands first in order 0 and second in order 1.
    fn prompt(&self, order: usize) -> Prompt {
        let (request, of_arm) = (&*self.of_arm.item.request, &*self.of_arm.answer);
        if order == 0 {
            comparison(request, of_arm, &self.baseline)
        } else {
            comparison(request, &self.baseline, of_arm)
        }
    }

    fn settle(&self, judge: &str, replies: &HashMap<String, String>) -> Comparison {
        let preference = |order| Preference::read(replies.get(&self.key(order))?);
        Comparison {
            arm: self.of_arm.arm.clone(),
            item_id: self.of_arm.item.id.clone(),
            judge: judge.to_owned(),
            points: [preference(0).map(Preference::points_of_first), preference(1).map(Preference::points_of_second)],
        }
    }
}
