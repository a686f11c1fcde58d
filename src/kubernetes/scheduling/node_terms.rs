//! Node selector terms: what pods, and volumes, ask of the labels and the name of a node.

use super::super::object::Json;
use super::affinity_term::int32;
use super::wording;
use crate::label::ValueSet;
use crate::selector::Integer;
use crate::{LabelKey, LabelValue, Requirement, Selector};

/// Terms of which one has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeTerms {
    /// As many as are written, also those that can never hold.
    pub(super) terms: Vec<NodeSelectorTerm>,
}

/// A term: all that it asks has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeSelectorTerm {
    pub(super) content: TermContent,
    /// The names of which the node has to have one, where the term says any: what the scheduler looks at before all nodes.
    pub(super) names: Option<Vec<Box<str>>>,
}

/// What a term asks, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TermContent {
    /// It asks nothing, and holds for no node.
    Empty,
    /// It holds for no node, for these reasons.
    Unreadable(Vec<String>),
    Asks(NodeTest),
}

/// What a term asks of a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct NodeTest {
    pub(super) labels: Vec<Requirement>,
    pub(super) fields: Vec<FieldTest>,
}

/// What is asked of a node's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldTest {
    /// `metadata.name`; any other is as if it were empty.
    pub(super) key: Box<str>,
    pub(super) is_equal: bool,
    pub(super) value: Box<str>,
}

/// A term that is worth something where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PreferredNodes {
    pub(super) weight: i64,
    pub(super) test: NodeTest,
}

/// A requirement as it is written.
struct WrittenRequirement {
    key: String,
    operator: String,
    values: Option<Vec<String>>,
}

impl WrittenRequirement {
    fn all(list: Json<'_, '_>) -> Vec<WrittenRequirement> {
        list.elements().map(WrittenRequirement::of).collect()
    }

    fn of(json: Json<'_, '_>) -> WrittenRequirement {
        let text = |name: &str| json.get(name).string().unwrap_or_default().into_owned();
        let values = json.get("values").present();
        let values =
            values.map(|it| it.elements().map(|it| it.string().unwrap_or_default().into_owned()).collect());
        WrittenRequirement { key: text("key"), operator: text("operator"), values }
    }

    fn values(&self) -> &[String] {
        self.values.as_deref().unwrap_or_default()
    }

    /// What it asks of labels.
    fn of_label(&self, at: &str) -> Result<Requirement, Vec<String>> {
        if !wording::NODE_OPERATORS.contains(&self.operator.as_str()) {
            return Err(vec![wording::unsupported(at, &self.operator, &wording::NODE_OPERATORS)]);
        }
        let problems = wording::requirement(at, &self.key, &self.operator, self.values.as_deref());
        let requirement = self.requirement().filter(|_| problems.is_empty());
        requirement.ok_or(problems)
    }

    /// The requirement, where all of it is legal.
    fn requirement(&self) -> Option<Requirement> {
        let key = LabelKey::new(&self.key).ok()?;
        let values: Option<Vec<LabelValue>> =
            self.values().iter().map(|value| LabelValue::new(value).ok()).collect();
        let mut values = values?;
        Some(match self.operator.as_str() {
            "In" => Requirement::In(key, ValueSet::new(values)?),
            "NotIn" => Requirement::NotIn(key, ValueSet::new(values)?),
            "Exists" => Requirement::Exists(key),
            "DoesNotExist" => Requirement::DoesNotExist(key),
            "Gt" => Requirement::GreaterThan(key, Integer::new(values.pop()?)?),
            "Lt" => Requirement::LessThan(key, Integer::new(values.pop()?)?),
            _ => return None,
        })
    }

    /// What it asks of fields.
    fn of_field(&self, at: &str) -> Result<FieldTest, Vec<String>> {
        let is_equal = match self.operator.as_str() {
            "In" => true,
            "NotIn" => false,
            other => return Err(vec![wording::unsupported(at, other, &wording::FIELD_OPERATORS)]),
        };
        match self.values() {
            [value] => {
                Ok(FieldTest { key: self.key.as_str().into(), is_equal, value: value.as_str().into() })
            }
            _ => Err(vec![wording::one_element(at, self.values.as_deref())]),
        }
    }
}

const NAME_FIELD: &str = "metadata.name";

impl NodeTerms {
    /// What stands at `requiredDuringSchedulingIgnoredDuringExecution`, or at the `required` of a volume.
    pub(super) fn of(json: Json<'_, '_>) -> Option<NodeTerms> {
        let terms = json.present()?.get("nodeSelectorTerms").elements().enumerate();
        let term = |(nth, term)| NodeSelectorTerm::of(term, &format!("nodeSelectorTerms[{nth}]"));
        Some(NodeTerms { terms: terms.map(term).collect() })
    }

    /// The names of which a node has to have one, where every term says some.
    pub(super) fn names(&self) -> Option<Vec<&str>> {
        if self.terms.is_empty() {
            return None;
        }
        let names: Option<Vec<_>> = self.terms.iter().map(|term| term.names.as_deref()).collect();
        Some(names?.into_iter().flatten().map(|name| &**name).collect())
    }

    /// Puts a requirement of a term in the place of another, or leaves that out. Of a term that then asks nothing is left what
    /// holds for every node.
    pub(super) fn replace(&mut self, term: usize, requirement: &Requirement, instead: Option<&Requirement>) {
        let Some(term) = self.terms.get_mut(term) else { return };
        if let TermContent::Asks(test) = &mut term.content {
            test.labels.retain(|it| it != requirement);
            test.labels.extend(instead.cloned());
        }
    }
}

impl NodeSelectorTerm {
    fn of(json: Json<'_, '_>, at: &str) -> NodeSelectorTerm {
        let fields = WrittenRequirement::all(json.get("matchFields"));
        let content = match NodeTest::of(&WrittenRequirement::all(json.get("matchExpressions")), &fields, at)
        {
            Ok(Some(test)) => TermContent::Asks(test),
            Ok(None) => TermContent::Empty,
            Err(problems) => TermContent::Unreadable(problems),
        };
        NodeSelectorTerm { content, names: names(&fields) }
    }
}

/// The names that fields ask for, of several lists those in all.
fn names(fields: &[WrittenRequirement]) -> Option<Vec<Box<str>>> {
    let lists = fields.iter().filter(|field| field.key == NAME_FIELD && field.operator == "In");
    let mut names: Option<Vec<Box<str>>> = None;
    for list in lists {
        let values = list.values();
        names = Some(match names {
            None => values.iter().map(|name| name.as_str().into()).collect(),
            Some(names) => {
                names.into_iter().filter(|it| values.iter().any(|value| **value == **it)).collect()
            }
        });
    }
    names
}

impl NodeTest {
    /// `None` of what asks nothing.
    fn of(
        labels: &[WrittenRequirement],
        fields: &[WrittenRequirement],
        at: &str,
    ) -> Result<Option<NodeTest>, Vec<String>> {
        let (mut test, mut problems) = (NodeTest::default(), Vec::new());
        for (nth, written) in labels.iter().enumerate() {
            match written.of_label(&format!("{at}.matchExpressions[{nth}]")) {
                Ok(requirement) => test.labels.push(requirement),
                Err(found) => problems.extend(found),
            }
        }
        for (nth, written) in fields.iter().enumerate() {
            match written.of_field(&format!("{at}.matchFields[{nth}]")) {
                Ok(field) => test.fields.push(field),
                Err(found) => problems.extend(found),
            }
        }
        let asks = !labels.is_empty() || !fields.is_empty();
        if problems.is_empty() { Ok(asks.then_some(test)) } else { Err(problems) }
    }

    /// What it asks of labels as a selector.
    pub(super) fn selector(&self) -> Selector {
        self.labels.iter().cloned().collect()
    }

    /// Whether it holds for a node.
    pub(super) fn holds<'n>(&self, name: &str, label: impl Fn(&str) -> Option<&'n str>) -> bool {
        self.labels.iter().all(|it| it.matches_value(label(it.key().as_str()))) && self.holds_for_name(name)
    }

    /// Whether what it asks of fields holds. Of what has no name none is asked.
    pub(super) fn holds_for_name(&self, name: &str) -> bool {
        name.is_empty() || self.fields.iter().all(|field| field.holds(name))
    }
}

impl FieldTest {
    pub(super) fn holds(&self, name: &str) -> bool {
        let value = if &*self.key == NAME_FIELD { name } else { "" };
        (*self.value == *value) == self.is_equal
    }

    /// As a query writes it.
    pub(super) fn text(&self) -> String {
        let not = if self.is_equal { "" } else { "!" };
        match &*self.key {
            NAME_FIELD => format!("{not}name({})", self.value),
            key => format!("{key}{not}={}", self.value),
        }
    }
}

impl PreferredNodes {
    /// What stands at `preferredDuringSchedulingIgnoredDuringExecution`, without what is worth nothing; or why it cannot be read.
    pub(super) fn all(json: Json<'_, '_>) -> Result<Vec<PreferredNodes>, String> {
        let (mut preferred, mut problems) = (Vec::new(), Vec::new());
        for (nth, term) in json.elements().enumerate() {
            let weight = int32(term.get("weight")).unwrap_or(0);
            let preference = term.get("preference");
            let labels = WrittenRequirement::all(preference.get("matchExpressions"));
            let fields = WrittenRequirement::all(preference.get("matchFields"));
            if weight == 0 {
                continue;
            }
            match NodeTest::of(&labels, &fields, &format!("[{nth}]")) {
                Ok(test) => preferred.extend(test.map(|test| PreferredNodes { weight, test })),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(preferred) } else { Err(wording::aggregate(problems)) }
    }
}
