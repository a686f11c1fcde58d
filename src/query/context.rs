//! What a query is asked with besides the object.

use std::time::SystemTime;

use crate::Dump;
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
    pub const fn at(now: Time) -> Context {
        Context { now }
    }

    /// As if it were the newest of all times in a dump's objects: what "now" was for the dump, or a little before. A text counts
    /// that is one time as Kubernetes writes it, wherever it stands; without any it is now. Reads all of the objects' JSON.
    #[must_use]
    pub fn at_newest_time_of(dump: &Dump) -> Context {
        let objects = dump.store().objects();
        let newest = objects.filter_map(|object| newest_time(&dump.json(object.id()))).max();
        newest.map_or_else(Context::new, Context::at)
    }

    /// The time that it is.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }
}

/// The newest time that is the whole of a string in the JSON.
#[must_use]
pub fn newest_time(json: &str) -> Option<Time> {
    const LIKE: &str = "2026-01-01T00:00:00Z";
    let quotes = memchr::memchr_iter(b'"', json.as_bytes());
    let times = quotes.filter_map(|quote| {
        let text = json.get(quote + 1..)?;
        // Few strings have these two signs at these places.
        if text.as_bytes().get(4) != Some(&b'-') || text.as_bytes().get(10) != Some(&b'T') {
            return None;
        }
        text.get(..text.find('"')?).filter(|text| text.len() >= LIKE.len())?.parse().ok()
    });
    times.max()
}
