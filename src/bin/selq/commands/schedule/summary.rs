//! Where the pods of each workload fit, a line each.

use selq::kubernetes::scheduling::WorkloadPlaces;

use crate::terminal::table::{Cell, Grid};

pub(super) struct SummaryRows<'a>(pub(super) &'a [WorkloadPlaces]);

impl<'a> Grid for SummaryRows<'a> {
    type Row = &'a WorkloadPlaces;

    fn header(&self) -> Vec<&str> {
        vec!["namespace", "workload", "pods", "nowhere", "nodes", "binding"]
    }

    fn rows(&self) -> impl Iterator<Item = &'a WorkloadPlaces> {
        self.0.iter()
    }

    fn cell<'c>(&'c self, row: &'c &'a WorkloadPlaces, column: usize, scratch: &'c mut String) -> Cell<'c> {
        match column {
            0 => Cell::Text(&row.namespace),
            1 => Cell::Text(&row.workload),
            2 => Cell::Number(row.pods.len() as u64),
            3 => Cell::Number(row.n_unplaceable),
            4 if row.least_nodes == row.most_nodes => Cell::Number(row.least_nodes),
            4 => {
                *scratch = format!("{}-{}", row.least_nodes, row.most_nodes);
                Cell::Text(scratch)
            }
            _ => row.binding.map_or(Cell::Null, |plugin| Cell::Text(plugin.as_str())),
        }
    }
}
