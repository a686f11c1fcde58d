//! The formats of an answer, listed once.

use std::path::Path;

use clap::ValueEnum;

/// The formats of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns for people
    Table,
    /// The table with API version, source and index; what a watch event changed keeps its index
    Wide,
    /// kind.group/name, one a line
    Name,
    /// The objects as a List, as they were
    Json,
    /// The same List in YAML, as kubectl writes it
    Yaml,
    /// One object a line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
}

impl OutputFormat {
    /// What the formats are called, in their order.
    pub(crate) const NAMES: [&str; 8] = ["table", "wide", "name", "json", "yaml", "jsonl", "csv", "tsv"];

    /// The same as one reads them: `table, wide or name`.
    pub(crate) fn names_in_words() -> String {
        let [others @ .., last] = OutputFormat::NAMES;
        format!("{} or {last}", others.join(", "))
    }

    /// Whether it shows columns, of which there may be more.
    pub(crate) fn has_columns(self) -> bool {
        self.is_table() || matches!(self, OutputFormat::Csv | OutputFormat::Tsv)
    }

    /// Whether it is laid out for people, on a screen that may be too narrow.
    pub(crate) fn is_table(self) -> bool {
        matches!(self, OutputFormat::Table | OutputFormat::Wide)
    }

    /// Whether an object may take any number of lines of it.
    pub(crate) fn is_of_objects(self) -> bool {
        matches!(self, OutputFormat::Json | OutputFormat::Yaml | OutputFormat::Jsonl)
    }

    /// The format that a file is in by the end of its name.
    pub(crate) fn of_extension(path: &Path) -> Option<OutputFormat> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            // What is called a table or a name has no format of files.
            "table" | "wide" | "name" => None,
            "ndjson" => Some(OutputFormat::Jsonl),
            "yml" => Some(OutputFormat::Yaml),
            extension => OutputFormat::from_str(extension, false).ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_called_by_one_name() {
        let formats = OutputFormat::value_variants().iter();
        let names: Vec<String> =
            formats.map(|format| format.to_possible_value().unwrap().get_name().to_owned()).collect();
        assert_eq!(names, OutputFormat::NAMES);
        assert_eq!(OutputFormat::names_in_words(), "table, wide, name, json, yaml, jsonl, csv or tsv");
    }

    #[test]
    fn the_end_of_a_name_tells_the_format() {
        let of = |name: &str| OutputFormat::of_extension(Path::new(name));
        assert_eq!(of("a.json"), Some(OutputFormat::Json));
        assert_eq!([of("a.NDJSON"), of("b.c.jsonl")], [Some(OutputFormat::Jsonl); 2]);
        assert_eq!([of("a.CSV"), of("a.tsv")], [Some(OutputFormat::Csv), Some(OutputFormat::Tsv)]);
        assert_eq!([of("a.yaml"), of("b.yml")], [Some(OutputFormat::Yaml); 2]);
        assert_eq!([of("a.table"), of("a.name"), of("csv"), of(".csv")], [None; 4]);
    }
}
