//! What a query is asked with besides the object.

use std::time::SystemTime;

use crate::kubernetes::Time;

/// What a query is asked with besides the object: the time that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Context {
    now: Time,
}

impl Default for Context {
    fn default() -> Context {
        Context::new()
    }
}

impl Context {
    /// Now, by the clock of this machine.
    #[must_use]
    pub fn new() -> Context {
        Context { now: Time::from(SystemTime::now()) }
    }

    /// As if it were `now`, for the ages of a dump that is not of today.
    #[must_use]
    pub fn at(now: Time) -> Context {
        Context { now }
    }

    /// The time that it is.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }
}
