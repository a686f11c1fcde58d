//! Selector text to a syntax tree. The only user of nom.
//!
//! [`parse`] turns a text into an [`Ast`]: what was typed, in its order, as slices of the text. Whether the keys and values
//! are ones that Kubernetes takes is checked later, by [`Selector`](crate::Selector). [`tokens`] reads the same text
//! without ever failing, and [`query_tokens`] that of a query, for colours and completion. The formal grammars are `grammar/selector.abnf` and
//! `grammar/query.abnf`; each of their rules is a function of the same name here.

mod ast;
mod error;
mod expected;
mod function;
mod lexer;
mod parser;
mod print;
mod query;
mod query_lexer;
mod query_token;
mod role;
mod token;

// The syntax tree is no part of the API: it is public for the tests of the grammar files.
#[doc(hidden)]
pub use ast::{Ast, AstRequirement, ComparisonOperator, Condition, MembershipOperator, ValueList};
pub(crate) use ast::{AstArguments, AstCall, AstField, AstStep, AstSubject, Tree};
pub use error::SyntaxError;
pub use expected::Expected;
pub use function::{FUNCTIONS, Function, FunctionRow, Parameter};
pub use lexer::{Token, tokens};
#[doc(hidden)]
pub use parser::parse;
#[doc(hidden)]
pub use query::check_query;
pub(crate) use query::{parse_query, parse_subject};
pub use query_lexer::query_tokens;
pub(crate) use query_token::is_word;
pub use role::Role;
pub use token::TokenKind;
