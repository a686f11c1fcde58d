//! `:diff`: what became of the labels since the dump was loaded, and of the objects since another dump.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use selq::diff::{DiffSide, differences};
use selq::{Dump, ObjectId, Plan, Selector};

use super::super::pager::paged;
use super::super::session::Session;
use super::super::settings;
use super::dump::input_file;
use super::go_on;
use crate::args::DiffPart;
use crate::commands::label::show;
use crate::exit::ExitStatus;
use crate::output::differences::{DiffRows, summary};
use crate::output::grid::GridFormat;
use crate::terminal::message::{counted, thousands};
use crate::typing::files::arguments;

pub(super) fn diff(session: &mut Session, argument: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    match argument {
        "" => write_diff(session, session.voice.page(), out)?,
        "all" => {
            let pager = session.voice.screen.as_ref().map(|screen| screen.pager.as_str());
            paged(pager, out, |out| write_diff(session, usize::MAX, out))?;
        }
        other => write_diff_since(session, other, out)?,
    }
    go_on()
}

/// Writes what came, went and changed since another dump.
fn write_diff_since(session: &Session, typed: &str, out: &mut dyn Write) -> Result<()> {
    let arguments = arguments(typed);
    let (file, by) = match &arguments[..] {
        [file] => (file, DiffPart::Labels),
        [file, by] => (file, settings::one_of("part", by)?),
        _ => bail!("expected a file and perhaps labels, spec or all, found {} arguments", arguments.len()),
    };
    let loaded = session.load(vec![input_file(file)])?;
    loaded.status(&session.state.config, ExitStatus::Matched);
    let (before, after) = (&loaded.dump, session.state.dump());
    let ids = |dump: &Dump| -> Vec<ObjectId> {
        let scope = session.state.selection.scope(dump.store());
        Plan::scoped(dump.store(), &Selector::everything(), &scope).run().ids().collect()
    };
    let (of_before, of_after) = (ids(before), ids(after));
    let found = differences(
        DiffSide { dump: before, ids: &of_before },
        DiffSide { dump: after, ids: &of_after },
        by.into(),
    );
    session.go_on()?;
    let rows = DiffRows { differences: &found, before, after, by: by.into() };
    let max_width = session.voice.screen.as_ref().map(|screen| screen.columns);
    let layout = DiffRows::layout(true, max_width);
    session.voice.write_long(out, |out| {
        Ok(rows.write(GridFormat::Table, &layout, &mut session.voice.printer(out))?)
    })?;
    session.voice.say(&summary(&found, of_before.len()), out)
}

/// Writes what is different from the dump as it was loaded, object by object and summed up, in about `n_lines` lines.
fn write_diff(session: &Session, n_lines: usize, out: &mut dyn Write) -> Result<()> {
    let dump = session.state.dump();
    let relabelled = dump.relabelled().filter_map(|(id, changes)| Some((dump.store().get(id)?, changes)));
    let objects = relabelled.map(|(object, changes)| show::object_diff(dump, &object, changes));
    let sums = show::sums(dump.relabelled().flat_map(|(_, changes)| changes));
    // The sums take half of the screen at most, and the objects what those leave.
    let n_for_sums = sums.len().min(n_lines / 2);
    let n_relabelled = dump.relabelled().len();
    write_cut(session, objects, n_relabelled, n_lines - n_for_sums, out)?;
    let of = counted(session.state.store().len() as u64, "object");
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
        // An object is shown with all of its changes or not at all.
        if nth > 0 && group.len() > n_lines {
            let n_left = thousands((n_groups - nth) as u64);
            writeln!(out, "{}… {n_left} more; :diff all{:#}", session.voice.dimmed, session.voice.dimmed)?;
            break;
        }
        n_lines = n_lines.saturating_sub(group.len());
        for line in group {
            show::write_line(&line, &mut session.voice.printer(&mut *out))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};
    use super::super::super::eval::with_context;
    use crate::typing::complete::complete;

    #[test]
    fn what_to_compare_by_is_completed() {
        let session = session(None);
        let line = ":diff x.json s";
        let completion = with_context(&session, |context| complete(context, line, line.len()));
        assert_eq!(completion.candidates.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["spec"]);
    }

    #[test]
    fn names_are_whole_where_what_differs_is_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.json");
        let label = "x".repeat(50);
        let pod = format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a-name-of-some-length","namespace":"shop","labels":{{"env":{label:?}}}}}}}"#
        );
        std::fs::write(&path, pod).unwrap();
        let lines = [":namespace shop", &format!(":diff {}", path.display())];
        insta::assert_snapshot!(printed(&mut session(Some((24, 70))), &lines), @"
        CHANGE   NAMESPACE   NAME                    KIND   WHAT
        -        shop        a-name-of-some-length   Pod    -env=xxxxxxxxxxxx…
        +        shop        web-0                   Pod    +env=prod +n=2
        +        shop        web-1                   Pod    +env=prod +n=1
        +        shop        db-0                    Pod    +env=staging +n=10
        3 came, 1 went, 0 changed, 0 as before
        ");
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
}
