//! What a line does: a query is answered, a command is run. Stands above the session and the commands, so that the
//! session knows none of them.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use selq::query::{Columns, Subject};

use super::command::{self, Command};
use super::lines::LinesToDo;
use super::session::Session;
use super::shell::{self, ShellInput};
use super::stop::is_stop;
use crate::config::Audience;
use crate::output;
use crate::selection::wanted::Wanted;
use crate::terminal::message::{self, counted};
use crate::terminal::printer::Printer;
use crate::typing::names::BLANKS;
use crate::typing::{TypingContext, is_comment, piped};

/// The command that is one of the shell.
const SHELL: &str = "!";

/// What people type to leave or to get help elsewhere, and the command for it.
const HABITS: [(&str, &str); 4] = [("exit", "quit"), ("quit", "quit"), ("help", "help"), ("\\q", "quit")];

/// How deep files may have each other read.
const MAX_DEPTH: usize = 16;

/// Does what a line says. `Break` ends the session; an error does not.
pub(crate) fn eval(session: &mut Session, line: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    eval_in(session, line, &[], out)
}

/// The same of a line in texts, of which each had the next one done.
fn eval_in(
    session: &mut Session,
    line: &str,
    texts: &[&LinesToDo],
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    let flow = eval_one(session, line, out)?;
    match session.to_do.take() {
        Some(lines) if flow.is_continue() => eval_lines(session, &lines, texts, out),
        _ => Ok(flow),
    }
}

/// Does all lines of a text, whatever becomes of each.
fn eval_lines(
    session: &mut Session,
    lines: &LinesToDo,
    texts: &[&LinesToDo],
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    let LinesToDo { name, file, text } = lines;
    if file.is_some() && texts.iter().any(|outer| outer.file == *file) {
        bail!("{name} reads itself");
    }
    if texts.len() >= MAX_DEPTH {
        bail!("{name}: files have each other read, {MAX_DEPTH} deep");
    }
    let texts = [texts, &[lines]].concat();
    let mut n_failed = 0;
    for (nth, line) in text.lines().enumerate() {
        session.go_on()?;
        if !line.trim().is_empty() && session.voice.screen.is_some() {
            // Nobody has typed it, and what follows is the answer to it.
            session.voice.remark(line, out)?;
        }
        match eval_in(session, line, &texts, out) {
            Ok(flow) if flow.is_break() => return Ok(flow),
            Ok(_) => {}
            // Whoever reads the answers is gone, or has had enough.
            Err(error) if is_stop(&error) || message::is_broken_pipe(&error) => return Err(error),
            Err(error) => {
                n_failed += 1;
                session.voice.say(&format!("{name}:{}: {error:#}", nth + 1), out)?;
            }
        }
    }
    match n_failed {
        0 => Ok(ControlFlow::Continue(())),
        n => bail!("{} of {name} failed", counted(n, "line")),
    }
}

fn eval_one(session: &mut Session, line: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let line = line.trim_matches(BLANKS);
    session.state.selection.take_time();
    if let Some(command) = line.strip_prefix(':') {
        return run_command(session, command, out);
    }
    if !line.is_empty() && !is_comment(line) {
        let (query, command) = piped(line);
        let wanted = session.state.wanted(query).map_err(Into::into);
        let n_objects = wanted.and_then(|wanted| match command {
            None => session.answer(wanted, out),
            Some(command) => pipe(session, &wanted, command, out),
        });
        help_with_habits(session, line, n_objects, out)?;
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands an answer to a command of the shell.
fn pipe(session: &mut Session, wanted: &Wanted, command: &str, out: &mut dyn Write) -> Result<usize> {
    if command.is_empty() {
        bail!("expected a command behind `|`, found nothing; an \"or\" is `||`");
    }
    session.answer_whole(wanted, out, |session, rows, view, out| {
        let mut remarks = Vec::new();
        let mut write = |pipe: &mut dyn Write| {
            let mut printer = Printer::new(pipe, Audience::Program);
            remarks = output::write_rows(session.state.dump(), rows, view, &mut printer)?.remarks;
            Ok(())
        };
        shell::run(session, command, &[], ShellInput::Written(&mut write), out)?;
        session.voice.say_all(&remarks, out)
    })
}

/// Names the command that is meant by what is no query, or one of nothing.
fn help_with_habits(
    session: &Session,
    line: &str,
    n_objects: Result<usize>,
    out: &mut dyn Write,
) -> Result<()> {
    // Only people type so: from a pipe a line means what the program takes it for.
    let meant = HABITS.iter().find(|(habit, _)| *habit == line && session.voice.screen.is_some());
    match (meant, n_objects) {
        // `exit` is a selector too, and where objects have the key it is nothing else.
        (Some((_, command)), Ok(0)) => session.voice.say(&format!("did you mean `:{command}`?"), out),
        (Some((_, command)), Err(_)) => bail!("{line} is no query; did you mean `:{command}`?"),
        (_, n_objects) => n_objects.map(|_| ()),
    }
}

fn run_command(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let (name, arguments) = match text.strip_prefix(SHELL) {
        // The name of a command in a shell follows at once.
        Some(command) => (SHELL, command),
        None => text.split_once(char::is_whitespace).unwrap_or((text, "")),
    };
    let Command { run, syntax, .. } = command::find(name)?;
    let arguments = arguments.trim();
    // What a command would pass over in silence may have been meant to change something.
    if syntax.usage.is_empty() && !arguments.is_empty() {
        bail!("expected nothing after `:{}`, found {arguments:?}", syntax.name);
    }
    run(session, arguments, out)
}

/// What there is to say about a line while it is typed.
pub(crate) fn with_context<T>(session: &Session, say: impl FnOnce(&TypingContext<'_>) -> T) -> T {
    let Session { state, answers, reader, .. } = session;
    let (columns, fields) = (reader.columns(), reader.fields(&state.loaded));
    say(&TypingContext {
        store: state.store(),
        scope: &state.scope,
        names: &state.names,
        commands: &command::SYNTAXES,
        on_screen: &answers.on_screen,
        columns: &columns,
        asked_with: state.asked_with(),
        fields: fields.as_deref(),
    })
}

/// Wants what would have to be read before more can be said about a line, and says then what there is to say, in another
/// thread.
pub(crate) fn want(
    session: &Session,
    unread: Vec<Subject>,
    say: impl Fn(&TypingContext<'_>) + Send + 'static,
) {
    let Session { state, reader, .. } = session;
    let (dump, fields) = (Arc::clone(&state.loaded), reader.fields(&state.loaded));
    let (scope, names, asked_with) = (state.scope.clone(), state.names.clone(), state.asked_with());
    let resay = move |columns: &Columns| {
        say(&TypingContext {
            store: dump.store(),
            scope: &scope,
            names: &names,
            commands: &command::SYNTAXES,
            on_screen: &[],
            columns,
            asked_with,
            fields: fields.as_deref(),
        });
    };
    reader.want(&state.loaded, unread, asked_with, Box::new(resay));
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use clap::Parser;
    use selq::{Input, Loader};

    use super::super::session::Screen;
    use super::super::settings::Settings;
    use super::*;
    use crate::args::{Args, ColorChoice, Subcommands};
    use crate::config::Config;
    use crate::input::{self, Loaded};

    /// A session over three pods, with a screen or without.
    pub(crate) fn session(screen: Option<(usize, usize)>) -> Session {
        let pod = |name: &str, env: &str, n: u32| {
            format!(
                r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"shop","labels":{{"env":"{env}","n":"{n}"}}}}}}"#
            )
        };
        let bytes = [pod("web-0", "prod", 2), pod("web-1", "prod", 1), pod("db-0", "staging", 10)].join("\n");
        let input = Input::Bytes { name: "pods.json".to_owned(), bytes: bytes.into_bytes() };
        let dump = Loader::new().load([input]).unwrap();
        let loaded = Loaded { dump, ..input::nothing().unwrap() };
        let Some(Subcommands::Repl(args)) = Args::parse_from(["selq", "repl"]).command else {
            unreachable!()
        };
        let config = Config::from_env().with_color(ColorChoice::Never);
        let settings = Settings { timing: false, ..Settings::default() };
        let screen = screen.map(|(rows, columns)| Screen { rows, columns, pager: String::new() });
        let mut session = Session::new(&args, config, settings, loaded);
        session.voice.screen = screen;
        session
    }

    /// What the lines print, in parentheses what they say apart from it, and in brackets how they fail.
    pub(crate) fn printed(session: &mut Session, lines: &[&str]) -> String {
        let words = Rc::new(RefCell::new(Vec::new()));
        let said = Rc::clone(&words);
        session.voice.words = Box::new(move |text| said.borrow_mut().push(format!("({text})\n")));
        let mut out = Vec::new();
        for line in lines {
            let result = eval(session, line, &mut out);
            out.extend(words.take().concat().into_bytes());
            if let Err(error) = result {
                out.extend(format!("[{error:#}]\n").into_bytes());
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn comments_ask_nothing() {
        let lines = ["# env=prod", "  # :quit", "#", "env=staging # no comment"];
        let out = printed(&mut session(None), &lines);
        assert_eq!(out, "[expected \",\" or the end of the text, found \"#\"]\n");
    }

    #[test]
    fn ages_are_counted_to_the_time_of_the_line() {
        let mut session = session(None);
        let now = |session: &Session| session.state.selection.context(session.state.dump()).now();
        let before = now(&session);
        std::thread::sleep(std::time::Duration::from_millis(2));
        printed(&mut session, &["age()<1h"]);
        assert!(now(&session) > before);
    }

    #[test]
    fn words_of_other_shells_are_understood() {
        let out = printed(&mut session(Some((24, 80))), &["exit", "\\q", "help"]);
        insta::assert_snapshot!(out, @r#"
        no label "exit" in 3 objects
        0 of 3 (0 %)
        did you mean `:quit`?
        [\q is no query; did you mean `:quit`?]
        no label "help" in 3 objects
        0 of 3 (0 %)
        did you mean `:help`?
        "#);
    }
}
