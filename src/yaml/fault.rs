//! What is wrong with a YAML text, and where.

use std::borrow::Cow;

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlFault {
    /// The byte of the text.
    pub(crate) offset: usize,
    /// What was expected and what was found.
    pub(crate) message: Cow<'static, str>,
    /// What to do about it, where that is known.
    pub(crate) help: Option<&'static str>,
}

impl YamlFault {
    pub(crate) fn new(offset: usize, message: impl Into<Cow<'static, str>>) -> YamlFault {
        YamlFault { offset, message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, help: &'static str) -> YamlFault {
        YamlFault { help: Some(help), ..self }
    }
}
