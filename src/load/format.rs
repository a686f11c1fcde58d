//! What a source holds, told by its first bytes: JSON in one of two layouts, or something else by name.

use crate::codec::INDEX_MAGIC;
use crate::load::error::{Fault, LoadErrorKind};
use crate::load::json::cursor::{BOM, ValueLayout, line_end};
use crate::load::messages;
use crate::yaml;

/// How many lines are looked at to tell NDJSON from a stream of values.
const N_LINES: usize = 16;
/// How far is looked for these lines: a dump without line ends should not be read twice.
pub(in crate::load) const LOOK_AHEAD: usize = 1 << 20;
/// Where a tar archive has its magic bytes.
const TAR_MAGIC_AT: usize = 257;
/// How many bytes decide whether a source is text at all.
const N_BYTES: usize = 512;

const AS_JSON: &str = "write the dump as JSON, for instance with `kubectl get … -o json`";
const MARK_YAML: &str = "put a line `---` before it: what begins with `{` is read as JSON";
const FROM_UTF32: &str = "convert it first, for instance with `iconv -f UTF-32 -t UTF-8`";
const FROM_UTF16: &str =
    "convert it first, for instance with `iconv -f UTF-16 -t UTF-8`; in PowerShell 5, `>` writes UTF-16";
const UNPACK: &str = "unpack it first and name the files in it";
const RECOMPRESS: &str = "decompress it first; gzip and zstd are read as they are";
const FROM_ETCD: &str = "read the objects through the API server: `kubectl get … -o json`";
const WRITE_AGAIN: &str = "the beginning is missing: write the whole dump again";
const NAME_THE_DUMP: &str = "name the dump that it was made of: the index beside it is found";
const NOT_COMPRESSED_TWICE: &str = "decompress it once first; only one layer is taken off";

/// What formats begin with, what they are called, and what to do about them.
const BY_MAGIC: [(&[u8], &str, &str); 19] = [
    // The mark of UTF-32 begins with that of UTF-16, so that it has to be looked for first.
    (b"\xFF\xFE\0\0", "UTF-32 text", FROM_UTF32),
    (b"\0\0\xFE\xFF", "UTF-32 text", FROM_UTF32),
    (b"\xFF\xFE", "UTF-16 text", FROM_UTF16),
    (b"\xFE\xFF", "UTF-16 text", FROM_UTF16),
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"PK\x05\x06", "a zip archive without files", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"\xFD7zXZ\0", "an xz stream", RECOMPRESS),
    (b"BZh", "a bzip2 stream", RECOMPRESS),
    (b"\x04\x22\x4D\x18", "an lz4 stream", RECOMPRESS),
    (b"LZIP", "an lzip stream", RECOMPRESS),
    (b"\x1F\x9D", "a stream of `compress`", RECOMPRESS),
    (b"\x1F\x8B", "a gzip stream inside another one", NOT_COMPRESSED_TWICE),
    (b"\x28\xB5\x2F\xFD", "a zstd stream inside another one", NOT_COMPRESSED_TWICE),
    (b"k8s\0", "an object in the form that etcd holds", FROM_ETCD),
    (b"SQLite format 3\0", "an SQLite database", AS_JSON),
    (b"PAR1", "a Parquet file", AS_JSON),
    (&INDEX_MAGIC, "an index of selq", NAME_THE_DUMP),
];

/// Names what `bytes` hold if that is no UTF-8 JSON. Anything not known here is left to the JSON reader, whose
/// message then has the place.
pub(in crate::load) fn check(bytes: &[u8]) -> Result<(), Box<Fault>> {
    match foreign(bytes) {
        Some((found, help)) => {
            let message = format!("expected JSON, found {found}");
            Err(Fault::syntax(LoadErrorKind::Format, 0, message).with_help(help))
        }
        None => Ok(()),
    }
}

/// The same fault, but with a name for what stands at its place if that is a message of a program, not a wrong sign.
pub(in crate::load) fn named(bytes: &[u8], mut fault: Box<Fault>) -> Box<Fault> {
    let rest = bytes.get(fault.offset..).unwrap_or_default();
    // An object whose first key begins with `{` is none of JSON, and what templates have.
    let is_template = rest.starts_with(b"{") && bytes[..fault.offset].ends_with(b"{");
    let message =
        if is_template { Some(messages::TEMPLATE) } else { messages::of(&rest[..line_end(rest, 0)]) };
    // A line may begin with a number, which is JSON as far as it goes: the year of a log.
    if matches!(fault.kind, LoadErrorKind::Syntax | LoadErrorKind::Data)
        && let Some((found, help)) = message
    {
        fault.kind = LoadErrorKind::Syntax;
        fault.message = format!("expected JSON, found {found}").into();
        fault.help = Some(help.into());
    }
    fault
}

fn foreign(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_magic = |magic: &&(&[u8], &str, &str)| bytes.starts_with(magic.0);
    if let Some(&(_, found, help)) = BY_MAGIC.iter().find(is_magic) {
        return Some((found, help));
    }
    if bytes.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar")) {
        return Some(("a tar archive", UNPACK));
    }
    let start = &bytes[..bytes.len().min(N_BYTES)];
    // UTF-16 has zeros and so looks like binary data. It is asked about first, as something can be done about it.
    if start.contains(&0) && is_utf16(start) {
        return Some(("UTF-16 text", FROM_UTF16));
    }
    if start.contains(&0) && !begins_json(bytes) {
        return Some(("binary data", AS_JSON));
    }
    foreign_text(first_text(bytes))
}

/// The beginning of a text, without a byte-order mark.
fn first_text(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    &bytes[..bytes.len().min(LOOK_AHEAD)]
}

/// Whether `bytes` begin as a dump does, whatever comes later.
fn begins_json(bytes: &[u8]) -> bool {
    matches!(first_text(bytes).trim_ascii_start().first(), Some(b'{' | b'['))
}

/// Whether lines and columns mean something in `bytes`.
pub(in crate::load) fn is_text(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(N_BYTES)];
    begins_json(bytes) || start.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
}

/// Whether every other byte is zero, as in UTF-16 text that begins with ASCII.
fn is_utf16(bytes: &[u8]) -> bool {
    let pairs = bytes.chunks_exact(2);
    let n_ascii = pairs.filter(|pair| (pair[0] == 0) != (pair[1] == 0)).count();
    // Names in other scripts stand among the ASCII of keys, so that nine of ten pairs are enough.
    n_ascii > 0 && n_ascii * 10 >= bytes.len() / 2 * 9
}

/// What a text is, by its first line that is neither blank nor a comment.
enum TextSort {
    /// YAML that does not begin as JSON.
    Yaml,
    /// YAML that does.
    FlowYaml,
    OnlyComments,
    Message(messages::Message),
    PieceOfJson,
    /// JSON, or YAML that begins in an unusual way, or anything else.
    Unknown,
}

fn text_sort(bytes: &[u8]) -> TextSort {
    let mut lines = lines(bytes).peekable();
    let has_text = lines.peek().is_some();
    let Some(line) = lines.find(|line| !line.starts_with(b"#")) else {
        return if has_text { TextSort::OnlyComments } else { TextSort::Unknown };
    };
    if let Some(message) = messages::of(line) {
        // Lines of their own may follow that are sound, whatever this one is.
        return if layout(bytes) == ValueLayout::Stream {
            TextSort::Message(message)
        } else {
            TextSort::Unknown
        };
    }
    match line[0] {
        b'{' if layout(bytes) == ValueLayout::Stream && is_flow_yaml(line) => return TextSort::FlowYaml,
        b'{' | b'[' | b'"' => {}
        _ if begins_yaml(line) => return TextSort::Yaml,
        _ => {}
    }
    let is_piece = is_piece_of_json(line) && layout(bytes) == ValueLayout::Stream;
    if is_piece { TextSort::PieceOfJson } else { TextSort::Unknown }
}

/// Texts that are no JSON.
fn foreign_text(bytes: &[u8]) -> Option<messages::Message> {
    match text_sort(bytes) {
        TextSort::Yaml => Some(("YAML", AS_JSON)),
        TextSort::FlowYaml => Some(("YAML", MARK_YAML)),
        TextSort::OnlyComments => Some(("only comments, as in YAML", AS_JSON)),
        TextSort::Message(message) => Some(message),
        TextSort::PieceOfJson => Some(("a piece of JSON without its beginning", WRITE_AGAIN)),
        TextSort::Unknown => None,
    }
}

/// Whether bytes can be YAML, and whether their first line says so. `None` where they are something else: JSON, which
/// begins with `{`, `[` or `"`, or what is known by other signs.
pub(in crate::load) fn may_be_yaml(bytes: &[u8]) -> Option<bool> {
    let start = &bytes[..bytes.len().min(N_BYTES)];
    let is_utf16 = yaml::has_utf16_mark(start) && !start.starts_with(b"\xFF\xFE\0\0");
    if is_utf16 {
        return text_may_be_yaml(yaml::decode(start).ok()?.as_bytes());
    }
    let is_other = BY_MAGIC.iter().any(|(magic, ..)| bytes.starts_with(magic))
        || bytes.get(TAR_MAGIC_AT..).is_some_and(|rest| rest.starts_with(b"ustar"))
        || start.contains(&0);
    if is_other { None } else { text_may_be_yaml(bytes.strip_prefix(BOM).unwrap_or(bytes)) }
}

fn text_may_be_yaml(text: &[u8]) -> Option<bool> {
    let begins_json = match first_char(text) {
        None => return None,
        Some(first) => matches!(first, '{' | '[' | '"'),
    };
    match text_sort(first_text(text)) {
        _ if begins_json => None,
        TextSort::Yaml | TextSort::FlowYaml | TextSort::OnlyComments => Some(true),
        TextSort::Unknown => Some(false),
        TextSort::Message(_) | TextSort::PieceOfJson => None,
    }
}

/// The first character that is no white space. What is no UTF-8 is none.
fn first_char(mut text: &[u8]) -> Option<char> {
    loop {
        text = text.trim_ascii_start();
        let start = &text[..text.len().min(char::MAX_LEN_UTF8)];
        let first = start.utf8_chunks().next()?.valid().chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        if !first.is_whitespace() {
            return Some(first);
        }
        text = &text[first.len_utf8()..];
    }
}

/// Whether a line begins a document or a list, or is a field.
fn begins_yaml(line: &[u8]) -> bool {
    [&b"---"[..], b"- ", b"%YAML"].iter().any(|sign| line.starts_with(sign)) || is_yaml_field(line)
}

/// Whether a line begins as `{key: value}`, which in JSON would have quotation marks.
fn is_flow_yaml(line: &[u8]) -> bool {
    line.strip_prefix(b"{").is_some_and(|inside| is_yaml_field(inside.trim_ascii_start()))
}

/// Whether a line begins inside an object or array: with what closes one or follows a value, with `"key":`, or with
/// the end of a text that something of JSON comes after.
fn is_piece_of_json(line: &[u8]) -> bool {
    let has = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    let ends = |text: &[u8]| line.ends_with(text);
    match line[0] {
        b'}' | b']' => line.len() > 1 && matches!(line[1], b',' | b'}' | b']' | b' '),
        b',' | b':' => has(b"\""),
        b'"' => is_field_or_element(line),
        b'{' | b'[' => false,
        _ => {
            ends(b"\",")
                || has(b"\":") && [&b","[..], b"{", b"[", b"}", b"]", b"\""].iter().any(|it| ends(it))
        }
    }
}

/// Whether a line reads `"key": value` or `"element",`.
fn is_field_or_element(line: &[u8]) -> bool {
    let end = line.strip_prefix(b"\"").and_then(|quoted| memchr::memchr(b'"', quoted));
    end.is_some_and(|end| matches!(line[end + 2..].trim_ascii_start().first(), Some(b':' | b',')))
}

/// Whether a line reads `key:` or `key: value`.
fn is_yaml_field(line: &[u8]) -> bool {
    let key_len = line.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_-./".contains(b)).count();
    let after = &line[key_len..];
    let begins_as_name = line.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    begins_as_name && after.first() == Some(&b':') && after.get(1).is_none_or(|b| matches!(b, b' ' | b'\t'))
}

/// Whether the values of `bytes` stand one a line: the first of several lines is a whole object, or at least one
/// of the first few is and the first line is broken: not JSON at all, or cut short before another object.
///
/// To be wrong here costs nothing but the reading: a value may still go on over the next lines.
pub(in crate::load) fn layout(bytes: &[u8]) -> ValueLayout {
    let first_lines: Vec<&[u8]> = lines(first_text(bytes)).take(N_LINES).collect();
    let is_whole = |line: &[u8]| line[0] == b'{' && line.ends_with(b"}");
    let is_line = match first_lines[..] {
        [] | [_] => false,
        [first, ..] if is_whole(first) => true,
        [first, second, ..] if first[0] == b'{' => is_whole(second),
        [first, ..] => first[0] != b'[' && first_lines.iter().any(|line| is_whole(line)),
    };
    if is_line { ValueLayout::Lines } else { ValueLayout::Stream }
}

/// The lines that are not blank, without white space around them.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pos = 0;
    std::iter::from_fn(move || {
        while pos < bytes.len() {
            let end = line_end(bytes, pos);
            let line = bytes[pos..end].trim_ascii();
            pos = end + 1;
            if !line.is_empty() {
                return Some(line);
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> String {
        check(bytes).map_or_else(|fault| fault.message.into_owned(), |()| "JSON".to_owned())
    }

    #[test]
    fn other_formats_are_named() {
        let utf16: Vec<u8> = "{\"kind\":\"Pod\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut tar = vec![b'a'; 600];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(found(&utf16), "expected JSON, found UTF-16 text");
        assert_eq!(found(b"\xFE\xFF\0{\0}"), "expected JSON, found UTF-16 text");
        assert_eq!(found(b"\0\0\xFE\xFF\0\0\0{"), "expected JSON, found UTF-32 text");
        assert_eq!(found(&tar), "expected JSON, found a tar archive");
        assert_eq!(found(b"\0\x05\x16\x07\0\x02\0\0Mac OS X"), "expected JSON, found binary data");
        assert_eq!(found(b"<!DOCTYPE html><p>"), "expected JSON, found an HTML page");
        assert_eq!(found(b"NAME    READY   STATUS\n"), "expected JSON, found a table");
        assert_eq!(found(b"PK\x03\x04"), "expected JSON, found a zip archive");
        assert_eq!(found(b"7z\xBC\xAF\x27\x1C\0"), "expected JSON, found a 7z archive");
        assert_eq!(found(b"k8s\0\n\x0c"), "expected JSON, found an object in the form that etcd holds");
        assert_eq!(found(b"\x8Fselq\r\n\n\x03"), "expected JSON, found an index of selq");
    }

    #[test]
    fn pieces_of_json_are_no_yaml() {
        for piece in [
            "\"kind\": \"Pod\",\n\"spec\": {}",
            "\"kind\": \"Pod\"\n",
            "}, {\n\"kind\": \"Pod\"",
            "  },\n  {\n",
            "]}}",
            "ind\": \"Pod\",\n",
            "web-0\",\n  \"namespace\": \"shop\"",
            "ame\":\"web-0\"},\"spec\":{\"a\":[]}}]}",
            ",{\"a\":1}]",
        ] {
            assert_eq!(
                found(piece.as_bytes()),
                "expected JSON, found a piece of JSON without its beginning",
                "{piece}"
            );
        }
        for other in ["}", "]", "\"a\"", "\"a\" \"b\"", "ind\": 1}\n{}\n{}", "a \"b\" c", "{\"a\":"] {
            assert_eq!(found(other.as_bytes()), "JSON", "{other}");
        }
    }

    #[test]
    fn messages_are_named_before_and_in_json() {
        let refused = "expected JSON, found a warning of kubectl";
        assert_eq!(found(b"Warning: v1 ComponentStatus is deprecated\n{\n}\n"), refused);
        assert_eq!(found(b"Warning: of a line of its own\n{}\n{}\n"), "JSON");
        let text = b"{}\nWarning: x\n";
        let fault =
            named(text, Fault::syntax(LoadErrorKind::Syntax, 3, "expected an object, found `Warning`"));
        assert_eq!((fault.message.as_ref(), fault.offset, fault.help.is_some()), (refused, 3, true));
    }

    #[test]
    fn yaml_is_told_by_its_first_line() {
        for yaml in [
            "---\n",
            "apiVersion: v1\n",
            "# a\n\nkind: Pod\r\n",
            "- a: 1",
            "items:\n- a",
            "\u{FEFF}kind: A",
            "{kind: Pod}",
            "{ a: b, c: d }",
            "command: [\"a\", \"b\"]\n",
        ] {
            assert_eq!(found(yaml.as_bytes()), "expected JSON, found YAML", "{yaml}");
        }
        assert_eq!(found(b"# a\n\n# b\n"), "expected JSON, found only comments, as in YAML");
        for other in
            ["{}", "[1]", "{\"a\": 1}", "{'a': 1}", "\"a: b\"", "404: Page", "http://x", "nonsense", "-1", ""]
        {
            assert_eq!(found(other.as_bytes()), "JSON", "{other}");
        }
    }

    #[test]
    fn what_begins_as_json_is_no_yaml() {
        for json in [
            "{}",
            " \n[",
            "\"a\": 1",
            "\u{FEFF}{",
            "\u{A0}{a: 1}",
            "",
            " ",
            &format!("{}{{a: 1}}", " ".repeat(5000)),
        ] {
            assert_eq!(may_be_yaml(json.as_bytes()), None, "{json}");
        }
        for yaml in ["# c\n{a: 1,\n}", "---\n[1]", "kind: A", "- a", "%YAML 1.1", "# c"] {
            assert_eq!(may_be_yaml(yaml.as_bytes()), Some(true), "{yaml}");
        }
        for other in ["? a", "!!map\n", "text", "-1", "'a': b", "# c\n{a: 1}"] {
            assert_eq!(may_be_yaml(other.as_bytes()), Some(false), "{other}");
        }
        assert_eq!(may_be_yaml(b"\xFF\xFEk\0:\0 \x001\0"), Some(true));
        for other in [&b"\xFF\xFE{\0"[..], b"\xFF\xFE\0\0k\0\0\0", b"\x1F\x8B", b"a\0b", b"NAME  READY"] {
            assert_eq!(may_be_yaml(other), None, "{other:?}");
        }
    }

    #[test]
    fn lines_are_told_from_a_stream() {
        for lines in [
            "{}\n{}",
            "\n {} \r\n\n{}\n",
            "{\"a\":\n{}\n{}\n",
            "oops\n{}\n{}",
            "{}\n{\"a\":[\n{}",
            "\u{FEFF}{}\n{}",
        ] {
            assert_eq!(layout(lines.as_bytes()), ValueLayout::Lines, "{lines}");
        }
        for stream in ["", "{}", "{}{}", "{\n}\n{\n}", "[{},\n{}\n]", "[\n{}\n]", "{\"items\":[\n{},\n{}\n]}"]
        {
            assert_eq!(layout(stream.as_bytes()), ValueLayout::Stream, "{stream}");
        }
    }
}
