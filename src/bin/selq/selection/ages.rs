//! Ages that are asked of a dump which is not of today: counted to the clock, all of them are too long.

use std::sync::atomic::{AtomicI64, Ordering};

use selq::Dump;
use selq::kubernetes::{Age, Time};
use selq::query::{Context, newest_time};

const SECOND: i128 = 1_000_000_000;
/// A dump is of today if a time in it is at most so many seconds old.
const DAY: i64 = 86_400;

/// How old the newest time is that was seen in objects.
///
/// Threads look at the objects at once. Once one is of today, the others are not looked at any more, so that a dump of today
/// costs next to nothing.
#[derive(Debug)]
pub(crate) struct Freshness {
    now: i64,
    /// Since 1970, in seconds.
    newest: AtomicI64,
}

impl Freshness {
    /// Nothing was seen yet.
    pub(crate) fn new(context: Context) -> Freshness {
        let now = (context.now().unix_nanos() / SECOND) as i64;
        Freshness { now, newest: AtomicI64::new(i64::MIN) }
    }

    /// Of all objects of a dump.
    pub(crate) fn of(dump: &Dump, context: Context) -> Freshness {
        let freshness = Freshness::new(context);
        let mut objects = dump.store().objects();
        while let Some(object) = objects.next().filter(|_| !freshness.is_of_today()) {
            freshness.look(|| dump.json(object.id()));
        }
        freshness
    }

    /// Looks at the JSON of an object, if that may say something new.
    pub(crate) fn look<J: AsRef<str>>(&self, json: impl FnOnce() -> J) {
        if self.is_of_today() {
            return;
        }
        if let Some(time) = newest_time(json().as_ref()) {
            let seconds = i64::try_from(time.unix_nanos() / SECOND).unwrap_or(i64::MAX);
            self.newest.fetch_max(seconds, Ordering::Relaxed);
        }
    }

    fn is_of_today(&self) -> bool {
        self.newest.load(Ordering::Relaxed) >= self.now.saturating_sub(DAY)
    }

    /// What to say of it; nothing if there are no times at all.
    pub(crate) fn remark(&self) -> Option<String> {
        let newest = self.newest.load(Ordering::Relaxed);
        if newest == i64::MIN || self.is_of_today() {
            return None;
        }
        let time = |seconds: i64| Time::from_unix_nanos(i128::from(seconds) * SECOND);
        let age = Age::between(time(newest), time(self.now)).human();
        Some(format!(
            "ages are counted to now, and the newest time in the input is {age} old: --now dump counts them to that"
        ))
    }
}
