//! Selector text to a syntax tree. The only user of nom.
//!
//! [`parse`] turns a text into an [`Ast`]: what was typed, in its order, as slices of the text. Whether the keys and values
//! are ones that Kubernetes takes is checked later, by [`Selector`](crate::Selector). [`tokens`] reads the same text
//! without ever failing, for colours and completion. The formal grammar is `grammar/selector.abnf`; each of its rules is
//! a function of the same name here.

mod ast;
mod error;
mod parser;
mod print;
mod role;
mod token;

pub use ast::{Ast, AstRequirement, ComparisonOperator, Condition, MembershipOperator, ValueList};
pub use error::{Expected, SyntaxError};
pub use parser::parse;
pub use role::Role;
pub use token::{Token, TokenKind, tokens};
