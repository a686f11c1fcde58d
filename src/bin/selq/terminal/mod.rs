//! Standard output and standard error: how text reaches people and programs.

pub(crate) mod closed;
pub(crate) mod json_error;
pub(crate) mod message;
pub(crate) mod numbers;
pub(crate) mod printer;
pub(crate) mod sanitize;
pub(crate) mod stdin;
pub(crate) mod stdout;
pub(crate) mod table;
pub(crate) mod underline;
