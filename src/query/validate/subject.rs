//! What a query asks about: labels, fields and functions.

use super::Checker;
use crate::query::Query;
use crate::query::field::{Field, FieldPart};
use crate::query::pattern::{plain, quoted};
use crate::query::subject::{FunctionCall, FunctionParameter, Subject};
use crate::selector::{ParseError, ParseErrorKind};
use crate::suggest::nearest;
use crate::syntax::{
    AstArguments, AstCall, AstField, AstStep, AstSubject, FUNCTIONS, Function, FunctionRow, Parameter,
    parse_subject,
};
use crate::{LabelKey, Path};
use std::str::FromStr;

impl FromStr for Subject {
    type Err = ParseError;

    /// Reads a subject as a query has it: `env`, `.status.phase`, `requests(cpu)`.
    ///
    /// # Errors
    ///
    /// The first place where the text is no subject, or one that is about other objects.
    fn from_str(text: &str) -> Result<Subject, ParseError> {
        let typed = parse_subject(text).map_err(|error| ParseError::from_syntax(text, error).of_query())?;
        let checker = Checker { text, in_brackets: false };
        if let AstSubject::Function(AstCall { name, text: call, arguments: AstArguments::Values(_) }) = &typed
            && Function::named(name).is_some_and(|function| function.row().parameter == Parameter::Values)
        {
            let help = format!("write {name}()");
            return Err(checker.refuse(call, format!("{call} says which values are wanted"), Some(help)));
        }
        checker.subject(&typed)
    }
}

impl<'t> Checker<'t> {
    pub(super) fn subject(self, typed: &AstSubject<'t>) -> Result<Subject, ParseError> {
        match typed {
            AstSubject::Field(field) => self.field(field).map(Subject::Field),
            AstSubject::Key(name) if self.in_brackets => {
                let help = Some(format!("write .{name} for the field of each element"));
                Err(self.refuse(name, "inside of brackets there are only fields", help))
            }
            AstSubject::Key(key) => LabelKey::new(key).map(Subject::Label).map_err(|error| {
                ParseError::from_label(self.text, key, error, ParseErrorKind::Key).of_query()
            }),
            AstSubject::Function(call) => {
                let row = self.row(call)?;
                if row.is_set() {
                    return Err(self.refuse(
                        call.text,
                        format!("{}() gives objects, which no operator compares", row.name),
                        None,
                    ));
                }
                if let (Parameter::Values, AstArguments::Values(_)) = (row.parameter, &call.arguments) {
                    let help =
                        Some(format!("write {} alone, or {}() before the operator", call.text, row.name));
                    return Err(self.refuse(call.text, format!("{} is compared already", call.text), help));
                }
                self.function(row, call)
            }
        }
    }

    /// The row of a function that there is, and that asks the object alone.
    pub(super) fn row(self, call: &AstCall<'t>) -> Result<&'static FunctionRow, ParseError> {
        if self.in_brackets {
            return Err(self.refuse(call.name, "inside of brackets there are only fields", None));
        }
        let Some(function) = Function::named(call.name) else {
            // Names of functions have small letters and hyphens, so that another case
            // or a `_` is told before what is merely near.
            let spelled = call.name.to_ascii_lowercase().replace('_', "-");
            let known = Function::named(&spelled).map(|function| function.row().name);
            let near = known.or_else(|| nearest(&spelled, FUNCTIONS.iter().map(|row| row.name)));
            let help = near.map(|name| format!("did you mean {name}()?"));
            return Err(self.refuse(call.name, format!("there is no function {:?}", call.name), help));
        };
        Ok(function.row())
    }

    pub(super) fn function(self, row: &FunctionRow, call: &AstCall<'t>) -> Result<Subject, ParseError> {
        let parameter = match (&call.arguments, row.parameter) {
            (AstArguments::Values(word), Parameter::Word(_)) => {
                word.iter().next().map(|raw| FunctionParameter::Word(plain(raw).into()))
            }
            (AstArguments::Subject(subject), Parameter::Path) => match &**subject {
                AstSubject::Field(field) => Some(FunctionParameter::Field(self.field(field)?)),
                _ => None,
            },
            (AstArguments::Subject(subject), Parameter::Subject) => {
                Some(FunctionParameter::Subject(Box::new(self.subject(subject)?)))
            }
            (AstArguments::Set(set), Parameter::Set) => {
                Some(FunctionParameter::Set(Box::new(self.relation(set)?)))
            }
            // Without a query a relation is to any object at all.
            (AstArguments::None, Parameter::Query) => {
                Some(FunctionParameter::Query(Box::new(Query::everything())))
            }
            (AstArguments::Query(tree), Parameter::Query) => {
                Some(FunctionParameter::Query(Box::new(Query { formula: self.tree(tree)? })))
            }
            _ => None,
        };
        Ok(Subject::Function(FunctionCall::new(row.function, parameter)))
    }

    /// The relation that is counted.
    fn relation(self, call: &AstCall<'t>) -> Result<FunctionCall, ParseError> {
        let row = self.row(call)?;
        match self.function(row, call)? {
            Subject::Function(set) if row.parameter == Parameter::Query => Ok(set),
            _ => {
                let help = Some("write count(selects(kind(pod)))".to_owned());
                Err(self.refuse(
                    call.text,
                    format!("count() counts what a relation gives, and {}() is none", row.name),
                    help,
                ))
            }
        }
    }

    fn field(self, typed: &AstField<'t>) -> Result<Field, ParseError> {
        if typed.steps.is_empty() && !self.in_brackets {
            return Err(self.refuse(typed.text, "\".\" is an element, which only brackets ask about", None));
        }
        let (mut text, mut parts, mut path) = (String::new(), Vec::new(), String::new());
        for step in &typed.steps {
            match step {
                AstStep::Where(tree) => {
                    let formula = Checker { in_brackets: true, ..self }.tree(tree)?;
                    let filter = Query { formula };
                    let dot = if text.is_empty() { "." } else { "" };
                    text.push_str(&format!("{dot}[{filter}]"));
                    // A path knows no filters. It ends at each, and the next
                    // begins at the elements that are left.
                    parts.push(FieldPart { path: self.path(typed, &path)?, filter: Some(filter) });
                    path.clear();
                }
                step => {
                    let step = self.step(step, path.is_empty());
                    // A path begins with a point also before a bracket,
                    // where the text has one only at its start.
                    text.push_str(if parts.is_empty() || step.starts_with("..") {
                        &step
                    } else {
                        without_dot(&step)
                    });
                    path.push_str(&step);
                }
            }
        }
        if !path.is_empty() {
            parts.push(FieldPart { path: self.path(typed, &path)?, filter: None });
        }
        if text.is_empty() {
            text.push('.');
        }
        Ok(Field::new(text, parts))
    }

    /// A step as it is written; the first of a path begins with a `.`.
    fn step(self, step: &AstStep<'t>, is_first: bool) -> String {
        let dot = if is_first { "." } else { "" };
        match step {
            AstStep::Anywhere(name) => format!("..{name}"),
            AstStep::Name(name) => format!(".{name}"),
            AstStep::Quoted(raw) => format!("{dot}[{}]", quoted(&plain(raw))),
            AstStep::Element(index) => format!("{dot}[{index}]"),
            AstStep::Every => format!("{dot}[*]"),
            // Filters are no steps of a path, and taken out before.
            AstStep::Where(_) => String::new(),
        }
    }

    fn path(self, typed: &AstField<'t>, path: &str) -> Result<Option<Path>, ParseError> {
        if path.is_empty() {
            return Ok(None);
        }
        Path::field(path).map(Some).map_err(|error| self.refuse(typed.text, error.to_string(), None))
    }
}

/// A bracket right behind a filter needs no dot.
fn without_dot(step: &str) -> &str {
    step.strip_prefix('.').filter(|rest| rest.starts_with('[')).unwrap_or(step)
}
