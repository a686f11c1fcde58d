//! The functions of the query language: one row each, from which the parser, help and completion know them.

/// A function of the query language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Function {
    /// `kind()`
    Kind,
    /// `name()`
    Name,
    /// `namespace()`
    Namespace,
    /// `source()`
    Source,
    /// `cluster()`
    Cluster,
    /// `label(KEY)`
    Label,
    /// `annotation(KEY)`
    Annotation,
    /// `status()`
    Status,
    /// `condition(TYPE)`
    Condition,
    /// `ready()`
    Ready,
    /// `restarts()`
    Restarts,
    /// `age()`, `age(PATH)`
    Age,
    /// `qos()`
    Qos,
    /// `image()`
    Image,
    /// `owner()`
    Owner,
    /// `workload()`
    Workload,
    /// `requests(RESOURCE)`
    Requests,
    /// `limits(RESOURCE)`
    Limits,
    /// `taint()`
    Taint,
    /// `node(SUBJECT)`
    Node,
    /// `ns(SUBJECT)`
    Ns,
    /// `count(RELATION(QUERY))`
    Count,
    /// `all()`
    All,
    /// `selects(QUERY)`
    Selects,
    /// `selected-by(QUERY)`
    SelectedBy,
    /// `mentions(QUERY)`
    Mentions,
    /// `mentioned-by(QUERY)`
    MentionedBy,
    /// `owns(QUERY)`
    Owns,
    /// `owned-by(QUERY)`
    OwnedBy,
    /// `runs(QUERY)`
    Runs,
    /// `runs-on(QUERY)`
    RunsOn,
    /// `within(QUERY)`
    Within,
    /// `uses(QUERY)`
    Uses,
    /// `used-by(QUERY)`
    UsedBy,
    /// `about(QUERY)`
    About,
    /// `can-run(QUERY)`
    CanRun,
    /// `can-run-on(QUERY)`
    CanRunOn,
}

/// What stands between the parentheses of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parameter {
    /// Nothing, or values that the function's own is compared with: `kind(pod,svc)` is `kind() in (pod,svc)`.
    Values,
    /// One word, which this names: a key, a resource.
    Word(&'static str),
    /// A path, or nothing.
    Path,
    /// What may stand before an operator.
    Subject,
    /// A set with its query.
    Set,
    /// Nothing.
    Nothing,
    /// A query, or nothing.
    Query,
}

/// A row of [`FUNCTIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionRow {
    /// Which function it is.
    pub function: Function,
    /// How it is written.
    pub name: &'static str,
    /// What stands between its parentheses.
    pub parameter: Parameter,
    /// Why it does not stand without an operator, where it does not: what to write instead.
    pub not_bare: Option<&'static str>,
    /// What it gives, in one line.
    pub words: &'static str,
    /// Queries with it.
    pub examples: &'static [&'static str],
    /// Whether it asks other objects than the one at hand.
    pub asks_others: bool,
}

impl FunctionRow {
    /// Whether it gives objects; otherwise it gives values.
    #[must_use]
    pub fn is_set(&self) -> bool {
        matches!(self.parameter, Parameter::Nothing | Parameter::Query)
    }
}

impl Function {
    /// The row of the function.
    #[must_use]
    pub fn row(self) -> &'static FunctionRow {
        // The table has the order of the variants, which a test holds.
        &FUNCTIONS[self as usize]
    }

    /// Whether its value is that of the input, and not of the object in it.
    pub(crate) fn is_of_input(self) -> bool {
        matches!(self, Function::Source | Function::Cluster)
    }

    /// The function of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Function> {
        // A parser asks once for each function of a text, so that the table needs no index.
        FUNCTIONS.iter().find(|row| row.name == name).map(|row| row.function)
    }
}

const fn value(
    function: Function,
    name: &'static str,
    parameter: Parameter,
    words: &'static str,
    examples: &'static [&'static str],
) -> FunctionRow {
    FunctionRow { function, name, parameter, not_bare: None, words, examples, asks_others: false }
}

const fn set(
    function: Function,
    name: &'static str,
    words: &'static str,
    examples: &'static [&'static str],
) -> FunctionRow {
    value(function, name, Parameter::Query, words, examples).of_others()
}

impl FunctionRow {
    const fn not_bare(self, instead: &'static str) -> FunctionRow {
        FunctionRow { not_bare: Some(instead), ..self }
    }

    const fn of_others(self) -> FunctionRow {
        FunctionRow { asks_others: true, ..self }
    }
}

/// All functions of the query language.
// The help of `not_bare` has two halves: what stands before its first ": " is told as
// the mistake, and what stands behind it as the fix.
pub const FUNCTIONS: &[FunctionRow] = &[
    value(
        Function::Kind,
        "kind",
        Parameter::Values,
        "the object's kind, by any name that kubectl takes",
        &["kind(pod)", "kind(deploy,sts)"],
    )
    .not_bare("kind() needs a kind: write kind(pod)"),
    value(
        Function::Name,
        "name",
        Parameter::Values,
        "the object's name, or kind/name",
        &["name(web-*)", "name(pod/web-0)"],
    ),
    value(
        Function::Namespace,
        "namespace",
        Parameter::Values,
        "the object's namespace; cluster-scoped objects have none",
        &["namespace(shop)", "!namespace()"],
    ),
    value(
        Function::Source,
        "source",
        Parameter::Values,
        "the file that the object was read from",
        &["source(*pods.json)"],
    )
    // A call that holds for every object asks nothing.
    .not_bare("every object has a source: write source('pods.json')"),
    value(
        Function::Cluster,
        "cluster",
        Parameter::Values,
        "the name that the object's input was given",
        &["cluster(prod)"],
    )
    .not_bare("cluster() needs a name: write cluster(prod)"),
    value(
        Function::Label,
        "label",
        Parameter::Word("a label key"),
        "the value of a label, whatever its key is made of",
        // The key is one that no selector can name, which is what the function is for.
        &["label('aws:created') = '1'", "label(app)"],
    ),
    value(
        Function::Annotation,
        "annotation",
        Parameter::Word("an annotation key"),
        "the value of an annotation",
        &["annotation(example.com/owner)=team-a"],
    ),
    value(
        Function::Status,
        "status",
        Parameter::Values,
        "the STATUS of kubectl get",
        &["status(Running)", "status(*BackOff)"],
    )
    .not_bare("status() needs a status: write status(Running)"),
    value(
        Function::Condition,
        "condition",
        Parameter::Word("a condition type"),
        "the status of a condition: True, False or Unknown",
        &["condition(Ready)=False"],
    )
    .not_bare("a condition is \"True\", \"False\" or \"Unknown\": write condition(Ready)=True"),
    value(Function::Ready, "ready", Parameter::Values, "whether all of it is ready", &["ready()=false"])
        // People mean `ready()=true` by it. As for any subject, the
        // bare one would hold for "false" too.
        .not_bare("ready() is \"true\" or \"false\": write ready()=true"),
    value(
        Function::Restarts,
        "restarts",
        Parameter::Values,
        "how often its containers were restarted",
        &["restarts()>5"],
    )
    .not_bare("restarts() is a number: write restarts()>0"),
    value(
        Function::Age,
        "age",
        Parameter::Path,
        "how long ago it was created, or the time at a path",
        &["age()>7d", "age(.status.startTime)<1h"],
    )
    .not_bare("age() is a duration: write age()>7d"),
    value(
        Function::Qos,
        "qos",
        Parameter::Values,
        "the quality of service class of a pod",
        &["qos(BestEffort)"],
    )
    .not_bare("every pod has a class: write qos(BestEffort)"),
    value(
        Function::Image,
        "image",
        Parameter::Values,
        "the images of its containers, also of its template's",
        &["image(nginx:*)"],
    ),
    value(
        Function::Owner,
        "owner",
        Parameter::Values,
        "Kind/name of the controller that owns it",
        &["owner(ReplicaSet/*)", "!owner()"],
    ),
    value(
        // The owner of an owner stands in another object.
        // `owner()` is in the object's own metadata.
        Function::Workload,
        "workload",
        Parameter::Values,
        "Kind/name of the topmost owner",
        &["workload(Deployment/web)"],
    )
    .of_others(),
    value(
        Function::Requests,
        "requests",
        Parameter::Word("a resource"),
        "what a pod asks for of a resource",
        &["requests(cpu)>500m", "!requests(memory)"],
    ),
    value(
        Function::Limits,
        "limits",
        Parameter::Word("a resource"),
        "what a pod may use of a resource",
        &["limits(memory)>=1Gi", "!limits(cpu)"],
    ),
    value(
        Function::Taint,
        "taint",
        Parameter::Values,
        "the taints of a node: key=value:Effect",
        // A `=` ends a bare word, so that a whole taint stands in quotation marks.
        &["taint(gpu*)", "taint('gpu=true:NoSchedule')"],
    ),
    value(
        Function::Node,
        "node",
        Parameter::Subject,
        "the value at the pod's node",
        &["node(topology.kubernetes.io/zone)=eu-*"],
    )
    .of_others(),
    value(Function::Ns, "ns", Parameter::Subject, "the value at the object's namespace", &["ns(team)=a"])
        .of_others(),
    value(
        Function::Count,
        "count",
        Parameter::Set,
        "how many objects a relation gives",
        &["count(selects(kind(pod)))=0"],
    )
    .not_bare("count() is a number: write count(selects(kind(pod)))>0")
    .of_others(),
    // All objects are the only set that is known without a look at any of them.
    value(Function::All, "all", Parameter::Nothing, "every object", &["all()"]),
    set(
        Function::Selects,
        "selects",
        "those whose selector acts on one of the others",
        &["!selects(kind(pod))"],
    ),
    set(
        Function::SelectedBy,
        "selected-by",
        "those on which a selector of the others acts",
        &["selected-by(kind(svc))"],
    ),
    set(
        Function::Mentions,
        "mentions",
        "those of which another selector selects one of the others",
        &["mentions(app=web)"],
    ),
    set(
        Function::MentionedBy,
        "mentioned-by",
        "those that another selector of the others selects",
        &["mentioned-by(kind(netpol))"],
    ),
    set(Function::Owns, "owns", "those that own one of the others", &["owns(status(Pending))"]),
    set(Function::OwnedBy, "owned-by", "those that one of the others owns", &["owned-by(name(web))"]),
    set(Function::Runs, "runs", "nodes that run one of the others", &["runs(app=web)"]),
    set(Function::RunsOn, "runs-on", "pods on one of the nodes", &["runs-on(gpu=true)"]),
    set(Function::Within, "within", "those in one of the namespaces", &["within(team=a)"]),
    set(Function::Uses, "uses", "those that refer to one of the others by name", &["uses(kind(secret))"]),
    set(Function::UsedBy, "used-by", "those to which one of the others refers by name", &["!used-by()"]),
    set(Function::About, "about", "Events about one of the others", &["about(kind(pod))"]),
    set(Function::CanRun, "can-run", "nodes on which one of the pods could run", &["can-run(name(web-0))"]),
    set(
        Function::CanRunOn,
        "can-run-on",
        "pods that could run on one of the nodes",
        &["can-run-on(gpu=true)"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_they_are_looked_for() {
        for (n, row) in FUNCTIONS.iter().enumerate() {
            assert_eq!(row.function as usize, n, "{}", row.name);
            assert_eq!(Function::named(row.name), Some(row.function));
            assert!(!row.examples.is_empty() && !row.words.ends_with('.'), "{}", row.name);
            assert!(row.examples.iter().all(|example| example.contains(&format!("{}(", row.name))));
        }
    }
}
