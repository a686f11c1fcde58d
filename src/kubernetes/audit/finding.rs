//! What an audit finds.

use std::borrow::Cow;
use std::fmt;

use serde_json::{Map, Value};

use crate::ObjectId;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth to be known.
    Info,
    /// It will break, or works by luck.
    Warning,
    /// It is broken now.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that is wrong with an object, or worth to be known.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The [id](super::AuditRule::id) of the rule.
    pub rule: Cow<'static, str>,
    /// How bad it is here, which may be less than the rule says.
    pub severity: Severity,
    /// The object that it is about.
    pub object: ObjectId,
    /// Where in it, as a path that a query takes.
    pub at: String,
    /// What is wrong, in a sentence without the object's name.
    pub message: String,
    /// What was counted.
    pub evidence: Map<String, Value>,
    /// The other objects that it takes.
    pub related: Vec<ObjectId>,
}

/// The [id](super::AuditRule::id) of a rule, and a kind that it needs and of which there is no object.
pub type UnjudgedRule = (Cow<'static, str>, Cow<'static, str>);

/// What an audit found, and what it could not look at.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AuditReport {
    /// What is wrong, in the order of the rules and, of each, of the objects.
    pub findings: Vec<Finding>,
    /// The rules that were not judged, each with a kind that the dump lacks.
    pub not_judged: Vec<UnjudgedRule>,
    /// The rules of which a part was not judged, each with a kind that the dump lacks.
    pub judged_in_part: Vec<UnjudgedRule>,
}

/// How many of the pods that it takes a finding names.
pub(super) const MAX_RELATED: usize = 8;

impl Finding {
    pub(super) fn new(object: ObjectId, severity: Severity, at: &str, message: String) -> Finding {
        Finding {
            // Whoever runs the rule knows its name.
            rule: Cow::Borrowed(""),
            severity,
            object,
            at: at.to_owned(),
            message,
            evidence: Map::new(),
            related: Vec::new(),
        }
    }

    /// The same with something that was counted or seen.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Finding {
        self.evidence.insert(name.to_owned(), value.into());
        self
    }

    pub(super) fn related_to(self, related: impl IntoIterator<Item = ObjectId>) -> Finding {
        Finding { related: related.into_iter().collect(), ..self }
    }
}
