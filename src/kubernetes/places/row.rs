//! One place: a line of the table.

use std::fmt;

use super::error::LinkPlacesError;
use super::path::PlacePath;
use crate::kubernetes::Relation;
use crate::store::group_of;

/// A place in the objects of a kind where a selector or the name of another object stands.
#[derive(Debug, Clone)]
pub struct LinkPlace {
    pub(super) kind: KindName,
    pub(in crate::kubernetes) path: PlacePath,
    pub(in crate::kubernetes) form: PlaceForm,
    /// `None` for every kind.
    pub(in crate::kubernetes) target: Option<KindName>,
    /// Whether the object itself is left out.
    pub(in crate::kubernetes) is_of_others: bool,
    pub(in crate::kubernetes) namespaces: NamespaceRule,
    pub(in crate::kubernetes) absent: AbsentMeaning,
    pub(in crate::kubernetes) empty: AbsentMeaning,
    pub(super) relation: Relation,
    pub(in crate::kubernetes) when: Option<PlaceCondition>,
    pub(super) source: Box<str>,
    /// The line of its table that it is from.
    pub(super) line: usize,
}

/// A kind as a table names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::kubernetes) struct KindName {
    pub(in crate::kubernetes) kind: Box<str>,
    pub(in crate::kubernetes) version: Option<Box<str>>,
    pub(in crate::kubernetes) group: Box<str>,
}

/// In which form it is said what is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kubernetes) enum PlaceForm {
    Map,
    Labels,
    Text,
    Nodes,
    NodeLabels,
    Term,
    Topology,
    Peer,
    Affinity,
    Name,
    Ref,
}

/// In which namespaces is looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) enum NamespaceRule {
    Own,
    All,
    /// The targets are in none.
    Cluster,
    /// A LabelSelector there selects them; else it is the own one.
    Labels(PlacePath),
    /// `{any, matchNames}` there names them; else it is the own one.
    Names(PlacePath),
    Mesh,
    /// The one that the reference names, else the own one.
    OfRef,
    /// The one that the reference names, else none.
    Given,
    /// As the form has it.
    OfForm,
}

/// What a selector that is absent or empty means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kubernetes) enum AbsentMeaning {
    Nothing,
    Everything,
    /// What has the labels of the object's own pod template.
    Template,
    /// There is no restriction, so that nothing is selected by it.
    Free,
}

/// On which the place depends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) struct PlaceCondition {
    /// From the object on, or else from the base of the place's own path.
    pub(in crate::kubernetes) is_of_object: bool,
    pub(in crate::kubernetes) names: Vec<Box<str>>,
    /// The value, or that there is any.
    pub(in crate::kubernetes) value: Option<Box<str>>,
    pub(in crate::kubernetes) is_negated: bool,
}

impl KindName {
    /// `Kind`, `Kind.group` or `Kind.version.group`.
    pub(super) fn parse(text: &str) -> Result<KindName, LinkPlacesError> {
        let (kind, rest) = text.split_once('.').unwrap_or((text, ""));
        let first = rest.split('.').next().unwrap_or_default();
        let is_version = first.len() > 1
            && first.starts_with('v')
            && first[1..].bytes().all(|it| it.is_ascii_alphanumeric())
            && first.as_bytes()[1].is_ascii_digit();
        let group = if is_version { rest[first.len()..].trim_start_matches('.') } else { rest };
        if kind.is_empty() || !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let error = LinkPlacesError::new(format!("{text:?} is no kind"));
            return Err(
                error.with_help("write a kind as Service, Deployment.apps or PodDisruptionBudget.v1.policy")
            );
        }
        let version = is_version.then(|| first.into());
        Ok(KindName { kind: kind.into(), version, group: group.into() })
    }

    /// Whether an object of this `apiVersion` and kind is one.
    pub(in crate::kubernetes) fn is(&self, api_version: &str, kind: &str) -> bool {
        let version = api_version.rsplit('/').next().unwrap_or_default();
        *self.kind == *kind
            && *self.group == *group_of(api_version)
            && self.version.as_deref().is_none_or(|wanted| wanted == version)
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        let parts = self.version.iter().chain(Some(&self.group).filter(|group| !group.is_empty()));
        parts.into_iter().try_for_each(|part| write!(f, ".{part}"))
    }
}

impl PlaceForm {
    const NAMED: [(&str, PlaceForm); 11] = [
        ("map", PlaceForm::Map),
        ("labels", PlaceForm::Labels),
        ("text", PlaceForm::Text),
        ("nodes", PlaceForm::Nodes),
        ("node-labels", PlaceForm::NodeLabels),
        ("term", PlaceForm::Term),
        ("topology", PlaceForm::Topology),
        ("peer", PlaceForm::Peer),
        ("affinity", PlaceForm::Affinity),
        ("name", PlaceForm::Name),
        ("ref", PlaceForm::Ref),
    ];

    fn parse(text: &str) -> Result<PlaceForm, LinkPlacesError> {
        one_of("form", text, &PlaceForm::NAMED)
    }

    /// Whether a name is what stands there, and no selector.
    pub(in crate::kubernetes) fn is_name(self) -> bool {
        matches!(self, PlaceForm::Name | PlaceForm::Ref)
    }
}

impl NamespaceRule {
    fn parse(text: &str) -> Result<NamespaceRule, LinkPlacesError> {
        let path = |rest: &str| {
            let inner = rest.strip_suffix(')').ok_or_else(|| unknown("namespaces", text))?;
            PlacePath::parse(inner)
        };
        if let Some(rest) = text.strip_prefix("labels(") {
            return path(rest).map(NamespaceRule::Labels);
        }
        if let Some(rest) = text.strip_prefix("names(") {
            return path(rest).map(NamespaceRule::Names);
        }
        let named = [
            ("own", NamespaceRule::Own),
            ("all", NamespaceRule::All),
            ("cluster", NamespaceRule::Cluster),
            ("mesh", NamespaceRule::Mesh),
            ("ref", NamespaceRule::OfRef),
            ("given", NamespaceRule::Given),
            ("-", NamespaceRule::OfForm),
        ];
        one_of("namespaces", text, &named)
    }
}

impl AbsentMeaning {
    const NAMED: [(&str, AbsentMeaning); 5] = [
        ("none", AbsentMeaning::Nothing),
        ("all", AbsentMeaning::Everything),
        ("template", AbsentMeaning::Template),
        ("free", AbsentMeaning::Free),
        // Of names, which are not empty.
        ("-", AbsentMeaning::Free),
    ];

    fn parse(what: &str, text: &str) -> Result<AbsentMeaning, LinkPlacesError> {
        one_of(what, text, &AbsentMeaning::NAMED)
    }
}

impl PlaceCondition {
    fn parse(text: &str) -> Result<Option<PlaceCondition>, LinkPlacesError> {
        if text == "-" {
            return Ok(None);
        }
        let (path, is_negated, value) = match text
            .split_once("!=")
            .map(|it| (it, true))
            .or_else(|| text.split_once('=').map(|it| (it, false)))
        {
            Some(((path, value), is_negated)) => (path, is_negated, Some(value.into())),
            None => (text.trim_start_matches('!'), text.starts_with('!'), None),
        };
        let is_of_object = path.starts_with('.');
        let names: Vec<Box<str>> = path.trim_start_matches('.').split('.').map(Into::into).collect();
        if names.iter().any(|name| name.is_empty()) {
            return Err(unknown("when", text));
        }
        Ok(Some(PlaceCondition { is_of_object, names, value, is_negated }))
    }
}

/// The relations that a place may be of.
fn relation_of_place(text: &str) -> Result<Relation, LinkPlacesError> {
    let of_place = [Relation::Selects, Relation::Mentions, Relation::Uses, Relation::Runs, Relation::About];
    one_of("relation", text, &of_place.map(|relation| (relation.as_str(), relation)))
}

fn unknown(what: &str, text: &str) -> LinkPlacesError {
    LinkPlacesError::new(format!("{text:?} is nothing that the column {what:?} may hold"))
}

fn one_of<T: Clone>(what: &str, text: &str, named: &[(&str, T)]) -> Result<T, LinkPlacesError> {
    let found = named.iter().find(|(name, _)| *name == text).map(|(_, value)| value.clone());
    found.ok_or_else(|| {
        let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        unknown(what, text).with_help(format!("write one of {}", names.join(", ")))
    })
}

impl LinkPlace {
    /// The place that the cells of a line say, in the objects of one kind and at one path.
    pub(super) fn parse(
        kind: &KindName,
        path: PlacePath,
        cells: &[&str],
    ) -> Result<LinkPlace, LinkPlacesError> {
        let [_, _, form, target, namespaces, absent, empty, relation, when, source] = cells[..] else {
            let error = LinkPlacesError::new(format!("expected 10 columns, found {}", cells.len()));
            return Err(error.with_help(
                "kinds | path | form | target | namespaces | absent | empty | relation | when | source",
            ));
        };
        let (is_of_others, target) =
            target.strip_prefix("other ").map_or((false, target), |target| (true, target));
        let place = LinkPlace {
            kind: kind.clone(),
            path,
            form: PlaceForm::parse(form)?,
            target: if target == "*" { None } else { Some(KindName::parse(target)?) },
            is_of_others,
            namespaces: NamespaceRule::parse(namespaces)?,
            absent: AbsentMeaning::parse("absent", absent)?,
            empty: AbsentMeaning::parse("empty", empty)?,
            relation: relation_of_place(relation)?,
            when: PlaceCondition::parse(when)?,
            source: source.into(),
            line: 0,
        };
        place.is_sound()?;
        Ok(place)
    }

    /// Refuses a relation that does not go with the form.
    fn is_sound(&self) -> Result<(), LinkPlacesError> {
        let by_selector = matches!(self.relation, Relation::Selects | Relation::Mentions);
        if by_selector != self.form.is_name() {
            return Ok(());
        }
        let what = if by_selector { "a name" } else { "a selector" };
        let error = LinkPlacesError::new(format!("{} does not go with {what}", self.relation));
        Err(error.with_help("a name or ref uses, runs or is about; all other forms select or mention"))
    }

    /// The kind of the objects that have it: `Deployment.v1.apps`.
    #[must_use]
    pub fn kind(&self) -> String {
        self.kind.to_string()
    }

    /// Where in these it is, an array's elements as `[]`: `.spec.ingress[].from[]`.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.to_string()
    }

    /// How the object stands to what is selected or named there.
    #[must_use]
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// The kind of what is selected or named; `None` where it may be any.
    #[must_use]
    pub fn target(&self) -> Option<String> {
        self.target.as_ref().map(ToString::to_string)
    }

    /// Where all that is said.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The line of its table.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }
}
