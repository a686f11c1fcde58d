//! The `LabelSelector` object of the Kubernetes API, and its way to and from a [`Selector`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Operator, Requirement, Selector};
use crate::formula::Expr;
use crate::label::{LabelError, LabelErrorKind, ValueSet};
use crate::{LabelKey, LabelValue};

/// A `LabelSelector` object as the Kubernetes API has it, unchecked: `{"matchLabels":…,"matchExpressions":…}`.
///
/// Where one may be `null`, use `Option<LabelSelector>`: `None` selects no object, an object without labels and
/// expressions every one. `null` alone does not deserialize as a `LabelSelector`.
///
/// ```
/// use selq::{LabelSelector, Selector};
///
/// let object: LabelSelector = serde_json::from_str(r#"{"matchLabels":{"env":"prod"}}"#)?;
/// assert_eq!(Selector::try_from(object)?, "env=prod".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelector {
    /// Keys and the values they have to have.
    pub match_labels: BTreeMap<String, String>,
    /// What else has to hold.
    pub match_expressions: Vec<LabelSelectorRequirement>,
    pub(super) unknown_fields: Vec<String>,
}

/// One of the `matchExpressions`, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelectorRequirement {
    /// The label key.
    pub key: String,
    /// The operator: see [`LabelSelectorOperator`] for those that are accepted.
    pub operator: String,
    /// The values: at least one for `In` and `NotIn`, none for the others.
    pub values: Vec<String>,
}

/// The operators that a `LabelSelector` may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelSelectorOperator {
    /// `In`
    In,
    /// `NotIn`
    NotIn,
    /// `Exists`
    Exists,
    /// `DoesNotExist`
    DoesNotExist,
}

impl LabelSelectorOperator {
    /// All of them.
    pub const ALL: [LabelSelectorOperator; 4] = [
        LabelSelectorOperator::In,
        LabelSelectorOperator::NotIn,
        LabelSelectorOperator::Exists,
        LabelSelectorOperator::DoesNotExist,
    ];

    /// The operator as the API spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LabelSelectorOperator::In => "In",
            LabelSelectorOperator::NotIn => "NotIn",
            LabelSelectorOperator::Exists => "Exists",
            LabelSelectorOperator::DoesNotExist => "DoesNotExist",
        }
    }

    /// The operator with exactly this spelling.
    #[must_use]
    pub fn from_name(name: &str) -> Option<LabelSelectorOperator> {
        LabelSelectorOperator::ALL.into_iter().find(|operator| operator.as_str() == name)
    }
}

impl LabelSelector {
    /// The object with these fields.
    #[must_use]
    pub fn new(
        match_labels: BTreeMap<String, String>,
        match_expressions: Vec<LabelSelectorRequirement>,
    ) -> Self {
        LabelSelector { match_labels, match_expressions, unknown_fields: Vec::new() }
    }

    /// The fields that were read but that a `LabelSelector` does not have, each as its path: `MatchLabels`,
    /// `matchExpressions[0].vals`. Kubernetes passes over them, and a selector with a misspelt field selects too much.
    #[must_use]
    pub fn unknown_fields(&self) -> &[String] {
        &self.unknown_fields
    }
}

impl TryFrom<LabelSelector> for Selector {
    type Error = LabelSelectorError;

    /// # Errors
    ///
    /// The first part of the object that Kubernetes refuses.
    fn try_from(object: LabelSelector) -> Result<Selector, LabelSelectorError> {
        let labels = object.match_labels.iter().map(|(key, value)| match_label(key, value));
        let expressions = object.match_expressions.iter().enumerate().map(|(i, expression)| {
            match_expression(expression).map_err(|error| error.within(&format!("matchExpressions[{i}]")))
        });
        // Requirements on one key stay in this order, labels first, as Kubernetes makes them.
        Ok(Selector::all_of(labels.chain(expressions).collect::<Result<Vec<_>, _>>()?))
    }
}

impl TryFrom<Option<LabelSelector>> for Selector {
    type Error = LabelSelectorError;

    /// As for a `LabelSelector`; `None`, the null selector, selects nothing.
    ///
    /// # Errors
    ///
    /// The first part of the object that Kubernetes refuses.
    fn try_from(object: Option<LabelSelector>) -> Result<Selector, LabelSelectorError> {
        object.map_or_else(|| Ok(Selector::nothing()), Selector::try_from)
    }
}

fn match_label(key: &str, value: &str) -> Result<Requirement, LabelSelectorError> {
    // The key may be of any length and hold anything, so that it is quoted and cut.
    let path = || format!("matchLabels[{}]", crate::shown::Quoted(key));
    let checked_key = LabelKey::new(key).map_err(|error| LabelSelectorError::key(error).within(&path()))?;
    let value = LabelValue::new(value).map_err(|error| LabelSelectorError::value(error).within(&path()))?;
    Ok(Requirement::Equals(checked_key, value))
}

fn match_expression(expression: &LabelSelectorRequirement) -> Result<Requirement, LabelSelectorError> {
    // The operator is looked at before the key, and the key before the values,
    // in the order in which Kubernetes refuses them.
    let operator = LabelSelectorOperator::from_name(&expression.operator).ok_or_else(|| {
        LabelSelectorError::new(LabelSelectorErrorKind::UnknownOperator(expression.operator.clone()))
    })?;
    let key = LabelKey::new(&expression.key).map_err(|error| LabelSelectorError::key(error).within("key"))?;
    match operator {
        LabelSelectorOperator::In => Ok(Requirement::In(key, some_values(operator, expression)?)),
        LabelSelectorOperator::NotIn => Ok(Requirement::NotIn(key, some_values(operator, expression)?)),
        LabelSelectorOperator::Exists => no_values(operator, expression).map(|()| Requirement::Exists(key)),
        LabelSelectorOperator::DoesNotExist => {
            no_values(operator, expression).map(|()| Requirement::DoesNotExist(key))
        }
    }
}

fn some_values(
    operator: LabelSelectorOperator,
    expression: &LabelSelectorRequirement,
) -> Result<ValueSet, LabelSelectorError> {
    let check = |(i, value): (usize, &String)| {
        LabelValue::new(value)
            .map_err(|error| LabelSelectorError::value(error).within(&format!("values[{i}]")))
    };
    let values = expression.values.iter().enumerate().map(check).collect::<Result<Vec<_>, _>>()?;
    ValueSet::new(values).ok_or_else(|| LabelSelectorError::new(LabelSelectorErrorKind::NoValues(operator)))
}

fn no_values(
    operator: LabelSelectorOperator,
    expression: &LabelSelectorRequirement,
) -> Result<(), LabelSelectorError> {
    if expression.values.is_empty() {
        return Ok(());
    }
    Err(LabelSelectorError::new(LabelSelectorErrorKind::UnexpectedValues(operator)))
}

impl Selector {
    /// The `LabelSelector` that selects the same; `None`, the null one, for the selector of nothing.
    ///
    /// `=` and `==` go to `matchLabels`, unless a key is to equal several values: then each is an `In` of its own.
    /// `!=` becomes `NotIn`.
    ///
    /// ```
    /// let selector: selq::Selector = "app=web,env!=dev".parse()?;
    /// assert_eq!(
    ///     serde_json::to_string(&selector.to_label_selector()?)?,
    ///     r#"{"matchLabels":{"app":"web"},"matchExpressions":[{"key":"env","operator":"NotIn","values":["dev"]}]}"#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// `>`, `<`, "or" and "not" have no form in a `LabelSelector`.
    pub fn to_label_selector(&self) -> Result<Option<LabelSelector>, LabelSelectorError> {
        if self.is_nothing() {
            return Ok(None);
        }
        let requirements = self.requirements();
        let requirements = requirements.ok_or_else(|| LabelSelectorError::new(no_form(self.expr())))?;
        object_of(&requirements).map(Some)
    }
}

/// As [`Selector::to_label_selector`].
impl TryFrom<&Selector> for Option<LabelSelector> {
    type Error = LabelSelectorError;

    fn try_from(selector: &Selector) -> Result<Option<LabelSelector>, LabelSelectorError> {
        selector.to_label_selector()
    }
}

/// The object that asks for all of `requirements`.
fn object_of(requirements: &[&Requirement]) -> Result<LabelSelector, LabelSelectorError> {
    // A map has room for one value of a key: `a=b,a=c`, which selects nothing, would become
    // `{"a":"c"}` there. So keys that are to equal several values go to `matchExpressions`.
    let wanted = equalities(requirements);
    // An equality that is said twice is written once, as it would be in `matchLabels`.
    let mut written = BTreeSet::new();
    let mut object = LabelSelector::new(BTreeMap::new(), Vec::new());
    for requirement in requirements {
        let expression = expression(requirement)?;
        let n_wanted = wanted.get(requirement.key()).map_or(0, BTreeSet::len);
        if is_equality(requirement) && n_wanted == 1 {
            // An equality has exactly one value, which is the whole list.
            object.match_labels.insert(expression.key, expression.values.concat());
        } else if !is_equality(requirement) || written.insert((requirement.key(), expression.values.clone()))
        {
            object.match_expressions.push(expression);
        }
    }
    Ok(object)
}

/// Why a selector that is no conjunction of requirements has no form.
fn no_form(expr: &Expr<Requirement>) -> LabelSelectorErrorKind {
    let is_or = |expr: &Expr<Requirement>| matches!(expr, Expr::Or(_));
    match expr {
        // What is told first is the "or". A conjunction that has none holds a
        // "not", since one of requirements alone has a form.
        Expr::And(children) if children.iter().any(is_or) => LabelSelectorErrorKind::Or,
        expr if is_or(expr) => LabelSelectorErrorKind::Or,
        _ => LabelSelectorErrorKind::Not,
    }
}

fn is_equality(requirement: &Requirement) -> bool {
    matches!(requirement, Requirement::Equals(..) | Requirement::DoubleEquals(..))
}

/// The values that each key has to equal.
fn equalities<'r>(requirements: &[&'r Requirement]) -> BTreeMap<&'r LabelKey, BTreeSet<&'r str>> {
    let mut equalities: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for requirement in requirements.iter().filter(|requirement| is_equality(requirement)) {
        equalities.entry(requirement.key()).or_default().extend(requirement.values());
    }
    equalities
}

/// A requirement as one of the `matchExpressions`.
fn expression(requirement: &Requirement) -> Result<LabelSelectorRequirement, LabelSelectorError> {
    let operator = match requirement.operator() {
        Operator::In | Operator::Equals | Operator::DoubleEquals => LabelSelectorOperator::In,
        Operator::NotIn | Operator::NotEquals => LabelSelectorOperator::NotIn,
        Operator::Exists => LabelSelectorOperator::Exists,
        Operator::DoesNotExist => LabelSelectorOperator::DoesNotExist,
        // The API has `Gt` and `Lt` elsewhere, as in node affinity, and not here.
        Operator::GreaterThan | Operator::LessThan => {
            return Err(LabelSelectorError::new(LabelSelectorErrorKind::Comparison(requirement.to_string())));
        }
    };
    Ok(LabelSelectorRequirement {
        key: requirement.key().to_string(),
        operator: operator.as_str().to_owned(),
        values: requirement.values().map(str::to_owned).collect(),
    })
}

/// Why a `LabelSelector` object is no selector, or a selector has no such object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSelectorError {
    kind: LabelSelectorErrorKind,
    path: String,
}

/// What is wrong with a `LabelSelector` object, or what a selector says that no such object can.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelSelectorErrorKind {
    /// An operator that is none of [`LabelSelectorOperator`].
    UnknownOperator(String),
    /// `In` or `NotIn` without values.
    NoValues(LabelSelectorOperator),
    /// `Exists` or `DoesNotExist` with values.
    UnexpectedValues(LabelSelectorOperator),
    /// A key that Kubernetes does not take.
    Key(LabelErrorKind),
    /// A value that Kubernetes does not take.
    Value(LabelErrorKind),
    /// A requirement with `>` or `<`, which has no form in an object.
    Comparison(String),
    /// An "or", which has no form in an object.
    Or,
    /// A "not" of more than one requirement, which has no form in an object.
    Not,
}

impl LabelSelectorError {
    fn new(kind: LabelSelectorErrorKind) -> LabelSelectorError {
        let path = match kind {
            LabelSelectorErrorKind::UnknownOperator(_) => "operator",
            LabelSelectorErrorKind::NoValues(_) | LabelSelectorErrorKind::UnexpectedValues(_) => "values",
            _ => "",
        };
        LabelSelectorError { kind, path: path.to_owned() }
    }

    fn key(error: LabelError) -> LabelSelectorError {
        LabelSelectorError::new(LabelSelectorErrorKind::Key(error.kind().clone()))
    }

    fn value(error: LabelError) -> LabelSelectorError {
        LabelSelectorError::new(LabelSelectorErrorKind::Value(error.kind().clone()))
    }

    /// The same error, its path seen from the object that has this part at `parent`.
    fn within(mut self, parent: &str) -> LabelSelectorError {
        self.path = if self.path.is_empty() { parent.to_owned() } else { format!("{parent}.{}", self.path) };
        self
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &LabelSelectorErrorKind {
        &self.kind
    }

    /// Which part of the object it is, like `matchExpressions[0].operator`; empty where there is no object.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The fix, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            LabelSelectorErrorKind::UnknownOperator(name) => Some(operator_help(name)),
            LabelSelectorErrorKind::NoValues(LabelSelectorOperator::In) => {
                Some("to ask only that the key is there, use Exists".to_owned())
            }
            LabelSelectorErrorKind::NoValues(_) => {
                Some("to ask that the key is not there, use DoesNotExist".to_owned())
            }
            LabelSelectorErrorKind::UnexpectedValues(LabelSelectorOperator::Exists) => {
                Some("to ask for one of several values, use In".to_owned())
            }
            LabelSelectorErrorKind::UnexpectedValues(_) => Some("to exclude values, use NotIn".to_owned()),
            _ => None,
        }
    }
}

/// The operator that was probably meant: by its other spelling or by its sign.
fn operator_help(name: &str) -> String {
    let by_spelling = LabelSelectorOperator::ALL.into_iter().find(|operator| {
        let plain = |text: &str| text.trim().replace(['_', '-', ' '], "").to_lowercase();
        plain(operator.as_str()) == plain(name)
    });
    let by_sign = match name.trim() {
        "=" | "==" | "Equals" | "Equal" | "eq" => Some(LabelSelectorOperator::In),
        "!=" | "NotEquals" | "NotEqual" | "ne" => Some(LabelSelectorOperator::NotIn),
        "!" => Some(LabelSelectorOperator::DoesNotExist),
        _ => None,
    };
    match by_spelling.or(by_sign) {
        Some(operator) => format!("did you mean \"{}\"?", operator.as_str()),
        // `Gt` gets no advice: nothing in a LabelSelector means the same.
        None => "the operators are In, NotIn, Exists and DoesNotExist".to_owned(),
    }
}

impl fmt::Display for LabelSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for LabelSelectorErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LabelSelectorErrorKind::UnknownOperator(name) => {
                write!(
                    f,
                    "expected one of the operators of a LabelSelector, found {}",
                    super::render::quoted(name)
                )
            }
            LabelSelectorErrorKind::NoValues(operator) => {
                write!(f, "expected at least one value for {}, found none", operator.as_str())
            }
            LabelSelectorErrorKind::UnexpectedValues(operator) => {
                write!(f, "expected no values for {}, found some", operator.as_str())
            }
            LabelSelectorErrorKind::Key(kind) | LabelSelectorErrorKind::Value(kind) => kind.fmt(f),
            LabelSelectorErrorKind::Comparison(requirement) => {
                write!(f, "a LabelSelector has no form for \">\" and \"<\", found \"{requirement}\"")
            }
            LabelSelectorErrorKind::Or => f.write_str("a LabelSelector has no form for \"or\""),
            LabelSelectorErrorKind::Not => {
                f.write_str("a LabelSelector has no form for \"not\" around requirements")
            }
        }
    }
}

impl std::error::Error for LabelSelectorError {}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn to_object(text: &str) -> Result<Option<LabelSelector>, LabelSelectorError> {
        Option::<LabelSelector>::try_from(&text.parse::<Selector>().unwrap())
    }

    /// The object of a selector as JSON.
    #[track_caller]
    fn json(text: &str) -> String {
        serde_json::to_string(&to_object(text).unwrap()).unwrap()
    }

    /// The message and the help for an object that is refused.
    #[track_caller]
    fn refused(json: &str) -> String {
        let object: LabelSelector = serde_json::from_str(json).unwrap();
        let error = Selector::try_from(object).unwrap_err();
        format!("{error} ({})", error.help().unwrap_or_default())
    }

    #[test]
    fn every_form_of_a_requirement() {
        assert_snapshot!(json("a=1,b==2,c!=3,d in (y,x),e notin (),f,!g"), @r#"{"matchLabels":{"a":"1","b":"2"},"matchExpressions":[{"key":"c","operator":"NotIn","values":["3"]},{"key":"d","operator":"In","values":["x","y"]},{"key":"e","operator":"NotIn","values":[""]},{"key":"f","operator":"Exists"},{"key":"g","operator":"DoesNotExist"}]}"#);
        assert_eq!(json(""), "{}");
    }

    #[test]
    fn a_key_with_several_values_keeps_them_all() {
        assert_snapshot!(json("a=b,a=c,a==b"), @r#"{"matchExpressions":[{"key":"a","operator":"In","values":["b"]},{"key":"a","operator":"In","values":["c"]}]}"#);
        assert_snapshot!(json("a=b,a==b,a in (b)"), @r#"{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}"#);
    }

    #[test]
    fn null_and_empty_stay_apart() {
        assert_eq!(Option::<LabelSelector>::try_from(&Selector::nothing()), Ok(None));
        assert_eq!(Selector::try_from(None), Ok(Selector::nothing()));
        assert_eq!(Selector::try_from(to_object("").unwrap()), Ok(Selector::everything()));
    }

    #[test]
    fn what_has_no_object() {
        let selector = |text: &str| text.parse::<Selector>().unwrap();
        let error =
            |selector: Selector| Option::<LabelSelector>::try_from(&selector).unwrap_err().to_string();
        assert_snapshot!(error(selector("a>1")), @r#"a LabelSelector has no form for ">" and "<", found "a>1""#);
        assert_snapshot!(error(selector("a").or(selector("b"))), @r#"a LabelSelector has no form for "or""#);
        assert_snapshot!(error(selector("a").or(selector("b")).and(selector("c"))), @r#"a LabelSelector has no form for "or""#);
        assert_snapshot!(error(selector("a,b").negate()), @r#"a LabelSelector has no form for "not" around requirements"#);
    }

    #[test]
    fn refused_objects_say_where_and_how_to_mend_it() {
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"in"}]}"#), @r#"matchExpressions[0].operator: expected one of the operators of a LabelSelector, found "in" (did you mean "In"?)"#);
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"!="}]}"#), @r#"matchExpressions[0].operator: expected one of the operators of a LabelSelector, found "!=" (did you mean "NotIn"?)"#);
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"Gt"}]}"#), @r#"matchExpressions[0].operator: expected one of the operators of a LabelSelector, found "Gt" (the operators are In, NotIn, Exists and DoesNotExist)"#);
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"In"}]}"#), @"matchExpressions[0].values: expected at least one value for In, found none (to ask only that the key is there, use Exists)");
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"NotIn","values":[]}]}"#), @"matchExpressions[0].values: expected at least one value for NotIn, found none (to ask that the key is not there, use DoesNotExist)");
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"Exists","values":["b"]}]}"#), @"matchExpressions[0].values: expected no values for Exists, found some (to ask for one of several values, use In)");
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"DoesNotExist","values":["b"]}]}"#), @"matchExpressions[0].values: expected no values for DoesNotExist, found some (to exclude values, use NotIn)");
        assert_snapshot!(refused(r#"{"matchExpressions":[{"operator":"Exists"}]}"#), @"matchExpressions[0].key: expected a label key, found an empty text ()");
        assert_snapshot!(refused(r#"{"matchExpressions":[{"key":"a","operator":"In","values":["b","c d"]}]}"#), @r#"matchExpressions[0].values[1]: a label value may hold ASCII letters, digits, "-", "_" and ".", found a space ()"#);
        assert_snapshot!(refused(r#"{"matchLabels":{"a/b/c":""}}"#), @r#"matchLabels["a/b/c"]: expected at most one "/" in a label key, found another ()"#);
        assert_snapshot!(refused(r#"{"matchLabels":{"a":"b "}}"#), @r#"matchLabels["a"]: a label value may hold ASCII letters, digits, "-", "_" and ".", found a space ()"#);
    }
}
