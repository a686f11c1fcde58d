//! The links of one object as a tree: what leads to it, and what it leads to.

use std::collections::BTreeMap;

use selq::kubernetes::links::{DerivedLink, EndpointState, ListedEndpoint, Tie};
use selq::kubernetes::{Links, Relation};
use selq::{Dump, ObjectId};
use unicode_width::UnicodeWidthStr;

use crate::output::names;

/// How many objects are shown at a place before only their number is.
const MAX_SHOWN: usize = 20;

/// A line of the tree with those below it.
struct LinkBranch {
    text: String,
    below: Vec<LinkBranch>,
}

/// The lines of the tree of an object, folded where they are wider than `max_width`.
pub(crate) fn lines(
    links: &Links<'_>,
    relations: &[Relation],
    id: ObjectId,
    max_width: Option<usize>,
) -> Vec<String> {
    let tree = LinkTree { links, relations };
    let mut lines = vec![tree.title(id)];
    let mut branches = Vec::new();
    for (text, below) in [("leads to", tree.onward(id)), ("is led to by", tree.back(id))] {
        if !below.is_empty() {
            branches.push(LinkBranch { text: text.to_owned(), below });
        }
    }
    push_lines(&branches, "", max_width.unwrap_or(usize::MAX), &mut lines);
    lines
}

fn push_lines(branches: &[LinkBranch], before: &str, max_width: usize, lines: &mut Vec<String>) {
    for (nth, branch) in branches.iter().enumerate() {
        let is_last = nth + 1 == branches.len();
        let below = format!("{before}{}  ", if is_last { " " } else { "│" });
        let mut lead = format!("{before}{} ", if is_last { "└─" } else { "├─" });
        // What does not fit stands further in, beside the line that leads to what is below.
        let further = format!("{below}{}    ", if branch.below.is_empty() { " " } else { "│" });
        for part in folded(&branch.text, max_width.saturating_sub(further.width())) {
            lines.push(format!("{lead}{part}"));
            lead.clone_from(&further);
        }
        push_lines(&branch.below, &below, max_width, lines);
    }
}

/// The least that is worth a line of its own.
const MIN_WIDTH: usize = 24;

/// A text in parts that fit, broken before its columns and, where one is wider, behind a comma or blank.
fn folded(text: &str, max_width: usize) -> Vec<&str> {
    let max_width = max_width.max(MIN_WIDTH);
    let (mut parts, mut rest) = (Vec::new(), text);
    while rest.width() > max_width {
        let ends = |breaks: &str| {
            let found = rest.match_indices(breaks).map(|(at, found)| at + found.len());
            found.take_while(|end| rest[..*end].trim_end().width() <= max_width).last()
        };
        let Some(end) = ends("  ").or_else(|| ends(",").max(ends(" "))) else { break };
        parts.push(rest[..end].trim_end());
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

struct LinkTree<'l, 'd> {
    links: &'l Links<'d>,
    relations: &'l [Relation],
}

impl<'l> LinkTree<'l, '_> {
    fn dump(&self) -> &Dump {
        self.links.dump()
    }

    fn title(&self, id: ObjectId) -> String {
        let mut title = String::new();
        if let Some(object) = self.dump().store().get(id) {
            names::push_reference(object.identity(), || self.dump().index(id), &mut title);
        }
        title
    }

    /// What the object holds, each place with the objects that it leads to, and what these lead to in turn.
    fn onward(&self, id: ObjectId) -> Vec<LinkBranch> {
        let ties = self.relations.iter().flat_map(|&relation| self.links.ties_of(relation, id));
        let mut branches: Vec<LinkBranch> = ties.map(|tie| self.tie(tie)).collect();
        branches.extend(self.derived(self.links.derived_from(id), |via| format!("via {via}")));
        branches.extend(self.endpoints(id));
        branches
    }

    /// What EndpointSlices list of a Service, by slice, and what they should list besides.
    fn endpoints(&self, id: ObjectId) -> Vec<LinkBranch> {
        // They follow from what selects, as all that is derived.
        if !self.relations.contains(&Relation::Selects) {
            return Vec::new();
        }
        let mut by_slice: BTreeMap<Option<ObjectId>, Vec<ListedEndpoint>> = BTreeMap::new();
        for endpoint in self.links.listed_endpoints(id) {
            by_slice.entry(endpoint.slice).or_default().push(endpoint);
        }
        // What no slice lists stands behind the slices.
        let unlisted = by_slice.remove(&None).map(|endpoints| (None, endpoints));
        let branch = |(slice, endpoints): (Option<ObjectId>, Vec<ListedEndpoint>)| {
            let text = match slice {
                Some(slice) => format!("via {}", self.title(slice)),
                None => "in no EndpointSlice".to_owned(),
            };
            let n_more = endpoints.len().saturating_sub(MAX_SHOWN);
            let lines = endpoints.iter().take(MAX_SHOWN).map(|endpoint| self.endpoint(endpoint));
            let below = lines.map(|text| LinkBranch { text, below: Vec::new() }).chain(more(n_more));
            LinkBranch { text, below: below.collect() }
        };
        by_slice.into_iter().chain(unlisted).map(branch).collect()
    }

    /// `shop/pod/web-0  ready`
    fn endpoint(&self, endpoint: &ListedEndpoint) -> String {
        let title = endpoint.pod.map_or_else(|| endpoint.name.clone(), |pod| self.title(pod));
        let rules = endpoint.by_rules.map_or("no endpoint", state);
        match endpoint.listed {
            Some(listed) if endpoint.agrees() => format!("{title}  {}", state(listed)),
            Some(listed) if endpoint.pod.is_none() => {
                format!("{title}  {}, and not in the input", state(listed))
            }
            Some(listed) => format!("{title}  {}, and by what the pod says {rules}", state(listed)),
            None => format!("{title}  {rules} by what the pod says"),
        }
    }

    fn tie(&self, tie: Tie<'l>) -> LinkBranch {
        let what = match (tie.selector(), tie.problem()) {
            (Some(selector), _) if selector.is_empty() => "  (everything)".to_owned(),
            (Some(selector), _) => format!("  {selector}"),
            (None, Some(problem)) => format!("  is no selector: {problem}"),
            (None, None) => String::new(),
        };
        let mut below = self.listed(tie.targets(), |id| self.as_endpoint(&tie, id));
        if below.is_empty() {
            below.push(LinkBranch { text: "nothing".to_owned(), below: Vec::new() });
        }
        LinkBranch { text: format!("{}  {}{what}", tie.relation(), tie.at()), below }
    }

    /// The objects that hold what leads to this one, each with where and how.
    fn back(&self, id: ObjectId) -> Vec<LinkBranch> {
        let ties = self.relations.iter().flat_map(|&relation| self.links.ties_to(relation, id));
        let line = |tie: Tie<'l>| {
            let selector = tie.selector().filter(|it| !it.is_empty());
            let selector = selector.map(|it| format!("  {it}")).unwrap_or_default();
            let from = self.title(tie.from());
            format!("{from}  {} it  {}{selector}", tie.relation(), tie.at())
        };
        let mut branches: Vec<LinkBranch> =
            ties.map(|tie| LinkBranch { text: line(tie), below: Vec::new() }).collect();
        let n_more = branches.len().saturating_sub(MAX_SHOWN);
        branches.truncate(MAX_SHOWN);
        branches.extend(more(n_more));
        branches.extend(self.derived(self.links.derived_to(id), |via| format!("via {via}")));
        branches
    }

    /// What follows from several links, by what is between.
    fn derived(&self, links: Vec<DerivedLink>, text: impl Fn(&str) -> String) -> Vec<LinkBranch> {
        // They follow from what selects, and are not asked for where that is not.
        if !self.relations.contains(&Relation::Selects) {
            return Vec::new();
        }
        let mut by_way: BTreeMap<Vec<ObjectId>, Vec<ObjectId>> = BTreeMap::new();
        links.into_iter().for_each(|link| by_way.entry(link.via).or_default().push(link.object));
        let branch = |(via, objects): (Vec<ObjectId>, Vec<ObjectId>)| {
            let via: Vec<String> = via.into_iter().map(|id| self.title(id)).collect();
            LinkBranch { text: text(&via.join(" → ")), below: self.listed(objects, |_| None) }
        };
        let n_more = by_way.len().saturating_sub(MAX_SHOWN);
        let mut branches: Vec<LinkBranch> = by_way.into_iter().take(MAX_SHOWN).map(branch).collect();
        branches.extend(more(n_more));
        branches
    }

    /// Objects with what is to be said of each.
    fn listed(
        &self,
        ids: impl IntoIterator<Item = ObjectId>,
        said: impl Fn(ObjectId) -> Option<&'static str>,
    ) -> Vec<LinkBranch> {
        let mut ids = ids.into_iter();
        let shown = ids.by_ref().take(MAX_SHOWN);
        let text = |id| match said(id) {
            Some(said) => format!("{}  {said}", self.title(id)),
            None => self.title(id),
        };
        let mut branches: Vec<LinkBranch> =
            shown.map(|id| LinkBranch { text: text(id), below: Vec::new() }).collect();
        branches.extend(more(ids.count()));
        branches
    }

    /// How far a pod can be used that a Service selects.
    fn as_endpoint(&self, tie: &Tie<'_>, pod: ObjectId) -> Option<&'static str> {
        let from = self.dump().store().get(tie.from()).filter(|it| it.kind() == "Service")?;
        self.links.endpoint(from.id(), pod).map(|endpoint| state(EndpointState::from(&endpoint)))
    }
}

/// How far an endpoint can be used, in a word or two.
fn state(state: EndpointState) -> &'static str {
    match (state.is_terminating, state.is_ready, state.is_serving) {
        (false, true, _) => "ready",
        (false, false, _) => "not ready",
        (true, _, true) => "terminating, serving",
        (true, _, false) => "terminating",
    }
}

/// That there are more, if there are.
fn more(n: usize) -> Option<LinkBranch> {
    (n > 0).then(|| LinkBranch { text: format!("… {n} more"), below: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_folded_before_its_columns_and_else_behind_a_comma() {
        let text = "shop/pod/web-0  selects it  .spec.selector  app.kubernetes.io/name=a,tier=b";
        assert_eq!(folded(text, 80), [text]);
        let parts = ["shop/pod/web-0  selects it", ".spec.selector", "app.kubernetes.io/name=a,", "tier=b"];
        assert_eq!(folded(text, 30), parts);
        // What has no place to break stays whole.
        assert_eq!(folded(&"x".repeat(90), 30).len(), 1);
    }

    #[test]
    fn lines_that_go_on_stand_beside_the_tree() {
        let leaf = |text: &str| LinkBranch { text: text.to_owned(), below: Vec::new() };
        let branch =
            LinkBranch { below: vec![leaf("pod/a")], ..leaf("selects  .spec.selector  app=web,tier=front") };
        let mut lines = Vec::new();
        push_lines(&[branch, leaf("owns  .metadata.ownerReferences[0]")], "", 30, &mut lines);
        let expected = [
            "├─ selects  .spec.selector",
            "│  │    app=web,tier=front",
            "│  └─ pod/a",
            "└─ owns",
            "        .metadata.ownerReferences[0]",
        ];
        assert_eq!(lines, expected);
    }
}
