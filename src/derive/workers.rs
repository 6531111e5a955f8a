//! Layers side by side on the machine's cores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// `work(0)`, `work(1)`, …, up to `n`, on `n_workers` threads; results in order. After an error no further piece is
/// begun, and the error of the first piece that failed is given: pieces are begun in order, so it is always the same.
pub(super) fn each<T: Send, E: Send>(
    n: usize,
    n_workers: usize,
    work: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results: Mutex<Vec<Option<Result<T, E>>>> = Mutex::new((0..n).map(|_| None).collect());
    let run = || {
        while !has_failed.load(Ordering::Relaxed) {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= n {
                break;
            }
            let result = work(piece);
            if result.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[piece] = Some(result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..n_workers.min(n) {
            scope.spawn(run);
        }
        run();
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    // What was not begun lies behind the piece that failed.
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_the_first_error_is_the_same() {
        for n_workers in [1, 3, 8] {
            let squares: Result<Vec<_>, ()> = each(20, n_workers, |piece| Ok(piece * piece));
            assert_eq!(squares.unwrap(), (0..20).map(|piece| piece * piece).collect::<Vec<_>>());
            let failed: Result<Vec<usize>, usize> =
                each(20, n_workers, |piece| if piece % 7 == 5 { Err(piece) } else { Ok(piece) });
            assert_eq!(failed, Err(5));
            assert_eq!(each(0, n_workers, |_| Ok::<_, ()>(0)), Ok(vec![]));
        }
    }
}
