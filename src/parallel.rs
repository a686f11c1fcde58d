//! Several things at once.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What both give; the first runs on a thread of its own, where there is one to be had.
///
/// The work that asks for many small pieces of memory is better the second: the allocator of a new thread grows a page at
/// a time, with a system call for each.
pub(crate) fn both<A: Send, B>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    // The thread takes the work out of here; if it never starts, it is still here.
    let work = std::sync::Mutex::new(Some(first));
    let take = || work.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || take().map(|first| first()));
        let here = second();
        let there = other
            .ok()
            .and_then(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let there = there.or_else(|| take().map(|first| first()));
        (there.expect("one of the two takes the work"), here)
    })
}

/// What comes of a list in parts of its order, each thread working on one of at least `n_least`; at least one part.
pub(crate) fn in_parts<I: Sync, T: Send>(
    items: &[I],
    n_least: usize,
    work: impl Fn(&[I]) -> T + Sync,
) -> Vec<T> {
    let n_threads = n_threads();
    let n_each = items.len().div_ceil(n_threads).max(n_least);
    // The first part is for this thread, which would only wait for the others.
    let (first, rest) = items.split_at(n_each.min(items.len()));
    thread::scope(|scope| {
        let others: Vec<_> = rest.chunks(n_each).map(|part| scope.spawn(|| work(part))).collect();
        let mut parts = vec![work(first)];
        for other in others {
            parts.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        parts
    })
}

/// What comes of each item, in the order of the items. Each thread takes the next one when it is done with its last, as some may
/// take far longer than others.
pub(crate) fn one_by_one<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take_and_work = || {
        let mut done = Vec::new();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(nth) else { return done };
            done.push((nth, work(item)));
        }
    };
    let mut done = thread::scope(|scope| {
        let n_others = n_threads().min(items.len()).saturating_sub(1);
        let others: Vec<_> = (0..n_others).map(|_| scope.spawn(take_and_work)).collect();
        let mut done = take_and_work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(nth, _)| *nth);
    done.into_iter().map(|(_, made)| made).collect()
}

fn n_threads() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_one_by_one_is_in_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(one_by_one(&items, |n| n * 2), items.iter().map(|n| n * 2).collect::<Vec<_>>());
        assert!(one_by_one(&[], |n: &usize| *n).is_empty());
    }

    #[test]
    fn both_run() {
        let text = String::from("a");
        assert_eq!(both(|| text.len(), || text.as_str()), (1, "a"));
    }
}
