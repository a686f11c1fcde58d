//! How selectors are written that say something else than was meant, or nothing.

use std::borrow::Cow;

use super::super::object::Json;
use super::super::places::{LinkPlace, NamespaceRule, PlaceForm, push_name};
use super::choice::node_term;
use super::held::{HeldValue, Holder};
use crate::ObjectId;

/// What is wrong with how a selector is written.
#[derive(Debug, Clone)]
pub(in crate::kubernetes) struct SelectorFault {
    /// The object that holds it.
    pub(in crate::kubernetes) from: ObjectId,
    /// Where in it.
    pub(in crate::kubernetes) at: Box<str>,
    pub(in crate::kubernetes) kind: FaultKind,
    /// What it is, in a sentence.
    pub(in crate::kubernetes) said: String,
}

/// What a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kubernetes) enum FaultKind {
    /// The form: fields that the type does not have, values where there are to be none. Servers pass over some of it.
    Form,
    /// What one of several terms says, which then never holds.
    Term,
}

/// A fault at a place, which knows nothing of the object.
pub(super) struct FaultAt {
    pub(super) at: String,
    pub(super) kind: FaultKind,
    pub(super) said: String,
}

/// The faults at a place.
pub(super) fn at_place(place: &LinkPlace, holder: &Holder<'_>, value: &HeldValue<'_, '_>) -> Vec<FaultAt> {
    let json = value.json;
    let mut faults = Vec::new();
    let mut check = |json: Json<'_, '_>, names: &[&str]| {
        if let Some(json) = json.present() {
            faults.extend(of_label_selector(json).map(|(said, inner)| {
                let at = names.iter().fold(value.at(), |at, name| below(at, name));
                FaultAt { at: at + &inner, kind: FaultKind::Form, said }
            }));
        }
    };
    match place.form {
        PlaceForm::Labels => check(json, &[]),
        PlaceForm::Peer => {
            ["podSelector", "namespaceSelector"].iter().for_each(|it| check(json.get(it), &[it]));
        }
        PlaceForm::Affinity => {
            ["labelSelector", "namespaceSelector"].iter().for_each(|it| check(json.get(it), &[it]));
        }
        PlaceForm::Map => {
            faults.extend(of_map(json).map(|said| FaultAt { at: value.at(), kind: FaultKind::Form, said }));
        }
        PlaceForm::Nodes | PlaceForm::NodeLabels => faults.extend(of_terms(place, value)),
        PlaceForm::Term => faults.extend(of_term(json, true).map(|said| FaultAt {
            at: value.at(),
            kind: FaultKind::Term,
            said,
        })),
        PlaceForm::Topology | PlaceForm::Text | PlaceForm::Name | PlaceForm::Ref => {}
    }
    faults.extend(of_namespaces(place, holder));
    faults
}

/// The faults of what says in which namespaces is looked.
fn of_namespaces(place: &LinkPlace, holder: &Holder<'_>) -> Vec<FaultAt> {
    let (path, found): (_, Vec<(String, String)>) = match &place.namespaces {
        NamespaceRule::Labels(path) => {
            (path, holder.at(path).present().into_iter().flat_map(of_label_selector).collect())
        }
        NamespaceRule::Names(path) => (
            path,
            holder
                .at(path)
                .present()
                .into_iter()
                .flat_map(of_names)
                .map(|said| (said, String::new()))
                .collect(),
        ),
        _ => return Vec::new(),
    };
    let fault = |(said, inner)| FaultAt { at: format!("{path}{inner}"), kind: FaultKind::Form, said };
    found.into_iter().map(fault).collect()
}

/// What is wrong with names of namespaces.
fn of_names(json: Json<'_, '_>) -> impl Iterator<Item = String> {
    let unknown = json.members().map(|(name, _)| name).filter(|name| !["any", "matchNames"].contains(name));
    unknown.map(|name| {
        format!(
            "{name} is no field here, and servers drop it, so that the own namespace is meant: namespaces are named, with \
             matchNames or any"
        )
    })
}

fn below(mut at: String, name: &str) -> String {
    // Writing to a string does not fail.
    let _ = push_name(&mut at, name);
    at
}

/// What is wrong with a LabelSelector, each with where in it.
fn of_label_selector(json: Json<'_, '_>) -> impl Iterator<Item = (String, String)> {
    let unknown = json.members().filter(|(name, _)| !["matchLabels", "matchExpressions"].contains(name));
    let unknown = unknown.map(|(name, value)| (unknown_field(name, value), String::new()));
    let expressions = json.get("matchExpressions").elements().enumerate();
    let expressions =
        expressions.filter_map(|(nth, it)| Some((of_expression(it)?, format!(".matchExpressions[{nth}]"))));
    unknown.chain(expressions)
}

fn unknown_field(name: &str, value: Json<'_, '_>) -> String {
    let written = match value.string() {
        Some(value) => format!("write matchLabels: {{{name}: {value}}}"),
        None if name == "matchNames" || name == "any" => {
            "here namespaces are selected by their labels: matchLabels: {kubernetes.io/metadata.name: NAME}"
                .to_owned()
        }
        None => "it has matchLabels and matchExpressions".to_owned(),
    };
    format!("{name} is no field of a LabelSelector, and servers drop it or refuse the object; {written}")
}

fn of_expression(expression: Json<'_, '_>) -> Option<String> {
    let operator = expression.get("operator").string().unwrap_or(Cow::Borrowed(""));
    let n_values = expression.get("values").elements().count();
    let key = expression.get("key").string().unwrap_or(Cow::Borrowed(""));
    match (&*operator, n_values) {
        ("In" | "NotIn", 0) => Some(format!("{operator} of {key} has no values, and needs one at least")),
        ("Exists" | "DoesNotExist", n) if n > 0 => {
            Some(format!("{operator} of {key} has {n} values, and takes none"))
        }
        ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => None,
        ("Gt" | "Lt", _) => {
            Some(format!("{operator} of {key} is an operator about nodes, and of no LabelSelector"))
        }
        ("", _) => Some(format!("the expression about {key} has no operator")),
        _ => Some(format!("{operator} is no operator: In, NotIn, Exists and DoesNotExist are")),
    }
}

/// What is wrong with a map of labels.
fn of_map(json: Json<'_, '_>) -> Option<String> {
    let (name, value) = json.members().find(|(_, value)| value.string().is_none())?;
    Some(match name {
        "matchLabels" | "matchExpressions" => {
            format!("{name} belongs into a LabelSelector, and here stands a map from key to value")
        }
        name => format!("the value of {name} is no text: {}", beginning(value.written())),
    })
}

/// The beginning of a JSON value, long enough to know it by.
fn beginning(json: &str) -> String {
    const MAX_SHOWN: usize = 40;
    match json.char_indices().nth(MAX_SHOWN) {
        None => json.to_owned(),
        Some((end, _)) => format!("{}…", &json[..end]),
    }
}

fn of_terms(place: &LinkPlace, value: &HeldValue<'_, '_>) -> Vec<FaultAt> {
    let with_fields = place.form == PlaceForm::Nodes;
    let terms = value.json.get("nodeSelectorTerms").elements().enumerate();
    let found = terms.filter_map(|(nth, term)| {
        let said = of_term(term, with_fields)?;
        Some(FaultAt { at: format!("{}.nodeSelectorTerms[{nth}]", value.at()), kind: FaultKind::Term, said })
    });
    found.collect()
}

fn of_term(term: Json<'_, '_>, with_fields: bool) -> Option<String> {
    let problem = node_term(term, with_fields)?.err()?;
    Some(format!("the term never holds: {problem}"))
}
