//! Commands about the session itself: `:load`, `:files`, `:history`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, bail};

use super::super::session::Session;
use super::{go_on, required};
use crate::args::InputFile;
use crate::exit::ExitStatus;
use crate::terminal::message::{counted, thousands};
use crate::terminal::sanitize;
use crate::terminal::stdin::is_stdin;
use crate::typing::files::{arguments, in_home};

pub(super) fn load(session: &mut Session, files: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let files: Vec<InputFile> = arguments(required(files, "load")?).iter().map(|it| input_file(it)).collect();
    if files.iter().any(|file| is_stdin(&file.path)) {
        bail!(
            "expected files, found `-`: standard input is read as a dump only at the start, by `selq repl -`"
        );
    }
    take(session, files, out)?;
    go_on()
}

/// Takes other dumps in place of those that are loaded.
pub(super) fn take(session: &mut Session, files: Vec<InputFile>, out: &mut dyn Write) -> Result<()> {
    let loaded = session.load(files.clone())?;
    // Says how much was left out; the session goes on all the same.
    loaded.status(&session.state.config, ExitStatus::Matched);
    let n_relabelled = session.state.dump().relabelled().len() as u64;
    session.replace(files, loaded);
    if n_relabelled > 0 {
        let n_objects = counted(n_relabelled, "object");
        session.voice.remark(&format!("the changed labels of {n_objects} are gone"), out)?;
    }
    if session.voice.screen.is_some() {
        session.voice.say(&session.state.summary(), out)?;
    }
    Ok(())
}

/// `pods.json`, or with the name of its cluster `prod=pods.json`. A file that is called so as a whole wins.
pub(super) fn input_file(argument: &str) -> InputFile {
    let path = Path::new(argument);
    match InputFile::named(argument) {
        Ok(InputFile { path: named, cluster, get }) if !path.exists() => {
            InputFile { path: in_home(named.to_string_lossy().into_owned()).into(), cluster, get }
        }
        _ => InputFile::of_path(path),
    }
}

pub(super) fn files(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let dump = session.state.dump();
    let mut objects = session.state.store().objects().peekable();
    for source in dump.sources() {
        // Objects are numbered in the order of their sources.
        let mut n_objects = 0;
        let cluster = objects.peek().and_then(|object| dump.cluster(object.id())).map(str::to_owned);
        while objects.next_if(|object| std::ptr::eq(dump.source(object.id()), source)).is_some() {
            n_objects += 1;
        }
        let cluster = cluster.map(|it| format!("{}=", sanitize::escaped(&it))).unwrap_or_default();
        writeln!(out, "{cluster}{}   {}", sanitize::escaped(source), thousands(n_objects))?;
    }
    go_on()
}

pub(super) fn history(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.voice.write_long_to_end(out, |out| {
        let lines = session.state.history.lines();
        Ok(lines.iter().try_for_each(|line| writeln!(out, "{}", sanitize::escaped(line)))?)
    })?;
    go_on()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn other_dumps_take_the_place_of_these() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("my dump.json");
        fs::write(&path, r#"{"kind":"Node","metadata":{"name":"n1","labels":{"zone":"a"}}}"#).unwrap();
        let load = format!(":load \"{}\"", path.display());
        let out = printed(
            &mut session(None),
            &[":files", &load, ":output name", "zone", ":load nope.json", "zone"],
        );
        let expected = "pods.json   3\nnode/n1\n[nope.json: no such file]\nnode/n1\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn standard_input_is_no_other_dump() {
        let mut session = session(None);
        let out = printed(&mut session, &[":load -"]);
        assert!(out.starts_with("[expected files, found `-`"), "{out}");
        assert_eq!(session.state.store().len(), 3);
    }

    #[test]
    fn the_history_is_listed() {
        let mut session = session(None);
        session.state.history.add("env=prod");
        session.state.history.add(":labels");
        assert_eq!(printed(&mut session, &[":history"]), "env=prod\n:labels\n");
    }
}
