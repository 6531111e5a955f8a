//! *Perplexity filter*: prompts that the plain model finds less likely than any ordinary request are not answered. Alon and
//! Kamfonas 2023 (arXiv 2308.14132); Jain et al. 2023 (arXiv 2309.00614, section 4.1), whose rule for the threshold is
//! followed: the highest log-perplexity among the plain requests.

use super::{Call, Case, Step, user};
use crate::prompt::Language;

pub(super) const SOURCE: &str = "Alon and Kamfonas 2023, arXiv 2308.14132; Jain et al. 2023, arXiv 2309.00614";

/// A threshold, and over which stretches perplexity is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filter {
    /// The highest log-perplexity, in nats a token, that is let through.
    pub threshold: f64,
    /// Tokens of a stretch; `None` for the whole prompt. Jain et al. use 10 for their windowed filter.
    pub window: Option<usize>,
}

impl Filter {
    /// The filter that just lets all of `requests` through, each given as −ln p of its tokens (see [`Step::Score`]).
    /// `None` if there is no request with a score.
    pub fn calibrated<'a>(requests: impl IntoIterator<Item = &'a [f64]>, window: Option<usize>) -> Option<Self> {
        let scores = requests.into_iter().filter_map(|tokens| log_perplexity(tokens, window));
        scores.reduce(f64::max).map(|threshold| Self { threshold, window })
    }

    /// Whether a prompt with these −ln p of its tokens is let through. One with no scores is; one with a score that is no
    /// number is not.
    #[must_use]
    pub fn passes(&self, tokens: &[f64]) -> bool {
        log_perplexity(tokens, self.window).is_none_or(|score| score <= self.threshold)
    }
}

/// The mean of −ln p, in nats a token: of all tokens, or of the stretch of `window` tokens in which it is highest. A last
/// stretch that is not full counts with the tokens it has, if it is not the only one it is made longer to the left.
fn log_perplexity(tokens: &[f64], window: Option<usize>) -> Option<f64> {
    let mean = |tokens: &[f64]| tokens.iter().sum::<f64>() / tokens.len() as f64;
    match window.filter(|window| *window > 0 && *window < tokens.len()) {
        None => (!tokens.is_empty()).then(|| mean(tokens)),
        Some(window) => {
            let whole = tokens.chunks_exact(window).map(mean);
            let last = mean(&tokens[tokens.len() - window..]);
            // Not `f64::max`, which prefers a number to what is none.
            whole.chain([last]).reduce(|highest, score| if score <= highest { highest } else { score })
        }
    }
}

pub(super) fn start(case: Case<'_>, filter: Filter) -> Step {
    let (prompt, language) = (case.prompt.to_owned(), case.language);
    Step::Score {
        text: prompt.clone(),
        then: Box::new(move |tokens| {
            if filter.passes(tokens) {
                Step::ask_once(Call::answer(vec![user(prompt)]), 0)
            } else {
                Step::Block(words(language).to_owned())
            }
        }),
    }
}

/// What is answered in the model's place. The refusal judge knows it for a refusal.
fn words(language: Language) -> &'static str {
    match language {
        Language::En => "I can't help with that: the request does not look like ordinary text.",
        Language::Ja => "お手伝いできません。通常の文章ではないようです。",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_threshold_is_the_highest_of_the_requests() {
        let requests: [&[f64]; 3] = [&[1.0, 3.0], &[4.0], &[]];
        let filter = Filter::calibrated(requests, None).unwrap();
        assert_eq!(filter.threshold, 4.0);
        assert!(filter.passes(&[4.0, 4.0]));
        assert!(!filter.passes(&[4.0, 4.1]));
        assert!(filter.passes(&[]));
        assert!(!filter.passes(&[f64::NAN]));
        assert!(Filter::calibrated([&[][..]], None).is_none());
    }

    #[test]
    fn a_window_sees_what_the_mean_hides() {
        let mut tokens = vec![1.0; 40];
        tokens[30..].fill(9.0);
        let filter = |window| Filter { threshold: 5.0, window };
        assert!(filter(None).passes(&tokens));
        assert!(!filter(Some(10)).passes(&tokens));
        tokens[13] = f64::NAN;
        assert!(!filter(Some(10)).passes(&tokens));
    }

    proptest! {
        #[test]
        fn what_it_was_calibrated_on_passes(
            requests in prop::collection::vec(prop::collection::vec(0.0..20.0_f64, 0..30), 1..10),
            window in prop::option::of(0_usize..12),
        ) {
            if let Some(filter) = Filter::calibrated(requests.iter().map(Vec::as_slice), window) {
                prop_assert!(requests.iter().all(|tokens| filter.passes(tokens)));
            }
        }
    }
}
