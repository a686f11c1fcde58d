//! What kubectl fetches, read while it writes.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::process::{Child, ChildStdout, Command, ExitStatus as ProcessStatus, Stdio};

use crate::args::KubectlGet;
use crate::config::{Config, KubectlFailure};

/// The program that asks the server.
const KUBECTL: &str = "kubectl";

/// The answers of one call after another. What kubectl says itself goes to standard error as it comes.
pub(super) struct KubectlReader {
    calls: VecDeque<Vec<String>>,
    running: Option<RunningCall>,
    /// Whether anything was answered so far.
    has_answer: bool,
    config: Config,
}

struct RunningCall {
    child: Child,
    answer: ChildStdout,
}

impl KubectlReader {
    pub(super) fn new(get: &KubectlGet, config: &Config) -> KubectlReader {
        KubectlReader { calls: get.calls().into(), running: None, has_answer: false, config: config.clone() }
    }

    /// Begins the next call. False if there is none.
    fn begin(&mut self) -> io::Result<bool> {
        let Some(call) = self.calls.pop_front() else { return Ok(false) };
        let spawned = Command::new(KUBECTL).args(call).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        // Not as the error that it is: it would be said that the dump is not there.
        let mut child =
            spawned.map_err(|error| io::Error::other(format!("{KUBECTL} cannot be run: {error}")))?;
        let answer = child.stdout.take().ok_or_else(|| io::Error::other("kubectl has no output"))?;
        self.running = Some(RunningCall { child, answer });
        Ok(true)
    }

    /// Waits for the call that has written all it has to say. One that failed is the last.
    fn end(&mut self) -> io::Result<()> {
        let Some(mut call) = self.running.take() else { return Ok(()) };
        let status = call.child.wait()?;
        if status.success() {
            return Ok(());
        }
        self.calls.clear();
        let has_answer = self.has_answer;
        self.config.kubectl_has_failed(KubectlFailure { code: code(status), has_answer });
        // What kubectl got of several kinds is an answer, though not all of it.
        if self.has_answer { Ok(()) } else { Err(io::Error::other("kubectl failed")) }
    }
}

/// What a shell would say that the program came to.
fn code(status: ProcessStatus) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| 128 + signal);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

impl Read for KubectlReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.running.is_none() && !self.begin()? {
                return Ok(0);
            }
            let Some(call) = &mut self.running else { return Ok(0) };
            let n_read = call.answer.read(buffer)?;
            if n_read > 0 {
                self.has_answer = true;
                return Ok(n_read);
            }
            if buffer.is_empty() {
                return Ok(0);
            }
            self.end()?;
        }
    }
}

impl Drop for KubectlReader {
    /// Nobody reads any further: kubectl need not go on, and is not left behind.
    fn drop(&mut self) {
        if let Some(mut call) = self.running.take() {
            let _ = call.child.kill();
            let _ = call.child.wait();
        }
    }
}
