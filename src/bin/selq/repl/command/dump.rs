//! Commands about the session itself: `:load`, `:files`, `:history`.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;

use super::super::session::Session;
use super::super::typing::files::arguments;
use super::{go_on, required};
use crate::exit::ExitStatus;
use crate::message::{counted, thousands};
use crate::output::sanitize;

pub(super) fn load(session: &mut Session, files: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let loaded = session.load(arguments(required(files, "load")?))?;
    // Says how much was left out; the session goes on all the same.
    loaded.status(&session.config, ExitStatus::Matched);
    let n_relabelled = session.dump().relabelled().len() as u64;
    session.replace(loaded);
    if n_relabelled > 0 {
        session.say(&format!("the changed labels of {} are gone", counted(n_relabelled, "object")), out)?;
    }
    if session.screen.is_some() {
        writeln!(out, "{}", session.summary())?;
    }
    go_on()
}

pub(super) fn files(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let dump = session.dump();
    let mut objects = session.store().objects().peekable();
    for source in dump.sources() {
        // Objects are numbered in the order of their sources.
        let mut n_objects = 0;
        while objects.next_if(|object| std::ptr::eq(dump.source(object.id()), source)).is_some() {
            n_objects += 1;
        }
        writeln!(out, "{}   {}", sanitize::escaped(source), thousands(n_objects))?;
    }
    go_on()
}

pub(super) fn history(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    for line in session.history.lines() {
        writeln!(out, "{}", sanitize::escaped(line))?;
    }
    go_on()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::session::tests::{printed, session};

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
    fn the_history_is_listed() {
        let mut session = session(None);
        session.history.add("env=prod");
        session.history.add(":labels");
        assert_eq!(printed(&mut session, &[":history"]), "env=prod\n:labels\n");
    }
}
