//! `selq repl`: selectors answered while they are typed.
//!
//! A [`Session`](session::Session) is what lines are answered from, [`eval`](eval::eval) does what a line says,
//! [`typing`](crate::typing) says what there is to say about a line before it is entered, and [`editor`] brings them to a
//! terminal.

mod command;
mod editor;
mod eval;
mod history;
mod lines;
mod pager;
mod report;
mod session;
mod settings;
mod shell;
mod show;
mod stop;

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};

use anyhow::{Context, Result, anyhow};

use crate::args::{ColorChoice, ReplArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;
use crate::terminal::stdout::with_stdout;
use eval::eval;
use report::report;
use session::Session;
use settings::Settings;

pub(crate) fn run(args: &ReplArgs, config: &Config) -> Result<ExitStatus> {
    let files = args.input.source.inputs();
    let dump_is_stdin = files.iter().any(|file| is_stdin(&file.path));
    let is_interactive = config.stdout.is_terminal() && (dump_is_stdin || io::stdin().is_terminal());
    // What a user likes to look at must not change what a script reads.
    let config_file = settings::config_file().filter(|_| is_interactive);
    let (mut settings, faults) = Settings::read(args, config_file.as_deref())?;
    let config = with_color(config, &settings, is_interactive);
    settings.color = Some(config.color());
    faults.iter().for_each(|fault| message::warning(&config, &format_args!("{fault:#}")));
    // Lines come from standard input unless a dump does.
    let loaded = if files.is_empty() { input::nothing()? } else { input::load(&args.input, &config)? };
    let status = loaded.status(&config, ExitStatus::Matched);
    let mut session = Session::new(args, config, settings, loaded);
    if is_interactive {
        editor::run(session)?;
        return Ok(ExitStatus::Matched);
    }
    let all_right = match dump_is_stdin {
        true => run_lines(&mut session, BufReader::new(terminal()?))?,
        false => run_lines(&mut session, io::stdin().lock())?,
    };
    Ok(if all_right { status } else { ExitStatus::Error })
}

/// The colour that the settings ask for, unless the command line does. Lines from a pipe get none by themselves.
fn with_color(config: &Config, settings: &Settings, is_interactive: bool) -> Config {
    match (config.color(), settings.color) {
        (ColorChoice::Auto, _) if !is_interactive => config.clone().with_color(ColorChoice::Never),
        (ColorChoice::Auto, Some(color)) => config.clone().with_color(color),
        _ => config.clone(),
    }
}

fn terminal() -> Result<File> {
    File::open("/dev/tty")
        .context("the dump is on standard input, and there is no terminal to read lines from")
}

/// Does what each line says, as if each was a run of the program. False when there was an error.
fn run_lines(session: &mut Session, lines: impl BufRead) -> Result<bool> {
    let mut all_right = true;
    for line in lines.split(b'\n') {
        let result = String::from_utf8(line?)
            .map_err(|error| {
                anyhow!("expected UTF-8, found something else at byte {}", error.utf8_error().valid_up_to())
            })
            .and_then(|line| with_stdout(|out| eval(session, &line, out)));
        match result {
            Ok(flow) if flow.is_break() => break,
            Ok(_) => {}
            // The one who read is gone.
            Err(error) if message::is_broken_pipe(&error) => return Err(error),
            Err(error) => {
                report(&session.state.config, &error);
                all_right = false;
            }
        }
    }
    Ok(all_right)
}
