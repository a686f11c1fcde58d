//! Where pods may run, against a second, plain implementation over random clusters.

mod cluster;
mod meaning;

use fastrand::Rng;
use selq::kubernetes::Scheduler;
use selq::kubernetes::scheduling::{SchedulingPod, Verdict};
use selq::query::{Columns, Context};
use selq::{Dump, Input, Loader, ObjectId, Plan, Query, Scope};
use serde_json::{Value, json};

use cluster::{asking, cluster};
use meaning::PlainCluster;

/// How many clusters there are, and how many pods ask about each.
const N_CLUSTERS: u64 = 100;
const N_ASKED: usize = 200;

fn dump(objects: impl IntoIterator<Item = Value>) -> Dump {
    let lines: Vec<String> = objects.into_iter().map(|object| object.to_string()).collect();
    let bytes = lines.join("\n").into_bytes();
    Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap()
}

fn dump_of(cluster: &PlainCluster) -> Dump {
    let lists = [&cluster.nodes, &cluster.pods, &cluster.namespaces];
    dump(lists.into_iter().flatten().cloned())
}

/// A pod as one of a manifest.
fn manifest(pod: &Value) -> SchedulingPod {
    let dump = dump([pod.clone()]);
    let id = dump.store().objects().next().unwrap().id();
    SchedulingPod::of(&dump, id).unwrap()
}

/// What the library has against each node, in the form of the plain answer.
fn against(verdict: &Verdict<'_>) -> Vec<Vec<(&'static str, String)>> {
    let of_node = |node: ObjectId| {
        let reasons = verdict.rejections(node).map(|(plugin, reason)| {
            let is_taint = reason.starts_with("node(s) had untolerated taint");
            (plugin.as_str(), if is_taint { "node(s) had untolerated taint(s)" } else { reason }.to_owned())
        });
        reasons.collect()
    };
    verdict.nodes().map(of_node).collect()
}

#[test]
fn random_clusters_are_answered_as_a_plain_implementation_answers_them() {
    for seed in 0..N_CLUSTERS {
        let rng = &mut Rng::with_seed(seed);
        let n_nodes = 10 + rng.usize(..20);
        let cluster = cluster(rng, n_nodes);
        let dump = dump_of(&cluster);
        let scheduler = Scheduler::new(&dump);
        let names = (0..N_ASKED)
            .map(|nth| if nth % 4 == 0 { format!("p{}", nth % n_nodes) } else { "new".to_owned() });
        let all: Vec<Value> = names.map(|name| asking(rng, &name)).collect();
        let manifest = self::dump(all.iter().cloned());
        for (nth, (asked, id)) in all.iter().zip(manifest.store().objects().map(|it| it.id())).enumerate() {
            let pod = SchedulingPod::of(&manifest, id).unwrap();
            let verdict = scheduler.judge(&pod);
            let plain: Vec<Vec<(&str, String)>> = cluster
                .judge(asked)
                .into_iter()
                .map(|reasons| reasons.into_iter().map(|(plugin, it)| (plugin, it.to_owned())).collect())
                .collect();
            assert_eq!(against(&verdict), plain, "seed {seed}, pod {nth}: {asked}");
            check_message(&verdict, &plain);
            check_liking(&cluster, asked, &verdict);
        }
    }
}

/// The sentence counts the first reason of each node.
fn check_message(verdict: &Verdict<'_>, plain: &[Vec<(&str, String)>]) {
    let fits_none = plain.iter().all(|reasons| !reasons.is_empty());
    assert_eq!(verdict.message().is_some(), fits_none);
    let Some(message) = verdict.message() else { return };
    let (_, told) = message.strip_suffix('.').unwrap().split_once(": ").unwrap();
    let n: usize = told.split(", ").map(|it| it.split(' ').next().unwrap().parse::<usize>().unwrap()).sum();
    assert_eq!(n, plain.len(), "{message}");
}

/// Nodes that are liked more have a higher score.
fn check_liking(cluster: &PlainCluster, asked: &Value, verdict: &Verdict<'_>) {
    let Ok(scores) = verdict.scores() else { return };
    let liked: Vec<i64> = verdict
        .nodes()
        .zip(cluster.likings(asked))
        .filter(|(id, _)| verdict.fits(*id))
        .map(|(_, liking)| liking)
        .collect();
    if scores.is_empty() {
        return;
    }
    let (least, most) = (*liked.iter().min().unwrap(), *liked.iter().max().unwrap());
    for (score, liking) in scores.iter().zip(&liked) {
        let share =
            if most == least { 0.0 } else { 100.0 * ((liking - least) as f64 / (most - least) as f64) };
        assert_eq!(score.inter_pod_affinity, share as i64, "{asked}");
    }
}

/// The objects of a query.
fn found(dump: &Dump, query: &str) -> Vec<ObjectId> {
    let query: Query = query.parse().unwrap();
    let mut columns = Columns::new();
    let context = Context::new();
    columns.read(dump, query.subjects(), &context);
    Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap().run().ids().collect()
}

#[test]
fn queries_find_what_is_judged_pod_by_pod() {
    for seed in 1000..1004 {
        let rng = &mut Rng::with_seed(seed);
        let cluster = cluster(rng, 12);
        let dump = dump_of(&cluster);
        let scheduler = Scheduler::new(&dump);
        let pods: Vec<ObjectId> = scheduler.pods().collect();
        let fitting = |pod: ObjectId| -> Vec<ObjectId> {
            let pod = scheduler.pod(pod).unwrap();
            scheduler.judge(&pod).fitting().collect()
        };
        for node in scheduler.node_ids() {
            let name = dump.store().get(node).unwrap().name();
            let expected: Vec<ObjectId> =
                pods.iter().copied().filter(|pod| fitting(*pod).contains(&node)).collect();
            assert_eq!(found(&dump, &format!("can-run-on(name({name}))")), expected, "seed {seed}, {name}");
        }
        for pod in pods.iter().step_by(5) {
            let name = dump.store().get(*pod).unwrap().name();
            assert_eq!(
                found(&dump, &format!("can-run(kind(pod),name({name}))")),
                fitting(*pod),
                "seed {seed}, {name}"
            );
        }
    }
}

#[test]
fn pods_that_are_alike_are_answered_as_each_by_itself() {
    for seed in 2000..2010 {
        let rng = &mut Rng::with_seed(seed);
        let cluster = cluster(rng, 10);
        // Replicas, on different nodes and of one namespace.
        let copies: Vec<Value> = cluster
            .pods
            .iter()
            .take(10)
            .flat_map(|pod| {
                (0..4).map(|nth| {
                    let mut copy = pod.clone();
                    copy["metadata"]["name"] =
                        json!(format!("{}-{nth}", pod["metadata"]["name"].as_str().unwrap()));
                    copy["spec"]["nodeName"] = json!(format!("n{nth}"));
                    copy
                })
            })
            .collect();
        let pods = cluster.pods.into_iter().chain(copies).collect();
        let dump = dump_of(&PlainCluster::new(cluster.nodes, pods, cluster.namespaces));
        let scheduler = Scheduler::new(&dump);
        let groups = scheduler.alike(scheduler.pods());
        assert!(groups.len() < scheduler.pods().count());
        for group in &groups {
            let fitting = |pod: ObjectId| -> Vec<ObjectId> {
                let pod = scheduler.pod(pod).unwrap();
                scheduler.judge(&pod).fitting().collect()
            };
            let mut pods = group.pods();
            let first = fitting(pods.next().unwrap());
            pods.for_each(|pod| assert_eq!(fitting(pod), first, "seed {seed}"));
        }
    }
}

#[test]
fn nodes_that_are_gone_are_as_in_a_dump_without_them() {
    for seed in 3000..3020 {
        let rng = &mut Rng::with_seed(seed);
        let cluster = cluster(rng, 15);
        let dump = dump_of(&cluster);
        let gone: Query = "zone=a".parse().unwrap();
        let columns = Columns::new();
        let scope = Scope::all().kind(None, "Node");
        let nodes = Plan::query(dump.store(), &columns, &gone, &scope, &Context::new()).unwrap().run();
        let scheduler = Scheduler::new(&dump);
        let without = scheduler.without(&nodes);
        let is_gone = |node: &Value| node["metadata"]["labels"]["zone"] == "a";
        let kept: Vec<Value> = cluster.nodes.iter().filter(|node| !is_gone(node)).cloned().collect();
        let names: Vec<&Value> =
            cluster.nodes.iter().filter(|node| is_gone(node)).map(|it| &it["metadata"]["name"]).collect();
        let pods =
            cluster.pods.iter().filter(|pod| !names.contains(&&pod["spec"]["nodeName"])).cloned().collect();
        let changed = dump_of(&PlainCluster::new(kept, pods, cluster.namespaces.clone()));
        let afresh = Scheduler::new(&changed);
        for _ in 0..30 {
            let pod = manifest(&asking(rng, "new"));
            let (one, other) = (without.judge(&pod), afresh.judge(&pod));
            assert_eq!(against(&one), against(&other), "seed {seed}");
            assert_eq!((one.message(), one.scores()), (other.message(), other.scores()), "seed {seed}");
        }
    }
}

/// All that is said of a pod.
fn said(scheduler: &Scheduler<'_>, pod: &SchedulingPod) -> String {
    let verdict = scheduler.judge(pod);
    let reasons: Vec<_> = verdict.nodes().map(|node| verdict.reasons(node)).collect();
    let fixes: Vec<_> = verdict.fixes();
    let (message, error, missing) = (verdict.message(), verdict.error(), scheduler.missing_kinds(pod));
    format!("{reasons:#?} {message:?} {error:?} {missing:?} {fixes:#?} {:?}", verdict.scores())
}

#[test]
fn pods_that_are_expected_are_answered_as_where_all_is_read() {
    for seed in 5000..5040 {
        let rng = &mut Rng::with_seed(seed);
        let cluster = cluster(rng, 12);
        let lists = if seed % 2 == 0 {
            vec![&cluster.nodes, &cluster.pods, &cluster.namespaces]
        } else {
            vec![&cluster.nodes, &cluster.pods]
        };
        let text = lists.into_iter().flatten().map(|object| object.to_string());
        // Names of members may be written with escapes.
        let text = text.map(|it| if seed % 3 == 0 { it.replace("podAnti", "pod\\u0041nti") } else { it });
        let bytes = text.collect::<Vec<_>>().join("\n").into_bytes();
        let dump = Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap();
        let whole = Scheduler::new(&dump);
        assert!(whole.pods().count() > 0);
        let asked: Vec<SchedulingPod> =
            (0..12).map(|nth| manifest(&asking(rng, if nth % 4 == 0 { "p1" } else { "new" }))).collect();
        let several = Scheduler::new(&dump);
        several.expect(&asked[..3]);
        for pod in &asked {
            let expected = said(&whole, pod);
            assert_eq!(said(&Scheduler::new(&dump), pod), expected, "seed {seed}");
            assert_eq!(said(&several, pod), expected, "seed {seed}");
        }
        let (nodes, columns): (Query, _) = ("zone=a".parse().unwrap(), Columns::new());
        let scope = Scope::all().kind(None, "Node");
        let nodes = Plan::query(dump.store(), &columns, &nodes, &scope, &Context::new()).unwrap().run();
        let (without, whole) = (Scheduler::new(&dump).without(&nodes), whole.without(&nodes));
        assert_eq!(said(&without, &asked[0]), said(&whole, &asked[0]), "seed {seed}");
    }
}

/// Makes the change that a text tells of, in the JSON of the pod or of a node. False of one that names no single place.
fn apply(change: &str, pod: &mut Value, nodes: &mut [Value]) -> bool {
    if let Some(toleration) = change.strip_prefix("toleration ") {
        pod["spec"]["tolerations"].as_array_mut().unwrap().push(serde_json::from_str(toleration).unwrap());
    } else if let Some(label) = change.strip_prefix("kubectl label node ") {
        let (name, label) = label.split_once(' ').unwrap();
        let (key, value) = label.split(' ').next().unwrap().split_once('=').unwrap();
        let node = nodes.iter_mut().find(|node| node["metadata"]["name"] == name).unwrap();
        let is_other = node["metadata"]["labels"].get(key).is_some();
        assert_eq!(is_other, change.ends_with(" --overwrite"), "{change}");
        node["metadata"]["labels"][key] = json!(value);
    } else if let Some(label) = change.strip_prefix("no nodeSelector ") {
        let (key, _) = label.split_once('=').unwrap();
        pod["spec"]["nodeSelector"].as_object_mut().unwrap().remove(key).unwrap();
    } else if change == "no required node affinity" {
        pod["spec"]["affinity"]["nodeAffinity"] = Value::Null;
    } else if let Some(skew) = change.strip_prefix("maxSkew ") {
        let (skew, key) = skew.split_once(" over ").unwrap();
        let constraints = pod["spec"]["topologySpreadConstraints"].as_array_mut().unwrap();
        let is_it = |it: &&mut Value| it["topologyKey"] == key && it["whenUnsatisfiable"] == "DoNotSchedule";
        let mut of_key: Vec<&mut Value> = constraints.iter_mut().filter(is_it).collect();
        let [only] = &mut of_key[..] else { return false };
        only["maxSkew"] = json!(skew.parse::<i64>().unwrap());
    } else {
        return false;
    }
    true
}

#[test]
fn fixes_that_are_made_have_the_pod_fit() {
    let mut n_made = 0;
    for seed in 4000..4040 {
        let rng = &mut Rng::with_seed(seed);
        let cluster = cluster(rng, 8);
        let dump = dump_of(&cluster);
        let scheduler = Scheduler::new(&dump);
        for _ in 0..20 {
            let asked = asking(rng, "new");
            let pod = manifest(&asked);
            let verdict = scheduler.judge(&pod);
            for fix in verdict.fixes() {
                let (mut asked, mut nodes) = (asked.clone(), cluster.nodes.clone());
                let changes: Vec<String> = fix.changes.iter().map(ToString::to_string).collect();
                if !changes.iter().all(|change| apply(change, &mut asked, &mut nodes)) {
                    continue;
                }
                n_made += 1;
                let changed = PlainCluster::new(nodes, cluster.pods.clone(), cluster.namespaces.clone());
                let fitting: Vec<String> = changed
                    .judge(&asked)
                    .iter()
                    .zip(&changed.nodes)
                    .filter(|(reasons, _)| reasons.is_empty())
                    .map(|(_, node)| node["metadata"]["name"].as_str().unwrap().to_owned())
                    .collect();
                let told = fix.nodes.iter().map(|id| dump.store().get(*id).unwrap().name());
                assert_eq!(told.collect::<Vec<_>>(), fitting, "seed {seed}: {changes:?} of {asked}");
                assert!(!fitting.is_empty());
            }
        }
    }
    assert!(n_made > 100, "{n_made}");
}
