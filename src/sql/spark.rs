//! Spark.
//!
//! Labels are a `MAP<STRING, STRING>`, objects a `STRING` of JSON, which only Spark 4 takes apart (`VARIANT`). What
//! `labels['env']` does where there is no such key depends on the version and on ANSI mode; `try_element_at` gives NULL.
//! Literals are those of the default, `spark.sql.parser.escapedStringLiterals=false`. Before anything else is read, `${name}`
//! anywhere in a statement is replaced by the value of a variable, also in literals and names.

use std::ops::RangeInclusive;

use regex_syntax::hir::Hir;

use super::clause::Clause;
use super::engine::{AbsentValue, LabelEntry, SqlEngine, in_range};
use super::error::Refusal;
use super::expression::ExpressionSyntax;
use super::quoting::{doubled, escaped, usable};

pub(super) struct Spark;

/// The expressions of Java.
const JAVA: ExpressionSyntax = ExpressionSyntax {
    code_point: |number| format!("\\x{{{number:X}}}"),
    any: "(?s:.)",
    edges: [r"\A", r"\z"],
    max_repeat: i32::MAX as u32,
    counts_nested: false,
    least: '\0',
};

impl SqlEngine for Spark {
    fn text(&self, text: &str) -> Result<String, Refusal> {
        // A backslash before the brace keeps it from being the beginning of a variable, and means nothing else.
        Ok(escaped(text, '\'').replace("${", r"$\{"))
    }

    fn name(&self, name: &str) -> Result<String, Refusal> {
        match usable(name)? {
            name if name.contains("${") => Err(Refusal::new("Spark reads ${ as the beginning of a variable")),
            name => Ok(doubled(name, '`')),
        }
    }

    fn label(&self, labels: &str, key: &str) -> Result<LabelEntry, Refusal> {
        let key = self.text(key)?;
        Ok(LabelEntry {
            value: format!("try_element_at({labels}, {key})"),
            is_there: Clause::single(format!("COALESCE(map_contains_key({labels}, {key}), FALSE)")),
            absent: AbsentValue::Null,
        })
    }

    fn full_match(&self, value: &str, expression: &Hir) -> Result<String, Refusal> {
        Ok(format!("{value} RLIKE {}", self.text(&JAVA.written_whole(expression)?)?))
    }

    fn integer(&self, value: &str, range: RangeInclusive<i64>) -> Result<String, Refusal> {
        let in_range = in_range(&format!("TRY_CAST({value} AS BIGINT)"), &range, |bound| format!("{bound}L"));
        Ok(format!(
            "CASE WHEN {value} RLIKE '\\\\A[+-]?[0-9]+\\\\z' THEN COALESCE({in_range}, FALSE) ELSE FALSE END"
        ))
    }

    fn json(&self, column: &str) -> String {
        format!("try_parse_json({column})")
    }

    fn json_list(&self, json: &str) -> String {
        format!("array({json})")
    }

    fn json_own_member(&self, json: &str, name: &str) -> Result<String, Refusal> {
        let quote = if name.contains('\'') { '"' } else { '\'' };
        if name.contains(quote) || name.is_empty() {
            return Err(Refusal::new("no path of Spark has an empty name, or one with both quotation marks"));
        }
        let path = self.text(&format!("$[{quote}{name}{quote}]"))?;
        Ok(format!("try_variant_get({json}, {path}, 'variant')"))
    }

    fn json_member(&self, list: &str, name: &str, element: &str) -> Result<String, Refusal> {
        let inner = format!("{element}_");
        let [own, of_inner] = [element, &inner].map(|of| self.json_own_member(of, name));
        let nested = format!("flatten(transform({}, {inner} -> {}))", elements(element), elements(&inner));
        let all = format!("concat({}, {nested})", elements(element));
        Ok(format!(
            "flatten(transform({list}, {element} -> concat(array({}), transform({all}, {inner} -> {}))))",
            own?, of_inner?
        ))
    }

    fn json_elements(&self, list: &str, index: Option<u64>, element: &str) -> String {
        let elements = elements(element);
        match index {
            Some(index) => format!("transform({list}, {element} -> get({elements}, {index}))"),
            None => format!("flatten(transform({list}, {element} -> {elements}))"),
        }
    }

    fn json_where(&self, list: &str, predicate: &str, element: &str) -> String {
        format!("filter({list}, {element} -> {predicate})")
    }

    fn json_any(&self, list: &str, element: &str) -> String {
        format!(
            "COALESCE(exists({list}, {element} -> {element} IS NOT NULL AND NOT is_variant_null({element})), FALSE)"
        )
    }

    fn json_any_text(&self, list: &str, test: &str, element: &str) -> String {
        let is_text = format!(
            "{element} IS NOT NULL AND NOT is_variant_null({element}) \
             AND NOT schema_of_variant({element}) RLIKE '^(ARRAY|OBJECT)'"
        );
        let text = format!("try_variant_get({element}, '$', 'string')");
        let texts = format!("transform(filter({list}, {element} -> {is_text}), {element} -> {text})");
        format!("COALESCE(exists({texts}, {element} -> {test}), FALSE)")
    }
}

/// The elements of a variant; none of one that is no array.
fn elements(element: &str) -> String {
    format!("COALESCE(try_variant_get({element}, '$', 'array<variant>'), CAST(array() AS ARRAY<VARIANT>))")
}
