//! Up and Down: through those lines of the history that begin with what is typed.

/// Where in the history the user is.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    /// The lines, the latest last.
    lines: Vec<String>,
    /// What was typed before the first Up.
    typed: String,
    /// The line that stands at the prompt, where it is not what was typed.
    shown: Option<usize>,
}

impl Recall {
    /// The lines to go through from now on.
    pub(crate) fn begin(&mut self, lines: &[String]) {
        *self = Recall { lines: lines.to_vec(), ..Recall::default() };
    }

    /// The latest line before the one that stands there.
    pub(crate) fn older(&mut self, line: &str) -> Option<String> {
        self.follow(line);
        let before = &self.lines[..self.shown.unwrap_or(self.lines.len())];
        let nth = before.iter().rposition(|it| it.starts_with(&self.typed) && it != line)?;
        self.shown = Some(nth);
        Some(self.lines[nth].clone())
    }

    /// The line after the one that stands there, and after the last one what was typed.
    pub(crate) fn newer(&mut self, line: &str) -> Option<String> {
        self.follow(line);
        let first = self.shown? + 1;
        let nth = self.lines[first..].iter().position(|it| it.starts_with(&self.typed));
        self.shown = nth.map(|nth| first + nth);
        Some(self.shown.map_or_else(|| self.typed.clone(), |nth| self.lines[nth].clone()))
    }

    /// Begins anew where something else stands there than what was shown: it was typed.
    fn follow(&mut self, line: &str) {
        let shown = self.shown.and_then(|nth| self.lines.get(nth));
        if shown.is_none_or(|shown| shown != line) {
            self.typed = line.to_owned();
            self.shown = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recall() -> Recall {
        let mut recall = Recall::default();
        recall.begin(&["env=prod", "tier=db", "env=dev", ":labels"].map(str::to_owned));
        recall
    }

    #[test]
    fn an_empty_line_goes_through_all_of_them() {
        let mut recall = recall();
        let mut line = String::new();
        let mut seen = Vec::new();
        while let Some(older) = recall.older(&line) {
            line = older;
            seen.push(line.clone());
        }
        assert_eq!(seen, [":labels", "env=dev", "tier=db", "env=prod"]);
        assert_eq!(recall.newer(&line).as_deref(), Some("tier=db"));
    }

    #[test]
    fn what_is_typed_chooses_the_lines_and_comes_back_in_the_end() {
        let mut recall = recall();
        assert_eq!(recall.older("env").as_deref(), Some("env=dev"));
        assert_eq!(recall.older("env=dev").as_deref(), Some("env=prod"));
        assert_eq!(recall.older("env=prod"), None);
        assert_eq!(recall.newer("env=prod").as_deref(), Some("env=dev"));
        assert_eq!(recall.newer("env=dev").as_deref(), Some("env"));
        assert_eq!(recall.newer("env"), None);
    }

    #[test]
    fn an_edited_line_is_what_is_typed_from_then_on() {
        let mut recall = recall();
        assert_eq!(recall.older("e").as_deref(), Some("env=dev"));
        assert_eq!(recall.older("env=d"), Some("env=dev".to_owned()));
        assert_eq!(recall.older("t").as_deref(), Some("tier=db"));
        assert_eq!(recall.older("env=dev"), None, "the line itself is no other one");
        assert_eq!((recall.older("zone"), recall.newer("zone")), (None, None));
    }
}
