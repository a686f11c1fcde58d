//! Where in the objects of each kind selectors and names of other objects stand, and what these mean there.
//!
//! It is a table, a line a place, so that a kind is added by a line: [`LinkPlaces::built_in`] has those of Kubernetes itself and
//! of some operators, and [`LinkPlaces::with`] those of another text in the same form, which is explained at its beginning.

mod error;
mod path;
mod row;

use std::sync::{Arc, OnceLock};

pub use error::LinkPlacesError;
pub(super) use path::{PlacePath, PlaceStep, push_name};
pub use row::LinkPlace;
pub(super) use row::{AbsentMeaning, KindName, NamespaceRule, PlaceCondition, PlaceForm};

use crate::kubernetes::Relation;
use path::spelled_out;

/// A table of places. A copy shares it.
#[derive(Debug, Clone)]
pub struct LinkPlaces {
    places: Arc<[LinkPlace]>,
    /// Where the objects of a kind describe pods.
    pods: Arc<[(KindName, PlacePath)]>,
    /// The lines about these, with their numbers: a kind that is added later has their places too.
    of_pods: Arc<[(usize, Box<str>)]>,
}

/// The kind by which a line means every description of a pod.
const POD_SPEC: &str = "PodSpec";
/// The form of a line that says where there is one.
const POD_SPEC_FORM: &str = "pod-spec";

impl LinkPlaces {
    /// The table that selq knows by itself.
    #[must_use]
    pub fn built_in() -> LinkPlaces {
        static BUILT_IN: OnceLock<LinkPlaces> = OnceLock::new();
        // A test holds that the table can be read, so that it is never the empty one.
        let read =
            || LinkPlaces::none().with(LinkPlaces::BUILT_IN_TEXT).unwrap_or_else(|_| LinkPlaces::none());
        BUILT_IN.get_or_init(read).clone()
    }

    /// The text of that table, which explains the form at its beginning.
    pub const BUILT_IN_TEXT: &str = include_str!("built-in.txt");

    fn none() -> LinkPlaces {
        LinkPlaces { places: Arc::default(), pods: Arc::default(), of_pods: Arc::default() }
    }

    /// The kinds that make pods of a template, by group and kind, each with the names that lead to the template.
    pub(in crate::kubernetes) fn pod_templates(&self) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
        self.pods.iter().filter_map(|(kind, spec)| {
            let mut names: Vec<&str> = spec.names().collect();
            // What is described at `.spec` is the pod itself.
            let is_template = names.pop() == Some("spec") && !names.is_empty();
            is_template.then_some((&*kind.group, &*kind.kind, names))
        })
    }

    /// These places and those of a text in the same form. Lines for `PodSpec` count for the kinds of both.
    ///
    /// ```
    /// use selq::kubernetes::LinkPlaces;
    ///
    /// let line = "Tower.example.com | .spec.selector | labels | Pod | own | none | all | selects | - | d tower/v1";
    /// let places = LinkPlaces::built_in().with(line)?;
    /// assert!(places.iter().any(|place| place.kind() == "Tower.example.com"));
    /// let error = LinkPlaces::built_in().with("Tower | .spec").unwrap_err();
    /// assert_eq!(error.to_string(), "line 1: expected 10 columns, found 2");
    /// # Ok::<(), selq::kubernetes::LinkPlacesError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first line that says what cannot be.
    pub fn with(&self, text: &str) -> Result<LinkPlaces, LinkPlacesError> {
        let lines = || {
            let lines = (1..).zip(text.lines()).map(|(number, line)| (number, line.trim()));
            lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        };
        let is_of_pods = |line: &str| cells_of(line).get(2) == Some(&POD_SPEC_FORM);
        let mut new_pods = Vec::new();
        for (number, line) in lines().filter(|(_, line)| is_of_pods(line)) {
            new_pods.extend(pods_of(&cells_of(line)).map_err(|error| error.at_line(number))?);
        }
        let mut places = self.places.to_vec();
        for (number, line) in self.of_pods.iter() {
            places.extend(places_of(*number, line, &new_pods)?);
        }
        let pods = [&*self.pods, &new_pods].concat();
        let mut of_pods = self.of_pods.to_vec();
        for (number, line) in lines().filter(|(_, line)| !is_of_pods(line)) {
            places.extend(places_of(number, line, &pods)?);
            if line.starts_with(POD_SPEC) {
                of_pods.push((number, line.into()));
            }
        }
        Ok(LinkPlaces { places: places.into(), pods: pods.into(), of_pods: of_pods.into() })
    }

    /// All places, each once for every kind that has it.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &LinkPlace> {
        self.places.iter()
    }

    /// The places of a relation in the objects of this `apiVersion` and kind, each with its number.
    pub(super) fn of(&self, relation: Relation, api_version: &str, kind: &str) -> Vec<(u32, &LinkPlace)> {
        let places = (0..).zip(self.places.iter());
        places.filter(|(_, it)| it.relation == relation && it.kind.is(api_version, kind)).collect()
    }

    /// The place with this number.
    pub(super) fn get(&self, number: u32) -> Option<&LinkPlace> {
        self.places.get(number as usize)
    }
}

impl Default for LinkPlaces {
    fn default() -> LinkPlaces {
        LinkPlaces::built_in()
    }
}

fn cells_of(line: &str) -> Vec<&str> {
    line.split('|').map(str::trim).collect()
}

fn kinds_of(cell: &str) -> impl Iterator<Item = Result<KindName, LinkPlacesError>> {
    cell.split_whitespace().map(KindName::parse)
}

/// Where the pods of a line are.
fn pods_of(cells: &[&str]) -> Result<Vec<(KindName, PlacePath)>, LinkPlacesError> {
    let path = PlacePath::parse(cells[1])?;
    kinds_of(cells[0]).map(|kind| Ok((kind?, path.clone()))).collect()
}

/// The places of a line: one for each kind and each path.
fn places_of(
    number: usize,
    line: &str,
    pods: &[(KindName, PlacePath)],
) -> Result<Vec<LinkPlace>, LinkPlacesError> {
    let cells = cells_of(line);
    let places = each_place(&cells, pods).map_err(|error| error.at_line(number))?;
    Ok(places.into_iter().map(|place| LinkPlace { line: number, ..place }).collect())
}

fn each_place(cells: &[&str], pods: &[(KindName, PlacePath)]) -> Result<Vec<LinkPlace>, LinkPlacesError> {
    let [kinds, paths, ..] = cells[..] else {
        return Err(LinkPlacesError::new("expected columns divided by \"|\", found none"));
    };
    let mut places = Vec::new();
    for path in spelled_out(paths) {
        let path = PlacePath::parse(&path)?;
        let at: Vec<(KindName, PlacePath)> = match kinds {
            POD_SPEC => pods.iter().map(|(kind, pod)| (kind.clone(), pod.joined(&path))).collect(),
            kinds => kinds_of(kinds)
                .map(|kind| Ok((kind?, path.clone())))
                .collect::<Result<_, LinkPlacesError>>()?,
        };
        for (kind, path) in at {
            places.push(LinkPlace::parse(&kind, path, cells)?);
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_can_be_read() {
        let places = LinkPlaces::none().with(LinkPlaces::BUILT_IN_TEXT).unwrap();
        assert!(places.iter().len() > 300, "{}", places.iter().len());
        assert_eq!(places.of(Relation::Selects, "v1", "Service").len(), 1);
        assert_eq!(places.of(Relation::Selects, "policy/v1beta1", "PodDisruptionBudget").len(), 1);
        assert_eq!(places.of(Relation::Runs, "v1", "Pod")[0].1.path(), ".spec.nodeName");
        let of_template = places.of(Relation::Mentions, "apps/v1", "Deployment");
        assert!(of_template.iter().any(|(_, place)| place.path() == ".spec.template.spec.nodeSelector"));
    }

    #[test]
    fn a_line_that_says_what_cannot_be_is_told() {
        let told = |line: &str| {
            let error = LinkPlaces::built_in().with(&format!("# a comment\n\n{line}")).unwrap_err();
            let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
            format!("{error}{help}")
        };
        let line = |cells: [&str; 10]| cells.join(" | ");
        let good = ["A.x", ".spec.s", "labels", "Pod", "own", "none", "all", "selects", "-", "d"];
        assert!(LinkPlaces::built_in().with(&line(good)).is_ok());
        let with = |nth: usize, cell| {
            let mut cells = good;
            cells[nth] = cell;
            told(&line(cells))
        };
        insta::assert_snapshot!(
            [
                told("A"),
                told("A.x | .spec.s"),
                with(0, "A-b"),
                with(1, "spec"),
                with(2, "label"),
                with(4, "labels(.a"),
                with(5, "maybe"),
                with(7, "owns"),
                with(2, "name"),
                with(8, "a..b=c"),
            ].join("\n"), @r#"
        line 3: expected columns divided by "|", found none
        line 3: expected 10 columns, found 2 | kinds | path | form | target | namespaces | absent | empty | relation | when | source
        line 3: "A-b" is no kind | write a kind as Service, Deployment.apps or PodDisruptionBudget.v1.policy
        line 3: "spec" is no path | write a path as .spec.ingress[].from[] or .spec.a/b.c
        line 3: "label" is nothing that the column "form" may hold | write one of map, labels, text, nodes, node-labels, term, topology, peer, affinity, name, ref
        line 3: "labels(.a" is nothing that the column "namespaces" may hold
        line 3: "maybe" is nothing that the column "absent" may hold | write one of none, all, template, free, -
        line 3: "owns" is nothing that the column "relation" may hold | write one of selects, mentions, uses, runs, about
        line 3: selects does not go with a name | a name or ref uses, runs or is about; all other forms select or mention
        line 3: "a..b=c" is nothing that the column "when" may hold
        "#
        );
    }
}
