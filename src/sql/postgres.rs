//! PostgreSQL.
//!
//! Labels and objects are `jsonb`. An index on the labels (`USING gin (labels)`, also with `jsonb_path_ops`) serves `=` and
//! `in` by `@>`; so do indexes on columns of their own. No text has U+0000. Literals with a backslash are `E'…'`, which reads
//! the same whatever `standard_conforming_strings` is. JSON paths are strict where an array matters, as the lax ones
//! take what is none for one. `?` is the operator that asks for a key; JDBC takes it doubled.

use std::ops::RangeInclusive;

use regex_syntax::hir::Hir;
use serde_json::json;

use super::clause::Clause;
use super::engine::{AbsentValue, LabelEntry, SqlEngine};
use super::error::Refusal;
use super::expression::ExpressionSyntax;
use super::quoting::{doubled, escaped, standard_name};

pub(super) struct Postgres;

/// The advanced regular expressions of PostgreSQL.
const ADVANCED: ExpressionSyntax = ExpressionSyntax {
    code_point: |number| {
        if number < 0x1_0000 { format!("\\u{number:04X}") } else { format!("\\U{number:08X}") }
    },
    any: r"(?:.|\n)",
    edges: [r"\A", r"\Z"],
    max_repeat: 255,
    counts_nested: false,
    least: '\u{1}',
};

impl SqlEngine for Postgres {
    fn text(&self, text: &str) -> Result<String, Refusal> {
        if text.contains('\0') {
            return Err(Refusal::new("no text of PostgreSQL has U+0000"));
        }
        let needs_escape = text.contains(['\\', '\n', '\r']);
        Ok(if needs_escape { format!("E{}", escaped(text, '\'')) } else { doubled(text, '\'') })
    }

    fn name(&self, name: &str) -> Result<String, Refusal> {
        standard_name(name)
    }

    fn label(&self, labels: &str, key: &str) -> Result<LabelEntry, Refusal> {
        let key = self.text(key)?;
        Ok(LabelEntry {
            value: format!("({labels} ->> {key})"),
            is_there: Clause::all(vec![Clause::single(format!("{labels} ? {key}")), is_map(labels)]),
            absent: AbsentValue::Null,
        })
    }

    fn label_in(&self, labels: &str, key: &str, values: &[&str]) -> Result<Option<Clause>, Refusal> {
        let pairs = values.iter().map(|value| self.text(&json!({ key: value }).to_string()));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        let holds = match &pairs[..] {
            [pair] => format!("{labels} @> {pair}::jsonb"),
            pairs => format!("{labels} @> ANY (ARRAY[{}]::jsonb[])", pairs.join(", ")),
        };
        Ok(Some(Clause::all(vec![Clause::single(holds), is_map(labels)])))
    }

    fn full_match(&self, value: &str, expression: &Hir) -> Result<String, Refusal> {
        Ok(format!("{value} ~ {}", self.text(&ADVANCED.written_whole(expression)?)?))
    }

    fn integer(&self, value: &str, range: RangeInclusive<i64>) -> Result<String, Refusal> {
        let (least, most) = range.into_inner();
        // A cast of more digits than an integer has fails, and one to `numeric` fails far beyond that.
        Ok(format!(
            "CASE WHEN {value} ~ '^[+-]?0*[0-9]{{1,19}}$' \
             THEN CAST(regexp_replace({value}, '^([+-]?)0+([0-9])', E'\\\\1\\\\2') AS numeric) \
             BETWEEN {least} AND {most} ELSE FALSE END"
        ))
    }

    fn json_list(&self, json: &str) -> String {
        format!("jsonb_build_array({json})")
    }

    fn json_own_member(&self, json: &str, name: &str) -> Result<String, Refusal> {
        Ok(format!("({json} -> {})", self.text(name)?))
    }

    fn json_member(&self, list: &str, name: &str, _element: &str) -> Result<String, Refusal> {
        // `[*]` is the value itself where that is no array, and a name looks into one more array.
        self.path(list, &format!("lax $[*][*].{}", json!(name)))
    }

    fn json_elements(&self, list: &str, index: Option<u64>, _element: &str) -> String {
        let is_array = r#"@.type() == "array""#;
        let path = match index {
            Some(index) => format!("strict $[*] ? ({is_array} && @.size() > {index})[{index}]"),
            None => format!("strict $[*] ? ({is_array})[*]"),
        };
        format!("jsonb_path_query_array({list}, '{path}')")
    }

    fn json_where(&self, list: &str, predicate: &str, element: &str) -> String {
        format!(
            "(SELECT jsonb_agg({element}) FROM jsonb_array_elements({list}) AS t({element}) WHERE {predicate})"
        )
    }

    fn json_any(&self, list: &str, element: &str) -> String {
        format!(
            "EXISTS (SELECT 1 FROM jsonb_array_elements({list}) AS t({element}) \
             WHERE jsonb_typeof({element}) <> 'null')"
        )
    }

    fn json_any_text(&self, list: &str, test: &str, element: &str) -> String {
        format!(
            "EXISTS (SELECT 1 FROM (SELECT {element} #>> '{{}}' FROM jsonb_array_elements({list}) AS t({element}) \
             WHERE jsonb_typeof({element}) IN ('string', 'number', 'boolean')) AS t({element}) WHERE {test})"
        )
    }
}

/// That there are labels: beside what is NULL where there are none, this makes FALSE of it.
fn is_map(labels: &str) -> Clause {
    Clause::single(format!("{labels} IS NOT NULL"))
}

impl Postgres {
    fn path(&self, list: &str, path: &str) -> Result<String, Refusal> {
        Ok(format!("jsonb_path_query_array({list}, {})", self.text(path)?))
    }
}
