//! An object in a line of JSON, by what it is.

use selq::{Dump, ObjectIdentity, ObjectRef};
use serde::Serialize;

/// `{"source":…,"index":…,"kind":…,"namespace":…,"name":…}`, alone, nested or flattened into a longer line. What is absent
/// is `null`.
#[derive(Debug, Serialize)]
pub(crate) struct ObjectLine<'a> {
    source: &'a str,
    index: u64,
    kind: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> ObjectLine<'a> {
    pub(crate) fn new(source: &'a str, index: u64, identity: ObjectIdentity<'a>) -> ObjectLine<'a> {
        // The store has the empty text for what is absent, which in Kubernetes no name is.
        let present = |text: &'a str| (!text.is_empty()).then_some(text);
        ObjectLine {
            source,
            index,
            kind: present(identity.kind),
            namespace: present(identity.namespace),
            name: present(identity.name),
        }
    }

    /// The line of an object of a dump.
    pub(crate) fn of(dump: &'a Dump, object: &ObjectRef<'a>) -> ObjectLine<'a> {
        ObjectLine::new(dump.source(object.id()), dump.index(object.id()), object.identity())
    }
}

#[cfg(test)]
mod tests {
    use selq::{Input, Loader};

    use super::*;

    #[test]
    fn what_is_absent_is_null() {
        let bytes = br#"[{},{"kind":"Pod","metadata":{"namespace":"shop","name":"web-0"}}]"#.to_vec();
        let dump = Loader::new().load([Input::Bytes { name: "a.json".to_owned(), bytes }]).unwrap();
        let lines: Vec<String> = dump
            .store()
            .objects()
            .map(|object| serde_json::to_string(&ObjectLine::of(&dump, &object)).unwrap())
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        {"source":"a.json","index":0,"kind":null,"namespace":null,"name":null}
        {"source":"a.json","index":1,"kind":"Pod","namespace":"shop","name":"web-0"}
        "#);
    }
}
