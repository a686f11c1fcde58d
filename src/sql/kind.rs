//! What is asked of kinds, by all the names that they go by.

use regex_syntax::hir::Hir;

use super::clause::Clause;
use super::engine::SqlEngine;
use super::error::Refusal;
use super::expression;
use super::like::LikePattern;
use super::text_test::{TextTest, among};
use crate::kubernetes::kinds::KindWord;
use crate::query::{Pattern, Test};

/// The columns of a kind and its group, as expressions.
pub(super) struct KindColumns<'e> {
    pub(super) kind: &'e str,
    pub(super) group: &'e str,
    pub(super) engine: &'e dyn SqlEngine,
}

impl KindColumns<'_> {
    /// The clause of a test, without its negation.
    pub(super) fn clause(&self, test: &Test) -> Result<Clause, Refusal> {
        let holds = match test.expression() {
            Some(_) => TextTest::of_test(test)?.clause(&self.qualified(), self.engine)?,
            None => {
                let patterns = test.patterns().iter().map(|pattern| self.pattern(pattern));
                Clause::any(patterns.collect::<Result<Vec<_>, _>>()?)
            }
        };
        let is_there = ["IS NOT NULL", "<> ''"].map(|it| Clause::single(format!("{} {it}", self.kind)));
        Ok(Clause::all([holds].into_iter().chain(is_there).collect()))
    }

    /// The kind with its group behind it: `Deployment.apps`.
    fn qualified(&self) -> String {
        let (kind, group) = (self.kind, self.group);
        format!("({kind} || CASE WHEN COALESCE({group}, '') = '' THEN '' ELSE '.' || {group} END)")
    }

    fn pattern(&self, pattern: &Pattern) -> Result<Clause, Refusal> {
        match pattern.as_text() {
            Some(word) => self.word(&KindWord::new(word)),
            None if !pattern.as_str().is_ascii() => Err(Refusal::new("kinds have ASCII letters alone")),
            None => {
                let glob = expression::glob_in_any_case(pattern.as_str());
                Ok(Clause::any(vec![
                    Clause::single(self.engine.full_match(self.kind, &glob)?),
                    Clause::single(self.engine.full_match(&self.qualified(), &glob)?),
                ]))
            }
        }
    }

    /// That the kind goes by a word.
    fn word(&self, word: &KindWord) -> Result<Clause, Refusal> {
        let mut names = vec![Clause::single(self.in_any_case(std::slice::from_ref(&word.name))?)];
        if !word.singulars.is_empty() {
            let regular = Clause::single(self.in_any_case(&word.singulars)?);
            let irregular = among(self.kind, &word.irregular, self.engine)?.map(Clause::negated);
            names.push(Clause::all([regular].into_iter().chain(irregular).collect()));
        }
        names.extend(among(self.kind, &word.built_in, self.engine)?);
        let group = word.group.as_deref().map(|group| self.in_group(group)).transpose()?;
        Ok(Clause::all([Clause::any(names)].into_iter().chain(group).collect()))
    }

    fn in_any_case(&self, names: &[String]) -> Result<String, Refusal> {
        let names: Vec<Hir> = names.iter().map(|name| expression::in_any_case(name)).collect();
        self.engine.full_match(self.kind, &Hir::alternation(names))
    }

    /// That the group is this one, or begins with it if it has a name.
    fn in_group(&self, group: &str) -> Result<Clause, Refusal> {
        let own = format!("COALESCE({}, '')", self.group);
        Ok(Clause::single(match group {
            "" => format!("{own} = ''"),
            group => self.engine.like(&own, &LikePattern::of_prefix(group))?,
        }))
    }
}
