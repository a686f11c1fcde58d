//! The tokens of YAML.

use crate::yaml::events::ScalarStyle;
use std::borrow::Cow;

/// A token and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct YamlToken<'a> {
    pub(crate) kind: YamlTokenKind<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum YamlTokenKind<'a> {
    End,
    /// `%YAML 1.1`
    VersionDirective(u8, u8),
    /// `%TAG !e! tag:example.com,2000:`
    TagDirective {
        handle: Cow<'a, str>,
        prefix: Cow<'a, str>,
    },
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// Where a block sequence begins: no sign says it, but the indentation.
    BlockSequenceStart,
    BlockMappingStart,
    /// Where the innermost block collection ends.
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or where it could stand.
    Key,
    /// `:`
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag {
        handle: Cow<'a, str>,
        suffix: Cow<'a, str>,
    },
    Scalar(Cow<'a, str>, ScalarStyle),
}

/// How much of a scalar a message shows.
const MAX_SHOWN: usize = 40;

impl YamlTokenKind<'_> {
    /// What a message says that was found.
    pub(crate) fn in_words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            YamlTokenKind::End => "the end of the text",
            YamlTokenKind::VersionDirective(..) | YamlTokenKind::TagDirective { .. } => {
                "a line that begins with `%`"
            }
            YamlTokenKind::DocumentStart => "`---`",
            YamlTokenKind::DocumentEnd => "`...`",
            YamlTokenKind::BlockSequenceStart => "the beginning of a list",
            YamlTokenKind::BlockMappingStart => "the beginning of an object",
            YamlTokenKind::BlockEnd => "the end of what is indented",
            YamlTokenKind::FlowSequenceStart => "`[`",
            YamlTokenKind::FlowSequenceEnd => "`]`",
            YamlTokenKind::FlowMappingStart => "`{`",
            YamlTokenKind::FlowMappingEnd => "`}`",
            YamlTokenKind::BlockEntry => "`-`",
            YamlTokenKind::FlowEntry => "`,`",
            YamlTokenKind::Key => "a key",
            YamlTokenKind::Value => "`:`",
            YamlTokenKind::Alias(name) => return shown("*", name),
            YamlTokenKind::Anchor(name) => return shown("&", name),
            YamlTokenKind::Tag { .. } => "a tag",
            YamlTokenKind::Scalar(text, _) => return shown("", text),
        })
    }
}

/// A text on one line, and not too long.
fn shown(sign: &str, text: &str) -> Cow<'static, str> {
    let first: String = text.chars().take(MAX_SHOWN).collect();
    let more = if first.len() < text.len() { "…" } else { "" };
    Cow::Owned(format!("`{sign}{}{more}`", first.escape_debug()))
}
