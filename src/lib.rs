//! A query engine for Kubernetes label selectors.
//!
//! selq parses label selectors exactly as Kubernetes does, compiles them to plans over an in-memory label
//! store indexed with bitmaps, and answers which objects a selector picks: over a `kubectl get -o json`
//! dump, or over objects that a program puts in itself.
//!
//! - [`Selector`]: what a selector means. Parsed from text (`"env in (prod,qa),!legacy".parse()`) or made
//!   from a [`LabelSelector`], the JSON form. [`Selector::matches`] answers for one set of labels.
//! - [`Matcher`]: a selector made ready for many objects that are in no store, so that many requirements cost little.
//! - [`Store`]: objects with their labels, in memory. Filled one by one, in bulk by a [`StoreBuilder`], or
//!   from dumps by a [`Loader`].
//! - [`SavedIndex`]: a loaded dump as a file beside it, which opens without reading the dump again.
//! - [`Plan`]: a selector made ready for one store. [`Plan::count`], [`Plan::run`] and [`Plan::explain`].
//! - [`Matches`]: the objects that a plan found.
//! - [`SelectorSet`]: many selectors held at once. [`SelectorSet::matching`] says which of them select an
//!   object, without trying each; [`SelectorSet::changes`] which it enters and leaves when its labels change.
//! - [`SharedStore`]: a store that threads read as snapshots, without a lock while plans run, while another
//!   changes it.
//! - [`Label`]: how labels go into all of these, as programs have them.
//! - [`LabelEdits`]: labels to set and remove as `kubectl label` does, in labels, in JSON and as patches.
//! - [`WatchedStore`]: a store that follows the events of a [`WatchReader`](load::WatchReader); a
//!   [`SharedWatchedStore`] is one that threads read meanwhile.
//! - [`FieldSelector`](selector::FieldSelector): Kubernetes' own language for fields, `status.phase=Running`.
//! - [`Path`]: a way into an object's JSON: a field, kubectl's JSONPath or a pointer. [`Paths`](path::Paths): several in one reading.
//! - [`kubernetes`]: what only Kubernetes' objects have: kinds and their names, quantities, and what
//!   `kubectl get` and the scheduler make of them: status, readiness, ages, requests.
//! - [`Links`](kubernetes::Links): what the objects of a dump have to do with each other: who selects, owns, runs and uses
//!   whom, by a table of places that programs may add to.
//! - [`diff`]: what became of the objects of a dump in another one.
//!
//! What most programs need is at the root; what belongs to it, such as the kinds of an error or the parts of an answer, is in
//! the modules: all of [`load`] besides [`Loader`], say.
//!
//! How it goes together with `kube` and `k8s-openapi` is said in [`with_kube`].
//!
//! # Example
//!
//! ```
//! use selq::{LabelSelector, Object, Plan, Selector, Store};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let selector: Selector = "env in (prod,qa),!legacy".parse()?;
//! let mut store = Store::new();
//! store.insert(Object::new("Pod", "shop", "web-0").with_labels([("env", "prod")]));
//! let plan = Plan::new(&store, &selector);
//! assert_eq!(plan.count(), 1);
//! for object in plan.run().iter() {
//!     assert_eq!((object.namespace(), object.name()), ("shop", "web-0"));
//! }
//!
//! let absent: Option<LabelSelector> = serde_json::from_str("null")?;
//! let nothing = Selector::try_from(absent)?;
//! assert!(!nothing.matches([("env", "prod")]));
//! # Ok(())
//! # }
//! ```
//!
//! # Syntax
//!
//! Requirements joined by `,`, all of which must hold:
//!
//! | requirement | selects objects whose labels |
//! |---|---|
//! | `k=v`, `k==v` | have key `k` with value `v`; `k=` with the empty value |
//! | `k!=v` | do not have `k` with `v`, also those without `k` |
//! | `k in (a,b)` | have `k` with one of the values |
//! | `k notin (a,b)` | have `k` with none of the values, also those without `k` |
//! | `k`, `!k` | have `k`, do not have `k` |
//! | `k>7`, `k<7` | have `k` with an integer above 7, below 7 |
//!
//! The grammar as a file, with what a parser in another language must know besides, is in the `grammar`
//! folder of the repository. The reference is the Kubernetes code (`k8s.io/apimachinery/pkg/labels`);
//! where selq differs it is stricter: a text that contains U+0000 is refused.
//!
//! # Empty and null
//!
//! The empty selector (`""`, `{}`) selects every object, the null selector (JSON `null`, `None`) selects
//! none, and a text that does not parse is an error. Nothing here makes an everything-selector by default:
//! [`Selector::everything`] and [`Selector::nothing`] say what they are.
//!
//! # Threads
//!
//! Every type here is `Send` and `Sync`. A [`Store`] that does not change can be read by many threads as it
//! is; one that changes goes into a [`SharedStore`].
//!
//! # Input safety
//!
//! Selectors and dumps may come from anywhere. No input makes the library panic, print or exit. Parsing a
//! selector takes time in proportion to its length (its requirements are sorted) and does not recurse.
//! Labels in dumps may be any strings; only a selector's own keys and values are checked. A mapped file
//! must not be cut short while it is being read (see [`Input::Path`]).
//!
//! # Errors
//!
//! Every error says where and what was expected, and has a `help()` where there is a fix to suggest.
//! [`ParseError::render`] draws the text with a caret under the place. [`Error`] is one type over all.
//!
//! # Features
//!
//! | feature | what it carries | packages |
//! |---|---|---|
//! | none | all of the library: parser, store, plans, queries, dumps, watches, archives, saved indexes, links, SQL | 45 |
//! | `cli`, on by default | the `selq` program | 90 |
//!
//! Packages are those that are built for Linux, selq included (`cargo tree -e normal --prefix none --no-dedupe | sort -u`).
//! Four of them are `regex` and what it needs. A library user turns the program off with `default-features = false`.

mod codec;
pub mod diff;
pub mod edit;
mod error;
mod formula;
mod json;
pub mod kubernetes;
pub mod label;
pub mod load;
mod parallel;
pub mod path;
pub mod plan;
pub mod query;
pub mod saved;
pub mod selector;
pub mod selector_set;
mod shown;
mod span;
pub mod sql;
pub mod store;
mod suggest;
pub mod syntax;
pub mod watch;
// It is a page with examples that are tested, and nothing of it is built into programs.
#[cfg(any(doc, doctest))]
pub mod with_kube;
mod yaml;

// The modules are public too. Without this the front page would only say where these are defined.
#[doc(inline)]
pub use edit::LabelEdits;
pub use error::Error;
#[doc(inline)]
pub use label::{Label, LabelKey, LabelValue};
#[doc(inline)]
pub use load::{Dump, Input, LoadError, Loader};
#[doc(inline)]
pub use path::Path;
#[doc(inline)]
pub use plan::{Matches, Plan, Scope};
#[doc(inline)]
pub use query::Query;
#[doc(inline)]
pub use saved::SavedIndex;
#[doc(inline)]
pub use selector::{LabelSelector, Matcher, Operator, ParseError, Requirement, Selector};
#[doc(inline)]
pub use selector_set::{SelectorId, SelectorSet};
pub use span::Span;
#[doc(inline)]
pub use store::{Object, ObjectId, ObjectIdentity, ObjectRef, SharedStore, Store, StoreBuilder};
#[doc(inline)]
pub use watch::{SharedWatchedStore, WatchedStore};

/// Texts for messages: a value in quotation marks, and the nearest of many names; and JSON as YAML.
pub mod text {
    pub use crate::shown::Quoted;
    pub use crate::suggest::nearest;
    pub use crate::yaml::yaml;
}

/// Compiles the example in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct ReadmeDoctests;
