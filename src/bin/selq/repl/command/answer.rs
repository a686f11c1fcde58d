//! Commands that answer: `:explain`, `:commands`, `:select`, `:more`, `:last`.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;
use selq::query::KubectlCalls;

use super::super::pager::paged;
use super::super::session::Session;
use super::{go_on, required};
use crate::commands::parse::kubectl;
use crate::output::{self, Rows, View};
use crate::selection;

pub(super) fn explain(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let wanted = session.state.wanted(required(text, "explain")?)?;
    session.read_for(&wanted)?;
    let plan = session.state.plan_for(&wanted)?;
    let explanation = plan.explain().to_string();
    session.voice.write_long(out, |out| Ok(session.voice.printer(out).words(&explanation)?))?;
    if !plan.any() {
        session.explain_no_match(&wanted, out)?;
    }
    go_on()
}

pub(super) fn commands(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let query = session.state.names.query(required(text, "commands")?)?;
    let calls = KubectlCalls::new(&query);
    let lines = kubectl::commands(&calls, &query.canonical().unwrap_or_default());
    let remarks: Vec<String> = kubectl::remarks(&calls).into_iter().map(str::to_owned).collect();
    session
        .voice
        .write_long(out, |out| Ok(session.voice.printer(out).words(&(lines.join("\n") + "\n"))?))?;
    session.voice.say_all(&remarks, out)?;
    go_on()
}

pub(super) fn select(session: &mut Session, json: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let selector = selection::from_json(required(json, "select")?, &session.state.config)?;
    session.answer(selector.into(), out)?;
    go_on()
}

pub(super) fn more(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.answers.latest()?;
    let is_any_left = session.want_more();
    if is_any_left {
        session.write_next_rows(out)?;
    }
    match (&session.voice.screen, is_any_left) {
        // Through a pipe no counts stand below rows, as the program prints none.
        (None, _) => {}
        (Some(_), true) => session.write_last_lines(None, out)?,
        (Some(_), false) => session.voice.remark("all of it was shown", out)?,
    }
    go_on()
}

pub(super) fn last(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let answer = session.answers.latest()?;
    let rows = Rows::listed(session.state.store(), &answer.ids);
    // A pager scrolls sideways, so nothing has to be cut.
    let view = View { max_width: None, ..session.view() };
    let pager = session.voice.screen.as_ref().map(|screen| screen.pager.as_str());
    let mut remarks = Vec::new();
    paged(pager, out, |out| {
        let mut out = session.voice.printer(out);
        remarks = output::write_rows(session.state.dump(), &rows, &view, &mut out)?.remarks;
        Ok(())
    })?;
    session.voice.say_all(&remarks, out)?;
    go_on()
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};

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
                ":write a xml"
            ]
        ), @r#"
        [there is no answer yet: type a query]
        [there is no answer yet: type a query]
        [there is no answer yet: type a query]
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        (no objects found)
        [expected a LabelSelector object, found a number]
        [expected a file and perhaps a format, found 3 arguments]
        [expected table, wide, name, json, yaml, jsonl, csv, tsv, kubectl, kubectl-wide, custom-columns, records as format, found "xml"]
        "#);
    }

    #[test]
    fn a_query_is_said_as_calls_of_kubectl() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":let live = env=prod",
                ":commands kind(pod), (@live || n=1)",
                ":commands status(Running), env",
                ":commands .a=1, !.a",
                ":commands (",
            ]
        ), @r#"
        kubectl get pod -A -l env=prod
        kubectl get pod -A -l 'env!=prod,n=1'
        kubectl get KIND -A -l env -o json | selq -w 'env,status(Running)'
        (KIND stands for what to get, such as pods,svc; kind(…) in the query names it)
        kubectl get KIND -A -o json | selq -w '.a=1,!.a'
        (KIND stands for what to get, such as pods,svc; kind(…) in the query names it)
        [expected a key, a field, a function, "!" or "(", found the end of the text]
        "#);
    }

    #[test]
    fn explain_shows_the_plan_of_names_too() {
        let out = printed(&mut session(None), &[":let p = env=prod", ":explain @p,n"]);
        assert!(out.contains("env=prod") && out.contains("n"), "{out}");
    }

    #[test]
    fn explain_says_what_does_not_occur() {
        let out = printed(&mut session(None), &[":explain evn=prod", ":explain env=prdo"]);
        let said: Vec<&str> = out.lines().filter(|line| line.starts_with('(')).collect();
        assert_eq!(
            said,
            [
                "(no label \"evn\" in 3 objects; did you mean \"env\"?)",
                "(no object has env=\"prdo\"; did you mean \"prod\"?)"
            ]
        );
    }
}
