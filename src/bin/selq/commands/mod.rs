//! The subcommands, one file each: from what was typed to an exit status.

pub(crate) mod audit;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod help;
pub(crate) mod index;
pub(crate) mod label;
pub(crate) mod labels;
mod language;
pub(crate) mod links;
pub(crate) mod ls;
mod named;
pub(crate) mod parse;
pub(crate) mod queries;
pub(crate) mod query;
pub(crate) mod schedule;
pub(crate) mod sql;
pub(crate) mod stats;
pub(crate) mod watch;
mod watched;
