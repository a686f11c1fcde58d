//! DuckDB.
//!
//! Labels are a `MAP(VARCHAR, VARCHAR)`, objects `JSON`. Casts round (`'1.5'` is 2 as an integer), so that an expression looks
//! at the text first; elements of maps are taken from the list that `map_extract` gives, since what `labels['env']` gives has
//! changed from version to version; and list comprehensions are the one form of lambdas that all versions read.

use std::ops::RangeInclusive;

use regex_syntax::hir::Hir;

use super::clause::Clause;
use super::engine::{AbsentValue, LabelEntry, SqlEngine, in_range};
use super::error::Refusal;
use super::expression::RE2;
use super::like::LikePattern;
use super::quoting::{doubled, standard_name};

pub(super) struct DuckDb;

/// What JSON values have no text.
const NO_TEXTS: &str = "('NULL', 'ARRAY', 'OBJECT')";

impl SqlEngine for DuckDb {
    fn text(&self, text: &str) -> Result<String, Refusal> {
        // A literal ends at U+0000, which `chr` gives all the same.
        let parts: Vec<String> = text.split('\0').map(|part| doubled(part, '\'')).collect();
        Ok(match &parts[..] {
            [only] => only.clone(),
            several => format!("({})", several.join(" || chr(0) || ")),
        })
    }

    fn name(&self, name: &str) -> Result<String, Refusal> {
        standard_name(name)
    }

    fn label(&self, labels: &str, key: &str) -> Result<LabelEntry, Refusal> {
        let key = self.text(key)?;
        Ok(LabelEntry {
            value: format!("map_extract({labels}, {key})[1]"),
            is_there: Clause::single(format!("COALESCE(map_contains({labels}, {key}), FALSE)")),
            absent: AbsentValue::Null,
        })
    }

    fn like(&self, value: &str, pattern: &LikePattern) -> Result<String, Refusal> {
        let escape = if pattern.has_escape { r" ESCAPE '\'" } else { "" };
        Ok(format!("{value} LIKE {}{escape}", self.text(&pattern.text)?))
    }

    fn full_match(&self, value: &str, expression: &Hir) -> Result<String, Refusal> {
        Ok(format!("regexp_full_match({value}, {})", self.text(&RE2.written(expression)?)?))
    }

    fn integer(&self, value: &str, range: RangeInclusive<i64>) -> Result<String, Refusal> {
        let in_range = in_range(&format!("TRY_CAST({value} AS BIGINT)"), &range, |bound| bound.to_string());
        Ok(format!(
            "CASE WHEN regexp_full_match({value}, '[+-]?[0-9]+') THEN COALESCE({in_range}, FALSE) ELSE FALSE END"
        ))
    }

    fn json(&self, column: &str) -> String {
        format!("CAST({column} AS JSON)")
    }

    fn json_list(&self, json: &str) -> String {
        format!("[{json}]")
    }

    fn json_own_member(&self, json: &str, name: &str) -> Result<String, Refusal> {
        Ok(format!("json_extract({json}, {})", self.path("", name)?))
    }

    fn json_member(&self, list: &str, name: &str, element: &str) -> Result<String, Refusal> {
        let own = self.json_own_member(element, name)?;
        let [of_each, of_nested] = [self.path("[*]", name)?, self.path("[*][*]", name)?];
        Ok(format!(
            "flatten(flatten([[[{own}], json_extract({element}, {of_each}), json_extract({element}, {of_nested})] \
             FOR {element} IN {list} IF {element} IS NOT NULL]))"
        ))
    }

    fn json_elements(&self, list: &str, index: Option<u64>, element: &str) -> String {
        match index {
            Some(index) => format!(
                "[json_extract({element}, '$[{index}]') FOR {element} IN {list} IF {element} IS NOT NULL]"
            ),
            None => format!(
                "flatten([json_extract({element}, '$[*]') FOR {element} IN {list} IF {element} IS NOT NULL])"
            ),
        }
    }

    fn json_where(&self, list: &str, predicate: &str, element: &str) -> String {
        format!("[{element} FOR {element} IN {list} IF {predicate}]")
    }

    fn json_any(&self, list: &str, element: &str) -> String {
        format!("len([{element} FOR {element} IN {list} IF json_type({element}) <> 'NULL']) > 0")
    }

    fn json_any_text(&self, list: &str, test: &str, element: &str) -> String {
        let texts = format!(
            "[CASE WHEN json_type({element}) NOT IN {NO_TEXTS} THEN json_extract_string({element}, '$') END \
             FOR {element} IN {list}]"
        );
        format!("len([{element} FOR {element} IN {texts} IF {test}]) > 0")
    }
}

impl DuckDb {
    /// The path to a member behind some steps.
    fn path(&self, before: &str, name: &str) -> Result<String, Refusal> {
        match name.contains(['"', '\\', '*']) {
            false => self.text(&format!("${before}.\"{name}\"")),
            true => {
                Err(Refusal::new("no path of DuckDB has a name with a quotation mark, a backslash or a *"))
            }
        }
    }
}
