//! `selq links`: who selects, owns, runs and uses whom.

mod asked;
mod dot;
mod rows;
mod tree;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use selq::kubernetes::links::ListedEndpoint;
use selq::kubernetes::{LinkPlaces, Links, Relation};
use selq::{Dump, ObjectId};

use crate::args::{LinkRelation, LinksArgs, LinksFormat};
use crate::commands::named;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::grid::{self, GridFormat};
use crate::selection::Selection;
use crate::terminal::message;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::Layout;
use asked::AskedObjects;
use rows::LinkRows;
pub(crate) use tree::lines as tree_lines;

/// The relations that are shown, in this order.
pub(crate) const RELATIONS: [LinkRelation; 5] = [
    LinkRelation::Selects,
    LinkRelation::Mentions,
    LinkRelation::Owns,
    LinkRelation::Runs,
    LinkRelation::Uses,
];

pub(crate) fn run(args: &LinksArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let names = named::names(&args.of)?;
    // Before the dump, which may take longer than it takes to see a slip.
    let places = places(&args.places)?;
    let loaded = input::load(&args.input, config)?;
    let dump = &loaded.dump;
    let asked = AskedObjects::find(dump, &names, &selection, &places)?;
    let links = Links::with_places(dump, places);
    let is_wanted = |relation: &&LinkRelation| args.relation.is_empty() || args.relation.contains(relation);
    let relations: Vec<Relation> = RELATIONS.iter().filter(is_wanted).map(|it| it.relation()).collect();
    let format = args.output.unwrap_or(match (config.stdout.is_terminal(), asked.ids()) {
        (true, Some([_])) => LinksFormat::Tree,
        _ => LinksFormat::Table,
    });
    let rows = LinkRows::new(&links, relations, asked.ids());
    let mut remarks = asked.remarks.clone();
    if asked.ids().is_none_or(|ids| !ids.is_empty()) {
        write(&rows, format, args, config)?;
        if rows.is_empty() {
            remarks.push(nothing_found(dump, asked.ids()));
        }
        remarks.extend(other_moment(&links, asked.ids().unwrap_or_default()));
    }
    message::remarks(&remarks);
    Ok(loaded.status(config, ExitStatus::of_match(!rows.is_empty())))
}

/// The built-in table and those of files.
pub(crate) fn places(files: &[impl AsRef<Path>]) -> Result<LinkPlaces> {
    let mut places = LinkPlaces::built_in();
    for file in files {
        let file = file.as_ref();
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        places = places.with(&text).map_err(|error| {
            let help = error.help().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
            anyhow!("{}: {error}{help}", file.display())
        })?;
    }
    Ok(places)
}

fn write(rows: &LinkRows<'_, '_>, format: LinksFormat, args: &LinksArgs, config: &Config) -> Result<()> {
    // The empty selector, which selects everything, would not be seen. Which objects they are says more than the last column.
    let layout = Layout {
        headers: !args.no_headers,
        max_width: config.stdout_columns,
        last_is_labels: true,
        empty: "\"\"",
        ..Layout::default()
    };
    print_to_stdout(config, |out| {
        match format {
            LinksFormat::Table => grid::write(rows, GridFormat::Table, &layout, out)?,
            LinksFormat::Csv => grid::write(rows, GridFormat::Csv, &layout, out)?,
            LinksFormat::Tsv => grid::write(rows, GridFormat::Tsv, &layout, out)?,
            LinksFormat::Jsonl => rows.write_json_lines(out)?,
            LinksFormat::Dot => dot::write(rows, out)?,
            LinksFormat::Tree => {
                for (nth, id) in rows.objects().into_iter().enumerate() {
                    if nth > 0 {
                        out.words("\n")?;
                    }
                    tree::lines(rows.links(), rows.relations(), id, config.stdout_columns)
                        .iter()
                        .try_for_each(|line| out.line(line))?;
                }
            }
        }
        Ok(())
    })
}

/// That EndpointSlices say something else than the pods, of the objects that are asked about.
fn other_moment(links: &Links<'_>, asked: &[ObjectId]) -> Option<String> {
    let listed: Vec<ListedEndpoint> = asked.iter().flat_map(|id| links.listed_endpoints(*id)).collect();
    let n_other = listed.iter().filter(|it| it.pod.is_some() && !it.agrees()).count();
    let all = message::counted(listed.len() as u64, "endpoint");
    (n_other > 0).then(|| {
        format!(
            "EndpointSlices say otherwise than the pods of {n_other} of {all}: a dump is seldom of one moment"
        )
    })
}

fn nothing_found(dump: &Dump, asked: Option<&[ObjectId]>) -> String {
    let of = match asked {
        None => message::counted(dump.store().len() as u64, "object"),
        Some([_]) => "the object".to_owned(),
        Some(ids) => format!("these {}", message::counted(ids.len() as u64, "object")),
    };
    format!("no links of {of}")
}
