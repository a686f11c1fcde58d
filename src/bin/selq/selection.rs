//! From the selection options to a selector and a scope.

use anyhow::Result;
use selq::{
    Dump, LabelSelector, Matcher, ObjectIdentity, Plan, ReadObject, Requirement, Scope, Selector, Store,
};
use serde_json::Value;

use crate::args::SelectionArgs;
use crate::config::Config;
use crate::json_error;
use crate::kinds::{self, Kinds};
use crate::message::{self, counted};
use crate::mistaken;

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
            kinds: args.kind.iter().map(|name| name.trim().to_owned()).collect(),
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
        if self.kinds.is_empty() {
            return scope;
        }
        let kinds = Kinds::of(store);
        for resolved in self.kinds.iter().flat_map(|name| kinds.resolve(name)) {
            scope = scope.kind(Some(&resolved.group), resolved.kind);
        }
        scope
    }

    /// The selectors, made ready for [`Selection::matches`].
    pub(crate) fn matcher(&self) -> Matcher<'_> {
        Matcher::new(&self.selector)
    }

    /// Whether an object is in the namespace and matches the selectors, or with `invert_match` does not match them.
    /// Kinds are left out: they are resolved by those that occur.
    pub(crate) fn matches(&self, matcher: &Matcher<'_>, object: &ReadObject<'_>, invert_match: bool) -> bool {
        self.namespace.as_ref().is_none_or(|namespace| object.identity().namespace == namespace)
            && matcher.matches(object.labels()) != invert_match
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
        let reasons = [self.scope_reasons(store), self.label_reasons(store, plan)].concat();
        if reasons.is_empty() { vec!["no objects found".to_owned()] } else { reasons }
    }

    /// The namespace and kinds that were asked for and do not occur, each with the nearest that does.
    pub(crate) fn scope_reasons(&self, store: &Store) -> Vec<String> {
        let namespaces = store.namespaces();
        let occurring = || namespaces.iter().map(|fact| fact.namespace);
        let namespace = self.namespace.iter().filter(|name| !occurring().any(|it| it == *name)).map(|name| {
            let what = format!("no namespace {name:?} {}", among(store));
            message::absent(&what, selq::nearest(name, occurring()))
        });
        let kind = self.kinds.iter().filter(|name| !kinds::occurs(name, store)).map(|name| {
            let what = format!("no kind {name:?} {}", among(store));
            message::absent(&what, kinds::nearest(name, store).as_deref())
        });
        namespace.chain(kind).collect()
    }

    /// What a selector asks for and does not occur, each with the nearest that does; or else what occurs only outside
    /// the scope.
    pub(crate) fn label_reasons(&self, store: &Store, plan: &Plan<'_>) -> Vec<String> {
        let absences = plan.absences().into_iter().map(|absence| {
            let what = match &absence.value {
                None => format!("no key {:?} {}", absence.key, among(store)),
                Some(value) => format!("no object has {}={value:?}", absence.key),
            };
            message::absent(&what, absence.nearest)
        });
        let absences: Vec<String> = absences.collect();
        if absences.is_empty() { self.only_elsewhere(store, plan.selector()) } else { absences }
    }

    /// The requirements that objects meet, but none in the scope.
    fn only_elsewhere(&self, store: &Store, selector: &Selector) -> Vec<String> {
        let scope = self.scope(store);
        let is_any_in_scope = |selector: &Selector| Plan::scoped(store, selector, &scope).any();
        if !is_any_in_scope(&Selector::everything()) {
            return Vec::new();
        }
        let is_elsewhere = |requirement: &&Requirement| {
            // What prints as a text parses to the same.
            let alone = requirement.to_string().parse();
            alone.is_ok_and(|alone| !is_any_in_scope(&alone) && Plan::new(store, &alone).any())
        };
        let requirements = selector.requirements().unwrap_or_default().into_iter().filter(is_elsewhere);
        requirements.map(|requirement| format!("{requirement} only holds outside {}", self.place())).collect()
    }

    /// The scope in words.
    fn place(&self) -> String {
        let namespace = self.namespace.as_ref().map(|name| format!("namespace {name:?}"));
        let kinds = match self.kinds.as_slice() {
            [] => None,
            [kind] => Some(format!("kind {kind:?}")),
            kinds => Some(format!("the kinds {}", kinds.join(","))),
        };
        namespace.into_iter().chain(kinds).collect::<Vec<_>>().join(" and ")
    }
}

/// `in the 12 objects`
pub(crate) fn among(store: &Store) -> String {
    match store.len() {
        1 => "in the only object".to_owned(),
        n => format!("in the {}", counted(n as u64, "object")),
    }
}

/// Reads a LabelSelector object, or `null` for the selector of nothing.
pub(crate) fn from_json(json: &str, config: &Config) -> Result<Selector> {
    const FORM: &str = "a LabelSelector object is {\"matchLabels\":{\"app\":\"web\"}}, {} or null";
    let object: Option<LabelSelector> = json_error::from_json(json).map_err(|error| error.with_help(FORM))?;
    if let Some(object) = object.as_ref().filter(|object| !object.unknown_fields().is_empty()) {
        warn_of_unknown_fields(object, &json_error::value(json), None, config);
    }
    Ok(Selector::try_from(object)?)
}

/// A LabelSelector with fields that are not its own says too little, or nothing, and would silently select too much.
/// `json` is what it was read from, and `place` where that stands, if there are several.
pub(crate) fn warn_of_unknown_fields(
    object: &LabelSelector,
    json: &Value,
    place: Option<&str>,
    config: &Config,
) {
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    for warning in mistaken::warnings(object, json) {
        message::warning(config, &format_args!("{place}{warning}"));
    }
}
