//! What the selector at a place selects, whichever form it is in.

use std::fmt::Write;
use std::str::FromStr;

use super::super::object::Json;
use super::super::places::{AbsentMeaning, KindName, LinkPlace, NamespaceRule, PlaceForm};
use super::held::Holder;
use crate::selector::Integer;
use crate::{LabelKey, LabelSelector, LabelValue, Requirement, Selector};

/// What a selector selects. Equal ones are answered once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SelectorChoice {
    /// Of which kind; `None` of every.
    pub(super) target: Option<KindName>,
    pub(super) namespaces: Namespaces,
    pub(super) filter: ChoiceFilter,
    /// An object that is not selected, whatever it is.
    pub(super) but: Option<u32>,
}

/// In which namespaces something is selected: in those that are named, and in those whose labels are selected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(in crate::kubernetes) struct Namespaces {
    pub(in crate::kubernetes) are_all: bool,
    pub(in crate::kubernetes) named: Vec<Box<str>>,
    pub(in crate::kubernetes) labelled: Option<Selector>,
    /// Whether the selector itself says so, and not only where it stands.
    pub(super) are_said: bool,
}

/// Which objects are selected.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum ChoiceFilter {
    Labels(Selector),
    /// Those for which one of the terms holds.
    Terms(Vec<NodeTerm>),
}

/// A term about nodes: their labels, and what they are called or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct NodeTerm {
    pub(super) labels: Selector,
    pub(super) names: Vec<(bool, Box<str>)>,
}

/// What stands at a place: what it selects, or why that is nothing that could be a selector.
pub(super) type Chosen = Result<SelectorChoice, String>;

impl Namespaces {
    fn all() -> Namespaces {
        Namespaces { are_all: true, ..Namespaces::default() }
    }

    fn named(names: impl IntoIterator<Item = Box<str>>) -> Namespaces {
        let mut named: Vec<Box<str>> = names.into_iter().collect();
        named.sort();
        named.dedup();
        Namespaces { named, ..Namespaces::default() }
    }

    fn own(holder: &Holder<'_>) -> Namespaces {
        Namespaces::named([holder.namespace.into()])
    }

    fn said(self) -> Namespaces {
        Namespaces { are_said: true, ..self }
    }

    /// Those that a LabelSelector selects. The one of everything needs no look at any.
    fn labelled(selector: Selector) -> Namespaces {
        match selector.is_everything() {
            true => Namespaces::all().said(),
            false => Namespaces { labelled: Some(selector), are_said: true, ..Namespaces::default() },
        }
    }
}

/// What the selector at a place selects; `None` where there is none that selects anything by itself.
pub(super) fn at_place(place: &LinkPlace, holder: &Holder<'_>, json: Json<'_, '_>) -> Option<Chosen> {
    let filter = match place.form {
        PlaceForm::Peer => return peer(place, holder, json),
        PlaceForm::Affinity => return affinity(place, holder, json),
        _ => filter(place, holder, json)?,
    };
    Some(filter.and_then(|filter| {
        Ok(SelectorChoice {
            target: place.target.clone(),
            namespaces: namespaces(place, holder)?,
            filter,
            but: place.is_of_others.then_some(holder.id),
        })
    }))
}

/// What a selector asks of the objects themselves.
fn filter(
    place: &LinkPlace,
    holder: &Holder<'_>,
    json: Json<'_, '_>,
) -> Option<Result<ChoiceFilter, String>> {
    let json = json.present();
    let read = match place.form {
        PlaceForm::Map => map,
        PlaceForm::Text => text,
        PlaceForm::Nodes => nodes,
        PlaceForm::NodeLabels => node_labels,
        PlaceForm::Term => term,
        PlaceForm::Topology => topology,
        _ => labels,
    };
    match read(json) {
        // What is not there selects nothing, and is nothing that an object holds.
        Read::Absent if place.absent == AbsentMeaning::Nothing => None,
        Read::Absent => meant(place.absent, holder),
        Read::Empty => meant(place.empty, holder),
        Read::Filter(filter) => Some(filter),
    }
}

/// What stands where a selector may be.
enum Read {
    Absent,
    Empty,
    Filter(Result<ChoiceFilter, String>),
}

fn meant(meaning: AbsentMeaning, holder: &Holder<'_>) -> Option<Result<ChoiceFilter, String>> {
    match meaning {
        AbsentMeaning::Free => None,
        AbsentMeaning::Nothing => Some(Ok(ChoiceFilter::Labels(Selector::nothing()))),
        AbsentMeaning::Everything => Some(Ok(ChoiceFilter::Labels(Selector::everything()))),
        // A template without labels selects nothing, as it leaves nothing to default to.
        AbsentMeaning::Template => match map(holder.template_labels().present()) {
            Read::Filter(filter) => Some(filter),
            _ => Some(Ok(ChoiceFilter::Labels(Selector::nothing()))),
        },
    }
}

fn map(json: Option<Json<'_, '_>>) -> Read {
    let Some(json) = json else { return Read::Absent };
    let members: Vec<_> = json.members().collect();
    if members.is_empty() && json.is_object() {
        return Read::Empty;
    }
    if !json.is_object() {
        return Read::Filter(Err("expected a map from key to value".to_owned()));
    }
    let requirement = |(key, value): (&str, Json<'_, '_>)| {
        let value = value.string().unwrap_or_default();
        let (key, value) = (LabelKey::new(key), LabelValue::new(&value));
        Ok(Requirement::Equals(key.map_err(|it| it.to_string())?, value.map_err(|it| it.to_string())?))
    };
    let requirements: Result<Selector, String> = members.into_iter().map(requirement).collect();
    Read::Filter(requirements.map(ChoiceFilter::Labels))
}

fn labels(json: Option<Json<'_, '_>>) -> Read {
    match label_selector(json) {
        None => Read::Absent,
        Some(Ok(selector)) if selector.is_everything() => Read::Empty,
        Some(selector) => Read::Filter(selector.map(ChoiceFilter::Labels)),
    }
}

/// A LabelSelector; `None` where there is none.
pub(in crate::kubernetes) fn label_selector(json: Option<Json<'_, '_>>) -> Option<Result<Selector, String>> {
    let json = json?;
    // A map of labels alone is the form of most, and takes no look at the whole.
    let only_labels = json.members().all(|(name, _)| name == "matchLabels");
    if json.is_object() && only_labels {
        return Some(match map(json.get("matchLabels").present()) {
            Read::Absent | Read::Empty => Ok(Selector::everything()),
            Read::Filter(Ok(ChoiceFilter::Labels(selector))) => Ok(selector),
            Read::Filter(Ok(ChoiceFilter::Terms(_))) => Ok(Selector::nothing()),
            Read::Filter(Err(problem)) => Err(problem),
        });
    }
    let parsed = serde_json::from_str::<LabelSelector>(json.written()).map_err(|error| error.to_string());
    Some(parsed.and_then(|it| Selector::try_from(it).map_err(|error| error.to_string())))
}

fn text(json: Option<Json<'_, '_>>) -> Read {
    match json.map(|json| json.string().unwrap_or_default()) {
        None => Read::Absent,
        Some(text) if text.is_empty() => Read::Empty,
        Some(text) => {
            let selector = Selector::from_str(&text).map_err(|error| error.to_string());
            Read::Filter(selector.map(ChoiceFilter::Labels))
        }
    }
}

fn nodes(json: Option<Json<'_, '_>>) -> Read {
    terms_of(json, true)
}

fn node_labels(json: Option<Json<'_, '_>>) -> Read {
    terms_of(json, false)
}

fn terms_of(json: Option<Json<'_, '_>>, with_fields: bool) -> Read {
    let Some(json) = json else { return Read::Absent };
    let terms: Vec<_> = json.get("nodeSelectorTerms").elements().collect();
    if terms.is_empty() {
        return Read::Empty;
    }
    // A term that is wrong or empty does not stop the others.
    let terms = terms.into_iter().filter_map(|term| node_term(term, with_fields)?.ok());
    Read::Filter(Ok(ChoiceFilter::Terms(terms.collect())))
}

fn term(json: Option<Json<'_, '_>>) -> Read {
    let Some(json) = json else { return Read::Absent };
    match node_term(json, true) {
        None => Read::Empty,
        Some(term) => Read::Filter(term.map(|term| ChoiceFilter::Terms(vec![term]))),
    }
}

/// A term; `None` of an empty one.
pub(super) fn node_term(term: Json<'_, '_>, with_fields: bool) -> Option<Result<NodeTerm, String>> {
    let expressions: Vec<_> = term.get("matchExpressions").elements().collect();
    let fields: Vec<_> = term.get("matchFields").elements().filter(|_| with_fields).collect();
    if expressions.is_empty() && fields.is_empty() {
        return None;
    }
    let labels: Result<Selector, String> = expressions.into_iter().map(node_requirement).collect();
    let names: Result<Vec<_>, String> = fields.into_iter().map(node_name).collect();
    Some(labels.and_then(|labels| Ok(NodeTerm { labels, names: names? })))
}

fn node_requirement(expression: Json<'_, '_>) -> Result<Requirement, String> {
    let key = LabelKey::new(&expression.get("key").string().unwrap_or_default());
    let key = key.map_err(|error| error.to_string())?;
    let values = expression.get("values").elements();
    let values: Result<Vec<LabelValue>, _> =
        values.map(|it| LabelValue::new(&it.string().unwrap_or_default())).collect();
    let mut values = values.map_err(|error| error.to_string())?;
    let operator = expression.get("operator").string().unwrap_or_default();
    let set = |values| crate::label::ValueSet::new(values).ok_or_else(|| format!("{operator} needs values"));
    match &*operator {
        "In" => Ok(Requirement::In(key, set(values)?)),
        "NotIn" => Ok(Requirement::NotIn(key, set(values)?)),
        "Exists" if values.is_empty() => Ok(Requirement::Exists(key)),
        "DoesNotExist" if values.is_empty() => Ok(Requirement::DoesNotExist(key)),
        "Gt" | "Lt" if values.len() == 1 => {
            let bound = values.pop().and_then(Integer::new);
            let bound = bound.ok_or_else(|| format!("{operator} needs an integer"))?;
            let is_gt = operator == "Gt";
            Ok(if is_gt { Requirement::GreaterThan(key, bound) } else { Requirement::LessThan(key, bound) })
        }
        _ => Err(format!("{operator:?} with {} values is no operator of a node selector", values.len())),
    }
}

/// What a term asks of a node's name.
fn node_name(field: Json<'_, '_>) -> Result<(bool, Box<str>), String> {
    let values: Vec<_> = field.get("values").elements().filter_map(Json::string).collect();
    let operator = field.get("operator").string().unwrap_or_default();
    match (&*operator, &values[..], field.get("key").is("metadata.name")) {
        ("In", [name], true) => Ok((true, (**name).into())),
        ("NotIn", [name], true) => Ok((false, (**name).into())),
        _ => Err("matchFields knows metadata.name alone, with In or NotIn and one value".to_owned()),
    }
}

fn topology(json: Option<Json<'_, '_>>) -> Read {
    let Some(json) = json else { return Read::Absent };
    let terms: Vec<_> = json.elements().collect();
    if terms.is_empty() {
        return Read::Empty;
    }
    let term = |term: Json<'_, '_>| {
        let expressions: Vec<_> = term.get("matchLabelExpressions").elements().collect();
        let requirement = |it: Json<'_, '_>| {
            let key = LabelKey::new(&it.get("key").string()?).ok()?;
            let values = it.get("values").elements().map(|value| LabelValue::new(&value.string()?).ok());
            Some(Requirement::In(key, crate::label::ValueSet::new(values.collect::<Option<Vec<_>>>()?)?))
        };
        let labels: Option<Selector> = expressions.iter().map(|&it| requirement(it)).collect();
        let is_empty = expressions.is_empty();
        labels.filter(|_| !is_empty).map(|labels| NodeTerm { labels, names: Vec::new() })
    };
    Read::Filter(Ok(ChoiceFilter::Terms(terms.into_iter().filter_map(term).collect())))
}

/// `{podSelector, namespaceSelector}`: both have to hold.
fn peer(place: &LinkPlace, holder: &Holder<'_>, json: Json<'_, '_>) -> Option<Chosen> {
    let pods = label_selector(json.get("podSelector").present());
    let namespaces = label_selector(json.get("namespaceSelector").present());
    if pods.is_none() && namespaces.is_none() {
        return None;
    }
    let chosen = |pods: Option<Result<Selector, String>>, namespaces: Option<Result<Selector, String>>| {
        let namespaces = match namespaces {
            None => Namespaces::own(holder),
            Some(selector) => Namespaces::labelled(selector?),
        };
        let filter = ChoiceFilter::Labels(pods.unwrap_or_else(|| Ok(Selector::everything()))?);
        Ok(SelectorChoice { target: place.target.clone(), namespaces, filter, but: None })
    };
    Some(chosen(pods, namespaces))
}

/// `{labelSelector, namespaces, namespaceSelector}`, with the union of the last two.
fn affinity(place: &LinkPlace, holder: &Holder<'_>, json: Json<'_, '_>) -> Option<Chosen> {
    // Without a selector a term is about no pod.
    let pods = label_selector(json.get("labelSelector").present())?;
    let names: Vec<Box<str>> =
        json.get("namespaces").elements().filter_map(|it| Some(it.string()?.as_ref().into())).collect();
    let labelled = label_selector(json.get("namespaceSelector").present());
    let chosen = |labelled: Option<Result<Selector, String>>| {
        let namespaces = match labelled {
            None if names.is_empty() => Namespaces::own(holder),
            None => Namespaces::named(names).said(),
            Some(selector) => {
                Namespaces { named: Namespaces::named(names).named, ..Namespaces::labelled(selector?) }
            }
        };
        Ok(SelectorChoice {
            target: place.target.clone(),
            namespaces,
            filter: ChoiceFilter::Labels(pods?),
            but: None,
        })
    };
    Some(chosen(labelled))
}

/// Where Istio's configuration for the whole mesh stands, unless somebody chose another place.
const MESH_ROOT: &str = "istio-system";

fn namespaces(place: &LinkPlace, holder: &Holder<'_>) -> Result<Namespaces, String> {
    Ok(match &place.namespaces {
        NamespaceRule::All => Namespaces::all(),
        NamespaceRule::Mesh if holder.namespace == MESH_ROOT => Namespaces::all(),
        NamespaceRule::Cluster => Namespaces::named(["".into()]),
        NamespaceRule::Labels(path) => match label_selector(holder.at(path).present()) {
            None => Namespaces::own(holder),
            Some(selector) => Namespaces::labelled(selector?),
        },
        NamespaceRule::Names(path) => {
            let rule = holder.at(path);
            let names = rule.get("matchNames").elements();
            let names: Vec<Box<str>> = names.filter_map(|it| Some(it.string()?.as_ref().into())).collect();
            match rule.get("any").is_true() {
                true => Namespaces::all().said(),
                false if names.is_empty() => Namespaces::own(holder),
                false => Namespaces::named(names).said(),
            }
        }
        _ => Namespaces::own(holder),
    })
}

impl SelectorChoice {
    /// The selector as it is written: as a query where it says more than labels. `None` of the one of nothing.
    pub(super) fn text(&self) -> Option<String> {
        let within = self.namespaces.text();
        let text = match &self.filter {
            ChoiceFilter::Labels(selector) => selector.canonical()?,
            ChoiceFilter::Terms(terms) if terms.is_empty() => return None,
            ChoiceFilter::Terms(terms) => match &terms[..] {
                [term] => term.text(),
                terms => terms.iter().map(NodeTerm::as_operand).collect::<Vec<_>>().join(" || "),
            },
        };
        Some(match (text.is_empty(), within) {
            (_, None) => text,
            (true, Some(within)) => within,
            (false, Some(within)) => format!("{text},{within}"),
        })
    }
}

impl SelectorChoice {
    /// Parts that nothing meets together, of the labels that are asked for, of the namespaces and of each term.
    pub(super) fn contradictions(&self) -> Vec<Vec<String>> {
        let terms = match &self.filter {
            ChoiceFilter::Labels(_) => &[][..],
            ChoiceFilter::Terms(terms) => terms,
        };
        let labels = match &self.filter {
            ChoiceFilter::Labels(selector) => Some(selector),
            ChoiceFilter::Terms(_) => None,
        };
        let selectors =
            labels.into_iter().chain(&self.namespaces.labelled).chain(terms.iter().map(|term| &term.labels));
        let conflicts = selectors.map(Selector::conflict).filter(|conflict| !conflict.is_empty());
        let conflicts = conflicts.map(|parts| parts.into_iter().map(ToString::to_string).collect());
        conflicts.chain(terms.iter().filter_map(NodeTerm::name_clash)).collect()
    }
}

impl Namespaces {
    /// What the selector says of namespaces, as a query.
    fn text(&self) -> Option<String> {
        if !self.are_said || self.are_all {
            return None;
        }
        let named = (!self.named.is_empty()).then(|| format!("namespace({})", self.named.join(",")));
        let labelled = self.labelled.as_ref().and_then(Selector::canonical);
        match (named, labelled.map(|selector| format!("within({selector})"))) {
            (Some(named), Some(labelled)) => Some(format!("({named} || {labelled})")),
            (named, labelled) => named.or(labelled),
        }
    }
}

impl NodeTerm {
    /// Two parts about a node's name that no node meets together.
    fn name_clash(&self) -> Option<Vec<String>> {
        let written =
            |(is_it, name): &(bool, Box<str>)| format!("{}name({name})", if *is_it { "" } else { "!" });
        let named = self.names.iter().find(|(is_it, _)| *is_it)?;
        let other = self.names.iter().find(|(is_it, name)| *is_it != (*name == named.1))?;
        Some(vec![written(named), written(other)])
    }

    fn text(&self) -> String {
        let mut text = self.labels.canonical().unwrap_or_default();
        for (is_it, name) in &self.names {
            let comma = if text.is_empty() { "" } else { "," };
            let not = if *is_it { "" } else { "!" };
            // Writing to a string does not fail.
            let _ = write!(text, "{comma}{not}name({name})");
        }
        text
    }

    /// The same where "||" stands beside it, next to which a "," can be read in two ways.
    fn as_operand(&self) -> String {
        let n_parts = self.labels.all_requirements().len() + self.names.len();
        if n_parts > 1 { format!("({})", self.text()) } else { self.text() }
    }
}
