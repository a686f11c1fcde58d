//! What is asked of the fields of an object's JSON.
//!
//! A field is a list of values that becomes another with each step, as in the meaning of fields: a name goes into the elements
//! of arrays, and brackets keep those elements for which a query holds. Where arrays stand right in arrays, a name goes into
//! two of them and no deeper, since an engine has no loop.

use super::clause::Clause;
use super::engine::SqlEngine;
use super::error::Refusal;
use super::text_test::TextTest;
use super::tree;
use crate::path::PathStep;
use crate::query::{Field, Predicate, Query, Subject, Test};

/// Fields from one place on: an object, or the element of an array.
pub(super) struct Fields<'e> {
    engine: &'e dyn SqlEngine,
    /// The JSON there, as an expression.
    start: String,
    /// How many brackets are around: each has a name of its own for its elements.
    depth: usize,
}

impl<'e> Fields<'e> {
    /// The fields of the object whose JSON is in a column, which is given as an expression.
    pub(super) fn of_object(engine: &'e dyn SqlEngine, column: &str) -> Fields<'e> {
        Fields { engine, start: engine.json(column), depth: 0 }
    }

    /// The predicate that a value of a field is as a test says.
    pub(super) fn clause(&self, field: &Field, test: &TextTest<'_>) -> Result<Clause, Refusal> {
        let values = self.values(field)?;
        let element = self.element();
        Ok(Clause::single(match test.is_any() {
            true => self.engine.json_any(&values, &element),
            false => {
                let test = test.clause(&element, self.engine)?;
                self.engine.json_any_text(&values, test.as_str(), &element)
            }
        }))
    }

    /// The name of an element; none of the columns of a table is likely to have it, and one that has it is not meant.
    fn element(&self) -> String {
        format!("element{}", self.depth + 1)
    }

    /// The list of the values that a field leads to.
    fn values(&self, field: &Field) -> Result<String, Refusal> {
        let whole = || self.engine.json_list(&self.start);
        let mut list: Option<String> = None;
        for (path, filter) in field.parts() {
            for step in path.into_iter().flat_map(|path| path.steps()) {
                list = Some(match list {
                    None => self.first_step(step)?,
                    Some(list) => self.step(&list, step)?,
                });
            }
            if let Some(filter) = filter {
                list = Some(self.filtered(&list.unwrap_or_else(whole), filter)?);
            }
        }
        Ok(list.unwrap_or_else(whole))
    }

    /// The first step of a field. Of an object it is a member of its own, and no array has to be gone into.
    fn first_step(&self, step: &PathStep) -> Result<String, Refusal> {
        match step {
            PathStep::MemberOfEach(name) if self.depth == 0 => {
                Ok(self.engine.json_list(&self.engine.json_own_member(&self.start, name)?))
            }
            step => self.step(&self.engine.json_list(&self.start), step),
        }
    }

    fn step(&self, list: &str, step: &PathStep) -> Result<String, Refusal> {
        let element = self.element();
        match step {
            PathStep::MemberOfEach(name) => self.engine.json_member(list, name, &element),
            PathStep::EveryElement => Ok(self.engine.json_elements(list, None, &element)),
            PathStep::Element(index) => match u64::try_from(*index) {
                Ok(index) => Ok(self.engine.json_elements(list, Some(index), &element)),
                Err(_) => Err(Refusal::new("an element that is counted from the end is not said")),
            },
            _ => Err(Refusal::new("a field that is looked for at any depth is not said")
                .with_help("write the path from the object on: .spec.containers.image")),
        }
    }

    /// The elements of the arrays in a list for which a query holds.
    fn filtered(&self, list: &str, filter: &Query) -> Result<String, Refusal> {
        let element = self.element();
        let elements = self.engine.json_elements(list, None, &element);
        let inner = Fields { engine: self.engine, start: element.clone(), depth: self.depth + 1 };
        let holds = tree::clause(filter, |predicate| match predicate {
            Predicate::Test(test) => inner.test(test),
            // Inside of brackets the check of a text lets only fields stand.
            Predicate::Label(_) => Err(Refusal::new("inside of brackets there are only fields")),
        })?;
        Ok(self.engine.json_where(&elements, holds.as_str(), &element))
    }

    /// The predicate of an element that a test of a query in brackets is.
    fn test(&self, test: &Test) -> Result<Clause, Refusal> {
        let Subject::Field(field) = test.subject() else {
            return Err(Refusal::new("inside of brackets there are only fields"));
        };
        let holds = self.clause(field, &TextTest::of_test(test)?)?;
        Ok(if test.operator().is_negated() { holds.negated() } else { holds })
    }
}
