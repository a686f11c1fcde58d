//! Random clusters, and random queries that find something in them.

use fastrand::Rng;
use regex::Regex;
use serde_json::{Map, Value, json};

use super::tree::{Asked, Parameter, Step, Subject, Tree, Typed};

fn one<T: Copy>(from: &[T], rng: &mut Rng) -> T {
    from[rng.usize(..from.len())]
}

fn is_rare(n: u32, rng: &mut Rng) -> bool {
    rng.u32(..n) == 0
}

const LABEL_KEYS: [&str; 4] = ["app", "tier", "x.io/n", "in"];
const LABEL_VALUES: [&str; 14] = [
    "web",
    "db",
    "web-1",
    "web-10",
    "",
    "7",
    "-3",
    "+4",
    "08",
    "9223372036854775807",
    "9223372036854775808",
    "A_b.c",
    "a b",
    "é*",
];
const ANNOTATION_KEYS: [&str; 3] = ["note", "example.com/cost", "a b"];
const TEXTS: [&str; 27] = [
    "a",
    "b",
    "",
    "web-0",
    "0.5",
    "500m",
    "1",
    "1Gi",
    "1024Mi",
    "1e3",
    "8Ei",
    "9E",
    "100n",
    "0.1n",
    "true",
    "2026-11-01",
    "2026-11-01T00:00:00Z",
    "2026-11-01T02:00:00+02:00",
    "2026-11-20T11:59:59.5Z",
    "2026-12-24T18:00:00Z",
    "nginx:1.25",
    "it's",
    "~a",
    "say \"no\"",
    "a\\b",
    "*",
    "é, ü",
];
const TIMES: [&str; 5] = [
    "2026-11-01",
    "2026-11-01T00:00:00Z",
    "2026-11-01T02:00:00+02:00",
    "2026-11-20T11:59:59.5Z",
    "2026-12-24T18:00:00Z",
];
const BOUNDS: [&str; 17] = [
    "0",
    "1",
    "0.5",
    "500m",
    "1Gi",
    "1k",
    "1e3",
    "8Ei",
    "9223372036854775807",
    "9223372036854775808",
    "1n",
    "100n",
    "-1",
    "2026-11-01",
    "2026-11-01T00:00:00Z",
    "2026-10-31T23:59:59.999Z",
    "2026-11-01T00:00:00.000000001+00:00",
];
const AGES: [&str; 9] = ["0s", "19d", "19d12h", "2w5d12h", "20d", "1h30m", "1s", "-34d6h", "-1s"];
const FUNCTIONS: [&str; 11] = [
    "kind",
    "name",
    "namespace",
    "label",
    "annotation",
    "condition",
    "image",
    "owner",
    "taint",
    "restarts",
    "age",
];
const KINDS: [&str; 13] = [
    "pod",
    "pods",
    "Pod",
    "po",
    "svc",
    "node",
    "deploy",
    "deployments.apps",
    "Deployment.apps",
    "dep*",
    "*.apps",
    "n?de",
    "s*",
];
const PRINTED_NAMES: [&str; 5] =
    ["pod/web-0", "pod/*", "*/web-?", "deployment.apps/web-*", "deployment/web-0"];
const NAMES: [&str; 5] = ["a", "b", "c", "x y", "image"];
const EXPRESSIONS: [&str; 10] =
    ["web.*", r"[a-z]+-\d", "", ".", ".+", "a|b", r"\d+(m|Gi)?", "(?i)WEB(-1)?", r"it's|\\", "^web$"];

/// The objects of a dump.
pub(super) fn cluster(rng: &mut Rng) -> Vec<Value> {
    (0..rng.usize(5..30)).map(|_| object(rng)).collect()
}

fn object(rng: &mut Rng) -> Value {
    let kind = one(&["Pod", "Pod", "Pod", "Service", "Deployment", "Node"], rng);
    let api_version = if kind == "Deployment" { "apps/v1" } else { "v1" };
    let (spec, mut status) = spec_and_status(kind, rng);
    if is_rare(2, rng) {
        status["conditions"] = json!([
            {"type": "Ready", "status": one(&["True", "False"], rng)},
            {"type": "Other", "status": "Unknown"}
        ]);
    }
    let metadata = metadata(kind, rng);
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, "status": status});
    if !is_rare(3, rng) {
        object["data"] = any_json(4, rng);
    }
    object
}

fn metadata(kind: &str, rng: &mut Rng) -> Value {
    let mut metadata = json!({"name": one(&["web-0", "web-1", "db", "node-1", "a.b"], rng)});
    if kind != "Node" {
        metadata["namespace"] = json!(one(&["shop", "prod", "prod-eu"], rng));
    }
    if !is_rare(6, rng) {
        metadata["labels"] = texts(&LABEL_KEYS, &LABEL_VALUES, rng);
    }
    if is_rare(2, rng) {
        metadata["annotations"] = texts(&ANNOTATION_KEYS, &TEXTS, rng);
    }
    if !is_rare(4, rng) {
        metadata["creationTimestamp"] = json!(one(&TIMES, rng));
    }
    if is_rare(3, rng) {
        metadata["ownerReferences"] = json!([
            {"kind": "ReplicaSet", "name": one(&["web", "db"], rng), "controller": rng.bool()},
            {"kind": "Job", "name": "j"}
        ]);
    }
    if is_rare(4, rng) {
        metadata["managedFields"] = json!([{"a": 1, "image": "x"}]);
    }
    metadata
}

fn spec_and_status(kind: &str, rng: &mut Rng) -> (Value, Value) {
    let containers: Vec<Value> = (0..rng.usize(..4)).map(|_| container(rng)).collect();
    let value = one(&["", "yes"], rng);
    let phase = one(&["Running", "Pending", "Failed"], rng);
    let counts: Value = (0..rng.usize(..3)).map(|_| json!({"restartCount": rng.u8(..3)})).collect();
    match kind {
        "Pod" => (json!({"containers": containers}), json!({"phase": phase, "containerStatuses": counts})),
        "Deployment" => (json!({"template": {"spec": {"containers": containers}}}), json!({})),
        "Node" => (json!({"taints": [{"key": "gpu", "value": value, "effect": "NoSchedule"}]}), json!({})),
        _ => (json!({}), json!({})),
    }
}

fn texts(keys: &[&str], values: &[&str], rng: &mut Rng) -> Value {
    let keys = keys.iter().filter(|_| rng.bool()).copied().collect::<Vec<_>>();
    keys.into_iter().map(|key| (key.to_owned(), json!(one(values, rng)))).collect::<Map<_, _>>().into()
}

fn container(rng: &mut Rng) -> Value {
    let mut container = json!({"name": one(&["a", "b"], rng), "image": one(&["nginx:1.25", "nginx:1.26", "reg.example/db"], rng)});
    if rng.bool() {
        container["resources"] = json!({"limits": {"memory": one(&["1Gi", "1024Mi", "2G"], rng), "cpu": 2}});
    }
    container
}

fn any_json(depth: usize, rng: &mut Rng) -> Value {
    match rng.u8(if depth == 0 { 5 } else { 0 }..14) {
        0..3 => (0..rng.usize(..4)).map(|_| any_json(depth - 1, rng)).collect(),
        3..6 if depth > 0 => {
            let names: Vec<&str> = NAMES.into_iter().filter(|_| rng.bool()).collect();
            names
                .into_iter()
                .map(|name| (name.to_owned(), any_json(depth - 1, rng)))
                .collect::<Map<_, _>>()
                .into()
        }
        3..6 => json!({}),
        6 => Value::Null,
        7 => json!(rng.bool()),
        8 => json!(one(&[0, 1, -1, 7, 1024], rng)),
        9 => json!(one(&[0.5, 1.5, -2.25], rng)),
        _ => json!(one(&TEXTS, rng)),
    }
}

/// Makes queries about one cluster.
pub(super) struct Asker<'c> {
    pub(super) objects: &'c [Value],
    pub(super) rng: &'c mut Rng,
}

impl Asker<'_> {
    pub(super) fn tree(&mut self, depth: usize) -> Tree {
        let kind = if depth == 0 { 9 } else { self.rng.u8(..10) };
        match kind {
            0 | 1 => Tree::And(self.trees(depth - 1)),
            2 | 3 => Tree::Or(self.trees(depth - 1)),
            4 => Tree::Not(Box::new(self.tree(depth - 1))),
            _ => {
                let object = self.objects[self.rng.usize(..self.objects.len())].clone();
                self.test(&object)
            }
        }
    }

    fn trees(&mut self, depth: usize) -> Vec<Tree> {
        (0..self.rng.usize(2..4)).map(|_| self.tree(depth)).collect()
    }

    fn test(&mut self, object: &Value) -> Tree {
        match self.rng.u8(..9) {
            0..3 => self.label(object),
            3..6 => {
                let (steps, seen) = self.walk(object, false);
                Tree::Test(Subject::Field(steps), self.asked(&seen, &BOUNDS, false))
            }
            _ => self.function(object),
        }
    }

    fn label(&mut self, object: &Value) -> Tree {
        let key = one(&LABEL_KEYS, self.rng);
        let seen = object["metadata"]["labels"][key].as_str().unwrap_or("web").to_owned();
        let bounds = ["0", "7", "08", "9223372036854775807"];
        Tree::Test(Subject::Label(key.to_owned()), self.asked_of(&seen, &bounds, true))
    }

    /// A question to which `seen` may be the answer.
    fn asked_of(&mut self, seen: &str, bounds: &[&str], is_label: bool) -> Asked {
        match self.rng.u8(..9) {
            0 => Asked::Exists,
            1 => Asked::Absent,
            2 | 3 => {
                let sign = one(&["=", "==", "!="], self.rng);
                Asked::Equal(sign, self.typed(seen, is_label))
            }
            4 | 5 => Asked::Listed { is_in: self.rng.bool(), values: self.list(seen, is_label) },
            6 if !bounds.is_empty() => {
                Asked::Ordered(one(&[">", "<", ">=", "<="], self.rng), one(bounds, self.rng).to_owned())
            }
            _ => {
                let text = match self.rng.bool() {
                    true => regex::escape(seen),
                    false => one(&EXPRESSIONS, self.rng).to_owned(),
                };
                let whole = Regex::new(&format!(r"\A(?:{text})\z")).unwrap();
                Asked::Expression { holds: self.rng.bool(), text, whole }
            }
        }
    }

    fn asked(&mut self, seen: &Option<String>, bounds: &[&str], is_label: bool) -> Asked {
        let seen = seen.clone().unwrap_or_else(|| one(&TEXTS, self.rng).to_owned());
        self.asked_of(&seen, bounds, is_label)
    }

    fn list(&mut self, seen: &str, is_label: bool) -> Vec<Typed> {
        let mut values = vec![self.typed(seen, is_label)];
        for _ in 0..self.rng.usize(..3) {
            let other = if is_label { one(&LABEL_VALUES, self.rng) } else { one(&TEXTS, self.rng) };
            let at = self.rng.usize(..=values.len());
            values.insert(at, self.typed(other, is_label));
        }
        values
    }

    /// A value that was seen, or a pattern of it.
    fn typed(&mut self, seen: &str, is_label: bool) -> Typed {
        let characters: Vec<char> = seen.chars().collect();
        let mut pattern: Vec<String> = characters.iter().map(|c| c.to_string()).collect();
        if is_rare(2, self.rng) && !pattern.is_empty() {
            let from = self.rng.usize(..pattern.len());
            let to = self.rng.usize(from..=pattern.len());
            let sign = one(&["*", "?", "**", "?*"], self.rng);
            pattern.splice(from..to, [sign.to_owned()]);
        }
        Typed::new(pattern.concat(), is_label, self.rng)
    }

    /// A path into `value`, and the text at its end.
    fn walk(&mut self, value: &Value, in_brackets: bool) -> (Vec<Step>, Option<String>) {
        let (mut steps, mut at) = (Vec::new(), value.clone());
        if is_rare(6, self.rng) {
            let name = one(&["a", "b", "image", "name", "cpu", "status"], self.rng);
            at = first_anywhere(name, value).cloned().unwrap_or_default();
            steps.push(Step::Anywhere(name.to_owned()));
        }
        loop {
            let may_end = in_brackets || !steps.is_empty();
            if may_end && is_rare(8, self.rng) {
                break;
            }
            match self.further(&at, may_end) {
                Some((step, next)) => {
                    steps.extend(step);
                    at = next;
                }
                None if may_end => break,
                None => steps.push(Step::Name(one(&NAMES, self.rng).to_owned())),
            }
        }
        if is_rare(10, self.rng) {
            steps.push([Step::Name("a".to_owned()), Step::Each, Step::Index(1)][self.rng.usize(..3)].clone());
        }
        let seen = match &at {
            Value::String(text) => Some(text.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            value => Some(value.to_string()),
        };
        (steps, seen)
    }

    /// A step into `value` and what is there; a name goes into each element of an array without one.
    fn further(&mut self, value: &Value, may_be_named: bool) -> Option<(Option<Step>, Value)> {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let nth = self.rng.usize(..members.len());
                let (name, next) = members.iter().nth(nth)?;
                Some((Some(Step::Name(name.clone())), next.clone()))
            }
            Value::Array(elements) if !elements.is_empty() => {
                let nth = self.rng.usize(..elements.len());
                let next = elements[nth].clone();
                let step = match self.rng.u8(..4) {
                    0 if next.is_object() && may_be_named => None,
                    1 => Some(Step::Index(nth)),
                    2 if may_be_named => Some(Step::Where(self.element(&next, 2))),
                    _ => Some(Step::Each),
                };
                Some((step, next))
            }
            _ => None,
        }
    }

    /// A query about an element.
    fn element(&mut self, element: &Value, depth: usize) -> Tree {
        match if depth == 0 { 9 } else { self.rng.u8(..10) } {
            0 => Tree::And((0..2).map(|_| self.element(element, depth - 1)).collect()),
            1 => Tree::Or((0..2).map(|_| self.element(element, depth - 1)).collect()),
            2 => Tree::Not(Box::new(self.element(element, depth - 1))),
            _ => {
                let (steps, seen) = self.walk(element, true);
                Tree::Test(Subject::Field(steps), self.asked(&seen, &BOUNDS, false))
            }
        }
    }

    fn function(&mut self, object: &Value) -> Tree {
        let name = one(&FUNCTIONS, self.rng);
        let (parameter, asked) = match name {
            "kind" => (Parameter::None, self.of_kind()),
            "name" if is_rare(3, self.rng) => (Parameter::None, self.of_printed_name()),
            "age" => self.of_age(object),
            "restarts" => (Parameter::None, self.of_restarts()),
            "label" => self.of_key(object, &LABEL_KEYS, "labels", &["0", "7", "08"]),
            "annotation" => self.of_key(object, &ANNOTATION_KEYS, "annotations", &BOUNDS),
            "condition" => self.of_condition(),
            _ => (Parameter::None, self.of_texts(name, object)),
        };
        Tree::Test(Subject::Function(name, parameter), asked)
    }

    fn sign(&mut self) -> &'static str {
        one(&[">", "<", ">=", "<="], self.rng)
    }

    /// One of the ways to compare with values: `f()=v`, `f() in (v)`, `f(v)`.
    fn compared(&mut self, values: Vec<Typed>) -> Asked {
        match self.rng.u8(..3) {
            0 => Asked::Called { holds: self.rng.bool(), values },
            1 => Asked::Listed { is_in: self.rng.bool(), values },
            _ => Asked::Equal(one(&["=", "==", "!="], self.rng), values[0].clone()),
        }
    }

    fn some_of(&mut self, texts: &[&str]) -> Vec<Typed> {
        let n = self.rng.usize(1..3);
        (0..n).map(|_| Typed::new(one(texts, self.rng).to_owned(), false, self.rng)).collect()
    }

    fn of_kind(&mut self) -> Asked {
        let values = self.some_of(&KINDS);
        self.compared(values)
    }

    fn of_printed_name(&mut self) -> Asked {
        let values = self.some_of(&PRINTED_NAMES);
        self.compared(values)
    }

    fn of_age(&mut self, object: &Value) -> (Parameter, Asked) {
        let parameter = match self.rng.bool() {
            true => Parameter::None,
            false => Parameter::Path(self.walk(object, false).0),
        };
        (parameter, Asked::Ordered(self.sign(), one(&AGES, self.rng).to_owned()))
    }

    fn of_restarts(&mut self) -> Asked {
        if is_rare(4, self.rng) {
            return Asked::Ordered(self.sign(), one(&BOUNDS[..7], self.rng).to_owned());
        }
        let values = self.some_of(&["0", "1", "1000m", "0.5", "2", "2e0", "3"]);
        self.compared(values)
    }

    fn of_key(&mut self, object: &Value, keys: &[&str], place: &str, bounds: &[&str]) -> (Parameter, Asked) {
        let key = one(keys, self.rng);
        let seen = object["metadata"][place][key].as_str().map(str::to_owned);
        (Parameter::Word(key.to_owned()), self.asked(&seen, bounds, false))
    }

    /// A condition does not stand alone.
    fn of_condition(&mut self) -> (Parameter, Asked) {
        let parameter = Parameter::Word(one(&["Ready", "Other"], self.rng).to_owned());
        let seen = one(&["True", "False", "Unknown"], self.rng);
        loop {
            match self.asked_of(seen, &[], false) {
                Asked::Exists | Asked::Absent => {}
                asked => return (parameter, asked),
            }
        }
    }

    fn of_texts(&mut self, name: &str, object: &Value) -> Asked {
        let seen = match name {
            "name" | "namespace" => object["metadata"][name].as_str().unwrap_or("shop"),
            "image" => "nginx:1.25",
            "owner" => "ReplicaSet/web",
            _ => "gpu=yes:NoSchedule",
        };
        match is_rare(3, self.rng) {
            true => Asked::Called { holds: self.rng.bool(), values: self.list(seen, false) },
            false => self.asked_of(seen, &[], false),
        }
    }
}

fn first_anywhere<'v>(name: &str, value: &'v Value) -> Option<&'v Value> {
    match value {
        Value::Array(elements) => elements.iter().find_map(|element| first_anywhere(name, element)),
        Value::Object(members) => {
            members.get(name).or_else(|| members.values().find_map(|value| first_anywhere(name, value)))
        }
        _ => None,
    }
}
