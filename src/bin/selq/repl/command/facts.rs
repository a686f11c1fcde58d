//! Commands that look at the data: `:labels`, `:show`, `:links`, `:schedule`.

use std::cmp::Reverse;
use std::io::Write;
use std::ops::ControlFlow;
use std::slice;

use anyhow::{Error, Result, anyhow, bail};
use selq::query::Subject;
use selq::{Matches, ObjectRef, Plan, Selector};

use super::super::session::Session;
use super::super::show::indented;
use super::{go_on, required};
use crate::args::LinkRelation;
use crate::commands::labels::{self, Facts};
use crate::commands::links::{RELATIONS, tree_lines};
use crate::commands::schedule::{limits, of_dump, report_lines};
use crate::output::names;
use crate::selection;
use crate::terminal::message::{self, counted};
use crate::terminal::sanitize;
use crate::terminal::table;
use selq::kubernetes::{Links, Scheduler, kinds};

pub(super) fn labels(session: &mut Session, key: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    // What is no field and no function is a key, whatever it is made of.
    if key.starts_with('.') || key.contains('(') {
        return values_of(session, &key.parse()?, out);
    }
    let matches = session.state.in_scope();
    let key = Some(key).filter(|key| !key.is_empty());
    let facts = match key {
        None => Facts::Keys(matches.keys()),
        Some(key) => Facts::Values(matches.values(key).into_iter().map(Into::into).collect()),
    };
    let columns = session.voice.screen.as_ref().map(|screen| screen.columns);
    let layout = facts.layout(true, columns);
    session.voice.write_long(out, |mut out| Ok(table::write(&facts, &layout, &mut out)?))?;
    if facts.is_empty() {
        session.voice.say(&labels::absence(key, session.state.store()), out)?;
    }
    go_on()
}

/// Lists the values that a field or function has.
fn values_of(session: &mut Session, subject: &Subject, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.read_subjects(&[subject])?;
    let matches = session.state.in_scope();
    let mut values = matches.subject_counts(&session.state.columns, subject, |_| true);
    values.sort_by_key(|fact| Reverse(fact.n_objects));
    let facts = Facts::Values(values.into_iter().map(Into::into).collect());
    let layout = facts.layout(true, session.voice.screen.as_ref().map(|screen| screen.columns));
    session.voice.write_long(out, |mut out| Ok(table::write(&facts, &layout, &mut out)?))?;
    if facts.is_empty() {
        session.voice.say(&format!("none of the selected objects has {subject}"), out)?;
    }
    go_on()
}

pub(super) fn show(session: &mut Session, wanted: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let object = find(session, required(wanted, "show")?)?;
    // The colours are the program's own: only what is between them may steer the terminal.
    let json = session.state.dump().json(object.id());
    let config = &session.state.config;
    let shown = indented(&config.stdout.json(&json), config.colors_stdout());
    session.voice.write_long(out, |out| Ok(writeln!(out, "{shown}")?))?;
    go_on()
}

pub(super) fn links(session: &mut Session, wanted: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let id = find(session, required(wanted, "links")?)?.id();
    let links = Links::new(session.state.dump());
    let relations = RELATIONS.map(LinkRelation::relation);
    let max_width = session.voice.screen.as_ref().map(|screen| screen.columns);
    let lines = tree_lines(&links, &relations, id, max_width);
    session.voice.write_long(out, |out| {
        let audience = session.state.config.stdout;
        Ok(lines.iter().try_for_each(|line| writeln!(out, "{}", audience.text(line)))?)
    })?;
    go_on()
}

pub(super) fn schedule(session: &mut Session, wanted: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let object = find(session, required(wanted, "schedule")?)?;
    let dump = session.state.dump();
    let schedulers = Scheduler::of_clusters(dump);
    let Some(asked) = of_dump(dump, &schedulers, object.id()) else {
        bail!("expected a pod, or a workload that makes some, found {}", place(&object));
    };
    let verdict = schedulers[asked.cluster].judge(&asked.pod);
    let mut lines = report_lines(dump, &asked, &verdict, true, true);
    lines.extend(limits(slice::from_ref(&asked), &schedulers, false));
    session.voice.write_long(out, |out| {
        let audience = session.state.config.stdout;
        Ok(lines.iter().try_for_each(|line| writeln!(out, "{}", audience.text(line)))?)
    })?;
    go_on()
}

/// A row of the last answer by its number, or an object by its name.
fn find<'s>(session: &'s Session, wanted: &str) -> Result<ObjectRef<'s>> {
    // An object that is called like a number goes by `pod/7`.
    if let Ok(number) = wanted.parse::<usize>() {
        return row(session, number);
    }
    let in_scope = session.state.in_scope();
    let mut found = called(session, &in_scope, wanted);
    // A second one is enough to know that the name says too little.
    let found = (found.next(), found.next());
    session.go_on()?;
    match found {
        (None, _) => Err(absent(session, &in_scope, wanted)),
        (Some(object), None) => Ok(object),
        (Some(first), Some(second)) => bail!(
            "{wanted:?} is in {} and in {}: choose one with :namespace or :kind, or by its row",
            place(&first),
            place(&second)
        ),
    }
}

/// The objects that go by a name, as far as the user has the patience.
fn called<'a, 's: 'a>(
    session: &'a Session,
    objects: &'a Matches<'s>,
    wanted: &'a str,
) -> impl Iterator<Item = ObjectRef<'s>> + 'a {
    let objects = objects.iter().take_while(|_| !session.is_stopped());
    objects.filter(move |object| is_called(session, object, wanted))
}

/// Says that no object goes by the name: where else one does, or which name is the nearest.
fn absent(session: &Session, in_scope: &Matches<'_>, wanted: &str) -> Error {
    let everywhere = Plan::new(session.state.store(), &Selector::everything()).run();
    if let Some(elsewhere) = called(session, &everywhere, wanted).next() {
        return anyhow!(
            "no object {wanted:?} in the namespace and kind that are chosen: it is a {}",
            place(&elsewhere)
        );
    }
    let mut parts = wanted.rsplit('/');
    let (name, kind) = (parts.next().unwrap_or_default(), parts.next());
    let is_of_kind =
        |object: &ObjectRef<'_>| kind.is_none_or(|kind| kinds::is_called(object.identity(), kind));
    let names = in_scope.iter().filter(is_of_kind).map(|object| object.name());
    let nearest = selq::text::nearest(name, names.take_while(|_| !session.is_stopped()));
    let nearest = nearest.map(|name| kind.map_or(name.to_owned(), |kind| format!("{kind}/{name}")));
    let what = format!("no object {wanted:?} {}", selection::among(session.state.store().len() as u64));
    anyhow!(message::absent(&what, nearest.as_deref()))
}

/// A name without the namespace that it may begin with, where that is this one: as `--of` takes it, and trees have it.
fn within<'t>(namespace: &str, wanted: &'t str) -> &'t str {
    let parts = wanted.split_once('/').filter(|(before, rest)| *before == namespace && rest.contains('/'));
    parts.map_or(wanted, |(_, rest)| rest)
}

/// Whether an object goes by a name, by one of its kind's names and its own, or by what `:output name` prints.
fn is_called(session: &Session, object: &ObjectRef<'_>, wanted: &str) -> bool {
    let wanted = within(object.namespace(), wanted);
    if object.name() == wanted {
        return true;
    }
    if let Some((kind, name)) = wanted.split_once('/')
        && name == object.name()
        && !name.is_empty()
    {
        return kinds::is_called(object.identity(), kind);
    }
    // Put together last, since most objects are told by what they have.
    let mut name = String::new();
    names::push_name(object.identity(), || session.state.dump().index(object.id()), &mut name);
    name == wanted
}

fn place(object: &ObjectRef<'_>) -> String {
    let namespace = if object.namespace().is_empty() { "no namespace" } else { object.namespace() };
    sanitize::escaped(&format!("{} of {namespace}", object.kind())).into_owned()
}

fn row(session: &Session, number: usize) -> Result<ObjectRef<'_>> {
    let answer = session
        .answers
        .last
        .as_ref()
        .ok_or_else(|| anyhow!("there is no answer yet to have a row {number}"))?;
    let nth = number.checked_sub(1).ok_or_else(|| anyhow!("rows are counted from 1"))?;
    let found = answer.ids.get(nth).and_then(|&id| session.state.store().get(id));
    found.ok_or_else(|| anyhow!("the last answer has {}", counted(answer.ids.len() as u64, "row")))
}

#[cfg(test)]
mod tests {
    use selq::{Input, Loader};

    use super::super::super::eval::tests::{printed, session};

    #[test]
    fn labels_are_those_of_the_scope() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[":labels", ":labels env", ":namespace ops", ":labels env"]
        ), @r#"
        KEY   OBJECTS   VALUES
        env   3         2
        n     3         3
        VALUE     OBJECTS
        prod      2
        staging   1
        [no namespace "ops"]
        VALUE     OBJECTS
        prod      2
        staging   1
        "#);
    }

    #[test]
    fn values_of_fields_and_functions_are_listed_like_those_of_labels() {
        let lines =
            [":labels .metadata.labels.env", ":labels kind()", ":labels name()", ":labels .x", ":labels .a["];
        insta::assert_snapshot!(printed(&mut session(None), &lines), @r#"
        VALUE     OBJECTS
        prod      2
        staging   1
        VALUE   OBJECTS
        Pod     3
        VALUE       OBJECTS
        pod/db-0    1
        pod/web-0   1
        pod/web-1   1
        (none of the selected objects has .x)
        [expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text]
        "#);
    }

    #[test]
    fn labels_are_cut_to_the_screen() {
        let mut session = session(Some((24, 30)));
        let long = "v".repeat(60);
        let out = printed(&mut session, &["env", &format!(":label note={long}"), ":labels note", ":labels"]);
        assert!(out.contains("vvv…   3\n"), "{out}");
        assert!(out.lines().skip(6).all(|line| line.chars().count() <= 30), "{out}");
    }

    #[test]
    fn an_object_that_is_not_there_has_its_nearest_or_its_place() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &[":show wbe-1", ":show po/wbe-1", ":show svc/web-1"]
        ), @r#"
        [no object "wbe-1" in 3 objects; did you mean "web-1"?]
        [no object "po/wbe-1" in 3 objects; did you mean "po/web-1"?]
        [no object "svc/web-1" in 3 objects]
        "#);
        let mut session = session(None);
        session.state.loaded = {
            let bytes =
                br#"[{"kind":"Node","metadata":{"name":"n"}},{"kind":"Pod","metadata":{"name":"p"}}]"#;
            Loader::new().load([Input::Bytes { name: String::new(), bytes: bytes.to_vec() }]).unwrap().into()
        };
        assert_eq!(
            printed(&mut session, &[":kind po", ":show n"]),
            "[no object \"n\" in the namespace and kind that are chosen: it is a Node of no namespace]\n"
        );
    }

    #[test]
    fn objects_are_shown_by_row_and_by_name() {
        insta::assert_snapshot!(printed(
            &mut session(None),
            &["env=staging", ":show 1", ":show 2", ":show 0", ":show pod/nope"]
        ), @r#"
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        {
          "kind": "Pod",
          "apiVersion": "v1",
          "metadata": {
            "name": "db-0",
            "namespace": "shop",
            "labels": {
              "env": "staging",
              "n": "10"
            }
          }
        }
        [the last answer has 1 row]
        [rows are counted from 1]
        [no object "pod/nope" in 3 objects]
        "#);
        let by_name = printed(&mut session(None), &[":show pod/web-1"]);
        assert_eq!(printed(&mut session(None), &[":show web-1"]), by_name);
        assert!(by_name.contains("\"name\": \"web-1\""), "{by_name}");
        // The kind goes by all the names that `:kind` knows.
        for name in [":show po/web-1", ":show Pod/web-1"] {
            assert_eq!(printed(&mut session(None), &[name]), by_name, "{name}");
        }
        assert_eq!(
            printed(&mut session(None), &[":show svc/web-1"]),
            "[no object \"svc/web-1\" in 3 objects]\n"
        );
    }
}
