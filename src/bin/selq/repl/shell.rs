//! Commands of the user's shell, which a session hands its answers to.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus as ProcessStatus, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow};

use super::session::Session;
use crate::terminal::message;

/// What a command reads.
pub(super) enum ShellInput<'w> {
    /// Nothing of the session's: what the user types, where there is somebody.
    OfUser,
    /// What this writes.
    Written(&'w mut dyn FnMut(&mut dyn Write) -> Result<()>),
}

/// The shell's command for `script`, which may name its arguments `$1` and so on.
fn shell(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "cmd" } else { "sh" });
    command.arg(if cfg!(windows) { "/C" } else { "-c" }).arg(script).arg("sh").args(arguments);
    command
}

/// Runs a command, and tells whether it came to a good end; if not, that is said. On a screen it has the terminal, and
/// elsewhere what it prints goes where the answers go.
pub(super) fn run(
    session: &Session,
    script: &str,
    arguments: &[&str],
    input: ShellInput<'_>,
    out: &mut dyn Write,
) -> Result<bool> {
    // What was printed before comes before.
    out.flush()?;
    let has_screen = session.voice.screen.is_some();
    let mut command = shell(script, arguments);
    command.stdin(match input {
        ShellInput::Written(_) => Stdio::piped(),
        ShellInput::OfUser if has_screen => Stdio::inherit(),
        // The lines of the session come from there.
        ShellInput::OfUser => Stdio::null(),
    });
    command.stdout(if has_screen { Stdio::inherit() } else { Stdio::piped() });
    let mut child = command.spawn().with_context(|| format!("{script} cannot be run"))?;
    let printed = printed_by(&mut child);
    let written = match input {
        ShellInput::Written(write) => feed(&mut child, write),
        ShellInput::OfUser => Ok(()),
    };
    let status = child.wait()?;
    if let Some(printed) = printed {
        let printed = printed.join().map_err(|_| anyhow!("the output of {script} could not be read"))?;
        out.write_all(&printed?)?;
    }
    written?;
    if !status.success() {
        session.voice.remark(&ended(status), out)?;
    }
    Ok(status.success())
}

/// Collects what a command prints, while it reads.
fn printed_by(child: &mut Child) -> Option<thread::JoinHandle<std::io::Result<Vec<u8>>>> {
    let mut stdout = child.stdout.take()?;
    Some(thread::spawn(move || {
        let mut printed = Vec::new();
        stdout.read_to_end(&mut printed).map(|_| printed)
    }))
}

fn feed(child: &mut Child, write: &mut dyn FnMut(&mut dyn Write) -> Result<()>) -> Result<()> {
    let Some(stdin) = child.stdin.take() else { return Ok(()) };
    let mut stdin = std::io::BufWriter::new(stdin);
    match write(&mut stdin).and_then(|()| Ok(stdin.flush()?)) {
        // The command has seen enough, as `head` does.
        Err(error) if message::is_broken_pipe(&error) => Ok(()),
        written => written,
    }
}

fn ended(status: ProcessStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => "it was stopped by a signal".to_owned(),
    }
}
