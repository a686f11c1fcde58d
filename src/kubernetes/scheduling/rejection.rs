//! What a plugin has against nodes.

use std::borrow::Cow;
use std::fmt;

use roaring::RoaringBitmap;

use super::plugin::SchedulerPlugin;

/// Nodes that a plugin rejects for one reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rejection {
    pub(super) plugin: SchedulerPlugin,
    pub(super) reason: Cow<'static, str>,
    pub(super) nodes: RoaringBitmap,
    pub(super) stage: RejectionStage,
}

/// When the scheduler finds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RejectionStage {
    /// Before it looks at any node: the pod fits nowhere.
    PreFilter,
    /// Before it looks at any node, which ends the attempt with an error.
    Failure,
    /// Before it looks at these nodes, as others are named.
    Elsewhere,
    /// When it looks at the node.
    Filter,
}

impl Rejection {
    /// Of nodes that the plugin looks at; `None` of no nodes.
    pub(super) fn of(
        plugin: SchedulerPlugin,
        reason: impl Into<Cow<'static, str>>,
        nodes: RoaringBitmap,
    ) -> Option<Rejection> {
        let is_some = !nodes.is_empty();
        is_some.then(|| Rejection { plugin, reason: reason.into(), nodes, stage: RejectionStage::Filter })
    }
}

/// What keeps a pod off a node, in words.
///
/// The part that is the same for many nodes stands apart from the part that is about the one at hand, so that nodes can be told of
/// together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RejectionCause {
    rule: String,
    here: Option<String>,
    form: CauseForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum CauseForm {
    /// `rule, here`
    #[default]
    RuleFirst,
    /// `here, rule`
    HereFirst,
    /// `here (rule)`
    HereByRule,
}

impl RejectionCause {
    pub(super) fn of_rule(rule: impl Into<String>) -> RejectionCause {
        RejectionCause { rule: rule.into(), ..RejectionCause::default() }
    }

    pub(super) fn and_here(self, here: impl Into<String>) -> RejectionCause {
        RejectionCause { here: Some(here.into()).filter(|here| !here.is_empty()), ..self }
    }

    pub(super) fn here_first(self) -> RejectionCause {
        RejectionCause { form: CauseForm::HereFirst, ..self }
    }

    pub(super) fn here_by_rule(self) -> RejectionCause {
        RejectionCause { form: CauseForm::HereByRule, ..self }
    }

    /// What is the same for all nodes: `term 1: zone in (a,b)`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// What there is at this node: `node has zone=c`.
    #[must_use]
    pub fn here(&self) -> Option<&str> {
        self.here.as_deref()
    }

    /// The same of several nodes, of which this is at hand.
    #[must_use]
    pub fn with_here(&self, here: &str) -> RejectionCause {
        self.clone().and_here(here)
    }
}

impl fmt::Display for RejectionCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RejectionCause { rule, here, form } = self;
        match (here, form) {
            (None, _) => f.write_str(rule),
            (Some(here), CauseForm::RuleFirst) => write!(f, "{rule}, {here}"),
            (Some(here), CauseForm::HereFirst) => write!(f, "{here}, {rule}"),
            (Some(here), CauseForm::HereByRule) => write!(f, "{here} ({rule})"),
        }
    }
}
