//! From the selection options to a selector and a scope.

use anyhow::{Context, Result};
use selq::{Dump, LabelSelector, ObjectIdentity, Plan, ReadObject, Scope, Selector, Store};

use crate::args::SelectionArgs;
use crate::config::Config;
use crate::kinds;
use crate::message::{self, counted};

/// What the selection options say, before there is any data.
pub(crate) struct Selection {
    pub(crate) selector: Selector,
    pub(crate) namespace: Option<String>,
    pub(crate) kinds: Vec<String>,
}

impl Selection {
    /// Reads the selectors. All of them must hold; without any, every object is selected.
    pub(crate) fn new(args: &SelectionArgs, config: &Config) -> Result<Selection> {
        let mut selector = Selector::everything();
        for text in &args.selector {
            selector = selector.and(text.parse()?);
        }
        for json in &args.label_selector {
            selector = selector.and(from_json(json, config)?);
        }
        Ok(Selection {
            selector,
            namespace: args.namespace.clone().filter(|_| !args.all_namespaces),
            kinds: args.kind.clone(),
        })
    }

    /// Everything in this namespace and of one of these kinds; without any, of every kind.
    pub(crate) fn scoped(namespace: Option<String>, kinds: Vec<String>) -> Selection {
        Selection { selector: Selector::everything(), namespace, kinds }
    }

    /// Whether it says anything about the objects. An empty namespace or kind says nothing: a variable of a
    /// script may not have been set.
    pub(crate) fn narrows(&self) -> bool {
        !self.selector.is_everything()
            || self.namespace.as_ref().is_some_and(|namespace| !namespace.is_empty())
            || self.kinds.iter().any(|kind| !kind.is_empty())
    }

    /// The same for the objects that the selectors do not match; the scope stays.
    pub(crate) fn inverted(self) -> Selection {
        Selection { selector: self.selector.negate(), ..self }
    }

    /// The namespace and kind as the store knows them.
    pub(crate) fn scope(&self, store: &Store) -> Scope {
        let mut scope = Scope::all();
        if let Some(namespace) = &self.namespace {
            scope = scope.namespace(namespace);
        }
        for resolved in self.kinds.iter().flat_map(|name| kinds::resolve(name, store)) {
            scope = scope.kind(Some(&resolved.group), resolved.kind);
        }
        scope
    }

    /// Whether an object is in the namespace and matches the selectors, or with `invert_match` does not match them.
    /// Kinds are left out: they are resolved by those that occur.
    pub(crate) fn matches(&self, object: &ReadObject<'_>, invert_match: bool) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| object.identity().namespace == namespace)
            && self.selector.matches_by(|key| object.label(key)) != invert_match
    }

    /// Whether an object is in the scope, for objects that come one by one.
    pub(crate) fn has_in_scope(&self, identity: ObjectIdentity<'_>) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| namespace == identity.namespace)
            && (self.kinds.is_empty() || self.kinds.iter().any(|name| kinds::is_called(identity, name)))
    }

    /// The plan that answers a selector in this selection's scope.
    pub(crate) fn plan<'s>(&self, store: &'s Store, selector: &Selector) -> Plan<'s> {
        Plan::scoped(store, selector, &self.scope(store))
    }

    /// Prints that nothing matched, and why where the reason is that something does not occur.
    pub(crate) fn explain_no_match(&self, dump: &Dump, plan: &Plan<'_>) {
        self.no_match(dump.store(), plan).iter().for_each(|line| message::print(line));
    }

    /// Why nothing matched, in lines.
    pub(crate) fn no_match(&self, store: &Store, plan: &Plan<'_>) -> Vec<String> {
        if store.is_empty() {
            return vec!["no objects in the input".to_owned()];
        }
        let absences = self.absences(store, plan);
        if absences.is_empty() {
            return vec!["no objects found".to_owned()];
        }
        absences.iter().map(|(what, nearest)| message::absent(what, *nearest)).collect()
    }

    /// What does not occur of the namespace and kinds, in lines.
    pub(crate) fn absent_scope(&self, store: &Store) -> Vec<String> {
        let plan = Plan::new(store, &Selector::everything());
        self.absences(store, &plan).iter().map(|(what, nearest)| message::absent(what, *nearest)).collect()
    }

    /// The namespace and kinds in words: `namespace shop and kind Pod,Service`.
    pub(crate) fn scope_words(&self) -> String {
        let namespace = self.namespace.iter().map(|namespace| format!("namespace {namespace}"));
        let kinds = Some(self.kinds.join(",")).filter(|kinds| !kinds.is_empty());
        let words: Vec<String> = namespace.chain(kinds.map(|kinds| format!("kind {kinds}"))).collect();
        words.join(" and ")
    }

    /// What was asked for and does not occur, each with the nearest that does.
    fn absences<'s>(&self, store: &'s Store, plan: &Plan<'s>) -> Vec<(String, Option<&'s str>)> {
        let among = format!("in the {}", counted(store.len() as u64, "object"));
        let namespaces = store.namespaces();
        let occurring = || namespaces.iter().map(|fact| fact.namespace);
        let namespace = self.namespace.iter().filter(|name| !occurring().any(|it| it == *name));
        let namespace = namespace
            .map(|name| (format!("no namespace {name:?} {among}"), selq::nearest(name, occurring())));
        let kind = self.kinds.iter().filter(|name| !kinds::occurs(name, store));
        let kind = kind.map(|name| {
            let occurring = store.kinds().into_iter().map(|fact| fact.kind);
            (format!("no kind {name:?} {among}"), selq::nearest(name, occurring))
        });
        let labels = plan.absences().into_iter().map(|absence| match &absence.value {
            None => (format!("no key {:?} {among}", absence.key), absence.nearest),
            Some(value) => (format!("no object has {}={value:?}", absence.key), absence.nearest),
        });
        namespace.chain(kind).chain(labels).collect()
    }
}

/// Reads a LabelSelector object, or `null` for the selector of nothing.
pub(crate) fn from_json(json: &str, config: &Config) -> Result<Selector> {
    let object: Option<LabelSelector> =
        serde_json::from_str(json).with_context(|| format!("{json} is no LabelSelector object"))?;
    warn_of_unknown_fields(object.as_ref(), config);
    Ok(Selector::try_from(object)?)
}

/// `{"MatchLabels":…}` says nothing that a LabelSelector can say, and so would silently select everything.
pub(crate) fn warn_of_unknown_fields(object: Option<&LabelSelector>, config: &Config) {
    for field in object.into_iter().flat_map(LabelSelector::unknown_fields) {
        message::warning(config, &unknown_field(field));
    }
}

fn unknown_field(path: &str) -> String {
    const FIELDS: [&str; 5] = ["matchLabels", "matchExpressions", "key", "operator", "values"];
    let name = path.rsplit('.').next().unwrap_or(path);
    let fix = selq::nearest(name, FIELDS).map_or(String::new(), |field| format!("; did you mean `{field}`?"));
    format!("a LabelSelector has no field `{path}`, which is passed over{fix}")
}
