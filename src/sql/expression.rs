//! Regular expressions in the syntax of another engine.
//!
//! An expression is read as the `regex` crate reads it, into the tree of what it means, and written anew of the few forms that
//! the engines have in common: literals, classes of characters by their numbers, groups, alternatives and repetitions. So
//! what a dot, a `\w` or a letter in any case is to an engine does not matter.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

use super::error::Refusal;

/// How an engine writes expressions.
pub(super) struct ExpressionSyntax {
    /// The character of a number.
    pub(super) code_point: fn(u32) -> String,
    /// Any one character, also the end of a line.
    pub(super) any: &'static str,
    /// The beginning and the end of the text.
    pub(super) edges: [&'static str; 2],
    /// How often something may be repeated that is counted.
    pub(super) max_repeat: u32,
    /// Whether that holds of repetitions in each other together.
    pub(super) counts_nested: bool,
    /// The least character that a text may have.
    pub(super) least: char,
}

/// RE2, which DuckDB and ClickHouse use.
pub(super) const RE2: ExpressionSyntax = ExpressionSyntax {
    code_point: |number| format!("\\x{{{number:X}}}"),
    any: "(?s:.)",
    edges: [r"\A", r"\z"],
    max_repeat: 1000,
    counts_nested: true,
    least: '\0',
};

/// The tree of an expression.
pub(super) fn parsed(source: &str) -> Result<Hir, Refusal> {
    // What a query has was compiled with the same syntax, so that this fails for none.
    regex_syntax::Parser::new().parse(source).map_err(|_| Refusal::new("this is no regular expression"))
}

/// The tree of a word in any case of its ASCII letters.
pub(super) fn in_any_case(word: &str) -> Hir {
    let characters = word.chars().map(|character| {
        let [lower, upper] = [character.to_ascii_lowercase(), character.to_ascii_uppercase()];
        let ranges = [upper, lower].map(|it| ClassUnicodeRange::new(it, it));
        Hir::class(Class::Unicode(ClassUnicode::new(ranges)))
    });
    Hir::concat(characters.collect())
}

/// The tree of a glob in any case of its ASCII letters.
pub(super) fn glob_in_any_case(glob: &str) -> Hir {
    let any = || Hir::class(Class::Unicode(ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)])));
    let parts = glob.chars().map(|character| match character {
        '*' => Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(any()) }),
        '?' => any(),
        other => in_any_case(other.encode_utf8(&mut [0; 4])),
    });
    Hir::concat(parts.collect())
}

impl ExpressionSyntax {
    /// The text of an expression.
    pub(super) fn written(&self, expression: &Hir) -> Result<String, Refusal> {
        let mut out = String::new();
        self.write(expression, self.max_repeat, &mut out)?;
        Ok(out)
    }

    /// The text of an expression about the whole of what it is matched with.
    pub(super) fn written_whole(&self, expression: &Hir) -> Result<String, Refusal> {
        let [start, end] = self.edges;
        Ok(format!("{start}(?:{}){end}", self.written(expression)?))
    }

    /// Writes a part, in which something may be repeated `budget` times. Nesting is bounded where expressions are read.
    fn write(&self, part: &Hir, budget: u32, out: &mut String) -> Result<(), Refusal> {
        match part.kind() {
            HirKind::Empty => out.push_str("(?:)"),
            HirKind::Literal(literal) => {
                // A tree for texts has no parts of characters.
                let text = String::from_utf8_lossy(&literal.0);
                text.chars().for_each(|character| self.write_character(character, out));
            }
            HirKind::Class(class) => self.write_class(class, out),
            HirKind::Look(Look::Start) => out.push_str(self.edges[0]),
            HirKind::Look(Look::End) => out.push_str(self.edges[1]),
            HirKind::Look(look) => return Err(unsaid_look(*look)),
            HirKind::Repetition(repetition) => self.write_repetition(repetition, budget, out)?,
            HirKind::Capture(capture) => self.write(&capture.sub, budget, out)?,
            HirKind::Concat(parts) => {
                parts.iter().try_for_each(|part| self.write(part, budget, out))?;
            }
            HirKind::Alternation(parts) => {
                out.push_str("(?:");
                for (nth, part) in parts.iter().enumerate() {
                    out.push_str(if nth > 0 { "|" } else { "" });
                    self.write(part, budget, out)?;
                }
                out.push(')');
            }
        }
        Ok(())
    }

    fn write_repetition(&self, it: &Repetition, budget: u32, out: &mut String) -> Result<(), Refusal> {
        let is_plain = matches!((it.min, it.max), (0 | 1, None) | (0, Some(1)));
        let count = if is_plain { 1 } else { it.max.unwrap_or(it.min).max(1) };
        if count > budget {
            let most = self.max_repeat;
            return Err(Refusal::new(format!(
                "the engine repeats a part of an expression at most {most} times"
            )));
        }
        let [open, close] = if is_one_character(&it.sub) { ["", ""] } else { ["(?:", ")"] };
        out.push_str(open);
        self.write(&it.sub, if self.counts_nested { budget / count } else { budget }, out)?;
        out.push_str(close);
        match (it.min, it.max) {
            (0, None) => out.push('*'),
            (1, None) => out.push('+'),
            (0, Some(1)) => out.push('?'),
            (min, None) => out.push_str(&format!("{{{min},}}")),
            (min, Some(max)) if min == max => out.push_str(&format!("{{{min}}}")),
            (min, Some(max)) => out.push_str(&format!("{{{min},{max}}}")),
        }
        Ok(())
    }

    fn write_class(&self, class: &Class, out: &mut String) {
        let class = match class {
            Class::Unicode(class) => class.clone(),
            // A tree for texts has only those classes of bytes that are of ASCII.
            Class::Bytes(class) => {
                let ranges =
                    class.iter().map(|it| ClassUnicodeRange::new(it.start().into(), it.end().into()));
                ClassUnicode::new(ranges)
            }
        };
        let mut others = class.clone();
        others.negate();
        let [own, others] = [class, others].map(|class| self.possible(class));
        match (own.ranges(), others.ranges()) {
            (_, []) => out.push_str(self.any),
            ([], others) => self.write_ranges("[^", others, out),
            // A dot is all but the end of a line: whatever takes fewer ranges is what a person would write.
            (own, others) if others.len() < own.len() => self.write_ranges("[^", others, out),
            (own, _) => self.write_ranges("[", own, out),
        }
    }

    /// Those of the characters that a text may have.
    fn possible(&self, mut class: ClassUnicode) -> ClassUnicode {
        class.intersect(&ClassUnicode::new([ClassUnicodeRange::new(self.least, char::MAX)]));
        class
    }

    fn write_ranges(&self, open: &str, ranges: &[ClassUnicodeRange], out: &mut String) {
        out.push_str(open);
        for range in ranges {
            self.write_character(range.start(), out);
            if range.end() > range.start() {
                out.push('-');
                self.write_character(range.end(), out);
            }
        }
        out.push(']');
    }

    fn write_character(&self, character: char, out: &mut String) {
        match character {
            _ if character.is_ascii_alphanumeric() => out.push(character),
            // No engine reads these in another way, wherever they stand.
            ' ' | '_' | '/' | ':' | ',' | '@' | '%' => out.push(character),
            _ if character.is_ascii_punctuation() => out.extend(['\\', character]),
            _ => out.push_str(&(self.code_point)(character.into())),
        }
    }
}

/// Whether a part is written as what a repetition behind it is about as a whole.
fn is_one_character(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(_) => true,
        HirKind::Literal(literal) => String::from_utf8_lossy(&literal.0).chars().nth(1).is_none(),
        _ => false,
    }
}

fn unsaid_look(look: Look) -> Refusal {
    let what = match look {
        Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF => {
            "(?m), the beginning or end of a line,"
        }
        _ => r"\b, \B or another boundary of words",
    };
    Refusal::new(format!("{what} is something else to the engine"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn written(source: &str) -> String {
        RE2.written_whole(&parsed(source).unwrap()).unwrap()
    }

    #[test]
    fn expressions_are_written_of_few_forms() {
        let shown = [
            "web-.*",
            r"(?i)K8s\.io",
            "a|b",
            "[^/]+",
            r"(?x) a {2,3} # c",
            "(?:)",
            "^a$",
            "(?s).",
            r"[a&&b]",
        ];
        insta::assert_snapshot!(shown.map(written).join("\n"), @r"
        \A(?:web\-[^\x{A}]*)\z
        \A(?:[Kk\x{212A}]8[Ss\x{17F}]\.[Ii][Oo])\z
        \A(?:[a-b])\z
        \A(?:[^/]+)\z
        \A(?:a{2,3})\z
        \A(?:(?:))\z
        \A(?:\Aa\z)\z
        \A(?:(?s:.))\z
        \A(?:[^\x{0}-\x{10FFFF}])\z
        ");
    }

    #[test]
    fn what_another_engine_may_read_otherwise_is_refused() {
        let refused = |source: &str| RE2.written(&parsed(source).unwrap()).unwrap_err();
        for source in [r"\bweb", "(?m)^a$", "a{1001}", "(?:a{40}){40}"] {
            assert_ne!(refused(source), Refusal::new(""), "{source}");
        }
    }

    proptest! {
        /// The crate reads the syntax of RE2 too, so that it can tell whether an expression came out the same.
        #[test]
        fn what_is_written_means_the_same(
            source in r"([ab.-é\n]|\\d|\\w|\[a-c\]|\[\^a\]|\(a\|b\)|\(\?i:B\)|\(\?s:.\)){0,5}([*+?]|\{1,3\})?",
            values in prop::collection::vec("[abBcé1.\n-]{0,5}", 8),
        ) {
            let Ok(original) = Regex::new(&format!(r"\A(?:{source})\z")) else { return Ok(()) };
            let anew = Regex::new(&written(&source)).unwrap();
            for value in values {
                prop_assert_eq!(original.is_match(&value), anew.is_match(&value), "{} {}", &source, value);
            }
        }

        #[test]
        fn globs_in_any_case_are_globs(glob in "[aB*?.]{0,6}", value in "[aAbB.\n]{0,7}") {
            let anew = Regex::new(&RE2.written_whole(&glob_in_any_case(&glob)).unwrap()).unwrap();
            let plain = crate::query::Pattern::typed(&glob.to_lowercase()).accepts(&value.to_lowercase());
            prop_assert_eq!(anew.is_match(&value), plain);
        }
    }
}
