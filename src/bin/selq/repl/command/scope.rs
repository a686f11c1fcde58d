//! Commands that narrow what lines are answered from: `:namespace`, `:kind`.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;
use selq::kubernetes::kinds::Kinds;

use super::super::session::Session;
use super::go_on;
use super::pairs::write_pairs;
use crate::terminal::message::thousands;

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
            // Beside other names it would undo them, and is refused like one that does not occur.
            [ALL] => Choice::All,
            _ => Choice::Of(names),
        }
    }
}

pub(super) fn namespace(session: &mut Session, names: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let occurring = session.state.store().namespaces();
    let known = || occurring.iter().map(|fact| fact.namespace).filter(|name| !name.is_empty());
    session.state.selection.namespaces = match Choice::of(names) {
        Choice::Unsaid => {
            let rows = occurring.iter().map(|fact| (or_none(fact.namespace), fact.n_objects));
            let is_chosen = |name: &str| session.state.selection.namespaces.iter().any(|it| it == name);
            list(session, rows, is_chosen, out)?;
            return go_on();
        }
        Choice::All => Vec::new(),
        // One that does not occur is a slip, and the scope stays what it was.
        Choice::Of(names) => match names.iter().find(|name| !known().any(|it| it == **name)) {
            Some(name) => return Err(absent("namespace", name, selq::text::nearest(name, known()))),
            None => names.into_iter().map(str::to_owned).collect(),
        },
    };
    session.state.rescope();
    go_on()
}

pub(super) fn kind(session: &mut Session, names: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let occurring = session.state.store().kinds();
    session.state.selection.kinds = match Choice::of(names) {
        Choice::Unsaid => {
            let rows = occurring.iter().map(|fact| (or_none(fact.kind), fact.n_objects));
            let (typed, known) = (session.state.selection.kinds.iter(), Kinds::of(session.state.store()));
            // What was typed may be `po`, and the list has kinds.
            let chosen: HashSet<String> =
                typed.flat_map(|name| known.resolve(name)).map(|it| it.kind).collect();
            list(session, rows, |kind| chosen.contains(kind), out)?;
            return go_on();
        }
        Choice::All => Vec::new(),
        Choice::Of(names) => {
            let known = Kinds::of(session.state.store());
            if let Some(name) = names.iter().find(|name| !known.has(name)) {
                return Err(absent("kind", name, known.nearest(name).as_deref()));
            }
            names.into_iter().map(str::to_owned).collect()
        }
    };
    session.state.rescope();
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

#[cfg(test)]
mod tests {
    use selq::{Input, Loader};

    use super::super::super::eval::tests::{printed, session};

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
    fn long_names_leave_the_counts_on_the_screen() {
        let mut session = session(Some((24, 30)));
        let long = "n".repeat(300);
        let bytes = format!(r#"[{{"kind":"A"}},{{"kind":"{long}"}}]"#).into_bytes();
        session.state.loaded =
            Loader::new().load([Input::Bytes { name: String::new(), bytes }]).unwrap().into();
        let out = printed(&mut session, &[":kind"]);
        assert!(out.lines().all(|line| line.chars().count() <= 30 && line.ends_with("   1")), "{out}");
    }
}
