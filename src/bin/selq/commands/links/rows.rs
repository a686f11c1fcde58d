//! Links as rows: one for each object that leads to another, and the place where that is said.

use std::collections::BTreeSet;
use std::io::{self, Write};

use selq::kubernetes::endpoints::Endpoint;
use selq::kubernetes::links::Tie;
use selq::kubernetes::{Links, Relation};
use selq::{ObjectId, ObjectRef};
use serde::Serialize;

use crate::output::identity::ObjectLine;
use crate::output::names;
use crate::terminal::printer::Printer;
use crate::terminal::table::{Cell, Grid};

/// The links of some objects, or of all.
pub(super) struct LinkRows<'l, 'd> {
    links: &'l Links<'d>,
    relations: Vec<Relation>,
    /// The objects whose links are wanted, ascending.
    asked: Option<&'l [ObjectId]>,
}

/// What leads from one object to another.
pub(super) struct LinkRow<'l> {
    pub(super) tie: Tie<'l>,
    pub(super) to: ObjectId,
}

impl<'l, 'd> LinkRows<'l, 'd> {
    pub(super) fn new(
        links: &'l Links<'d>,
        relations: Vec<Relation>,
        asked: Option<&'l [ObjectId]>,
    ) -> LinkRows<'l, 'd> {
        LinkRows { links, relations, asked }
    }

    pub(super) fn links(&self) -> &'l Links<'d> {
        self.links
    }

    pub(super) fn relations(&self) -> &[Relation] {
        &self.relations
    }

    pub(super) fn is_empty(&self) -> bool {
        self.links_of_all().next().is_none()
    }

    /// The objects that are asked about; where that is nobody in particular, those with links.
    pub(super) fn objects(&self) -> Vec<ObjectId> {
        match self.asked {
            Some(asked) => asked.to_vec(),
            None => {
                self.links_of_all().map(|row| row.tie.from()).collect::<BTreeSet<_>>().into_iter().collect()
            }
        }
    }

    /// The links in the order of the relations, and then of the objects from which they lead.
    pub(super) fn links_of_all(&self) -> impl Iterator<Item = LinkRow<'l>> {
        let ties = self.relations.iter().flat_map(|&relation| self.links.ties(relation));
        ties.flat_map(|tie| self.targets(tie).into_iter().map(move |to| LinkRow { tie, to }))
    }

    /// What of that to which something leads is wanted.
    fn targets(&self, tie: Tie<'l>) -> Vec<ObjectId> {
        match self.asked {
            Some(asked) if asked.binary_search(&tie.from()).is_err() => {
                // Few are asked about mostly, and a selector may select very many.
                asked.iter().copied().filter(|&id| tie.leads_to(id)).collect()
            }
            _ => tie.targets().collect(),
        }
    }

    pub(super) fn object(&self, id: ObjectId) -> Option<ObjectRef<'d>> {
        self.links.dump().store().get(id)
    }

    pub(super) fn write_json_lines(&self, out: &mut Printer<impl Write>) -> io::Result<()> {
        self.links_of_all().try_for_each(|row| match (self.object(row.tie.from()), self.object(row.to)) {
            (Some(from), Some(to)) => out.json_line(&self.json_line(&row, &from, &to)),
            _ => Ok(()),
        })
    }

    fn json_line<'a>(&self, row: &LinkRow<'a>, from: &ObjectRef<'a>, to: &ObjectRef<'a>) -> LinkLine<'a>
    where
        'd: 'a,
    {
        let dump = self.links.dump();
        let is_to_endpoint =
            row.tie.relation() == Relation::Selects && from.kind() == "Service" && to.kind() == "Pod";
        LinkLine {
            relation: row.tie.relation().as_str(),
            from: ObjectLine::of(dump, from),
            to: ObjectLine::of(dump, to),
            at: row.tie.at(),
            selector: row.tie.selector(),
            endpoint: is_to_endpoint
                .then(|| self.links.endpoint(from.id(), to.id()).map(|it| EndpointLine::of(&it))),
        }
    }
}

/// `{"relation":…,"from":{…},"to":{…},"at":…,"selector":…}`, of a Service and a pod with what endpoint that is.
#[derive(Serialize)]
struct LinkLine<'a> {
    relation: &'static str,
    from: ObjectLine<'a>,
    to: ObjectLine<'a>,
    at: &'a str,
    selector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<Option<EndpointLine>>,
}

/// `{"ready":…,"serving":…,"terminating":…,"ports":[{"name":…,"port":…}]}`
#[derive(Serialize)]
struct EndpointLine {
    ready: bool,
    serving: bool,
    terminating: bool,
    ports: Vec<EndpointPortLine>,
}

#[derive(Serialize)]
struct EndpointPortLine {
    name: String,
    port: i64,
}

impl EndpointLine {
    fn of(endpoint: &Endpoint) -> EndpointLine {
        let ports = endpoint.ports.iter();
        EndpointLine {
            ready: endpoint.is_ready,
            serving: endpoint.is_serving,
            terminating: endpoint.is_terminating,
            ports: ports.map(|it| EndpointPortLine { name: it.name.clone(), port: it.port }).collect(),
        }
    }
}

impl<'l> Grid for LinkRows<'l, '_> {
    type Row = LinkRow<'l>;

    fn header(&self) -> Vec<&str> {
        vec!["from", "relation", "to", "at", "selector"]
    }

    fn rows(&self) -> impl Iterator<Item = LinkRow<'l>> {
        self.links_of_all()
    }

    fn cell<'c>(&'c self, row: &'c LinkRow<'l>, column: usize, scratch: &'c mut String) -> Cell<'c> {
        match column {
            0 => self.title(row.tie.from(), scratch),
            1 => Cell::Text(row.tie.relation().as_str()),
            2 => self.title(row.to, scratch),
            3 => Cell::Text(row.tie.at()),
            _ => match row.tie.selector() {
                None => Cell::Null,
                Some(selector) => {
                    scratch.push_str(&selector);
                    Cell::Text(scratch)
                }
            },
        }
    }
}

impl LinkRows<'_, '_> {
    fn title<'c>(&self, id: ObjectId, scratch: &'c mut String) -> Cell<'c> {
        let Some(object) = self.object(id) else { return Cell::Null };
        names::push_reference(object.identity(), || self.links.dump().index(id), scratch);
        Cell::Text(scratch)
    }
}
