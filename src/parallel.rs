//! Two things at once.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_run() {
        let text = String::from("a");
        assert_eq!(both(|| text.len(), || text.as_str()), (1, "a"));
    }
}
