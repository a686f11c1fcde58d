//! Commands that change labels: `:label`, `:undo`, `:diff`.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Error, Result, anyhow, bail};
use selq::{EditError, LabelChange, LabelEdits, ObjectId, Overwrite, Plan, Scope, Selector};

use super::super::pager::paged;
use super::super::session::{Answer, Relabelling, Session, Unsaved};
use super::super::stop::STOPPED;
use super::answer::last_answer;
use super::{go_on, required};
use crate::commands::label::{self, Edited, show};
use crate::terminal::message::{counted, thousands};
use crate::typing::edits;

pub(super) fn label(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    if session.input.source.labels_at.is_some() {
        bail!("expected labels at metadata.labels to edit, found a dump that is read with --labels-at");
    }
    let (edits, selector) = edits::split(required(text, "label")?);
    let (edits, overwrite) = parse(edits)?;
    let target = match selector {
        Some(selector) => Target::of(session, session.selector(selector)?),
        None => Target::last(session)?,
    };
    label::warn_of_keys(&edits, &session.config);
    if target.ids.is_empty() {
        session.explain_no_match(&target.selector, out)?;
        return go_on();
    }
    // Every object is tried before the first one changes.
    let wanted = target.ids.iter().take_while(|_| !session.is_stopped());
    let objects = wanted.filter_map(|&id| session.store().get(id));
    let change = |it: Edited<'_>| (it.object.id(), it.changes);
    let mut relabelling: Relabelling = label::edit_all(session.dump(), objects, &edits, overwrite, change)?;
    session.go_on()?;
    let n_selected = relabelling.len();
    relabelling.retain(|(_, changes)| !changes.is_empty());
    relabel(session, &relabelling)?;
    say_changed(session, &target, relabelling.len(), n_selected, out)?;
    if !relabelling.is_empty() {
        session.relabellings.push(relabelling);
    }
    go_on()
}

/// The objects to label, and what found them.
struct Target {
    ids: Vec<ObjectId>,
    selector: Selector,
    scope: Scope,
}

impl Target {
    fn of(session: &Session, selector: Selector) -> Target {
        let scope = session.scope.clone();
        let ids = Plan::scoped(session.store(), &selector, &scope).run().ids().collect();
        Target { ids, selector, scope }
    }

    fn last(session: &Session) -> Result<Target> {
        let Answer { ids, selector, scope, .. } = last_answer(session)?;
        Ok(Target { ids: ids.clone(), selector: selector.clone(), scope: scope.clone() })
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

fn relabel(session: &mut Session, relabelling: &Relabelling) -> Result<()> {
    let stop = Arc::clone(&session.stop);
    relabel_while(session, relabelling, || !stop.load(Ordering::Relaxed))
}

/// Changes the labels of all of the objects, or, once `go_on` has said no, of none.
fn relabel_while(
    session: &mut Session,
    relabelling: &Relabelling,
    mut go_on: impl FnMut() -> bool,
) -> Result<()> {
    let dump = &mut session.loaded.dump;
    for (nth, (id, changes)) in relabelling.iter().enumerate() {
        if !go_on() {
            for (id, changes) in reversed(&relabelling[..nth]) {
                dump.relabel(id, &changes)?;
            }
            bail!(STOPPED);
        }
        dump.relabel(*id, changes)?;
    }
    if !relabelling.is_empty() {
        session.unsaved = Unsaved::Labels;
    }
    Ok(())
}

/// What takes these changes back.
fn reversed(relabelling: &[(ObjectId, Vec<LabelChange>)]) -> Relabelling {
    let back = |changes: &[LabelChange]| changes.iter().map(LabelChange::reversed).collect();
    relabelling.iter().map(|(id, changes)| (*id, back(changes))).collect()
}

/// Says how many objects changed, and what became of the selector that found them.
fn say_changed(
    session: &Session,
    target: &Target,
    n_changed: usize,
    n_selected: usize,
    out: &mut dyn Write,
) -> Result<()> {
    let n_now = Plan::scoped(session.store(), &target.selector, &target.scope).count();
    let now = match n_now == n_selected as u64 {
        true => String::new(),
        false => format!("; the selector matches {} now", counted(n_now, "object")),
    };
    session.remark(&format!("{}{now}", label::summary(n_changed, n_selected)), out)
}

pub(super) fn undo(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let last = session.relabellings.last().ok_or_else(|| anyhow!("there is no `:label` to take back"))?;
    let back = reversed(last);
    relabel(session, &back)?;
    session.relabellings.pop();
    session.remark(&format!("{} changed back", counted(back.len() as u64, "object")), out)?;
    go_on()
}

pub(super) fn diff(session: &mut Session, argument: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    match argument {
        "" => write_diff(session, session.page(), out)?,
        "all" => {
            let pager = session.screen.as_ref().map(|screen| screen.pager.as_str());
            paged(pager, out, |out| write_diff(session, usize::MAX, out))?;
        }
        other => bail!("expected nothing or `all`, found {other:?}"),
    }
    go_on()
}

/// Writes what is different from the dump as it was loaded, object by object and summed up, in about so many lines.
fn write_diff(session: &Session, n_lines: usize, out: &mut dyn Write) -> Result<()> {
    let dump = session.dump();
    let relabelled = dump.relabelled().filter_map(|(id, changes)| Some((dump.store().get(id)?, changes)));
    let objects = relabelled.map(|(object, changes)| show::object_diff(dump, &object, changes));
    let sums = show::sums(dump.relabelled().flat_map(|(_, changes)| changes));
    let n_for_sums = sums.len().min(n_lines / 2);
    let n_relabelled = dump.relabelled().len();
    write_cut(session, objects, n_relabelled, n_lines - n_for_sums, out)?;
    let of = counted(session.store().len() as u64, "object");
    writeln!(out, "{} of {of} changed", thousands(n_relabelled as u64))?;
    let n_sums = sums.len();
    write_cut(session, sums.into_iter().map(|sum| vec![sum]), n_sums, n_for_sums, out)
}

/// Writes as many of the groups of lines as there is room for, the first one always, and how many there are more.
fn write_cut(
    session: &Session,
    groups: impl Iterator<Item = Vec<String>>,
    n_groups: usize,
    mut n_lines: usize,
    out: &mut dyn Write,
) -> Result<()> {
    for (nth, group) in groups.enumerate() {
        if nth > 0 && group.len() > n_lines {
            let n_left = thousands((n_groups - nth) as u64);
            writeln!(out, "{}… {n_left} more; :diff all{:#}", session.dimmed(), session.dimmed())?;
            break;
        }
        n_lines = n_lines.saturating_sub(group.len());
        for line in group {
            show::write_line(&line, &session.config, out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::session::Session;
    use super::super::super::session::tests::{printed, session};
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
        [there is no answer yet: type a selector]
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
        [expected nothing or `all`, found "some"]
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
    fn what_is_stopped_half_way_is_taken_back() {
        let mut session = session(Some((24, 80)));
        printed(&mut session, &[":label tier=web -l \"\""]);
        let back = super::reversed(session.relabellings.last().unwrap());
        for n_done in 0..3 {
            let mut n_left = n_done;
            let go_on = || {
                n_left -= 1;
                n_left >= 0
            };
            assert!(super::relabel_while(&mut session, &back, go_on).is_err());
            assert_eq!(printed(&mut session, &["tier=web,n=10"]).lines().last(), Some("1 of 3 (33.3 %)"));
            assert_eq!(session.dump().relabelled().len(), 3, "{n_done}");
        }
        assert_eq!(
            printed(&mut session, &[":undo", ":diff"]),
            "3 objects changed back\n0 of 3 objects changed\n"
        );
    }

    #[test]
    fn a_diff_is_cut_to_the_screen() {
        let lines = ["n", ":label --overwrite n=7 new=x", ":namespace shop", ":diff", ":diff all"];
        insta::assert_snapshot!(printed(&mut session(Some((11, 80))), &lines), @"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        shop        db-0    Pod
        3 of 3 (100 %)
        3 objects changed
        shop pod/web-0
          ~n=2->7
          +new=x
        … 2 more; :diff all
        3 of 3 objects changed
          +new=x  3 objects
          ~n=1->7  1 object
          ~n=10->7  1 object
        … 1 more; :diff all
        shop pod/web-0
          ~n=2->7
          +new=x
        shop pod/web-1
          ~n=1->7
          +new=x
        shop pod/db-0
          ~n=10->7
          +new=x
        3 of 3 objects changed
          +new=x  3 objects
          ~n=1->7  1 object
          ~n=10->7  1 object
          ~n=2->7  1 object
        ");
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
        let before = printed(&mut super::super::super::session::tests::session(None), &lines[..2]);
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
        session.input.source.labels_at = Some("/metric".parse().unwrap());
        insta::assert_snapshot!(printed(&mut session, &[":label a=b -l env"]), @"[expected labels at metadata.labels to edit, found a dump that is read with --labels-at]");
    }

    /// The candidates at the end of the text.
    fn completed(session: &Session, text: &str) -> Vec<String> {
        let completion = complete(&session.context(), text, text.len());
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
        let hint = hint(&session.context(), ":label a=b -l env=prodder").unwrap();
        assert!(hint.remark.contains("1 of 3"), "{hint:?}");
    }
}
