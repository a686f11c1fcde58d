//! ClickHouse.
//!
//! Labels are a `Map(String, String)`, objects a `String` of JSON. The value of a key that is not there is the empty text, so
//! that `mapContains` tells the two apart where it matters; elsewhere `labels['env'] = 'prod'` stands alone, which data
//! skipping indexes on the keys or values of the map serve.

use std::ops::RangeInclusive;

use regex_syntax::hir::Hir;

use super::clause::Clause;
use super::engine::{AbsentValue, LabelEntry, SqlEngine};
use super::error::Refusal;
use super::expression::RE2;
use super::quoting::{escaped, usable};

pub(super) struct ClickHouse;

/// How many digits behind the point an amount may have: it is a multiple of `1n`.
const SCALE: u32 = 9;

impl SqlEngine for ClickHouse {
    fn text(&self, text: &str) -> Result<String, Refusal> {
        Ok(escaped(text, '\''))
    }

    fn name(&self, name: &str) -> Result<String, Refusal> {
        usable(name).map(|name| escaped(name, '`'))
    }

    fn label(&self, labels: &str, key: &str) -> Result<LabelEntry, Refusal> {
        let key = self.text(key)?;
        Ok(LabelEntry {
            value: format!("{labels}[{key}]"),
            is_there: Clause::single(format!("mapContains({labels}, {key})")),
            absent: AbsentValue::Empty,
        })
    }

    fn full_match(&self, value: &str, expression: &Hir) -> Result<String, Refusal> {
        Ok(format!("match({value}, {})", self.text(&RE2.written_whole(expression)?)?))
    }

    fn integer(&self, value: &str, range: RangeInclusive<i64>) -> Result<String, Refusal> {
        let (least, most) = range.into_inner();
        // The sign and the zeros before the digits are taken off, so that the digits that are left are at most those of
        // an integer, and none is wrapped around.
        Ok(format!(
            "ifNull(match({value}, '^[+-]?0*[0-9]{{1,19}}$') \
             AND toInt256OrNull(replaceRegexpOne(ifNull({value}, ''), '^[+]?(-?)0*([0-9])', '\\\\1\\\\2')) \
             BETWEEN {least} AND {most}, FALSE)"
        ))
    }

    fn number(&self, decimal: &str) -> String {
        // A number with a point would be a floating one.
        format!("toDecimal256('{decimal}', {SCALE})")
    }

    fn json(&self, column: &str) -> String {
        format!("ifNull({column}, '')")
    }

    fn json_list(&self, json: &str) -> String {
        format!("[{json}]")
    }

    fn json_own_member(&self, json: &str, name: &str) -> Result<String, Refusal> {
        Ok(format!("JSONExtractRaw({json}, {})", self.text(name)?))
    }

    fn json_member(&self, list: &str, name: &str, element: &str) -> Result<String, Refusal> {
        let inner = format!("{element}_");
        let [own, of_inner] = [element, &inner].map(|of| self.json_own_member(of, name));
        let elements = |of: &str| format!("JSONExtractArrayRaw({of})");
        let nested =
            format!("arrayFlatten(arrayMap({inner} -> {}, {}))", elements(&inner), elements(element));
        let all = format!("arrayConcat({}, {nested})", elements(element));
        Ok(format!(
            "arrayFlatten(arrayMap({element} -> arrayConcat([{}], arrayMap({inner} -> {}, {all})), {list}))",
            own?, of_inner?
        ))
    }

    fn json_elements(&self, list: &str, index: Option<u64>, element: &str) -> String {
        match index {
            Some(index) => {
                format!(
                    "arrayMap({element} -> JSONExtractArrayRaw({element})[{}], {list})",
                    index.saturating_add(1)
                )
            }
            None => format!("arrayFlatten(arrayMap({element} -> JSONExtractArrayRaw({element}), {list}))"),
        }
    }

    fn json_where(&self, list: &str, predicate: &str, element: &str) -> String {
        format!("arrayFilter({element} -> {predicate}, {list})")
    }

    fn json_any(&self, list: &str, element: &str) -> String {
        format!("arrayExists({element} -> JSONType({element}) <> 'Null', {list})")
    }

    fn json_any_text(&self, list: &str, test: &str, element: &str) -> String {
        let texts = format!("if(JSONType({element}) = 'String', JSONExtractString({element}), {element})");
        let with_texts = format!(
            "arrayFilter({element} -> JSONType({element}) NOT IN ('Null', 'Array', 'Object'), {list})"
        );
        format!("arrayExists({element} -> {test}, arrayMap({element} -> {texts}, {with_texts}))")
    }
}
