//! From the selection options to a selector and a scope.

use anyhow::{Context, Result};
use selq::{Dump, LabelSelector, Plan, Scope, Selector, Store};

use crate::args::SelectionArgs;
use crate::config::Config;
use crate::kinds;
use crate::message::{self, counted};

/// What the selection options say, before there is any data.
pub(crate) struct Selection {
    pub(crate) selector: Selector,
    namespace: Option<String>,
    kinds: Vec<String>,
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
        Ok(Selection { selector, namespace: args.namespace.clone(), kinds: args.kind.clone() })
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

    /// The plan that answers a selector in this selection's scope.
    pub(crate) fn plan<'s>(&self, store: &'s Store, selector: &Selector) -> Plan<'s> {
        Plan::scoped(store, selector, &self.scope(store))
    }

    /// Says why nothing matched, where the reason is that something does not occur.
    pub(crate) fn explain_no_match(&self, dump: &Dump, plan: &Plan<'_>, config: &Config) {
        let store = dump.store();
        let among = format!("the {}", counted(store.len() as u64, "object"));
        if store.is_empty() {
            return message::print("no objects in the input");
        }
        if let Some(namespace) = &self.namespace {
            let facts = store.namespaces();
            let occurring = || facts.iter().map(|fact| fact.namespace);
            if !occurring().any(|name| name == namespace) {
                let nearest = selq::nearest(namespace, occurring());
                say_absent(config, &format!("no namespace {namespace:?} in {among}"), nearest);
            }
        }
        for name in self.kinds.iter().filter(|name| !kinds::occurs(name, store)) {
            let facts = store.kinds();
            let nearest = selq::nearest(name, facts.iter().map(|fact| fact.kind));
            say_absent(config, &format!("no kind {name:?} in {among}"), nearest);
        }
        for absence in plan.absences() {
            let what = match &absence.value {
                None => format!("no key {:?} in {among}", absence.key),
                Some(value) => format!("no object has {}={value:?}", absence.key),
            };
            say_absent(config, &what, absence.nearest);
        }
    }
}

fn say_absent(config: &Config, what: &str, nearest: Option<&str>) {
    match nearest {
        Some(nearest) => {
            message::print(what);
            message::help(config, &format!("did you mean {nearest:?}?"));
        }
        None => message::print(what),
    }
}

/// Reads a LabelSelector object, or `null` for the selector of nothing.
fn from_json(json: &str, config: &Config) -> Result<Selector> {
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
