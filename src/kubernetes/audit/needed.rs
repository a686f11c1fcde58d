//! Which kinds a rule needs.

/// The kinds that a rule looks through besides those that it is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum KindsNeeded {
    Nothing,
    /// Pods, or workloads with templates, which stand for pods.
    PodsOrTemplates,
    All(&'static [&'static str]),
    /// One of them.
    Any(&'static [&'static str]),
    /// Each for a part of the rule.
    Each(&'static [&'static str]),
}

impl KindsNeeded {
    /// The kinds that are not there and should be.
    pub(super) fn lacking(
        self,
        has: impl Fn(&str) -> bool,
        has_pods: impl FnOnce() -> bool,
    ) -> Vec<&'static str> {
        match self {
            KindsNeeded::Nothing => Vec::new(),
            KindsNeeded::PodsOrTemplates if has_pods() => Vec::new(),
            KindsNeeded::PodsOrTemplates => vec!["Pod"],
            KindsNeeded::Any(kinds) if kinds.iter().any(|kind| has(kind)) => Vec::new(),
            KindsNeeded::Any(kinds) => kinds.iter().take(1).copied().collect(),
            KindsNeeded::All(kinds) | KindsNeeded::Each(kinds) => {
                kinds.iter().copied().filter(|kind| !has(kind)).collect()
            }
        }
    }

    /// Whether nothing at all is judged where so many kinds are lacking.
    pub(super) fn are_missed(self, n_lacking: usize) -> bool {
        match self {
            KindsNeeded::Each(kinds) => n_lacking == kinds.len(),
            _ => n_lacking > 0,
        }
    }
}
