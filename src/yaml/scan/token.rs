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
