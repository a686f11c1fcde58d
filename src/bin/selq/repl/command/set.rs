//! Commands that change how lines are answered: the scope, the settings, the names.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, bail};
use selq::Plan;

use super::super::session::Session;
use super::super::settings;
use super::{go_on, required};
use crate::commands::labels;
use crate::output::grid::{self, Layout, Table};
use crate::output::sort::SortKey;
use crate::terminal::message::{counted, thousands};
use crate::typing::names::{Meaning, as_typed, is_name};
use crate::typing::whole_name;
use selq::kubernetes::kinds::Kinds;

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
            list(session, rows, is_chosen, out)?;
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
            list(session, rows, |kind| chosen.contains(kind), out)?;
            return go_on();
        }
        Choice::All => Vec::new(),
        Choice::Of(names) => {
            let known = Kinds::of(session.store());
            if let Some(name) = names.iter().find(|name| !known.has(name)) {
                return Err(absent("kind", name, known.nearest(name).as_deref()));
            }
            names.into_iter().map(str::to_owned).collect()
        }
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

/// Writes names with their counts, and a mark at those that are chosen.
fn list<'s>(
    session: &Session,
    rows: impl Iterator<Item = (&'s str, u64)>,
    is_chosen: impl Fn(&str) -> bool,
    out: &mut dyn Write,
) -> Result<()> {
    let marked = |name: &str| format!("{} {name}", if is_chosen(name) { "*" } else { " " });
    let rows = rows.map(|(name, n_objects)| (marked(name), thousands(n_objects)));
    write_pairs(session, rows.collect(), out)
}

/// Writes two columns without headings.
fn write_pairs(session: &Session, rows: Vec<(String, String)>, out: &mut dyn Write) -> Result<()> {
    let layout = Layout {
        headers: vec![String::new(); 2],
        shows_headers: false,
        max_width: session.screen.as_ref().map(|screen| screen.columns),
        last_is_labels: false,
    };
    session.write_long(out, |mut out| Ok(grid::write(&Pairs(rows), &layout, &mut out)?))
}

struct Pairs(Vec<(String, String)>);

impl Table for Pairs {
    type Row = usize;

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.0.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Option<&'c str> {
        let (first, second) = &self.0[row];
        Some(if column == 0 { first } else { second })
    }
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

/// All settings, or one by its name in the config file: `:set limit 50`, also `:set limit = 50` as it is written there.
pub(super) fn set_by_name(session: &mut Session, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let (name, value) = text.split_once(|c: char| c.is_whitespace() || c == '=').unwrap_or((text, ""));
    let value = value.trim_start();
    let value = value.strip_prefix('=').unwrap_or(value).trim();
    match whole_name(name) {
        "" => {
            let rows = settings::NAMES.map(|name| (name.to_owned(), session.settings.get(name)));
            write_pairs(session, rows.into(), out)?;
            go_on()
        }
        "label-columns" => label_columns(session, value, out),
        "sort-by" => sort_by(session, value, out),
        "color" | "mode" if !value.is_empty() => {
            bail!("{name} holds from the beginning of a session on: `selq repl --{name} {value}`")
        }
        name if settings::NAMES.contains(&name) => {
            set(session, name, value, out)?;
            go_on()
        }
        _ => Err(settings::unknown(name)),
    }
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
    use selq::{Input, Loader};

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
    fn all_settings_are_listed_and_set_by_their_names() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[
                ":set limit 2",
                ":set columns = env,evn",
                ":set sort=tier",
                ":settings",
                ":set limit",
                ":set limt 5",
                ":set mode vi",
                ":set color",
                ":set limit few",
            ]
        ), @r#"
        limit: 2
        label-columns: env,evn
        no label "evn" in 3 objects; did you mean "env"?
        sort-by: tier
        no label "tier" in 3 objects
        color           auto
        label-columns   env,evn
        limit           2
        mode            emacs
        output          table
        sort-by         tier
        timing          off
        2
        [no setting "limt"; did you mean "limit"?]
        [mode holds from the beginning of a session on: `selq repl --mode vi`]
        auto
        [expected a number or off, found "few"]
        "#);
    }

    #[test]
    fn long_names_leave_the_counts_on_the_screen() {
        let mut session = session(Some((24, 30)));
        let long = "n".repeat(300);
        let bytes = format!(r#"[{{"kind":"A"}},{{"kind":"{long}"}}]"#).into_bytes();
        session.loaded.dump = Loader::new().load([Input::Bytes { name: String::new(), bytes }]).unwrap();
        let out = printed(&mut session, &[":kind"]);
        assert!(out.lines().all(|line| line.chars().count() <= 30 && line.ends_with("   1")), "{out}");
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
