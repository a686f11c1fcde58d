//! Literals and names between quotation marks.

use super::error::Refusal;

/// A text between quotation marks, of which each that is in it stands twice.
pub(super) fn doubled(text: &str, mark: char) -> String {
    let twice = String::from_iter([mark, mark]);
    format!("{mark}{}{mark}", text.replace(mark, &twice))
}

/// A text between quotation marks, before which there is a backslash inside of it, as there is before backslashes and ends
/// of lines.
pub(super) fn escaped(text: &str, mark: char) -> String {
    let mut out = String::from(mark);
    for character in text.chars() {
        match character {
            '\\' => out.push_str(r"\\"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\0' => out.push_str(r"\0"),
            _ if character == mark => out.extend(['\\', mark]),
            other => out.push(other),
        }
    }
    out.push(mark);
    out
}

/// A name as standard SQL quotes it.
pub(super) fn standard_name(name: &str) -> Result<String, Refusal> {
    usable(name).map(|name| doubled(name, '"'))
}

/// A name that a column or table can have.
pub(super) fn usable(name: &str) -> Result<&str, Refusal> {
    match name {
        "" => Err(Refusal::new("no column or table has an empty name")),
        name if name.contains('\0') => Err(Refusal::new("no column or table has a name with U+0000")),
        name => Ok(name),
    }
}
