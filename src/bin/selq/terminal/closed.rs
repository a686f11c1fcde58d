//! Whether standard output was closed when the program began (`selq … >&-`).
//!
//! The runtime of Rust opens `/dev/null` in the place of a closed standard output, where an answer would be lost without
//! a word. So this has to look before `main`, which a constructor of the program does; the crate wants the word `unsafe`
//! beside it because little of the standard library may be used that early. A duplicate of a file descriptor is one
//! system call.

use std::sync::atomic::{AtomicBool, Ordering};

static WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether there was no standard output to begin with.
pub(crate) fn stdout_was_closed() -> bool {
    WAS_CLOSED.load(Ordering::Relaxed)
}

#[cfg(unix)]
#[ctor::ctor(unsafe)]
fn look() {
    use std::os::fd::AsFd;
    let is_closed = std::io::stdout().as_fd().try_clone_to_owned().is_err();
    WAS_CLOSED.store(is_closed, Ordering::Relaxed);
}
