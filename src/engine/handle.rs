//! A scheduler on a thread of its own, and requests to it from any other.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::JoinHandle;

use super::cancel::CancelToken;
use super::context_params::ContextParams;
use super::error::EngineError;
use super::model::Model;
use super::request::{Completion, Event, Request, RequestId};
use super::scheduler::Scheduler;

/// What a request brings, owned.
#[derive(Debug)]
pub enum OwnedEvent {
    /// So much of the prompt of an answer is in the cache.
    Prompt {
        /// Tokens that were processed, or were there already.
        done: usize,
        /// Tokens of the prompt.
        of: usize,
    },
    /// More of the answer: whole characters.
    Text(String),
    /// Logits after position `first + index` of the prompt, `[n_vocab]`.
    Logits {
        /// Counted from the first position that was wanted.
        index: usize,
        /// `[n_vocab]`
        logits: Vec<f32>,
    },
    /// Hidden states, `[rows of the reading, n_layer, n_embd]`.
    HiddenStates(Vec<f32>),
    /// It has ended.
    Done(Completion),
    /// It has failed; no other request has.
    Failed(EngineError),
}

/// A scheduler that runs on a thread of its own for as long as its handle lives. Dropping the handle cancels what runs
/// and waits for the thread.
///
/// ```
/// # use antidote::engine::Handle;
/// fn shared<T: Send + Sync>() {}
/// shared::<Handle>();
/// ```
pub struct Handle {
    requests: Option<Sender<Order>>,
    model: Arc<Model>,
    n_ctx: usize,
    thread: Option<JoinHandle<()>>,
}

struct Order {
    request: Request,
    events: Sender<OwnedEvent>,
}

impl Handle {
    /// Makes a scheduler on a new thread.
    ///
    /// # Errors
    /// The context cannot be made, or the system gives no thread.
    pub fn spawn(model: &Arc<Model>, params: ContextParams) -> Result<Self, EngineError> {
        let (requests, orders) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let own = Arc::clone(model);
        let run = move || match Scheduler::new(&own, params) {
            Ok(scheduler) => {
                let _ = tell.send(Ok(scheduler.n_ctx()));
                serve(scheduler, &orders);
            }
            Err(error) => {
                let _ = tell.send(Err(error));
            }
        };
        let thread = std::thread::Builder::new().name("model".to_owned()).spawn(run);
        let thread = thread.map_err(|_| EngineError::Gone)?;
        let n_ctx = told.recv().map_err(|_| EngineError::Gone)??;
        Ok(Self { requests: Some(requests), model: Arc::clone(model), n_ctx, thread: Some(thread) })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// Tokens that a prompt and its answer may have together.
    #[must_use]
    pub fn n_ctx(&self) -> usize {
        self.n_ctx
    }

    /// Submits a request. What comes of it is read from the stream, from any thread; dropping the stream cancels it.
    #[must_use]
    pub fn submit(&self, request: Request) -> Stream {
        let (events, receiver) = mpsc::channel();
        let cancel = request.cancel.clone();
        let order = Order { request, events };
        if let Some(requests) = &self.requests
            && let Err(mpsc::SendError(order)) = requests.send(order)
        {
            let _ = order.events.send(OwnedEvent::Failed(EngineError::Gone));
        }
        Stream { events: receiver, cancel, is_over: false }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a request brings, as it comes; ends after [`OwnedEvent::Done`] or [`OwnedEvent::Failed`]. Dropped before, it
/// cancels the request.
#[derive(Debug)]
pub struct Stream {
    events: Receiver<OwnedEvent>,
    cancel: CancelToken,
    is_over: bool,
}

impl Stream {
    /// Cancels the request from anywhere.
    #[must_use]
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Waits for the end, passing over what comes before.
    ///
    /// # Errors
    /// The request failed, or the thread has ended.
    pub fn wait(mut self) -> Result<Completion, EngineError> {
        self.find_map(|event| match event {
            OwnedEvent::Done(completion) => Some(Ok(completion)),
            OwnedEvent::Failed(error) => Some(Err(error)),
            _ => None,
        })
        .unwrap_or(Err(EngineError::Gone))
    }
}

impl Iterator for Stream {
    type Item = OwnedEvent;

    fn next(&mut self) -> Option<OwnedEvent> {
        let event = self.events.recv().ok();
        self.is_over |= matches!(event, None | Some(OwnedEvent::Done(_) | OwnedEvent::Failed(_)));
        event
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if !self.is_over {
            self.cancel.cancel();
        }
    }
}

/// The thread: takes orders between steps, and waits for one where nothing runs.
fn serve(mut scheduler: Scheduler, orders: &Receiver<Order>) {
    let mut clients: HashMap<RequestId, (Sender<OwnedEvent>, CancelToken)> = HashMap::new();
    let mut is_open = true;
    while is_open || !scheduler.is_idle() {
        loop {
            let order = if scheduler.is_idle() && is_open {
                orders.recv().map_err(|_| TryRecvError::Disconnected)
            } else {
                orders.try_recv()
            };
            match order {
                Ok(Order { request, events }) => {
                    let cancel = request.cancel.clone();
                    clients.insert(scheduler.submit(request), (events, cancel));
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    is_open = false;
                    clients.values().for_each(|(_, cancel)| {
                        cancel.cancel();
                    });
                    break;
                }
            }
        }
        scheduler.step(&mut |id, event| {
            let Some((events, _)) = clients.get(&id) else { return ControlFlow::Break(()) };
            let (owned, is_last) = match event {
                Event::Prompt { done, of } => (OwnedEvent::Prompt { done, of }, false),
                Event::Text(text) => (OwnedEvent::Text(text.to_owned()), false),
                Event::Logits { index, logits } => (OwnedEvent::Logits { index, logits: logits.to_vec() }, false),
                Event::HiddenStates(states) => (OwnedEvent::HiddenStates(states.to_vec()), false),
                Event::Done { completion, .. } => (OwnedEvent::Done(completion), true),
                Event::Failed { error, .. } => (OwnedEvent::Failed(error), true),
            };
            let sent = events.send(owned);
            if is_last {
                clients.remove(&id);
            }
            if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
    }
}
