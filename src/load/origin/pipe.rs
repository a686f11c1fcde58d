//! Pipes, through which dumps come.

/// How much a pipe is to hold: as much as Linux grants to everybody.
#[cfg(target_os = "linux")]
const PIPE_LEN: usize = 1 << 20;

/// Lets a pipe hold more, so that whoever writes it and whoever reads it seldom wait for each other. What is no pipe, or
/// may not be larger, stays as it is.
#[cfg(target_os = "linux")]
pub(in crate::load) fn enlarge(reader: &impl std::os::fd::AsFd) {
    // It is only a matter of speed.
    let _ = rustix::pipe::fcntl_setpipe_size(reader, PIPE_LEN);
}

/// Elsewhere pipes are as large as they are.
#[cfg(not(target_os = "linux"))]
pub(in crate::load) fn enlarge<R>(_reader: &R) {}
