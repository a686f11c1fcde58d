//! Commands that answer: `:explain`, `:select`, `:more`, `:last`, `:write`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use selq::Plan;

use super::super::pager::paged;
use super::super::session::{Answer, Session, Unsaved};
use super::super::settings;
use super::super::typing::files;
use super::{go_on, required};
use crate::message::counted;
use crate::output::{self, OutputFormat, Rows, View, sanitize};
use crate::selection;

pub(super) fn explain(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let selector = session.selector(required(text, "explain")?)?;
    let plan = Plan::scoped(session.store(), &selector, &session.scope);
    let explanation = plan.explain().to_string();
    let shown = if session.config.stdout_is_terminal {
        sanitize::escaped_lines(&explanation)
    } else {
        explanation.as_str().into()
    };
    session.write_long(out, |out| Ok(out.write_all(shown.as_bytes())?))?;
    go_on()
}

pub(super) fn select(session: &mut Session, json: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let selector = selection::from_json(required(json, "select")?, &session.config)?;
    session.answer(selector, out)?;
    go_on()
}

pub(super) fn more(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let n_objects = last_answer(session)?.ids.len();
    // Without a screen all of it was written at once.
    if session.screen.is_none() {
        return go_on();
    }
    if !session.is_shown() {
        session.write_next_rows(out)?;
        session.write_last_lines(None, out)?;
    } else if session.settings.limit.is_some_and(|limit| limit < n_objects) {
        session.write_last_lines(None, out)?;
    } else {
        session.remark("all of it was shown", out)?;
    }
    go_on()
}

pub(super) fn last(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let answer = last_answer(session)?;
    let rows = Rows::listed(session.store(), &answer.ids);
    // A pager scrolls sideways, so nothing has to be cut.
    let view = View { max_width: None, ..session.view() };
    let pager = session.screen.as_ref().map(|screen| screen.pager.as_str());
    paged(pager, out, |mut out| {
        output::write_rows(session.dump(), &rows, &view, &mut out)?;
        Ok(())
    })?;
    go_on()
}

pub(super) fn write(session: &mut Session, arguments: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let arguments = files::arguments(required(arguments, "write")?);
    let (path, format) = match &arguments[..] {
        [path] => (path, format_of(path).unwrap_or(session.settings.output)),
        [path, format] => (path, settings::one_of("format", format)?),
        _ => bail!("expected a file and perhaps a format, found {} arguments", arguments.len()),
    };
    let answer = last_answer(session)?;
    refuse_source(session, path)?;
    let view = View { format, max_width: None, on_terminal: false, ..session.view() };
    let rows = Rows::listed(session.store(), &answer.ids);
    let mut file = BufWriter::new(File::create(path).with_context(|| path.clone())?);
    let n_rows = output::write_rows(session.dump(), &rows, &view, &mut file)?;
    file.flush().with_context(|| path.clone())?;
    session.unsaved = Unsaved::Nothing;
    session.confirm(&format!("wrote {} to {path}", counted(n_rows, "object")), out)?;
    go_on()
}

pub(super) fn last_answer(session: &Session) -> Result<&Answer> {
    session.last.as_ref().ok_or_else(|| anyhow!("there is no answer yet: type a selector"))
}

/// The format that the end of a file's name tells.
fn format_of(path: &str) -> Option<OutputFormat> {
    match Path::new(path).extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "json" => Some(OutputFormat::Json),
        "jsonl" | "ndjson" => Some(OutputFormat::Jsonl),
        "csv" => Some(OutputFormat::Csv),
        "tsv" => Some(OutputFormat::Tsv),
        _ => None,
    }
}

/// A dump that is loaded is still read from, and must not be written over.
fn refuse_source(session: &Session, path: &str) -> Result<()> {
    let Ok(target) = Path::new(path).canonicalize() else { return Ok(()) };
    let mut sources = session.dump().sources();
    if sources.any(|source| Path::new(source).canonicalize().is_ok_and(|source| source == target)) {
        bail!("{path} is loaded, and is not written over");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::session::tests::{printed, session};

    #[test]
    fn an_answer_is_written_whole_in_the_format_of_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let lines = [
            "env=prod".to_owned(),
            format!(":write {}", path("a.csv")),
            format!(":write {} name", path("b")),
            ":limit 1".to_owned(),
            format!(":write {}", path("c.CSV")),
        ];
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let out = printed(&mut session(Some((6, 40))), &lines);
        assert!(out.contains("wrote 2 objects to"), "{out}");
        assert_eq!(
            fs::read_to_string(path("a.csv")).unwrap(),
            "namespace,name,kind\nshop,web-0,Pod\nshop,web-1,Pod\n"
        );
        assert_eq!(fs::read_to_string(path("b")).unwrap(), "pod/web-0\npod/web-1\n");
        // A limit is for the eye.
        assert_eq!(fs::read_to_string(path("c.CSV")).unwrap(), fs::read_to_string(path("a.csv")).unwrap());
    }

    #[test]
    fn what_was_answered_is_written_though_its_labels_match_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let write = format!(":write {} jsonl", folder.path().join("out").display());
        printed(&mut session(None), &["env=prod", ":label env- tier=web", &write]);
        let written = fs::read_to_string(folder.path().join("out")).unwrap();
        assert_eq!(
            (written.lines().count(), written.matches("\"tier\":\"web\"").count()),
            (2, 2),
            "{written}"
        );
    }

    #[test]
    fn answers_are_asked_for_again() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":last",
                ":more",
                ":write x",
                ":select {\"matchLabels\":{\"env\":\"staging\"}}",
                ":last",
                ":select null",
                ":select 5",
                ":write a b c",
                ":write a yaml"
            ]
        ), @r#"
        [there is no answer yet: type a selector]
        [there is no answer yet: type a selector]
        [there is no answer yet: type a selector]
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        (no objects found)
        [expected a LabelSelector object, found a number]
        [expected a file and perhaps a format, found 3 arguments]
        [expected table, wide, name, json, jsonl, csv, tsv as format, found "yaml"]
        "#);
    }

    #[test]
    fn explain_shows_the_plan_of_names_too() {
        let out = printed(&mut session(None), &[":let p = env=prod", ":explain @p,n"]);
        assert!(out.contains("env=prod") && out.contains("n"), "{out}");
    }
}
