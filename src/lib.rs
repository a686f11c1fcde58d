//! A query engine for Kubernetes label selectors.

mod label;
mod plan;
mod selector;
mod span;
mod store;
mod suggest;
pub mod syntax;

pub use label::{LabelError, LabelErrorKind, LabelKey, LabelPart, LabelValue, ValueSet};
pub use plan::{Absence, Explanation, Matches, Outcome, Pass, Plan, Scope, Step};
pub use selector::{
    Expr, Integer, Label, LabelSelector, LabelSelectorError, LabelSelectorErrorKind, LabelSelectorOperator,
    LabelSelectorRequirement, Operator, ParseError, ParseErrorKind, Requirement, Selector,
};
pub use span::Span;
pub use store::{
    KeyFacts, KindFacts, NamespaceFacts, Object, ObjectId, ObjectIdentity, ObjectRef, Store, StoreBuilder,
    ValueFacts,
};
pub use suggest::nearest;
