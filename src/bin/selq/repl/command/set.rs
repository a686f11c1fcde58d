//! Commands that change how lines are answered: the scope, the settings, the names.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, bail};
use selq::Plan;
use unicode_width::UnicodeWidthStr;

use super::super::session::Session;
use super::{go_on, required};
use crate::commands::labels;
use crate::output::sort::SortKey;
use crate::terminal::message::{counted, thousands};
use crate::terminal::sanitize;
use crate::typing::names::{Meaning, as_typed, is_name};
use selq::kubernetes::kinds::{self, Kinds};

/// What stands between a name and its count.
const COLUMN_GAP: usize = 3;
/// Names that are wider push no other count to the right.
const MAX_SHARED_WIDTH: usize = 256;
/// What stands for all namespaces and all kinds.
const ALL: &str = "*";

/// The names that a command was given.
enum Choice<'t> {
    /// None: they are to be listed.
    Unsaid,
    All,
    Of(Vec<&'t str>),
}

impl<'t> Choice<'t> {
    fn of(names: &'t str) -> Choice<'t> {
        let names: Vec<&str> = names.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        match names[..] {
            [] => Choice::Unsaid,
            [ALL] => Choice::All,
            _ => Choice::Of(names),
        }
    }
}

pub(super) fn namespace(session: &mut Session, names: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let occurring = session.store().namespaces();
    let known = || occurring.iter().map(|fact| fact.namespace).filter(|name| !name.is_empty());
    session.selection.namespaces = match Choice::of(names) {
        Choice::Unsaid => {
            let rows = occurring.iter().map(|fact| (or_none(fact.namespace), fact.n_objects));
            let is_chosen = |name: &str| session.selection.namespaces.iter().any(|it| it == name);
            session.write_long(out, |out| list(rows, is_chosen, out))?;
            return go_on();
        }
        Choice::All => Vec::new(),
        Choice::Of(names) => match names.iter().find(|name| !known().any(|it| it == **name)) {
            Some(name) => return Err(absent("namespace", name, selq::nearest(name, known()))),
            None => names.into_iter().map(str::to_owned).collect(),
        },
    };
    session.rescope();
    go_on()
}

pub(super) fn kind(session: &mut Session, names: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let occurring = session.store().kinds();
    session.selection.kinds = match Choice::of(names) {
        Choice::Unsaid => {
            let rows = occurring.iter().map(|fact| (or_none(fact.kind), fact.n_objects));
            let (typed, known) = (session.selection.kinds.iter(), Kinds::of(session.store()));
            let chosen: HashSet<String> =
                typed.flat_map(|name| known.resolve(name)).map(|it| it.kind).collect();
            session.write_long(out, |out| list(rows, |kind| chosen.contains(kind), out))?;
            return go_on();
        }
        Choice::All => Vec::new(),
        Choice::Of(names) => match names.iter().find(|name| !kinds::occurs(name, session.store())) {
            Some(name) => {
                let nearest = kinds::nearest(name, session.store());
                return Err(absent("kind", name, nearest.as_deref()));
            }
            None => names.into_iter().map(str::to_owned).collect(),
        },
    };
    session.rescope();
    go_on()
}

fn or_none(name: &str) -> &str {
    if name.is_empty() { "<none>" } else { name }
}

fn absent(what: &str, name: &str, nearest: Option<&str>) -> anyhow::Error {
    let help = nearest.map_or(String::new(), |nearest| format!("; did you mean {nearest:?}?"));
    anyhow::anyhow!("no {what} {name:?}{help}")
}

/// Writes names with their counts, and a mark at the one that is chosen.
fn list<'s>(
    rows: impl Iterator<Item = (&'s str, u64)> + Clone,
    is_chosen: impl Fn(&str) -> bool,
    out: &mut dyn Write,
) -> Result<()> {
    let widths = rows.clone().map(|(name, _)| sanitize::escaped(name).width());
    let width = widths.filter(|&width| width <= MAX_SHARED_WIDTH).max().unwrap_or(0);
    for (name, n_objects) in rows {
        let mark = if is_chosen(name) { "*" } else { " " };
        let shown = sanitize::escaped(name);
        let gap = " ".repeat(width.saturating_sub(shown.width()) + COLUMN_GAP);
        writeln!(out, "{mark} {shown}{gap}{}", thousands(n_objects))?;
    }
    Ok(())
}

pub(super) fn label_columns(
    session: &mut Session,
    value: &str,
    out: &mut dyn Write,
) -> Result<ControlFlow<()>> {
    set(session, "label-columns", value, out)?;
    if !value.is_empty() {
        let keys = session.settings.label_columns.iter();
        say_absent(session, keys.map(String::as_str), out)?;
    }
    go_on()
}

pub(super) fn output(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "output", value, out)?;
    go_on()
}

pub(super) fn limit(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "limit", value, out)?;
    go_on()
}

pub(super) fn sort_by(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "sort-by", value, out)?;
    if let (false, Some((_, SortKey::Label(key)))) = (value.is_empty(), &session.settings.sort_by) {
        say_absent(session, [key.as_str()].into_iter(), out)?;
    }
    go_on()
}

/// Says which of the keys no object has.
fn say_absent<'k>(session: &Session, keys: impl Iterator<Item = &'k str>, out: &mut dyn Write) -> Result<()> {
    for key in keys.filter(|key| session.store().count_key(key) == 0) {
        session.say(&labels::absence(Some(key), session.store()), out)?;
    }
    Ok(())
}

pub(super) fn timing(session: &mut Session, value: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    set(session, "timing", value, out)?;
    go_on()
}

/// Changes a setting, or says what it is.
fn set(session: &mut Session, name: &str, value: &str, out: &mut dyn Write) -> Result<()> {
    match value {
        "" => Ok(writeln!(out, "{}", session.settings.get(name))?),
        value => {
            session.settings.set(name, value)?;
            session.confirm(&format!("{name}: {}", session.settings.get(name)), out)
        }
    }
}

pub(super) fn define(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let Some((name, selector)) = required(text, "let")?.split_once('=') else {
        bail!("expected NAME = SELECTOR, found no `=`");
    };
    let name = name.trim().trim_start_matches('@');
    if !is_name(name) {
        bail!("expected a name of letters, digits, `-`, `_` and `.`, found {name:?}");
    }
    let meaning = session.names.meaning(selector)?;
    let selector = meaning.selector();
    let n_objects = Plan::scoped(session.store(), &selector, &session.scope).count();
    let count = format!(" ({})", counted(n_objects, "object"));
    session.confirm(&session.in_a_line(format!("@{name} = {}", as_typed(&selector)), &count), out)?;
    session.names.set(name, meaning);
    go_on()
}

pub(super) fn names(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.write_long(out, |out| {
        let line = |(name, meaning): (_, &Meaning)| format!("@{name} = {}", as_typed(&meaning.selector()));
        let mut lines = session.names.iter().map(|name| session.in_a_line(line(name), ""));
        Ok(lines.try_for_each(|line| writeln!(out, "{line}"))?)
    })?;
    go_on()
}

#[cfg(test)]
mod tests {
    use super::super::super::session::tests::{printed, session};

    #[test]
    fn the_scope_narrows_every_answer() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":namespace",
                ":kind po",
                ":kind",
                ":namespace shop, shop",
                ":namespace",
                "env=prod",
                ":namespace *",
                ":kind *",
                ":namespace shp",
                ":kind deploy"
            ]
        ), @r#"
          shop   3
        * Pod   3
        * shop   3
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        2 of 3 (66.7 %)
        [no namespace "shp"; did you mean "shop"?]
        [no kind "deploy"]
        "#);
    }

    #[test]
    fn settings_change_how_answers_look() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":label-columns env,*",
                ":sort-by n",
                ":limit 2",
                "env",
                ":output name",
                "env",
                ":output",
                ":label-columns",
                ":output yaml",
                ":timing maybe",
                ":limit off",
                ":limit"
            ]
        ), @r#"
        NAMESPACE   NAME    KIND   ENV    LABELS
        shop        web-1   Pod    prod   env=prod,n=1
        shop        web-0   Pod    prod   env=prod,n=2
        pod/web-1
        pod/web-0
        name
        env,*
        [expected table, wide, name, json, jsonl, csv, tsv as output, found "yaml"]
        [expected on or off, found "maybe"]
        off
        "#);
    }

    #[test]
    fn settings_are_confirmed_on_a_screen_and_keys_that_no_object_has_named() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":label-columns env n",
                ":label-columns evn,*",
                ":sort-by n",
                ":sort-by tier",
                "n=1",
                ":limit 1,000",
                ":let a = env=prod"
            ]
        ), @r#"
        label-columns: env,n
        label-columns: evn,*
        no label "evn" in 3 objects; did you mean "env"?
        sort-by: n
        sort-by: tier
        no label "tier" in 3 objects
        NAMESPACE   NAME    KIND   EVN      LABELS
        shop        web-1   Pod    <none>   env=prod,n=1
        1 of 3 (33.3 %)
        limit: 1000
        @a = env=prod (2 objects)
        "#);
    }

    #[test]
    fn names_stand_for_selectors() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[
                ":output name",
                ":let live = env in (prod,qa)",
                ":let one = @live,n=1",
                ":names",
                "@one",
                "n=2,@live",
                ":let a b = c",
                ":let x",
                ":let y = (",
                "@liv",
                ":let none =",
                ":let all = \"\"",
                "n=1,@all",
                ":names"
            ]
        ), @r#"
        @live = env in (prod,qa)
        @one = env in (prod,qa),n=1
        pod/web-1
        (no object has env="qa")
        pod/web-0
        (no object has env="qa")
        [expected a name of letters, digits, `-`, `_` and `.`, found "a b"]
        [expected NAME = SELECTOR, found no `=`]
        [expected a key or "!", found "("]
        [no name "@liv"]
        [expected a selector, found nothing]
        pod/web-1
        @all = ""
        @live = env in (prod,qa)
        @one = env in (prod,qa),n=1
        "#);
    }
}
