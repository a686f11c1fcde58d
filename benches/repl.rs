//! What a key stroke costs in the REPL.
//!
//! Lines are typed key by key over the fleets of `fleet/mod.rs`, and after each key is asked what the editor
//! asks: `hint` (the count, or what is expected, or the nearest that occurs), `complete` (keys or values of
//! the objects that the rest of the line selects, with counts) and `highlight` (what does not occur).
//!
//! - `repl/TASK/SIZE/mean:LINE`: the time of a key stroke on average; the benchmark types the whole line, and its throughput
//!   is in key strokes.
//! - `repl/TASK/SIZE/slowest:TEXT`: that of the slowest key stroke of all the lines, found beforehand.
//! - `repl/query-TASK/SIZE/…`: the same of queries with fields and functions, which were read before, over up to 100,000 pods.
//!
//! ```text
//! cargo bench --bench repl
//! cargo bench --bench repl -- 'repl/complete/1000000/slowest'
//! ```

mod fleet;
/// The parts of the program's module that typing uses, without their tests.
#[path = "../src/bin/selq/terminal"]
#[allow(dead_code, unused_imports, reason = "the bench uses a part of them")]
mod terminal {
    pub(crate) mod numbers;
    pub(crate) mod sanitize;
    pub(crate) mod table;
}
#[path = "../src/bin/selq/typing/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the bench uses a part of it, without its tests"
)]
mod typing;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fleet::{brief_group, json, pods, sizes, store};
use selq::query::{Columns, Context, Query};
use selq::{Dump, Input, Loader, Scope, Store};
use typing::TypingContext;
use typing::complete::complete;
use typing::fields::{FieldFacts, FieldsOfKind};
use typing::highlight::highlight;
use typing::hint::hint;
use typing::names::Names;

/// What people type, and what is hardest: keys with tens of thousands of values, slips in them, long lists.
const LINES: [&str; 8] = [
    "env=prod,tier=db",
    "app.kubernetes.io/name=app-22,env in (prod,staging),!legacy",
    "priority>50,team notin (team-1,team-2)",
    "env!=prod,topology.kubernetes.io/zone=eu-west-1a",
    "enviroment=prod",
    "env=prod,pod-template-hash=zz",
    "pod-template-hash=0badhash00,env=prod",
    "app.kubernetes.io/instance=app-0-prod-nope,env!=dev",
];

/// The same of queries, of which a field and a function have as many values as there are pods.
const QUERIES: [&str; 6] = [
    ".status.phase=Running,env=prod",
    "env=prod || status(Running,Pend*)",
    "!(.spec.nodeName in (node-1,node-17)) && .metadata.name=pod-9",
    "name(pod-99) || requests(cpu)>500m",
    ".spec.containers[.image=reg.example/app-2].name",
    "..image =~ '.*app-2.*',restarts()>5",
];

/// Of how many pods the JSON is there.
const MAX_WITH_JSON: usize = 100_000;

/// What the editor asks after a key stroke.
type Task = fn(&TypingContext<'_>, &str);

const TASKS: [(&str, Task); 3] = [
    ("hint", |context, text| {
        black_box(hint(context, text));
    }),
    ("complete", |context, text| {
        black_box(complete(context, text, text.len()));
    }),
    ("highlight", |context, text| {
        black_box(highlight(context, text, text.len()));
    }),
];

fn key_strokes(c: &mut Criterion) {
    for &size in sizes() {
        let store = store(&pods(size));
        let (scope, names, columns) = (Scope::all(), Names::default(), Columns::new());
        let context = TypingContext {
            store: &store,
            scope: &scope,
            names: &names,
            commands: &[],
            on_screen: &[],
            columns: &columns,
            asked_with: Context::new(),
            fields: None,
        };
        for (name, task) in TASKS {
            bench_task(c, &context, &LINES, &format!("repl/{name}/{size}"), task);
        }
        // The bitmaps of a large fleet take their time to be given back.
        drop::<Store>(store);
    }
}

fn key_strokes_of_queries(c: &mut Criterion) {
    for &size in sizes().iter().filter(|size| **size <= MAX_WITH_JSON) {
        let bytes = json::ndjson(&pods(size), json::Detail::Full);
        let dump =
            Loader::new().load([Input::Bytes { name: "pods".into(), bytes }]).expect("the fleet is a dump");
        let (scope, names, mut columns) = (Scope::all(), Names::default(), Columns::new());
        let queries: Vec<Query> =
            QUERIES.iter().map(|line| line.parse().expect("they are queries")).collect();
        columns.read(&dump, queries.iter().flat_map(Query::subjects), &Context::new());
        let context = TypingContext {
            store: dump.store(),
            scope: &scope,
            names: &names,
            commands: &[],
            on_screen: &[],
            columns: &columns,
            asked_with: Context::new(),
            fields: Some(&fields(&dump)),
        };
        for (name, task) in TASKS {
            bench_task(c, &context, &QUERIES, &format!("repl/query-{name}/{size}"), task);
        }
    }
}

/// What a session knows of the fields after it has looked at some objects.
fn fields(dump: &Dump) -> FieldFacts {
    let kinds = dump.store().kinds().into_iter().map(|kind| {
        let mut fields = FieldsOfKind::new(&kind);
        for object in dump.store().objects().take(2_000) {
            fields.look_at(&serde_json::from_str(&dump.json(object.id())).expect("it was loaded"));
        }
        fields
    });
    FieldFacts::new(kinds.collect())
}

fn bench_task(c: &mut Criterion, context: &TypingContext<'_>, lines: &[&str], name: &str, task: Task) {
    let mut group = brief_group(c, name);
    for line in lines {
        group.throughput(Throughput::Elements(line.len() as u64));
        group.bench_function(format!("mean:{line}"), |b| {
            b.iter(|| beginnings(line).for_each(|text| task(context, black_box(text))));
        });
    }
    let slowest = lines.iter().flat_map(|line| beginnings(line)).max_by_key(|text| time(context, text, task));
    let slowest = slowest.expect("there are lines, and none is empty");
    group.throughput(Throughput::Elements(1));
    group.bench_function(format!("slowest:{slowest}"), |b| b.iter(|| task(context, black_box(slowest))));
}

/// The line as it stands after each key stroke.
fn beginnings(line: &str) -> impl Iterator<Item = &str> {
    (1..=line.len()).map(|end| &line[..end])
}

/// How long a key stroke takes at best, of a few times.
fn time(context: &TypingContext<'_>, text: &str, task: Task) -> Duration {
    let once = || {
        let begin = Instant::now();
        task(context, text);
        begin.elapsed()
    };
    (0..3).map(|_| once()).min().expect("it was run")
}

criterion_group!(benches, key_strokes, key_strokes_of_queries);
criterion_main!(benches);
