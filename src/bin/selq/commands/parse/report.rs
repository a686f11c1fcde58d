//! What `-o jsonl` says of a selector, a query or a field selector.

use selq::Selector;
use selq::query::{KubectlCall, KubectlCalls};
use selq::selector::FieldSelector;
use serde::Serialize;

use super::{AskedLine, ErrorReport, LineError};

#[derive(Serialize)]
// Programs tell these apart by their fields, and no tag stands before them.
#[serde(untagged)]
pub(super) enum Report {
    Selector {
        ok: bool,
        // The null selector has no text, and is `null` here.
        canonical: Option<String>,
        requirements: Vec<RequirementReport>,
        matches: &'static str,
    },
    Query {
        ok: bool,
        canonical: Option<String>,
        selector: Option<String>,
        kubectl: KubectlReport,
    },
    Fields {
        ok: bool,
        canonical: Option<String>,
        requirements: Vec<FieldReport>,
    },
    Wrong {
        ok: bool,
        error: ErrorReport,
    },
}

#[derive(Serialize)]
pub(super) struct RequirementReport {
    key: String,
    operator: &'static str,
    values: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct FieldReport {
    field: String,
    operator: &'static str,
    value: String,
}

#[derive(Serialize)]
pub(super) struct KubectlReport {
    exact: bool,
    calls: Vec<CallReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallReport {
    kind: Option<String>,
    namespace: Option<String>,
    selector: Option<String>,
    field_selector: Option<String>,
}

impl Report {
    pub(super) fn new(asked: Result<AskedLine, LineError>) -> Report {
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => return Report::Wrong { ok: false, error: error.report() },
        };
        let (ok, canonical) = (true, asked.canonical());
        match &asked {
            AskedLine::Selector(selector) => {
                let (requirements, matches) = (requirements(selector), matches(selector));
                Report::Selector { ok, canonical, requirements, matches }
            }
            AskedLine::Query(_, selector) => {
                let selector = selector.as_ref().and_then(Selector::canonical);
                Report::Query { ok, canonical, selector, kubectl: asked.kubectl_calls().into() }
            }
            AskedLine::Fields(fields) => Report::Fields { ok, canonical, requirements: fields_of(fields) },
        }
    }
}

fn requirements(selector: &Selector) -> Vec<RequirementReport> {
    // The null selector has none, as the empty one: `matches` tells them apart.
    let requirements = selector.requirements().unwrap_or_default().into_iter();
    let report = requirements.map(|requirement| RequirementReport {
        key: requirement.key().to_string(),
        operator: requirement.operator().as_str(),
        values: requirement.values().map(str::to_owned).collect(),
    });
    report.collect()
}

fn matches(selector: &Selector) -> &'static str {
    // What contradicts itself, as `a,!a`, is not found out: it is `some`.
    match (selector.is_everything(), selector.is_nothing()) {
        (true, _) => "everything",
        (_, true) => "nothing",
        _ => "some",
    }
}

fn fields_of(fields: &FieldSelector) -> Vec<FieldReport> {
    let report = fields.requirements().iter().map(|requirement| FieldReport {
        field: requirement.field().to_owned(),
        operator: requirement.operator().as_str(),
        value: requirement.value().to_owned(),
    });
    report.collect()
}

impl From<KubectlCalls> for KubectlReport {
    fn from(calls: KubectlCalls) -> KubectlReport {
        KubectlReport { exact: calls.exact, calls: calls.calls.into_iter().map(CallReport::from).collect() }
    }
}

impl From<KubectlCall> for CallReport {
    fn from(call: KubectlCall) -> CallReport {
        CallReport {
            kind: call.kind,
            namespace: call.namespace,
            selector: call.selector.as_ref().and_then(Selector::canonical),
            field_selector: call.field_selector.as_ref().map(FieldSelector::to_string),
        }
    }
}
