//! The answer about a pod as a line of JSON.

use selq::kubernetes::scheduling::{NodeScores, SchedulingFix, Verdict};
use selq::{Dump, ObjectId};
use serde::Serialize;

/// `{"pod":{…},"nodes":[…],"message":…,"error":…}`, with what was added to a template, and with fixes where they are asked for.
#[derive(Serialize)]
pub(super) struct PodLine<'a> {
    pod: PodNameLine<'a>,
    nodes: Vec<NodeLine<'a>>,
    message: Option<String>,
    error: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    completed: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<Vec<FixLine<'a>>>,
}

#[derive(Serialize)]
struct PodNameLine<'a> {
    namespace: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct NodeLine<'a> {
    name: &'a str,
    fits: bool,
    reasons: Vec<ReasonLine>,
    scores: Option<ScoresLine>,
}

#[derive(Serialize)]
struct ReasonLine {
    plugin: &'static str,
    reason: String,
    detail: String,
}

/// Under the names of the plugins.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ScoresLine {
    node_affinity: i64,
    taint_toleration: i64,
    inter_pod_affinity: i64,
    pod_topology_spread: i64,
}

#[derive(Serialize)]
struct FixLine<'a> {
    changes: Vec<String>,
    nodes: Vec<&'a str>,
}

impl ScoresLine {
    fn of(scores: NodeScores) -> ScoresLine {
        ScoresLine {
            node_affinity: scores.node_affinity,
            taint_toleration: scores.taint_toleration,
            inter_pod_affinity: scores.inter_pod_affinity,
            pod_topology_spread: scores.pod_topology_spread,
        }
    }
}

impl<'a> PodLine<'a> {
    pub(super) fn of(dump: &'a Dump, verdict: &Verdict<'a>, with_fixes: bool) -> PodLine<'a> {
        let pod = verdict.pod();
        let mut scores = verdict.scores().unwrap_or_default().into_iter();
        let node = |id: ObjectId| {
            let fits = verdict.fits(id);
            NodeLine {
                name: name(dump, id),
                fits,
                reasons: reasons(verdict, id),
                scores: if fits { scores.next().map(ScoresLine::of) } else { None },
            }
        };
        PodLine {
            pod: PodNameLine { namespace: pod.namespace(), name: pod.name() },
            nodes: verdict.nodes().map(node).collect(),
            message: verdict.message(),
            error: verdict.error(),
            completed: pod.completion().additions(),
            gates: pod.gates().collect(),
            fixes: with_fixes.then(|| verdict.fixes().iter().map(|fix| FixLine::of(dump, fix)).collect()),
        }
    }
}

impl<'a> FixLine<'a> {
    fn of(dump: &'a Dump, fix: &SchedulingFix) -> FixLine<'a> {
        FixLine {
            changes: fix.changes.iter().map(ToString::to_string).collect(),
            nodes: fix.nodes.iter().map(|id| name(dump, *id)).collect(),
        }
    }
}

fn name(dump: &Dump, id: ObjectId) -> &str {
    dump.store().get(id).map_or("", |node| node.name())
}

fn reasons(verdict: &Verdict<'_>, node: ObjectId) -> Vec<ReasonLine> {
    let reasons = verdict.reasons(node).into_iter();
    let line = |it: selq::kubernetes::scheduling::NodeReason| ReasonLine {
        plugin: it.plugin.as_str(),
        reason: it.reason,
        detail: it.cause.to_string(),
    };
    reasons.map(line).collect()
}
