//! From the selection options to a selector and a scope.

pub(crate) mod absent;
pub(crate) mod ages;
pub(crate) mod json_line;
pub(crate) mod mistaken;
pub(crate) mod on_server;
pub(crate) mod one_by_one;
pub(crate) mod sightings;
pub(crate) mod wanted;

use std::collections::HashSet;

use anyhow::Result;
use selq::plan::Absence;
use selq::query::{Columns, Context};
use selq::selector::FieldSelector;
use selq::text::Quoted;
use selq::{
    Dump, LabelKey, LabelSelector, LabelValue, ObjectIdentity, Plan, Query, Requirement, Scope, Selector,
    Store,
};
use serde_json::Value;

use crate::args::{KubectlNamespace, Now, SelectionArgs, WantedArgs};
use crate::config::Config;
use crate::terminal::json_error;
use crate::terminal::message::{self, counted};
use ages::Freshness;
use selq::kubernetes::KindFilter;
use selq::kubernetes::kinds::{self, Kinds};
use wanted::Wanted;

/// How many names that do not occur are told, at most: nobody reads a long list of them.
pub(crate) const MAX_TOLD: usize = 8;

/// What is said where nothing matches and nothing explains it.
pub(crate) const NO_MATCHES: &str = "no objects found";

/// What the selection options say, before there is any data.
pub(crate) struct Selection {
    /// What the selectors and queries say together.
    wanted: Wanted,
    /// Whether queries can be written where this was.
    takes_queries: bool,
    /// The time that ages are counted to; `None` for the newest in the dump.
    context: Option<Context>,
    /// Whether that time was named.
    says_now: bool,
    /// Whether ages are asked.
    asks_for_age: bool,
    /// Whether what they do not match is wanted.
    is_inverted: bool,
    /// The namespaces of which objects were fetched, where kubectl fetched them.
    fetched: Option<KubectlNamespace>,
    /// Whether the server has left out of that what is not wanted.
    is_of_part: bool,
    /// Objects of any of these; without any, of all.
    pub(crate) namespaces: Vec<String>,
    pub(crate) kinds: Vec<String>,
}

impl Selection {
    /// Reads the selectors and queries. All of them must hold; without any, every object is selected.
    pub(crate) fn new(args: &SelectionArgs, config: &Config) -> Result<Selection> {
        let wanted = Wanted::asked(&args.wanted, config)?;
        let context = match args.now {
            None => Some(Context::new()),
            Some(Now::At(time)) => Some(Context::at(time)),
            Some(Now::OfDump) => None,
        };
        Ok(Selection {
            says_now: args.now.is_some(),
            asks_for_age: wanted.asks_for_age(),
            wanted,
            // Who has written -w knows of queries: everybody else is told what a selector can say.
            takes_queries: !args.wanted.where_queries.is_empty(),
            context,
            is_inverted: false,
            fetched: args.fetched.clone(),
            is_of_part: false,
            namespaces: if args.all_namespaces { Vec::new() } else { trimmed(&args.namespace) },
            kinds: trimmed(&args.kind),
        })
    }

    /// Everything in one of these namespaces and of one of these kinds; without any, in all and of every kind.
    pub(crate) fn scoped(namespaces: Vec<String>, kinds: Vec<String>) -> Selection {
        let (wanted, context) = (Wanted::everything(), Some(Context::new()));
        Selection {
            wanted,
            takes_queries: false,
            context,
            says_now: false,
            asks_for_age: false,
            is_inverted: false,
            fetched: None,
            is_of_part: false,
            namespaces,
            kinds,
        }
    }

    /// The same where whoever reads what is said of an answer can write a query.
    pub(crate) fn taking_queries(self) -> Selection {
        Selection { takes_queries: true, ..self }
    }

    /// The same where the server may have left out by itself what is not wanted: nobody knows then what occurs there.
    pub(crate) fn of_part(self, yes: bool) -> Selection {
        Selection { is_of_part: yes, ..self }
    }

    /// Whether what is asked for and does not come may occur all the same.
    pub(crate) fn is_of_part(&self) -> bool {
        self.is_of_part
    }

    /// Has ages counted to this moment, not to that when it was made.
    pub(crate) fn take_time(&mut self) {
        self.context = Some(Context::new());
    }

    /// Whether it says anything about the objects. An empty namespace or kind says nothing: a variable of a
    /// script may not have been set.
    pub(crate) fn narrows(&self) -> bool {
        !self.takes_all() || self.namespaces.iter().chain(&self.kinds).any(|name| !name.is_empty())
    }

    /// The same where ages are shown or asked for besides.
    pub(crate) fn with_ages(self, are_asked: bool) -> Selection {
        Selection { asks_for_age: self.asks_for_age || are_asked, ..self }
    }

    /// What ages are asked of, before anything is seen of it; nothing where none are asked, or counted to a time that was
    /// named.
    pub(crate) fn freshness(&self) -> Option<Freshness> {
        self.needs_fresh_dump().then(|| Freshness::new(self.context.unwrap_or_default()))
    }

    fn needs_fresh_dump(&self) -> bool {
        // What was fetched is of now, however long nothing has happened there.
        self.asks_for_age && !self.says_now && self.fetched.is_none()
    }

    /// What is said where there are no objects at all: of a cluster, what kubectl says.
    pub(crate) fn no_objects(&self) -> String {
        match &self.fetched {
            None => "no objects in the input".to_owned(),
            Some(KubectlNamespace::One(name)) => format!("No resources found in {name} namespace."),
            Some(_) => "No resources found".to_owned(),
        }
    }

    /// What is to be said of ages that are asked of an old dump.
    pub(crate) fn age_remark(&self, dump: &Dump) -> Option<String> {
        self.needs_fresh_dump().then(|| Freshness::of(dump, self.context(dump)).remark()).flatten()
    }

    /// The same, with `-v` for the objects that the selectors do not match; the scope stays.
    pub(crate) fn inverted(self, invert_match: bool) -> Selection {
        Selection { is_inverted: invert_match, ..self }
    }

    /// What is wanted of the objects in the scope.
    pub(crate) fn wanted(&self) -> Wanted {
        self.wanted_with(Wanted::everything())
    }

    /// The same where something else has to hold beside what the options say; `-v` turns round what all of them say
    /// together.
    pub(crate) fn wanted_with(&self, other: Wanted) -> Wanted {
        let all = self.wanted.clone().and(other);
        if self.is_inverted { all.negate() } else { all }
    }

    /// Whether neither labels nor anything else of the objects matters.
    pub(crate) fn takes_all(&self) -> bool {
        self.wanted.is_everything()
    }

    /// What queries are asked with, where that is known before there is any data.
    pub(crate) fn context_before(&self) -> Option<Context> {
        self.context
    }

    /// What queries are asked with.
    pub(crate) fn context(&self, dump: &Dump) -> Context {
        self.context.unwrap_or_else(|| Context::at_newest_time_of(dump))
    }

    /// What was read of a dump for what is wanted of it.
    pub(crate) fn columns(&self, dump: &Dump) -> Columns {
        self.columns_by(dump, Columns::new())
    }

    /// The same into some columns, which know where selectors stand.
    pub(crate) fn columns_by(&self, dump: &Dump, mut columns: Columns) -> Columns {
        self.wanted.read_columns(dump, &mut columns, &self.context(dump));
        columns
    }

    /// The namespace and kind as the store knows them.
    pub(crate) fn scope(&self, store: &Store) -> Scope {
        let mut scope = Scope::all();
        for namespace in &self.namespaces {
            scope = scope.namespace(namespace);
        }
        // The table of the kinds that occur is made only for those who ask for one.
        if self.kinds.is_empty() {
            return scope;
        }
        let kinds = Kinds::of(store);
        for resolved in self.kinds.iter().flat_map(|name| kinds.resolve(name)) {
            scope = scope.kind(Some(&resolved.group), resolved.kind);
        }
        scope
    }

    /// Whether it asks for namespaces or kinds.
    pub(crate) fn is_scoped(&self) -> bool {
        !self.namespaces.is_empty() || !self.kinds.is_empty()
    }

    /// Whether nothing is wanted but objects of one namespace.
    pub(crate) fn is_of_one_namespace(&self) -> bool {
        self.namespaces.len() == 1 || self.fetched.as_ref().is_some_and(KubectlNamespace::is_one)
    }

    /// The kinds that it asks for, of objects that come one by one.
    pub(crate) fn kind_filter(&self) -> KindFilter {
        KindFilter::new(self.kinds.iter().cloned())
    }

    /// Whether an object is in one of the namespaces.
    pub(crate) fn has_namespace(&self, identity: ObjectIdentity<'_>) -> bool {
        self.namespaces.is_empty() || self.namespaces.iter().any(|namespace| namespace == identity.namespace)
    }

    /// The plan that finds the objects that are wanted, with what was [read](Selection::columns) for it.
    pub(crate) fn plan<'s>(&self, dump: &'s Dump, columns: &'s Columns) -> Result<Plan<'s>> {
        self.wanted().plan(dump.store(), columns, &self.scope(dump.store()), &self.context(dump))
    }

    /// What is to be said of an answer, in lines: why nothing matched, and what else does not occur.
    pub(crate) fn remarks(&self, dump: &Dump, plan: &Plan<'_>, matched: bool) -> Vec<String> {
        let store = dump.store();
        if store.is_empty() {
            return vec![self.no_objects()];
        }
        let mut reasons = if self.is_of_part { Vec::new() } else { self.absences(dump, plan, matched) };
        if reasons.is_empty() && !matched {
            reasons.push(NO_MATCHES.to_owned());
        }
        reasons.extend(plan.gaps().into_iter().map(|gap| absent::gap(gap, store)));
        reasons.extend(self.age_remark(dump));
        reasons
    }

    /// What was asked for and does not occur, or why nothing matched.
    fn absences(&self, dump: &Dump, plan: &Plan<'_>, matched: bool) -> Vec<String> {
        // Where something matched, the only kind and the only namespace that were asked for occur.
        let scope_occurs = matched && self.kinds.len() < 2 && self.namespaces.len() < 2;
        let mut reasons = if scope_occurs { Vec::new() } else { self.scope_reasons(dump.store()) };
        reasons.extend(self.label_reasons(dump, plan, matched));
        reasons
    }

    /// The namespaces and kinds that were asked for and do not occur, each with the nearest that does.
    pub(crate) fn scope_reasons(&self, store: &Store) -> Vec<String> {
        let namespaces = store.namespaces();
        let occurring = || namespaces.iter().map(|fact| fact.namespace);
        let known: HashSet<&str> = occurring().collect();
        let nearest_namespace = |name: &str| selq::text::nearest(name, occurring()).map(str::to_owned);
        let among = among(store.len() as u64);
        let is_known = |name: &str| known.contains(name);
        let mut reasons = absent_names("namespace", &self.namespaces, &among, is_known, nearest_namespace);
        reasons.extend(self.kind_reasons(&Kinds::of(store), &among));
        reasons
    }

    /// The kinds that were asked for and are not among these, each with the nearest that is; `among` says among how many
    /// objects.
    pub(crate) fn kind_reasons(&self, kinds: &Kinds, among: &str) -> Vec<String> {
        absent_names("kind", &self.kinds, among, |name| kinds.has(name), |name| kinds.nearest(name))
    }

    /// What a selector names and does not occur, each with the nearest that does; or else, where nothing matched, what
    /// excludes each other or occurs only outside the scope.
    pub(crate) fn label_reasons(&self, dump: &Dump, plan: &Plan<'_>, matched: bool) -> Vec<String> {
        let store = dump.store();
        let in_words = |it: &Absence<'_>| match self.takes_queries {
            true => absent::of_query(it, dump),
            false => absence(it, store),
        };
        let mut absences: Vec<String> = plan.absences().iter().map(in_words).collect();
        absences.extend(plan.partly_satisfied().iter().map(|(test, of_parts)| {
            format!("{test} asks for the whole value, and no value is so; {of_parts} asks for a part of it")
        }));
        if matched || !absences.is_empty() {
            return absences;
        }
        let Some(selector) = plan.selector() else { return Vec::new() };
        match selector.contradiction() {
            Some((one, other)) => vec![format!("{one} and {other} exclude each other")],
            None => self.only_elsewhere(store, selector),
        }
    }

    /// The requirements that objects meet, but none in the scope.
    fn only_elsewhere(&self, store: &Store, selector: &Selector) -> Vec<String> {
        let scope = self.scope(store);
        let is_any_in_scope = |selector: &Selector| Plan::scoped(store, selector, &scope).any();
        // Of an empty scope every requirement would hold only elsewhere, which says nothing.
        if !is_any_in_scope(&Selector::everything()) {
            return self.exclusive_scope(store).into_iter().collect();
        }
        // Each is asked alone: one that no object in the scope meets is enough to match nothing.
        let is_elsewhere = |requirement: &&Requirement| {
            let alone = Selector::from((*requirement).clone());
            !is_any_in_scope(&alone) && Plan::new(store, &alone).any()
        };
        let requirements = selector.requirements().unwrap_or_default().into_iter().filter(is_elsewhere);
        requirements.map(|requirement| format!("{requirement} only holds outside {}", self.place())).collect()
    }

    /// That the namespace and the kind occur, but not together.
    fn exclusive_scope(&self, store: &Store) -> Option<String> {
        let occur = self.scope_reasons(store).is_empty();
        if self.namespaces.is_empty() || self.kinds.is_empty() || !occur {
            return None;
        }
        let of_kinds = Selection::scoped(Vec::new(), self.kinds.clone());
        let of_no_namespace = Selection::scoped(vec![String::new()], self.kinds.clone());
        let count = |it: &Selection| Plan::scoped(store, &Selector::everything(), &it.scope(store)).count();
        // All of these objects are without a namespace: it is a kind such as Node.
        let why = match count(&of_kinds) == count(&of_no_namespace) {
            true => "; objects of that kind are in no namespace",
            false => "",
        };
        Some(format!("{} exclude each other: no object is of both{why}", self.place()))
    }

    /// The scope in words.
    fn place(&self) -> String {
        let named = |what: &str, names: &[String]| match names {
            [] => None,
            [name] => Some(format!("{what} {name:?}")),
            names => Some(format!("the {what}s {}", names.join(","))),
        };
        let namespaces = named("namespace", &self.namespaces);
        namespaces.into_iter().chain(named("kind", &self.kinds)).collect::<Vec<_>>().join(" and ")
    }
}

/// Which of the names that were asked for do not occur: the first of them each with the nearest that does.
fn absent_names(
    what: &str,
    names: &[String],
    among: &str,
    occurs: impl Fn(&str) -> bool,
    nearest: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let absent: Vec<&String> = names.iter().filter(|name| !occurs(name)).collect();
    // The nearest is looked for only of those that are told.
    let told = absent.iter().take(MAX_TOLD).map(|name| {
        message::absent(&format!("no {what} {} {among}", Quoted(name)), nearest(name).as_deref())
    });
    let n_more = absent.len().saturating_sub(MAX_TOLD) as u64;
    let more = (n_more > 0).then(|| format!("nor {} asked for", counted(n_more, &format!("more {what}"))));
    told.chain(more).collect()
}

/// `-n 'a, b'` names two without a blank.
fn trimmed(names: &[String]) -> Vec<String> {
    names.iter().map(|name| name.trim().to_owned()).collect()
}

/// `in 12 objects`
pub(crate) fn among(n_objects: u64) -> String {
    match n_objects {
        1 => "in the only object".to_owned(),
        n => format!("in {}", counted(n, "object")),
    }
}

/// A key that no object has, or a value that none has under a key; `among` says how many objects there are.
pub(crate) fn no_label(key: &str, value: Option<&str>, among: &str) -> String {
    match value {
        None => format!("no label {} {among}", Quoted(key)),
        Some(value) => format!("no object has {key}={}", Quoted(value)),
    }
}

/// What a selector names in vain, with what was meant. A dump may hold what no selector can name.
fn absence(absence: &Absence<'_>, store: &Store) -> String {
    let what = no_label(&absence.key, absence.value.as_deref(), &among(store.len() as u64));
    let is_selectable = |text: &str| match absence.value {
        None => LabelKey::new(text).is_ok(),
        Some(_) => LabelValue::new(text).is_ok(),
    };
    match (absence.nearest, &absence.value) {
        // First of all, since `po` or `svc` as a key is hardly ever the slip of a key that looks
        // like it.
        (_, None) if kinds::occurs(&absence.key, store) => {
            format!("{what}; that is a kind: -k {0}, or :kind {0} in the REPL", absence.key)
        }
        (Some(nearest), _) if !is_selectable(nearest) => {
            format!("{what}; the nearest is {}, which can be listed but not selected", Quoted(nearest))
        }
        // Last, since it walks all objects.
        (None, None) if store.objects().any(|object| object.name() == absence.key) => {
            format!("{what}; that is the name of an object, which no selector asks for")
        }
        (nearest, _) => message::absent(&what, nearest),
    }
}

impl Wanted {
    /// What the options say together: everything where there are none.
    pub(crate) fn asked(args: &WantedArgs, config: &Config) -> Result<Wanted> {
        let mut selector = Selector::everything();
        for text in &args.selector {
            selector = selector.and(text.parse()?);
        }
        for json in &args.label_selector {
            selector = selector.and(from_json(json, config)?);
        }
        let mut wanted = Wanted::from(selector);
        for text in &args.where_queries {
            wanted = wanted.and(Wanted::from(text.parse::<Query>()?));
        }
        for text in &args.field_selector {
            let fields: FieldSelector = text.parse()?;
            wanted = wanted.and(Wanted::from(Query::try_from(&fields)?));
        }
        Ok(wanted)
    }
}

/// Reads a LabelSelector object, or `null` for the selector of nothing.
pub(crate) fn from_json(json: &str, config: &Config) -> Result<Selector> {
    const FORM: &str = "a LabelSelector object is {\"matchLabels\":{\"app\":\"web\"}}, {} or null";
    // An Option keeps `null`, the selector of nothing, apart from `{}`, that of everything.
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
