//! What of a query an API server can answer by itself.

use selq::Query;
use selq::query::{KubectlCall, KubectlCalls};

use crate::args::{KubectlGet, ServerSelection};

/// How many calls a query may take, where several are needed to say it.
const MAX_CALLS: usize = 8;

/// What the server is to leave out of what is fetched: each object of the query is in the answer to exactly one of these
/// calls, or there is one that has all of them. None where it is to leave out nothing.
///
/// The query is asked of the answer all the same, so that it matters only that nothing is missing and nothing comes twice.
pub(crate) fn selections(get: &KubectlGet, query: &Query) -> Vec<ServerSelection> {
    // With names behind it, kubectl takes no selectors.
    let [kinds] = &get.words[..] else { return Vec::new() };
    let calls = match kinds.contains(',') {
        true => KubectlCalls::new(query),
        // Which fields the server knows depends on the kind.
        false => match format!("kind({kinds})").parse::<Query>() {
            Ok(kind) => KubectlCalls::new(&kind.and(query.clone())),
            Err(_) => KubectlCalls::new(query),
        },
    };
    let are_of_all_kinds = |call: &KubectlCall| match &call.kind {
        None => true,
        // A call for one of several kinds would leave out all of the others.
        Some(_) => !kinds.contains(','),
    };
    if !calls.calls.iter().all(are_of_all_kinds) {
        return Vec::new();
    }
    match &calls.calls[..] {
        [call] => selection(call).into_iter().collect(),
        // Only calls that are exact have no object in common, and their namespaces are a part of that.
        several if calls.exact && several.len() <= MAX_CALLS && several.iter().all(has_no_namespace) => {
            let selections: Vec<ServerSelection> = several.iter().filter_map(selection).collect();
            if selections.len() == several.len() { selections } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

fn has_no_namespace(call: &KubectlCall) -> bool {
    call.namespace.is_none()
}

/// What a call selects; nothing of one that selects everything.
fn selection(call: &KubectlCall) -> Option<ServerSelection> {
    let selection = ServerSelection {
        namespace: call.namespace.clone(),
        selector: call.selector.as_ref().map(ToString::to_string),
        field_selector: call.field_selector.as_ref().map(ToString::to_string),
    };
    (selection != ServerSelection::default()).then_some(selection)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use selq::query::{Context, Queried, QueryMatcher};
    use selq::selector::FieldSelector;
    use selq::{ObjectIdentity, Selector};

    use super::*;
    use crate::args::KubectlNamespace;

    /// A pod with a few things that queries ask about.
    #[derive(Debug, Clone)]
    struct SmallPod {
        namespace: &'static str,
        labels: Vec<(&'static str, &'static str)>,
        json: String,
    }

    impl SmallPod {
        fn all() -> Vec<SmallPod> {
            let values = [None, Some(""), Some("1"), Some("2"), Some("x")];
            let mut pods = Vec::new();
            for (nth, phase) in ["Running", "Pending", ""].into_iter().enumerate() {
                for a in values {
                    for b in values {
                        let namespace = ["shop", "qa"][(nth + pods.len()) % 2];
                        let labels = [("a", a), ("b", b)];
                        let labels = labels.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
                        let labels: Vec<_> = labels.collect();
                        let node = if pods.len() % 3 == 0 { "" } else { r#","spec":{"nodeName":"n1"}"# };
                        let status = match phase {
                            "" => String::new(),
                            phase => format!(r#","status":{{"phase":"{phase}"}}"#),
                        };
                        let json = format!(
                            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p","namespace":"{namespace}"}}{node}{status}}}"#
                        );
                        pods.push(SmallPod { namespace, labels, json });
                    }
                }
            }
            pods
        }
    }

    impl Queried for SmallPod {
        fn identity(&self) -> ObjectIdentity<'_> {
            ObjectIdentity { api_version: "v1", kind: "Pod", namespace: self.namespace, name: "p" }
        }

        fn label(&self, key: &str) -> Option<&str> {
            self.labels.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
        }

        fn json(&self) -> &str {
            &self.json
        }
    }

    fn selects(query: &Query, pod: &SmallPod) -> bool {
        QueryMatcher::new(query, Context::new()).is_ok_and(|matcher| matcher.matches(pod))
    }

    /// Whether the server gives a pod in the answer to a call.
    fn is_given(selection: &ServerSelection, pod: &SmallPod) -> bool {
        let by_labels = selection.selector.as_ref().is_none_or(|text| {
            let selector: Selector = text.parse().unwrap();
            selector.matches(pod.labels.iter().copied())
        });
        let by_fields = selection.field_selector.as_ref().is_none_or(|text| {
            let fields: FieldSelector = text.parse().unwrap();
            selects(&Query::try_from(&fields).unwrap(), pod)
        });
        let by_namespace = selection.namespace.as_ref().is_none_or(|namespace| namespace == pod.namespace);
        by_labels && by_fields && by_namespace
    }

    fn get(kinds: &str) -> KubectlGet {
        KubectlGet::of(vec![kinds.to_owned()], KubectlNamespace::All)
    }

    fn query() -> impl Strategy<Value = String> {
        let atom = prop::sample::select(vec![
            "a=1",
            "a!=1",
            "b in (1,2)",
            "b notin (x)",
            "!a",
            "b",
            "a>1",
            "a=*x",
            ".status.phase=Running",
            ".status.phase!=Running",
            "!.spec.nodeName",
            ".spec.nodeName=n1",
            "status(Running)",
            "namespace(shop)",
            "kind(po)",
            "name(p)",
        ]);
        atom.prop_map(str::to_owned).prop_recursive(3, 12, 2, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
                inner.prop_map(|it| format!("!({it})")),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_is_missing_and_nothing_comes_twice(text in query(), kinds in prop::sample::select(vec!["pods", "pods,svc"])) {
            let query: Query = text.parse().unwrap();
            let selections = selections(&get(kinds), &query);
            for pod in SmallPod::all().iter().filter(|_| !selections.is_empty()) {
                let n_given = selections.iter().filter(|selection| is_given(selection, pod)).count();
                prop_assert!(n_given <= 1, "{} gives {:?} {} times: {:?}", text, pod, n_given, selections);
                prop_assert!(n_given == 1 || !selects(&query, pod), "{} misses {:?}: {:?}", text, pod, selections);
            }
        }
    }

    #[test]
    fn names_and_several_kinds_are_left_to_the_answer() {
        let query: Query = "a=1".parse().unwrap();
        let named = KubectlGet::of(vec!["pods".to_owned(), "web-0".to_owned()], KubectlNamespace::All);
        assert_eq!(selections(&named, &query), []);
        assert_eq!(selections(&get("pods,svc"), &"kind(po), a=1".parse().unwrap()), []);
        assert_eq!(selections(&get("pods"), &query)[0].selector.as_deref(), Some("a=1"));
    }
}
