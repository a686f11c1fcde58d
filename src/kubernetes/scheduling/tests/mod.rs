mod conformance;
mod told;

use serde_json::{Value, json};

use crate::{Dump, Input, Loader};

/// A dump of these objects.
fn dump_of(objects: impl IntoIterator<Item = Value>) -> Dump {
    let lines: Vec<String> = objects.into_iter().map(|object| object.to_string()).collect();
    let bytes = lines.join("\n").into_bytes();
    Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap()
}

/// An object with its kind, which those of the reference answers go without.
fn of_kind(kind: &str, object: &Value) -> Value {
    let mut object = object.clone();
    object["apiVersion"] = json!("v1");
    object["kind"] = json!(kind);
    object
}

/// The objects of a kind in a list of an object.
fn listed<'v>(kind: &'v str, list: &'v Value) -> impl Iterator<Item = Value> + use<'v> {
    list.as_array().into_iter().flatten().map(move |object| of_kind(kind, object))
}
