//! The answers of Kubernetes' own decoder, `../shared/conformance/yaml.jsonl`.

use super::{AllMembers, PlainJson, read};
use crate::json::JsonText;
use crate::yaml::{base64, decode};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::Path;

/// Texts of which kubectl leaves out a part are bad here.
const DROPPED: &str = "which kubectl would leave out";
/// How many texts have to be compared at least.
const MANY: usize = 11_000;

/// A line: the members by name.
struct ConformanceLine<'l>(BTreeMap<String, &'l RawValue>);

impl<'l> ConformanceLine<'l> {
    fn of(line: &'l str) -> ConformanceLine<'l> {
        ConformanceLine(serde_json::from_str::<AllMembers<'_>>(line).unwrap().0.into_iter().collect())
    }

    fn get(&self, name: &str) -> Option<&'l str> {
        self.0.get(name).map(|value| value.get())
    }

    fn input(&self) -> Vec<u8> {
        let text = |json: &str| serde_json::from_str::<JsonText>(json).unwrap().0;
        if let Some(whole) = self.get("text") {
            return text(whole).into_bytes();
        }
        if let Some(bytes) = self.get("b64") {
            return base64::decode(&text(bytes)).unwrap();
        }
        let parts: Vec<(String, usize)> = serde_json::from_str(self.get("parts").unwrap()).unwrap();
        parts.into_iter().flat_map(|(part, n)| part.repeat(n).into_bytes()).collect()
    }

    /// The answers that are right: several where the order of a map of Go decides.
    fn answers(&self) -> Vec<Vec<&'l RawValue>> {
        match self.get("file_docs").or(self.get("docs")) {
            Some(answer) => vec![serde_json::from_str(answer).unwrap()],
            None => serde_json::from_str(self.get("docs_any_of").unwrap()).unwrap(),
        }
    }
}

/// Whether a text begins with JSON, which is JSON to the end here and YAML behind its first faults for kubectl.
fn begins_with_json(text: &str) -> bool {
    let first = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>().next();
    let begins = text.trim_start().starts_with('{');
    begins && (matches!(first, Some(Ok(_))) || text.trim_start().len() < text.trim_ascii_start().len())
}

fn is_same(ours: &str, answer: &ConformanceLine<'_>) -> bool {
    match answer.get("json_len") {
        Some(len) => len == ours.len().to_string(),
        None => PlainJson::of(ours) == PlainJson::of(answer.get("json").unwrap()),
    }
}

fn agrees(documents: &[String], fault: Option<&str>, answer: &[&RawValue]) -> bool {
    let answer: Vec<ConformanceLine<'_>> =
        answer.iter().map(|document| ConformanceLine::of(document.get())).collect();
    let values: Vec<&ConformanceLine<'_>> =
        answer.iter().filter(|document| document.get("error").is_none()).collect();
    let are_same = documents.iter().zip(&values).all(|(ours, answer)| is_same(ours, answer));
    match fault {
        Some(fault) if fault.contains(DROPPED) => are_same && documents.len() < values.len() + 1,
        _ => are_same && documents.len() == values.len() && fault.is_some() == (values.len() < answer.len()),
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn texts_are_read_as_kubernetes_reads_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/yaml.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        return eprintln!("skipped: there is no {}", path.display());
    };
    let (mut n_compared, mut wrong) = (0, Vec::new());
    for line in lines.split('\n').filter(|line| !line.is_empty()) {
        let line = ConformanceLine::of(line);
        let bytes = line.input();
        let Ok(text) = decode(&bytes) else {
            assert!(line.get("docs").unwrap().contains("octet"), "{}", line.get("id").unwrap());
            continue;
        };
        if begins_with_json(&text) {
            continue;
        }
        n_compared += 1;
        let (documents, fault) = read(&text);
        if !line.answers().iter().any(|answer| agrees(&documents, fault.as_deref(), answer)) {
            wrong.push(format!("{} {documents:?} {fault:?}", line.get("id").unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{} of {n_compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(n_compared > MANY, "{n_compared}");
}
