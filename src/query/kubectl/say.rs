//! Regions as what stands in a call.

use std::rc::Rc;

use super::KubectlCall;
use super::literal::{Dimension, Dimensions, Place};
use super::region::Region;
use crate::kubernetes::fields::{is_selectable, may_have_namespace};
use crate::label::ValueSet;
use crate::selector::{FieldOperator, FieldRequirement, FieldSelector, Integer};
use crate::{LabelKey, LabelValue, Requirement, Selector};

/// What holds for each of some dimensions, together.
pub(super) type Part = (Place, Rc<Region>);

/// What is to be done with what no call can say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsayable {
    /// Say nothing at all then.
    Refuse,
    /// Leave it out.
    LeaveOut,
}

/// The calls for the objects in all of these regions: several where a call takes only one of several values. They have no
/// object in common. `None` if that cannot be said, or takes more than `most`.
pub(super) fn calls(
    parts: &[Part],
    dimensions: &Dimensions<'_>,
    unsayable: Unsayable,
    most: usize,
) -> Option<Vec<KubectlCall>> {
    let mut kinds: Vec<Option<Rc<str>>> = vec![None];
    for (_, region) in parts.iter().filter(|(place, _)| dimensions.all[*place] == Dimension::Kind) {
        match listed(region) {
            // A call asks for one kind here, so that each kind has calls of its own.
            Some(words) => kinds = words.iter().cloned().map(Some).collect(),
            None if unsayable == Unsayable::LeaveOut => {}
            None => return None,
        }
    }
    let mut calls = Vec::new();
    for kind in kinds {
        calls.extend(of_kind(kind.as_deref(), parts, dimensions, unsayable, most)?);
        if calls.len() > most {
            return None;
        }
    }
    Some(calls)
}

fn of_kind(
    kind: Option<&str>,
    parts: &[Part],
    dimensions: &Dimensions<'_>,
    unsayable: Unsayable,
    most: usize,
) -> Option<Vec<KubectlCall>> {
    let mut drafts = vec![Draft { kind, ..Draft::default() }];
    for (place, region) in parts {
        let alternatives = match &dimensions.all[*place] {
            Dimension::Kind => continue,
            dimension => alternatives(kind, dimension, region),
        };
        let alternatives = match alternatives {
            Some(alternatives) => alternatives,
            None if unsayable == Unsayable::LeaveOut => continue,
            None => return None,
        };
        // The product is looked at before it is made.
        if drafts.len().saturating_mul(alternatives.len()) > most {
            return None;
        }
        drafts = drafts.iter().flat_map(|draft| alternatives.iter().map(|it| draft.with(it))).collect();
    }
    Some(drafts.into_iter().map(Draft::finish).collect())
}

/// One way in which the value of a dimension may be said.
enum Said {
    Namespace(Rc<str>),
    Fields(Vec<FieldRequirement>),
    Labels(Vec<Requirement>),
}

/// A call that is being put together.
#[derive(Clone, Default)]
struct Draft<'k> {
    kind: Option<&'k str>,
    namespace: Option<Rc<str>>,
    labels: Vec<Requirement>,
    fields: Vec<FieldRequirement>,
}

impl Draft<'_> {
    fn with(&self, said: &Said) -> Self {
        let mut draft = self.clone();
        match said {
            Said::Namespace(namespace) => draft.namespace = Some(namespace.clone()),
            Said::Fields(fields) => draft.fields.extend_from_slice(fields),
            Said::Labels(labels) => draft.labels.extend_from_slice(labels),
        }
        draft
    }

    fn finish(self) -> KubectlCall {
        KubectlCall {
            kind: self.kind.map(str::to_owned),
            namespace: self.namespace.map(|it| it.as_ref().to_owned()),
            selector: (!self.labels.is_empty()).then(|| self.labels.into_iter().collect::<Selector>()),
            field_selector: (!self.fields.is_empty()).then(|| FieldSelector::all_of(self.fields)),
        }
    }
}

/// The ways to say that a dimension has a value of a region, of which each object takes at most one.
fn alternatives(kind: Option<&str>, dimension: &Dimension<'_>, region: &Region) -> Option<Vec<Said>> {
    match dimension {
        Dimension::Label(key) => of_label(key, region),
        Dimension::Namespace => match listed(region) {
            Some(names) => {
                // Calls with `-n` are no use for a kind without namespaces, such as Node:
                // kubectl passes over it and gives all objects.
                may_have_namespace(kind).then(|| names.iter().cloned().map(Said::Namespace).collect())
            }
            None => of_field(kind, "metadata.namespace", region),
        },
        Dimension::Name => of_field(kind, "metadata.name", region),
        Dimension::Field(field) => of_field(kind, field, region),
        Dimension::Kind | Dimension::Unsayable(..) => None,
    }
}

/// The values of a region that has no others.
fn listed(region: &Region) -> Option<&[Rc<str>]> {
    let has_others = region.absent || region.texts || region.has_bounds();
    (!has_others).then_some(&region.except)
}

/// Either one of some values, of which each takes a call of its own, or none of them.
fn of_field(kind: Option<&str>, field: &str, region: &Region) -> Option<Vec<Said>> {
    // A server refuses a field that the kind does not have, and
    // takes an absent one for the empty text.
    if !region.except.iter().all(|value| is_selectable(kind, field, value)) {
        return None;
    }
    let requirement = |operator, value: &Rc<str>| FieldRequirement::new(field, operator, value);
    if let Some(values) = listed(region) {
        let said = |value| Said::Fields(vec![requirement(FieldOperator::Equals, value)]);
        return Some(values.iter().map(said).collect());
    }
    // Unlike a query, a field selector cannot ask that a field is there, so that
    // `!=` says only a region in which it may be absent.
    let is_all_but = region.absent && region.texts && !region.has_bounds();
    let unlike = region.except.iter().map(|value| requirement(FieldOperator::NotEquals, value));
    is_all_but.then(|| vec![Said::Fields(unlike.collect())])
}

/// Whether one selector says that a label is in a region.
pub(super) fn is_one_selector(key: &LabelKey, region: &Region) -> bool {
    of_label(key, region).is_some_and(|ways| ways.len() == 1)
}

/// The requirements on a label: those of each way in which its value is in the region.
fn of_label(key: &LabelKey, region: &Region) -> Option<Vec<Said>> {
    let ways = match (region.texts, region.has_bounds()) {
        // No requirement says that a value is no integer, so that
        // other texts cannot be had with bounds.
        (true, true) => return None,
        (true, false) => vec![all_but(key, region)?],
        (false, _) => some_of(key, region)?,
    };
    Some(ways.into_iter().map(Said::Labels).collect())
}

/// `k`, `k!=a`, `k notin (a,b)`: any value but some.
fn all_but(key: &LabelKey, region: &Region) -> Option<Vec<Requirement>> {
    let exists = (!region.absent).then(|| Requirement::Exists(key.clone()));
    let unlike = values(region.except.iter())?.map(|values| not_in(key, values));
    Some(exists.into_iter().chain(unlike).collect())
}

/// `!k`, `k in (a,b)`, and `k>5,k<9` for each interval.
fn some_of(key: &LabelKey, region: &Region) -> Option<Vec<Vec<Requirement>>> {
    let mut ways = Vec::new();
    if region.absent {
        ways.push(vec![Requirement::DoesNotExist(key.clone())]);
    }
    let (single, left_out): (Vec<&Rc<str>>, Vec<&Rc<str>>) =
        region.except.iter().partition(|value| region.has(value));
    if let Some(values) = values(single.into_iter())? {
        ways.push(vec![in_one_of(key, values)]);
    }
    for (from, before) in region.integers.intervals() {
        let is_inside = |value: &&Rc<str>| {
            crate::selector::integer(value).is_some_and(|it| {
                from.is_none_or(|from| it >= from) && before.is_none_or(|before| it < before)
            })
        };
        let mut way = bounds(key, from, before)?;
        way.extend(values(left_out.iter().copied().filter(is_inside))?.map(|values| not_in(key, values)));
        ways.push(way);
    }
    Some(ways)
}

/// `k>5,k<9`. Bounds are label values, so none is below zero, and there have to be some.
fn bounds(key: &LabelKey, from: Option<i64>, before: Option<i64>) -> Option<Vec<Requirement>> {
    let number = |number: i64| LabelValue::new(&number.to_string()).ok().and_then(Integer::new);
    let above =
        from.map(|from| number(from.checked_sub(1)?).map(|it| Requirement::GreaterThan(key.clone(), it)));
    let below = before.map(|before| number(before).map(|it| Requirement::LessThan(key.clone(), it)));
    let bounds: Vec<Requirement> = above.into_iter().chain(below).collect::<Option<_>>()?;
    // All integers and nothing else is what no requirement asks for.
    (!bounds.is_empty()).then_some(bounds)
}

/// The values as those of a label; the inner `None` if there are none.
fn values<'v>(texts: impl Iterator<Item = &'v Rc<str>>) -> Option<Option<ValueSet>> {
    let values: Option<Vec<LabelValue>> = texts.map(|text| LabelValue::new(text).ok()).collect();
    Some(ValueSet::new(values?))
}

fn in_one_of(key: &LabelKey, values: ValueSet) -> Requirement {
    match values.as_slice() {
        [only] => Requirement::Equals(key.clone(), only.clone()),
        _ => Requirement::In(key.clone(), values),
    }
}

fn not_in(key: &LabelKey, values: ValueSet) -> Requirement {
    match values.as_slice() {
        [only] => Requirement::NotEquals(key.clone(), only.clone()),
        _ => Requirement::NotIn(key.clone(), values),
    }
}
