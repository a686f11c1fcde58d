//! Objects in columns of somebody's own, as kubectl prints them.

use std::io::Write;

use anyhow::Result;
use selq::Dump;
use selq::query::SubjectReader;
use serde_json::Value;

use super::custom::CustomColumn;
use super::subject::cell_text;
use super::{Rows, View, kubectl};
use crate::terminal::printer::Printer;
use crate::terminal::table::{self, ABSENT, Cell, Grid, Headings, Layout};

/// Writes the objects in the columns of the view.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut Printer<impl Write>) -> Result<()> {
    let columns = &view.custom_columns;
    let reader = SubjectReader::new(columns.iter().filter_map(CustomColumn::subject).cloned(), view.context);
    let cells = reader.read_all(dump, &rows.ids(), |id, values| {
        let (json, mut values) = (dump.json(id), values.into_iter());
        let cell = |column: &CustomColumn| {
            let read = column.subject.as_ref().and_then(|_| cell_text(&values.next().unwrap_or_default()));
            let found = column.path.as_ref().map(|path| path.all(&json)).unwrap_or_default();
            match found[..] {
                [] => read,
                ref found => Some(found.iter().map(|json| printed_json(json)).collect::<Vec<_>>().join(",")),
            }
        };
        columns.iter().map(cell).collect::<Vec<Option<String>>>()
    });
    let layout = Layout { headings: Headings::AsWritten, ..kubectl::layout(view) };
    Ok(table::write(&CustomRows { columns, cells }, &layout, out.raw())?)
}

/// The cells of some columns.
struct CustomRows<'v> {
    columns: &'v [CustomColumn],
    cells: Vec<Vec<Option<String>>>,
}

impl Grid for CustomRows<'_> {
    /// The number of a row.
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.heading.as_str()).collect()
    }

    fn heading(&self, column: usize) -> String {
        self.columns[column].heading.clone()
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.cells.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Cell<'c> {
        Cell::Text(self.cells[row][column].as_deref().unwrap_or(ABSENT))
    }
}

/// A value as kubectl prints it, which is Go's own way (`fmt.Sprint`).
fn printed_json(json: &str) -> String {
    let mut text = String::new();
    match serde_json::from_str(json) {
        Ok(value) => push_value(&value, &mut text),
        // What is too deep to be taken apart is shown as it is written.
        Err(_) => text.push_str(json),
    }
    text
}

fn push_value(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => out.push_str(&integer.to_string()),
            None => out.push_str(&float(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => out.push_str(text),
        Value::Array(values) => {
            out.push('[');
            for (nth, value) in values.iter().enumerate() {
                out.push_str(if nth > 0 { " " } else { "" });
                push_value(value, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push_str("map[");
            for (nth, (key, value)) in members.iter().enumerate() {
                out.push_str(if nth > 0 { " " } else { "" });
                out.push_str(key);
                out.push(':');
                push_value(value, out);
            }
            out.push(']');
        }
    }
}

/// A number with a fraction or an exponent: the shortest digits that say it, with an exponent outside of four zeros and
/// six digits.
fn float(number: f64) -> String {
    let shortest = format!("{number:e}");
    let Some((digits, exponent)) = shortest.split_once('e') else { return shortest };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_printed_as_go_does() {
        for (json, expected) in [
            (r#""a b""#, "a b"),
            ("7", "7"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("9223372036854775808", "9.223372036854776e+18"),
            ("1.5", "1.5"),
            ("100000.0", "100000"),
            ("1e6", "1e+06"),
            ("1234567.5", "1.2345675e+06"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("true", "true"),
            ("null", "<nil>"),
            (r#"["a",1,null,[]]"#, "[a 1 <nil> []]"),
            (r#"{"b":"x y","a":{"c":false}}"#, "map[a:map[c:false] b:x y]"),
            ("{}", "map[]"),
        ] {
            assert_eq!(printed_json(json), expected, "{json}");
        }
    }
}
