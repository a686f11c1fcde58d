//! What a YAML parser tells: the nodes of a document, one after another.

use super::fault::YamlFault;
use std::borrow::Cow;
use std::ops::Range;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// What may stand before a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Properties<'a> {
    /// `&name`, without the sign.
    pub(crate) anchor: Option<Cow<'a, str>>,
    /// The whole tag, its handle replaced: `tag:yaml.org,2002:str`, or `!` alone.
    pub(crate) tag: Option<Cow<'a, str>>,
}

/// A step through a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum YamlNode<'a> {
    /// `*name`, without the sign.
    Alias(Cow<'a, str>),
    Scalar(Properties<'a>, Cow<'a, str>, ScalarStyle),
    SequenceStart(Properties<'a>),
    SequenceEnd,
    MappingStart(Properties<'a>),
    MappingEnd,
}

/// A step and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event<'a> {
    pub(crate) node: YamlNode<'a>,
    pub(crate) span: Range<usize>,
}

/// A parser of one chunk of YAML, of which the first document is read. Behind this seam the parser can be exchanged.
pub(crate) trait EventSource<'a> {
    /// The next step through the document; `None` at its end, and where there is no document.
    fn next_event(&mut self) -> Result<Option<Event<'a>>, YamlFault>;

    /// Looks behind the end of the document, where nothing but its end marker and comments may stand.
    fn finish(&mut self) -> Result<(), YamlFault>;
}
