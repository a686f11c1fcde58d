//! What columns, orders and groups are about: label keys, fields and functions.

use std::fmt;
use std::str::FromStr;

use selq::ParseError;
use selq::query::{Subject, SubjectValue};
use selq::syntax::{FUNCTIONS, Function};

use crate::terminal::table::key_heading;

/// What a column is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnSubject {
    /// A label key. A dump may have keys that no query can name.
    Label(String),
    /// A field or a function, which is read of the object's JSON.
    Read(Subject),
}

impl ColumnSubject {
    /// Reads lists that are joined by `,`. A comma inside of brackets and parentheses is a part of its subject.
    pub(crate) fn lists(texts: &[String]) -> Result<Vec<ColumnSubject>, ParseError> {
        texts.iter().flat_map(|text| parts(text, |byte| byte == b',')).map(str::parse).collect()
    }

    /// Reads a list in which blanks will do too.
    pub(crate) fn words(text: &str) -> Result<Vec<ColumnSubject>, ParseError> {
        let is_separator = |byte: u8| byte == b',' || byte.is_ascii_whitespace();
        parts(text, is_separator).into_iter().map(str::parse).collect()
    }

    /// The label key, if it is one.
    pub(crate) fn label(&self) -> Option<&str> {
        match self {
            ColumnSubject::Label(key) => Some(key),
            ColumnSubject::Read(_) => None,
        }
    }

    /// What is read of the object's JSON, if it is no label key.
    pub(crate) fn read(&self) -> Option<&Subject> {
        match self {
            ColumnSubject::Label(_) => None,
            ColumnSubject::Read(subject) => Some(subject),
        }
    }

    /// Whether it needs the labels of an object with this key.
    pub(crate) fn needs_label(&self, key: &str) -> bool {
        match self {
            ColumnSubject::Label(own) => own == key,
            // The parameter of label() is any text, of which the words of the query say how it is written.
            ColumnSubject::Read(Subject::Function(call)) => call.function() == Function::Label,
            ColumnSubject::Read(_) => false,
        }
    }

    /// What stands above its column: of a key or field the last name, of a function its name.
    pub(crate) fn heading(&self) -> String {
        match self {
            ColumnSubject::Label(key) => key_heading(key),
            ColumnSubject::Read(Subject::Field(field)) => last_name(field.as_str()).to_owned(),
            ColumnSubject::Read(other) => {
                let text = other.to_string();
                text.strip_suffix("()").unwrap_or(&text).to_owned()
            }
        }
    }

    /// What was meant by a label key that no object has: a function of that name, which kubectl writes in capitals above its
    /// column.
    pub(crate) fn meant(key: &str) -> Option<String> {
        let row = FUNCTIONS
            .iter()
            .find(|row| row.name.eq_ignore_ascii_case(key) && !row.is_set() && !row.asks_others)?;
        Some(format!("the function is {}()", row.name))
    }
}

impl FromStr for ColumnSubject {
    type Err = ParseError;

    /// A field begins with `.`, and a function has parentheses; everything else is a label key.
    fn from_str(text: &str) -> Result<ColumnSubject, ParseError> {
        match text.starts_with('.') || text.contains('(') {
            true => text.parse().map(ColumnSubject::Read),
            false => Ok(ColumnSubject::Label(text.to_owned())),
        }
    }
}

impl fmt::Display for ColumnSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnSubject::Label(key) => f.write_str(key),
            ColumnSubject::Read(subject) => subject.fmt(f),
        }
    }
}

/// What a cell shows of the values that a subject gives: all of them joined by `,`, as kubectl's custom columns do; `None`
/// where there is none.
pub(crate) fn cell_text(values: &[SubjectValue]) -> Option<String> {
    match values {
        [] => None,
        [only] => Some(only.to_string()),
        values => Some(values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
    }
}

/// The parts of a list, without the blanks around them; what is empty is none.
fn parts(text: &str, is_separator: fn(u8) -> bool) -> Vec<&str> {
    all_parts(text, is_separator).into_iter().filter(|part| !part.is_empty()).collect()
}

/// The same with what is empty.
pub(super) fn all_parts(text: &str, is_separator: fn(u8) -> bool) -> Vec<&str> {
    let (mut parts, mut begin) = (Vec::new(), 0);
    for separator in outer(text).filter(|&at| is_separator(text.as_bytes()[at])) {
        parts.push(&text[begin..separator]);
        begin = separator + 1;
    }
    parts.push(&text[begin..]);
    parts.into_iter().map(str::trim).collect()
}

/// The places of the bytes that are outside of brackets and parentheses, and so of what stands in quotation marks there.
fn outer(text: &str) -> impl Iterator<Item = usize> {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        let is_outside = depth == 0;
        match (quote, byte) {
            _ if is_escaped => is_escaped = false,
            (Some(_), b'\\') => is_escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') if depth > 0 => quote = Some(byte),
            (None, b'(' | b'[') => depth += 1,
            (None, b')' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_outside.then_some(at)
    })
}

/// The last name of a field: `phase` of `.status.phase`, `x` of `.metadata.annotations['example.com/x']`.
fn last_name(field: &str) -> &str {
    let begin = outer(field).filter(|&at| field.as_bytes()[at] == b'.').last().map_or(0, |dot| dot + 1);
    let last = &field[begin..];
    let quoted = ["'", "\""].into_iter().find_map(|quote| {
        let inside = last.strip_suffix(']')?.strip_suffix(quote)?;
        Some(&inside[inside.rfind(&format!("[{quote}"))? + 2..])
    });
    quoted.unwrap_or(if last.is_empty() { field } else { last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_of_brackets_do_not_split() {
        for (text, expected) in [
            ("a,b/c", "a|b/c"),
            (" a , b,,", "a|b"),
            ("", ""),
            (".a[.b=1,.c=2].d,requests(cpu)", ".a[.b=1,.c=2].d|requests(cpu)"),
            ("label('a,)b'),.x['],']", "label('a,)b')|.x['],']"),
            (r"label('it\'s,'),b", r"label('it\'s,')|b"),
            ("it's,b", "it's|b"),
            ("a),b", "a)|b"),
            (".a[b,c", ".a[b,c"),
        ] {
            assert_eq!(parts(text, |byte| byte == b',').join("|"), expected, "{text}");
        }
    }

    #[test]
    fn bare_words_are_label_keys() {
        for (text, is_read) in
            [("app", false), ("__name__", false), ("status", false), (".x", true), ("status()", true)]
        {
            assert_eq!(text.parse::<ColumnSubject>().unwrap().read().is_some(), is_read, "{text}");
        }
        assert!("status(".parse::<ColumnSubject>().is_err());
    }

    #[test]
    fn headings_are_the_last_name() {
        for (text, expected) in [
            ("app.kubernetes.io/name", "name"),
            (".status.phase", "phase"),
            ("..image", "image"),
            (".spec.containers[.name=x.y].image", "image"),
            (".spec.containers[0]", "containers[0]"),
            (".metadata.annotations['example.com/x']", "example.com/x"),
            (".['a b']", "a b"),
            ("status()", "status"),
            ("requests(cpu)", "requests(cpu)"),
            ("age(.status.startTime)", "age(.status.startTime)"),
        ] {
            assert_eq!(text.parse::<ColumnSubject>().unwrap().heading(), expected, "{text}");
        }
    }
}
