//! What tests of typed queries are typed over: a few objects with fields, all of which were looked at and some read.

use selq::query::{Columns, Context, Subject};
use selq::{Dump, Input, Loader, Scope};

use super::fields::{FieldFacts, FieldsOfKind};
use super::names::Names;
use super::{Argument, CommandSyntax, TypingContext};

const OBJECTS: &str = r#"[
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"shop","labels":{"app":"web","aws:created":"1"},
  "annotations":{"example.com/owner":"team a","note":"x"}},
 "spec":{"nodeName":"node-1","containers":[{"name":"c","image":"nginx:1.25","resources":{"requests":{"cpu":"500m"}}}]},
 "status":{"phase":"Running","message":"it's [fine]","conditions":[{"type":"Ready","status":"True"}]}},
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-1","namespace":"shop","labels":{"app":"web"}},
 "spec":{"containers":[{"name":"c","image":"nginx:1.27"}]},
 "status":{"phase":"Pending","conditions":[{"type":"Ready","status":"False"},{"type":"PodScheduled","status":"True"}]}},
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"db-0","namespace":"ops","labels":{"app":"db"}},
 "spec":{"nodeName":"node-1","containers":[{"name":"c","image":"postgres"}]},"status":{"phase":"Running"}},
{"kind":"Service","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","labels":{"app":"web"}},
 "spec":{"clusterIP":"10.0.0.1"}}]"#;

const READ: [&str; 9] = [
    ".status.phase",
    ".status.message",
    ".spec.nodeName",
    ".spec.containers.image",
    ".status.conditions.type",
    "status()",
    "image()",
    "ready()",
    "name()",
];

const COMMANDS: [CommandSyntax; 3] = [
    CommandSyntax { name: "columns", usage: "SUBJECT,…", summary: "more", argument: Argument::Keys },
    CommandSyntax { name: "explain", usage: "QUERY", summary: "how", argument: Argument::Query },
    CommandSyntax { name: "labels", usage: "SUBJECT", summary: "values", argument: Argument::Subject },
];

/// Says something about a line over four objects.
pub(super) fn asked<T>(ask: impl FnOnce(&TypingContext<'_>) -> T) -> T {
    let bytes = OBJECTS.as_bytes().to_vec();
    let dump = Loader::new().load([Input::Bytes { name: "objects.json".to_owned(), bytes }]).unwrap();
    let (mut columns, scope, mut names) = (Columns::new(), Scope::all(), Names::default());
    let read: Vec<Subject> = READ.iter().map(|text| text.parse().unwrap()).collect();
    columns.read(&dump, &read, &Context::new());
    for (name, query) in [("web", "app=web"), ("sick", ".status.phase=Pending || ready()=false")] {
        names.set(name, names.meaning(query).unwrap());
    }
    ask(&TypingContext {
        store: dump.store(),
        scope: &scope,
        names: &names,
        commands: &COMMANDS,
        on_screen: &[],
        columns: &columns,
        asked_with: Context::new(),
        fields: Some(&fields(&dump)),
    })
}

fn fields(dump: &Dump) -> FieldFacts {
    let kinds = dump.store().kinds().into_iter().map(|kind| {
        let mut fields = FieldsOfKind::new(&kind);
        for object in dump.store().objects().filter(|object| object.kind() == kind.kind) {
            fields.look_at(&serde_json::from_str(&dump.json(object.id())).unwrap());
        }
        fields
    });
    FieldFacts::new(kinds.collect())
}

/// The text without the mark of the cursor, and where that stood.
pub(super) fn unmarked(marked: &str) -> (String, usize) {
    let cursor = marked.find('¦').unwrap_or(marked.len());
    (marked.replacen('¦', "", 1), cursor)
}
