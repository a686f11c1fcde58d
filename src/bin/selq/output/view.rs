//! How an answer is shown.

use selq::query::{Context, Subject};

use super::OutputFormat;
use super::custom::CustomColumn;
use super::grid::GridFormat;
use super::grouping::Grouping;
use super::sort::SortKey;
use super::subject::ColumnSubject;

/// How an answer is shown.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) format: OutputFormat,
    /// What has a column of its own.
    pub(crate) columns: Vec<ColumnSubject>,
    /// The columns of `-o custom-columns`.
    pub(crate) custom_columns: Vec<CustomColumn>,
    /// Whether nothing but objects of one namespace is wanted, which kubectl then does not repeat.
    pub(crate) is_of_one_namespace: bool,
    /// The kinds that were asked for, as they were called.
    pub(crate) asked_kinds: Vec<String>,
    /// All labels in a last column.
    pub(crate) show_labels: ShowLabels,
    pub(crate) headers: bool,
    /// What ends a name.
    pub(crate) name_end: NameEnd,
    /// What rows are sorted by: where the first leaves two equal, by the next.
    pub(crate) sort_by: Vec<SortKey>,
    /// What objects are counted by, and how that is printed, where not they themselves are wanted.
    pub(crate) grouping: Option<(Grouping, GridFormat)>,
    pub(crate) limit: Option<usize>,
    /// How wide a table may be before its cells are cut, where people read it on a screen.
    pub(crate) max_width: Option<usize>,
    /// What columns and orders are asked with.
    pub(crate) context: Context,
}

impl View {
    /// All that is shown of the objects besides what they are.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &ColumnSubject> {
        let grouping = self.grouping.iter().flat_map(|(grouping, _)| grouping.subjects());
        self.columns.iter().chain(grouping)
    }

    /// Whether the rows show the labels with this key, or are sorted by labels, which are then told about if there are
    /// none.
    pub(crate) fn needs_label(&self, key: &str) -> bool {
        self.show_labels != ShowLabels::Never
            || self.format == OutputFormat::Records
            || self.subjects().any(|subject| subject.needs_label(key))
            || self.sort_by.iter().any(SortKey::needs_labels)
    }

    /// Whether fields or functions are read of the objects, or kubectl's columns are.
    pub(crate) fn reads_objects(&self) -> bool {
        self.format.is_kubectl() || !self.custom_columns.is_empty() || self.read_subjects().next().is_some()
    }

    /// Whether something is read that other objects say, so that it takes the whole dump.
    pub(crate) fn asks_others(&self) -> bool {
        self.read_subjects().any(Subject::asks_others)
    }

    /// Whether rows show more of the objects than what they are and their labels.
    pub(crate) fn reads_text(&self) -> bool {
        let is_whole = self.format.is_of_objects() || self.format == OutputFormat::Records;
        is_whole || self.reads_objects() || self.sort_by.iter().any(SortKey::is_path)
    }

    /// Whether ages are shown. An order of them is the same to whatever time they are counted.
    pub(crate) fn shows_ages(&self) -> bool {
        let custom = self.custom_columns.iter().filter_map(CustomColumn::subject);
        let mut shown = self.subjects().filter_map(ColumnSubject::read).chain(custom);
        self.format.is_kubectl() || shown.any(Subject::is_age)
    }

    fn read_subjects(&self) -> impl Iterator<Item = &Subject> {
        self.subjects()
            .filter_map(ColumnSubject::read)
            .chain(self.custom_columns.iter().filter_map(CustomColumn::subject))
            .chain(self.sort_by.iter().filter_map(SortKey::subject))
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
