//! Commands that change labels: `:label`, `:undo`.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Error, Result, anyhow, bail};
use selq::edit::{EditError, Overwrite};
use selq::{LabelEdits, ObjectId, Scope};

use super::super::session::{GivenAnswer, Relabelling, Session};
use super::{go_on, required};
use crate::commands::label::{self, Edited};
use crate::selection::wanted::Wanted;
use crate::terminal::message::counted;
use crate::typing::edits;

pub(super) fn label(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    if session.state.input.source.labels_at.is_some() {
        bail!("expected labels at metadata.labels to edit, found a dump that is read with --labels-at");
    }
    let (edits, selector) = edits::split(required(text, "label")?);
    let (edits, overwrite) = parse(edits)?;
    let target = match selector {
        Some(text) => ObjectsToLabel::of(session, session.state.wanted(text)?)?,
        None => ObjectsToLabel::last(session)?,
    };
    label::warn_of_keys(&edits, &session.state.config);
    if target.ids.is_empty() {
        session.explain_no_match(&target.wanted, out)?;
        return go_on();
    }
    // Every object is tried before the first one changes.
    let wanted = target.ids.iter().take_while(|_| !session.is_stopped());
    let objects = wanted.filter_map(|&id| session.state.store().get(id));
    let change = |it: Edited<'_>| (it.object.id(), it.changes);
    let mut relabelling: Relabelling =
        label::edit_all(session.state.dump(), objects, &edits, overwrite, change)?;
    session.go_on()?;
    let n_selected = relabelling.len();
    // What stays as it is needs no undo, but was selected.
    relabelling.retain(|(_, changes)| !changes.is_empty());
    let n_changed = relabelling.len();
    session.relabel(relabelling)?;
    say_changed(session, &target, n_changed, n_selected, out)?;
    go_on()
}

/// The objects to label, and what found them.
struct ObjectsToLabel {
    ids: Vec<ObjectId>,
    wanted: Wanted,
    scope: Scope,
}

impl ObjectsToLabel {
    fn of(session: &mut Session, wanted: Wanted) -> Result<ObjectsToLabel> {
        session.read_for(&wanted)?;
        let scope = session.state.scope.clone();
        let ids = session.state.plan_for(&wanted)?.run().ids().collect();
        Ok(ObjectsToLabel { ids, wanted, scope })
    }

    fn last(session: &Session) -> Result<ObjectsToLabel> {
        let GivenAnswer { ids, wanted, scope, .. } = session.answers.latest()?;
        Ok(ObjectsToLabel { ids: ids.clone(), wanted: wanted.clone(), scope: scope.clone() })
    }
}

/// The edits and options of `:label`.
fn parse(words: &str) -> Result<(LabelEdits, Overwrite)> {
    let mut overwrite = Overwrite::Refused;
    let mut edits = Vec::new();
    for word in words.split_whitespace() {
        match word {
            "--overwrite" | "--overwrite=true" => overwrite = Overwrite::Allowed,
            "--overwrite=false" => overwrite = Overwrite::Refused,
            // `edits::split` takes a selector away, so that this one has none behind it.
            "-l" | "--selector" => bail!("expected a selector after {word}"),
            word if word.starts_with('-') => {
                bail!("expected an edit, --overwrite or -l SELECTOR, found {word:?}");
            }
            edit => edits.push(edit),
        }
    }
    let edits = LabelEdits::parse(edits).map_err(without_flags)?;
    if edits.is_empty() { Err(label::no_edits()) } else { Ok((edits, overwrite)) }
}

/// The error with help that speaks of this command, and not of the flags of `selq label`.
fn without_flags(error: EditError) -> Error {
    match error {
        EditError::NotAnEdit(_) => {
            anyhow!("{error}; other objects are chosen with -l SELECTOR, which comes last")
        }
        error => error.into(),
    }
}

/// Says how many objects changed, and what became of the selector that found them.
fn say_changed(
    session: &mut Session,
    target: &ObjectsToLabel,
    n_changed: usize,
    n_selected: usize,
    out: &mut dyn Write,
) -> Result<()> {
    session.read_for(&target.wanted)?;
    let n_now = session.state.plan_in(&target.wanted, &target.scope)?.count();
    let now = match n_now == n_selected as u64 {
        true => String::new(),
        false => format!("; the selector matches {} now", counted(n_now, "object")),
    };
    session.voice.remark(&format!("{}{now}", label::summary(n_changed, n_selected)), out)
}

pub(super) fn undo(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let n_objects = session.undo()?;
    session.voice.remark(&format!("{} changed back", counted(n_objects as u64, "object")), out)?;
    go_on()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::eval::tests::{printed, session};
    use super::super::super::eval::with_context;
    use super::super::super::session::Session;
    use crate::typing::complete::complete;
    use crate::typing::hint::hint;

    #[test]
    fn labels_of_the_last_answer_change_and_change_back() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":label env=qa",
                "env=prod",
                ":label tier=web n-",
                "tier=web,!n",
                ":label tier=web",
                ":label --overwrite env=qa -l env=prod",
                ":labels env",
                ":undo",
                ":undo",
                ":undo",
                ":diff",
                "env=prod,n"
            ]
        ), @"
        [there is no answer yet: type a query]
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        2 of 3 (66.7 %)
        2 objects changed
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        2 of 3 (66.7 %)
        0 objects changed; 2 objects stayed as before
        2 objects changed; the selector matches 0 objects now
        VALUE     OBJECTS
        qa        2
        staging   1
        2 objects changed back
        2 objects changed back
        [there is no `:label` to take back]
        0 of 3 objects changed
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        2 of 3 (66.7 %)
        ");
    }

    #[test]
    fn one_object_that_refuses_means_that_nothing_changes() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                "env",
                ":label env=prod tier=web",
                ":label env=dev -l \"\"",
                ":diff",
                ":label tier",
                ":label",
                ":label --overwrite",
                ":label --force a=b",
                ":label a=b -l",
                ":label a=b -l env in (",
                ":diff some"
            ]
        ), @r#"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        shop        db-0    Pod
        3 of 3 (100 %)
        [pods.json: object 2 (shop pod/db-0): label "env" already has the value "staging", which may not be overwritten]
        [3 objects refuse, the first is: pods.json: object 0 (shop pod/web-0): label "env" already has the value "prod", which may not be overwritten]
        0 of 3 objects changed
        [expected an edit, `key=value` or `key-`, found "tier"; other objects are chosen with -l SELECTOR, which comes last]
        [expected EDIT… [-l S]: `:label EDIT… [-l S]`]
        [expected at least one edit: `key=value` sets a label, `key-` removes one]
        [expected an edit, --overwrite or -l SELECTOR, found "--force"]
        [expected a selector after -l]
        [expected a value or ")", found the end of the text]
        [some: no such file]
        "#);
    }

    #[test]
    fn what_is_stopped_changes_nothing() {
        let mut session = session(Some((24, 80)));
        session.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let out = printed(&mut session, &[":label tier=web -l \"\"", ":diff"]);
        assert_eq!(out, "[stopped by the user]\n0 of 3 objects changed\n");
    }

    #[test]
    fn changed_labels_are_written_and_all_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl").display().to_string();
        let mut session = session(None);
        let lines = [":output jsonl", "env=staging", ":label n- tier=db", "env=staging", ":show 1"];
        insta::assert_snapshot!(printed(&mut session, &lines), @r#"
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"db-0","namespace":"shop","labels":{"env":"staging","n":"10"}}}
        (1 object changed)
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"db-0","namespace":"shop","labels":{"env":"staging","tier":"db"}}}
        {
          "kind": "Pod",
          "apiVersion": "v1",
          "metadata": {
            "name": "db-0",
            "namespace": "shop",
            "labels": {
              "env": "staging",
              "tier": "db"
            }
          }
        }
        "#);
        printed(&mut session, &[&format!(":write {path}")]);
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(written, printed(&mut session, &["env=staging"]));
        // Taken back, not a byte is different.
        let before = printed(&mut super::super::super::eval::tests::session(None), &lines[..2]);
        assert_eq!(printed(&mut session, &[":undo"]), "(1 object changed back)\n");
        assert_eq!(printed(&mut session, &["env=staging"]), before);
    }

    #[test]
    fn another_dump_has_no_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nodes.json");
        fs::write(&path, r#"{"kind":"Node","metadata":{"name":"n1"}}"#).unwrap();
        let load = format!(":load {}", path.display());
        let out =
            printed(&mut session(Some((24, 80))), &["env=prod", ":label tier=web", &load, ":undo", ":diff"]);
        let out: Vec<&str> = out.lines().filter(|line| !line.contains(" keys in ")).collect();
        insta::assert_snapshot!(out[4..].join("\n"), @"
        2 objects changed
        the changed labels of 2 objects are gone
        [there is no `:label` to take back]
        0 of 1 object changed
        ");
    }

    #[test]
    fn labels_from_elsewhere_are_not_edited() {
        let mut session = session(None);
        session.state.input.source.labels_at = Some("/metric".parse().unwrap());
        insta::assert_snapshot!(printed(&mut session, &[":label a=b -l env"]), @"[expected labels at metadata.labels to edit, found a dump that is read with --labels-at]");
    }

    /// The candidates at the end of the text.
    fn completed(session: &Session, text: &str) -> Vec<String> {
        let completion = with_context(session, |context| complete(context, text, text.len()));
        completion.candidates.into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn edits_are_completed_and_counts_follow_at_once() {
        let mut session = session(None);
        assert_eq!(completed(&session, ":label "), ["n", "env"]);
        assert_eq!(completed(&session, ":label n- en"), ["env"]);
        assert_eq!(completed(&session, ":label env"), ["=", "-"]);
        assert_eq!(completed(&session, ":label env=s"), ["staging"]);
        assert_eq!(completed(&session, ":label a=b --"), ["--overwrite"]);
        assert_eq!(completed(&session, ":label a=b -l env="), ["prod", "staging"]);
        printed(&mut session, &[":label env=prodder --overwrite -l env=staging"]);
        assert_eq!(completed(&session, ":label env=p"), ["prod", "prodder"]);
        let hint = with_context(&session, |context| hint(context, ":label a=b -l env=prodder")).unwrap();
        assert!(hint.remark.contains("1 of 3"), "{hint:?}");
    }
}
