//! What pods ask for: the answers of Kubernetes itself, and a plain second reading of random pods.

use proptest::prelude::*;
use selq::kubernetes::{ObjectJson, Quantity, qos, resources};
use serde_json::{Value, json};

use crate::conformance_selector::lines;
use crate::objects::{ASKED, check_reads, objects, strange};

/// All resources that a line speaks of, and one that nothing asks for.
fn names<'l>(line: &'l Value, object: &'l Value) -> Vec<&'l str> {
    let lists = ["requests", "limits"].into_iter().filter_map(|list| line[list].as_object());
    let overhead = object["spec"]["overhead"].as_object();
    let names = lists.chain(overhead).flat_map(|list| list.keys().map(String::as_str));
    names.chain(["example.com/none"]).collect()
}

#[test]
fn amounts_are_those_of_the_scheduler() {
    for line in lines("resources.jsonl").unwrap_or_default() {
        let expect = line.get("expect_raw").unwrap_or(&line["expect"]);
        let json = line["object"].to_string();
        let pod = ObjectJson::whole(&json);
        for name in names(expect, &line["object"]) {
            for (list, found) in
                [("requests", resources::requests(&pod, name)), ("limits", resources::limits(&pod, name))]
            {
                let amount = &expect[list][name];
                let expected = amount["dec"].as_str().map(|dec| dec.parse::<Quantity>().unwrap());
                assert_eq!(found, expected, "{list}({name}) of {line}");
            }
        }
        assert_eq!(qos::of(&pod).map(qos::QosClass::as_str), expect["qos"].as_str(), "{line}");
        check_reads(&line["object"], ASKED);
    }
}

/// Whether a pod has resources as a whole, but none of them: there Kubernetes has changed its mind.
///
/// Up to 1.35, and so in resources.jsonl, such a pod asks for nothing, and is BestEffort. Since kubernetes#137150, and so
/// in qos.jsonl, its containers are asked. Here the former holds.
fn has_empty_resources(spec: &Value) -> bool {
    let resources = spec["resources"].as_object();
    let is_empty = |list: &Value| list.as_object().is_none_or(serde_json::Map::is_empty);
    resources.is_some_and(|resources| resources.values().all(is_empty))
}

#[test]
fn classes_are_those_of_kubernetes() {
    let lines = lines("qos.jsonl").unwrap_or_default();
    for line in lines.iter().filter(|line| !has_empty_resources(&line["pod_spec"])) {
        let json = json!({"apiVersion": "v1", "kind": "Pod", "spec": line["pod_spec"]}).to_string();
        let class = qos::of(&ObjectJson::whole(&json)).map(qos::QosClass::as_str);
        assert_eq!(class, line["qos"].as_str(), "{line}");
    }
}

/// A plain reading of the same rules, over parsed values and with whole lists of resources at a time.
mod plain {
    use std::collections::BTreeMap;

    use selq::kubernetes::Quantity;
    use serde_json::Value;

    type List = BTreeMap<String, Quantity>;

    fn list(value: &Value) -> List {
        let members = value.as_object().into_iter().flatten();
        let amount = |value: &Value| match value {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.to_string().parse().ok(),
            Value::Null => Some(Quantity::ZERO),
            _ => None,
        };
        members.filter_map(|(name, value)| Some((name.clone(), amount(value)?))).collect()
    }

    fn elements<'v>(value: &'v Value, name: &str) -> &'v [Value] {
        value[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn add(to: &mut List, list: &List) {
        for (name, amount) in list {
            let sum = to.get(name).map_or(*amount, |before| before.checked_add(*amount).unwrap());
            to.insert(name.clone(), sum);
        }
    }

    fn raise(to: &mut List, list: &List) {
        for (name, amount) in list {
            if to.get(name).is_none_or(|before| amount > before) {
                to.insert(name.clone(), *amount);
            }
        }
    }

    pub(super) fn amounts(pod: &Value, kind: &str) -> List {
        let spec = &pod["spec"];
        let (mut all, mut sidecars, mut most) = (List::new(), List::new(), List::new());
        for container in elements(spec, "containers") {
            add(&mut all, &list(&container["resources"][kind]));
        }
        for container in elements(spec, "initContainers") {
            let mut own = list(&container["resources"][kind]);
            if container["restartPolicy"] == "Always" {
                add(&mut all, &own);
                add(&mut sidecars, &own);
                own = sidecars.clone();
            } else {
                add(&mut own, &sidecars);
            }
            raise(&mut most, &own);
        }
        raise(&mut all, &most);
        for (name, amount) in list(&spec["resources"][kind]) {
            if name == "cpu" || name == "memory" || name.starts_with("hugepages-") {
                all.insert(name, amount);
            }
        }
        for (name, amount) in list(&spec["overhead"]) {
            match (kind, all.get(&name).copied()) {
                ("requests", None) => drop(all.insert(name, amount)),
                (_, Some(before)) if kind == "requests" || !before.is_zero() => {
                    all.insert(name, before.checked_add(amount).unwrap());
                }
                _ => {}
            }
        }
        all
    }

    /// Of each resource the sum of what is asked for, and whether all have a limit.
    fn sums(resources: &[&Value], kind: &str) -> (List, bool) {
        let (mut sums, mut all_have) = (List::new(), true);
        for resources in resources {
            let mut list = list(&resources[kind]);
            list.retain(|name, amount| ["cpu", "memory"].contains(&&**name) && *amount > Quantity::ZERO);
            all_have &= list.len() == 2;
            add(&mut sums, &list);
        }
        (sums, all_have)
    }

    pub(super) fn qos(pod: &Value) -> &'static str {
        let spec = &pod["spec"];
        let containers = elements(spec, "containers").iter().chain(elements(spec, "initContainers"));
        let resources: Vec<&Value> = match spec["resources"].is_object() {
            true => vec![&spec["resources"]],
            false => containers.map(|container| &container["resources"]).collect(),
        };
        let ((requests, _), (limits, all_have)) = (sums(&resources, "requests"), sums(&resources, "limits"));
        match (requests.is_empty() && limits.is_empty(), all_have && requests == limits) {
            (true, _) => "BestEffort",
            (_, true) => "Guaranteed",
            _ => "Burstable",
        }
    }
}

proptest! {
    #[test]
    fn strange_pods_are_read_as_plainly_written_down(nth in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (value, json) = strange(nth.get(objects()), seed);
        // The case of a sum that has no room has nothing to be compared with here.
        prop_assume!(!json.contains("1e60"));
        let pod = ObjectJson::whole(&json);
        if value["apiVersion"] != "v1" || value["kind"] != "Pod" {
            return Ok(());
        }
        prop_assert_eq!(qos::of(&pod).unwrap().as_str(), plain::qos(&value), "{}", &json);
        for (kind, function) in [("requests", resources::requests as fn(&ObjectJson<'_>, &str) -> _), ("limits", resources::limits)] {
            let amounts = plain::amounts(&value, kind);
            for name in amounts.keys().map(String::as_str).chain(["cpu", "memory", "nvidia.com/gpu"]) {
                prop_assert_eq!(function(&pod, name), amounts.get(name).copied(), "{} of {}", name, &json);
            }
        }
    }
}
