//! Queries as calls of kubectl: the calls are answered plainly, object by object, and compared with the query.

use std::borrow::Cow;

use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use selq::ObjectIdentity;
use selq::kubernetes::kinds;
use selq::query::{Context, KubectlCall, KubectlCalls, Queried, Query};

/// An object of a cluster, with the fields that are asked for.
#[derive(Debug, Clone)]
struct Object {
    kind: &'static str,
    namespace: &'static str,
    name: &'static str,
    labels: Vec<(&'static str, &'static str)>,
    fields: Vec<(&'static str, &'static str)>,
    json: String,
}

impl Queried for Object {
    fn identity(&self) -> ObjectIdentity<'_> {
        ObjectIdentity { api_version: "v1", kind: self.kind, namespace: self.namespace, name: self.name }
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().rev().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn json(&self) -> &str {
        &self.json
    }
}

impl Object {
    /// The field as an API server has it.
    fn field(&self, field: &str) -> &str {
        match field {
            "metadata.name" => self.name,
            "metadata.namespace" => self.namespace,
            _ => {
                let default =
                    if ["spec.hostNetwork", "spec.unschedulable"].contains(&field) { "false" } else { "" };
                self.fields.iter().find(|(known, _)| *known == field).map_or(default, |(_, value)| value)
            }
        }
    }

    fn is_in(&self, call: &KubectlCall) -> bool {
        call.kind.as_deref().is_none_or(|kind| kinds::is_called(self.identity(), kind))
            && call
                .namespace
                .as_deref()
                .is_none_or(|it| it == self.namespace || (call.kind.is_some() && self.kind == "Node"))
            && call.selector.as_ref().is_none_or(|selector| selector.matches(self.labels.iter().copied()))
            && call
                .field_selector
                .as_ref()
                .is_none_or(|selector| selector.matches(|field| Some(Cow::Borrowed(self.field(field)))))
    }
}

/// Whether the server of a kind has a field.
fn has_field(kind: Option<&str>, field: &str) -> bool {
    match field {
        "metadata.name" => true,
        "metadata.namespace" => kind.is_none_or(|kind| !kind.starts_with("no")),
        "status.phase" | "spec.nodeName" | "spec.hostNetwork" => {
            kind.is_some_and(|kind| kind.starts_with("po"))
        }
        "spec.unschedulable" => kind.is_some_and(|kind| kind.starts_with("no")),
        _ => false,
    }
}

const FIELDS: [(&str, &[&str]); 4] = [
    ("status.phase", &["Running", "Pending"]),
    ("spec.nodeName", &["n1", "n2"]),
    ("spec.hostNetwork", &["true", "false"]),
    ("spec.unschedulable", &["true", "false"]),
];

fn object() -> impl Strategy<Value = Object> {
    let labels = ["a", "b", "k"].map(|key| {
        prop_oneof![2 => Just(None), 5 => select(&["", "1", "2", "web", "5", "07", "9", "12x"][..]).prop_map(Some)]
            .prop_map(move |value| value.map(|value| (key, value)))
    });
    let fields = FIELDS.map(|(field, values)| {
        prop::option::of(select(values)).prop_map(move |value| value.map(|value| (field, value)))
    });
    let kind = select(&["Pod", "Service", "Node", "Release"][..]);
    (kind, select(&["shop", "web", ""][..]), select(&["x", "y"][..]), labels, fields).prop_map(
        |(kind, namespace, name, labels, fields)| {
            let fields: Vec<_> = fields.into_iter().flatten().collect();
            let of = |part: &str| {
                let inside = fields.iter().filter_map(|(field, value)| {
                    let name = field.strip_prefix(part)?;
                    let is_text = !["true", "false"].contains(value);
                    Some(if is_text { format!("{name:?}:{value:?}") } else { format!("{name:?}:{value}") })
                });
                inside.collect::<Vec<_>>().join(",")
            };
            let json = format!(
                r#"{{"metadata":{{"name":{name:?},"namespace":{namespace:?}}},"spec":{{{}}},"status":{{{}}}}}"#,
                of("spec."),
                of("status.")
            );
            let labels = labels.into_iter().flatten().collect();
            Object { kind, namespace, name, labels, fields, json }
        },
    )
}

/// Requirements on labels that can be said under any "and", "or" and "not".
fn label() -> impl Strategy<Value = String> {
    let key = || select(&["a", "b", "k"][..]);
    let value = || select(&["", "1", "2", "web", "5"][..]);
    prop_oneof![
        key().prop_map(str::to_owned),
        key().prop_map(|key| format!("!{key}")),
        (key(), select(&["=", "!="][..]), value()).prop_map(|(key, op, value)| format!("{key}{op}{value}")),
        (key(), select(&["in", "notin"][..]), value(), value())
            .prop_map(|(key, op, one, other)| format!("{key} {op} ({one},{other})")),
    ]
}

fn any_requirement() -> impl Strategy<Value = String> {
    let field = select(&FIELDS[..]).prop_flat_map(|(field, values)| (Just(field), select(values)));
    prop_oneof![
        4 => label(),
        2 => (select(&[">", "<", ">=", "<="][..]), select(&["0", "1", "5", "7", "9"][..]))
            .prop_map(|(op, bound)| format!("k{op}{bound}")),
        2 => select(&[
            "kind(pod)", "kind(po)", "kind(svc,node)", "!kind(pods)", "kind(release)", "kind(releases)", "kind(po*)", "namespace(shop)",
            "namespace()!=web", "namespace()", "name(x)", "name()!=x", "name(pod/x)", ".metadata.name=y", "name(x*)",
            "a=w*", "label(a)=1", "label('a b')=1", ".metadata.namespace in (shop,web)", "!.spec.nodeName",
            ".spec.nodeName=''", "k='a b'", "all()",
        ][..]).prop_map(str::to_owned),
        2 => (field, select(&["=", "!="][..])).prop_map(|((field, value), op)| format!(".{field}{op}{value}")),
    ]
}

fn query_of<S: Strategy<Value = String> + 'static>(requirement: S) -> impl Strategy<Value = Query> {
    let tree = requirement.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(|all| format!("({})", all.join(" && "))),
            vec(inner.clone(), 1..4).prop_map(|all| format!("({})", all.join(" || "))),
            inner.prop_map(|it| format!("!({it})")),
        ]
    });
    tree.prop_map(|text| text.parse().unwrap_or_else(|error| panic!("{text}: {error}")))
}

/// Holds the calls to the query, for each object.
fn check(query: &Query, objects: &[Object]) -> KubectlCalls {
    let calls = KubectlCalls::new(query);
    for call in &calls.calls {
        if let Some(selector) = &call.selector {
            assert_eq!(selector.canonical().unwrap().parse().as_ref(), Ok(selector), "{query}");
        }
        for requirement in call.field_selector.iter().flat_map(|it| it.requirements()) {
            assert!(has_field(call.kind.as_deref(), requirement.field()), "{query}: {call:?}");
            assert!(!requirement.value().is_empty(), "{query}: {call:?}");
        }
    }
    for object in objects {
        let n_calls = calls.calls.iter().filter(|call| object.is_in(call)).count();
        let is_wanted = query.matches(object, &Context::new()).unwrap();
        match calls.exact {
            true => assert_eq!(n_calls, usize::from(is_wanted), "{query}: {object:?} {calls:?}"),
            false => assert!(!is_wanted || n_calls > 0, "{query}: {object:?} {calls:?}"),
        }
    }
    assert!(calls.exact || calls.calls.len() <= 16);
    calls
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn queries_of_labels_are_said_exactly(query in query_of(label()), objects in vec(object(), 20)) {
        prop_assert!(check(&query, &objects).exact, "{query}");
    }

    #[test]
    fn calls_hold_what_the_query_does(query in query_of(any_requirement()), objects in vec(object(), 40)) {
        check(&query, &objects);
    }
}

/// The calls as options of `kubectl get`, with a `~` where they are not exact.
fn calls(text: &str) -> String {
    let KubectlCalls { exact, calls, .. } = KubectlCalls::new(&text.parse().unwrap());
    let options = |call: &KubectlCall| {
        let selector = call.selector.as_ref().map(|it| it.canonical().unwrap());
        let fields = call.field_selector.as_ref().map(ToString::to_string);
        let options =
            [("-k", call.kind.clone()), ("-n", call.namespace.clone()), ("-l", selector), ("-f", fields)];
        let options = options.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?)));
        let options = options.collect::<Vec<_>>().join(" ");
        if options.is_empty() { "all".to_owned() } else { options }
    };
    let calls: Vec<String> = calls.iter().map(options).collect();
    format!("{text} {} {}", if exact { "→" } else { "~" }, calls.join(" | "))
}

#[test]
fn calls_are_those_that_one_would_write() {
    let said = [
        "",
        "a==1,a==2",
        "app=web || env=prod",
        "a=1 || b=2",
        "!(a=1 || b=2)",
        "a=1 || a=2",
        "a=1 || !a",
        "!a || a!=2",
        "k>=7",
        "k>=0",
        "k<=9223372036854775807",
        "k<=7",
        "!(k>7)",
        "k>5,!(k>7)",
        "k>7 || k<3",
        "k>7 || a=1",
        "k>7 || j>7",
        "k>5 || (j>5,k>3)",
        "app=web-*",
        "app=web-*,env=prod",
        "app=web-* || !(app=web-*)",
        "kind(pod)",
        "kind(pod,Svc,po)",
        "kind(pod) || a=1",
        "kind(pod) || kind(svc) && a=1",
        "kind(pod),.spec.nodeName in (n1,n2)",
        "kind(pod),.spec.nodeName notin (n1,n2),.status.phase!=Running",
        ".spec.nodeName=n1",
        "kind(pod),.spec.nodeName=''",
        "kind(pod),.spec.hostNetwork=false",
        "kind(pod),.spec.hostNetwork=true",
        "kind(node),.spec.unschedulable=true,namespace()!=x",
        "kind(node,pod),namespace(shop)",
        "kind(pod,svc),.spec.nodeName=n1",
        "namespace(shop) || namespace(web) && a=1",
        "namespace()!=kube-system",
        "namespace(shop) || a=1",
        "!namespace()",
        "name(x,y),kind(cm)",
        "kind(event),.type=Warning,.involvedObject.name='a,b'",
        "status(Running) || a=1 && kind(pod)",
        "(kind(pod),ready()=false) || (kind(svc),a=w*,b)",
        "a=1,!(a=1)",
        "!all()",
        "kind(helmrelease) && kind(helmreleases)",
        "kind(helmrelease) || kind(HelmReleases)",
        "kind(series) || kind(serieses)",
        "kind(all)",
    ];
    assert_snapshot!(said.map(calls).join("\n"), @r#"
     → all
    a==1,a==2 → -l a==1,a==2
    app=web || env=prod → -l app=web | -l app!=web,env=prod
    a=1 || b=2 → -l a=1 | -l a!=1,b=2
    !(a=1 || b=2) → -l a!=1,b!=2
    a=1 || a=2 → -l a in (1,2)
    a=1 || !a → -l !a | -l a=1
    !a || a!=2 → -l a!=2
    k>=7 → -l k>6
    k>=0 ~ all
    k<=9223372036854775807 ~ all
    k<=7 → -l k<8
    !(k>7) ~ all
    k>5,!(k>7) → -l k>5,k<8
    k>7 || k<3 → -l k<3 | -l k>7
    k>7 || a=1 → -l a=1 | -l a!=1,k>7
    k>7 || j>7 ~ -l k>7 | -l j>7
    k>5 || (j>5,k>3) → -l k>5 | -l j>5,k>3,k<6
    app=web-* ~ all
    app=web-*,env=prod ~ -l env=prod
    app=web-* || !(app=web-*) → all
    kind(pod) → -k pod
    kind(pod,Svc,po) → -k po | -k svc
    kind(pod) || a=1 → -l a=1 | -k pod -l a!=1
    kind(pod) || kind(svc) && a=1 → -k pod | -k svc -l a=1
    kind(pod),.spec.nodeName in (n1,n2) → -k pod -f spec.nodeName=n1 | -k pod -f spec.nodeName=n2
    kind(pod),.spec.nodeName notin (n1,n2),.status.phase!=Running → -k pod -f spec.nodeName!=n1,spec.nodeName!=n2,status.phase!=Running
    .spec.nodeName=n1 ~ all
    kind(pod),.spec.nodeName='' ~ -k pod
    kind(pod),.spec.hostNetwork=false ~ -k pod
    kind(pod),.spec.hostNetwork=true → -k pod -f spec.hostNetwork=true
    kind(node),.spec.unschedulable=true,namespace()!=x ~ -k node -f spec.unschedulable=true
    kind(node,pod),namespace(shop) ~ -k node | -k pod -n shop
    kind(pod,svc),.spec.nodeName=n1 ~ -k pod -f spec.nodeName=n1 | -k svc
    namespace(shop) || namespace(web) && a=1 → -n shop | -n web -l a=1
    namespace()!=kube-system → -f metadata.namespace!=kube-system
    namespace(shop) || a=1 → -n shop | -l a=1 -f metadata.namespace!=shop
    !namespace() ~ all
    name(x,y),kind(cm) → -k cm -f metadata.name=x | -k cm -f metadata.name=y
    kind(event),.type=Warning,.involvedObject.name='a,b' → -k event -f involvedObject.name=a\,b,type=Warning
    status(Running) || a=1 && kind(pod) ~ all
    (kind(pod),ready()=false) || (kind(svc),a=w*,b) ~ -k pod | -k svc -l b
    a=1,!(a=1) → -l a=1,a!=1
    !all() → 
    kind(helmrelease) && kind(helmreleases) → -k helmrelease
    kind(helmrelease) || kind(HelmReleases) → -k helmrelease
    kind(series) || kind(serieses) ~ all
    kind(all) ~ all
    "#);
}

#[test]
fn queries_of_any_size_are_said() {
    let keys = (0..300).map(|n| format!("k{n}=1")).collect::<Vec<_>>().join(" || ");
    assert!(calls(&format!("a=1 && ({keys})")).ends_with("~ -l a=1"));
    let values = (0..3_000).map(|n| format!("k=v{n}")).collect::<Vec<_>>().join(" || ");
    assert_eq!(KubectlCalls::new(&values.parse().unwrap()).calls.len(), 1);
    let patterns = (0..3_000).map(|n| format!("k=v{n}*")).collect::<Vec<_>>().join(" || ");
    assert_eq!(KubectlCalls::new(&patterns.parse().unwrap()).calls.len(), 1);
    let pairs = (0..30).map(|n| format!("(a{n}=1 || b{n}=1)")).collect::<Vec<_>>();
    assert!(KubectlCalls::new(&format!("x=1,{}", pairs.join(",")).parse().unwrap()).calls.len() <= 16);
    let deep: Query = (0..3_000).fold(Query::everything(), |query, n| {
        let next: Query = format!("k{}=1", n % 50).parse().unwrap();
        if n % 2 == 0 { query.and(next) } else { query.negate().or(next) }
    });
    assert!(KubectlCalls::new(&deep).calls.len() <= 16);
}
