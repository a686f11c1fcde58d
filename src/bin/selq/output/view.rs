//! How an answer is shown.

use super::OutputFormat;
use super::sort::SortKey;

/// How an answer is shown.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) format: OutputFormat,
    /// Label keys that have a column of their own.
    pub(crate) label_columns: Vec<String>,
    /// All labels in a last column.
    pub(crate) show_labels: ShowLabels,
    pub(crate) headers: bool,
    /// What ends a name.
    pub(crate) name_end: NameEnd,
    pub(crate) sort_by: Option<SortKey>,
    pub(crate) limit: Option<usize>,
    /// How wide a table may be before its cells are cut, where people read it on a screen.
    pub(crate) max_width: Option<usize>,
}

impl View {
    /// Whether the rows show the labels with this key, or are sorted by labels, which are then told about if there are
    /// none.
    pub(crate) fn needs_label(&self, key: &str) -> bool {
        self.show_labels != ShowLabels::Never
            || self.label_columns.iter().any(|column| column == key)
            // All keys, and not that one alone: where no object has it, the nearest is told.
            || matches!(self.sort_by, Some(SortKey::Label(_)))
    }
}

/// Of which objects a table shows all labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowLabels {
    Never,
    /// Of objects that nothing else tells apart: they have no namespace, name or kind.
    OfAnonymous,
    Always,
}

/// What ends each line of `-o name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameEnd {
    Newline,
    Nul,
}
