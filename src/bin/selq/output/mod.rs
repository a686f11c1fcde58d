//! How an answer is written: the one path from a plan to rows, whoever asks.

mod columns;
mod csv;
pub(crate) mod custom;
mod custom_rows;
pub(crate) mod differences;
mod format;
pub(crate) mod grid;
pub(crate) mod grouping;
pub(crate) mod groups;
pub(crate) mod identity;
mod json;
mod kubectl;
pub(crate) mod names;
pub(crate) mod records;
pub(crate) mod replace;
mod rows;
pub(crate) mod sort;
pub(crate) mod subject;
mod tsv;
mod view;
mod yaml;

use std::io::{self, Write};

use anyhow::Result;
use selq::{Dump, Plan};

use crate::terminal::printer::Printer;
use crate::terminal::table::{self, Layout};
use columns::ObjectRows;
pub(crate) use format::{FormatParser, OutputFormat, TypedFormat};
pub(crate) use rows::Rows;
pub(crate) use view::{NameEnd, ShowLabels, View};

/// What was written, and what there is to say of it.
pub(crate) struct Written {
    pub(crate) n_rows: u64,
    pub(crate) remarks: Vec<String>,
}

/// Runs the plan and writes what it finds.
pub(crate) fn answer(
    dump: &Dump,
    plan: &Plan<'_>,
    view: &View,
    out: &mut Printer<impl Write>,
) -> Result<Written> {
    match &view.grouping {
        Some((grouping, format)) => groups::write(dump, &plan.run().into(), grouping, *format, view, out),
        None => write_rows(dump, &Rows::of(dump, plan, view), view, out),
    }
}

/// Writes rows in the view's format.
pub(crate) fn write_rows(
    dump: &Dump,
    rows: &Rows<'_>,
    view: &View,
    out: &mut Printer<impl Write>,
) -> Result<Written> {
    // Given back and not printed, so that of many answers the same is said once, behind them.
    let mut remarks: Vec<String> = rows.remark(dump).into_iter().collect();
    match view.format {
        OutputFormat::Json => remarks.extend(json::write_list(dump, rows, out)?),
        OutputFormat::Yaml => remarks.extend(yaml::write_list(dump, rows, out)?),
        OutputFormat::Jsonl => remarks.extend(json::write_lines(dump, rows, out)?),
        OutputFormat::Records => records::write(dump, rows, view, out)?,
        OutputFormat::Kubectl | OutputFormat::KubectlWide => kubectl::write(dump, rows, view, out)?,
        OutputFormat::CustomColumns => custom_rows::write(dump, rows, view, out)?,
        OutputFormat::Name => names::write(dump, rows, view.name_end, out)?,
        OutputFormat::Table | OutputFormat::Wide | OutputFormat::Csv | OutputFormat::Tsv => {
            let objects = ObjectRows::new(dump, rows, view);
            match view.format {
                OutputFormat::Csv => csv::write(&objects, view.headers, out)?,
                OutputFormat::Tsv => tsv::write(&objects, view.headers, out)?,
                _ => write_table(&objects, view, out)?,
            }
            remarks.extend(objects.absent_columns());
        }
    }
    Ok(Written { n_rows: rows.len(), remarks })
}

/// The table of `kubectl get`, with what tells the objects of other dumps apart.
fn write_table(objects: &ObjectRows<'_, '_>, view: &View, out: &mut Printer<impl Write>) -> io::Result<()> {
    let layout = Layout {
        headers: view.headers,
        max_width: view.max_width,
        last_is_labels: objects.end_in_labels(),
        ..Layout::default()
    };
    table::write(objects, &layout, out.raw())
}
