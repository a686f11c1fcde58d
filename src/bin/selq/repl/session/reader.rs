//! What is read of the objects while the user types: columns that a line asks for, and the fields that occur.
//!
//! Key strokes wait for nothing here. A thread reads what is wanted, and says the hint anew when it is done; whatever is no
//! longer wanted is given up.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use selq::query::{Columns, Context, Subject};
use selq::store::KindFacts;
use selq::{Dump, Plan, Scope, Selector};

use crate::typing::fields::{FieldFacts, FieldsOfKind};

/// How long the line has to stay as it is before anything is read for it: the beginnings of a field are fields too.
const PAUSE: Duration = Duration::from_millis(120);
/// How often somebody who waits looks whether the user has had enough.
const TICK: Duration = Duration::from_millis(2);
/// How many objects of a kind tell which fields occur.
const MAX_LOOKED_AT: usize = 2_000;

/// Says what there is to say about a line once more has been read.
pub(crate) type Resay = Box<dyn Fn(&Columns) + Send>;

/// Reads in the background. Nothing that it reads outlives a change of the dump.
#[derive(Default)]
pub(crate) struct BackgroundReader {
    desk: Arc<Mutex<Desk>>,
    /// Whether what is being read is no longer wanted.
    is_unwanted: Arc<AtomicBool>,
    reading: RefCell<Option<JoinHandle<()>>>,
    looking: RefCell<Looking>,
}

/// What the reading thread and the others share.
#[derive(Default)]
struct Desk {
    columns: Arc<Columns>,
    wanted: Vec<Subject>,
    /// When that was changed.
    since: Option<Instant>,
    resay: Option<Resay>,
    /// What is being read.
    reading: Vec<Subject>,
    is_running: bool,
}

impl Desk {
    fn unread(&self) -> Vec<Subject> {
        self.wanted.iter().filter(|subject| !self.columns.has(subject)).cloned().collect()
    }
}

/// What is known of the fields that occur.
#[derive(Default)]
enum Looking {
    #[default]
    Nothing,
    Begun {
        is_unwanted: Arc<AtomicBool>,
        thread: JoinHandle<FieldFacts>,
    },
    Done(Arc<FieldFacts>),
}

impl BackgroundReader {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        locked(&self.desk)
    }

    /// What was read so far.
    pub(crate) fn columns(&self) -> Arc<Columns> {
        Arc::clone(&self.desk().columns)
    }

    /// Wants what a line asks for, in place of what was wanted before. `resay` is called, with what was read, from another
    /// thread.
    pub(crate) fn want(&self, dump: &Arc<Dump>, wanted: Vec<Subject>, context: Context, resay: Resay) {
        let mut desk = self.desk();
        if desk.wanted != wanted {
            (desk.wanted, desk.since) = (wanted, Some(Instant::now()));
        }
        desk.resay = Some(resay);
        let is_of_use = desk.reading.iter().any(|subject| desk.wanted.contains(subject));
        self.is_unwanted.store(!desk.reading.is_empty() && !is_of_use, Ordering::Relaxed);
        if !desk.is_running && !desk.unread().is_empty() {
            let (shared, is_unwanted) = (Arc::clone(&self.desk), Arc::clone(&self.is_unwanted));
            let dump = Arc::clone(dump);
            let read = move || read(&shared, &is_unwanted, &dump, &context);
            // Without another thread the answer reads it.
            let thread = thread::Builder::new().spawn(read).ok();
            desk.is_running = thread.is_some();
            self.reading.replace(thread);
        }
    }

    /// Reads what is asked for now, or waits for the thread that does so already. False if `go_on` said no before that.
    pub(crate) fn read(
        &self,
        dump: &Dump,
        subjects: &[&Subject],
        context: &Context,
        go_on: impl Fn() -> bool + Sync,
    ) -> bool {
        while self.desk().reading.iter().any(|it| subjects.contains(&it)) {
            if !go_on() {
                return false;
            }
            thread::sleep(TICK);
        }
        self.stop_reading();
        let mut columns = Columns::clone(&self.columns());
        let is_read = columns.read_while(dump, subjects.iter().copied(), context, go_on);
        self.desk().columns = Arc::new(columns);
        is_read
    }

    /// The fields that occur, or nothing while a thread is looking for them.
    pub(crate) fn fields(&self, dump: &Arc<Dump>) -> Option<Arc<FieldFacts>> {
        let mut looking = self.looking.borrow_mut();
        *looking = match std::mem::take(&mut *looking) {
            Looking::Nothing => look(dump),
            Looking::Begun { thread, .. } if thread.is_finished() => {
                thread.join().map_or(Looking::Nothing, |facts| Looking::Done(Arc::new(facts)))
            }
            other => other,
        };
        match &*looking {
            Looking::Done(facts) => Some(Arc::clone(facts)),
            _ => None,
        }
    }

    /// Ends what goes on and forgets what was read: the dump is about to change, and nobody but its owner has it then.
    pub(crate) fn forget(&self) {
        self.stop_reading();
        *self.desk() = Desk::default();
        if let Looking::Begun { is_unwanted, thread } = self.looking.take() {
            is_unwanted.store(true, Ordering::Relaxed);
            // What it found is not wanted.
            drop(thread.join());
        }
    }

    /// Wants nothing any more, and waits until the thread has seen that.
    pub(crate) fn stop_reading(&self) {
        {
            let mut desk = self.desk();
            (desk.wanted, desk.resay) = (Vec::new(), None);
        }
        self.is_unwanted.store(true, Ordering::Relaxed);
        if let Some(thread) = self.reading.take() {
            thread.thread().unpark();
            drop(thread.join());
        }
        self.is_unwanted.store(false, Ordering::Relaxed);
    }
}

/// Nothing here is left half done by a panic.
fn locked(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads what is wanted, and what comes to be wanted meanwhile, until there is nothing more.
fn read(shared: &Mutex<Desk>, is_unwanted: &AtomicBool, dump: &Dump, context: &Context) {
    while let Some(unread) = next_to_read(shared, is_unwanted) {
        let mut columns = Columns::clone(&locked(shared).columns);
        let go_on = || !is_unwanted.load(Ordering::Relaxed);
        let is_read = columns.read_while(dump, &unread, context, go_on);
        let mut desk = locked(shared);
        desk.reading.clear();
        if is_read {
            desk.columns = Arc::new(columns);
            let columns = Arc::clone(&desk.columns);
            if let Some(resay) = desk.resay.take() {
                // A key stroke may want the desk meanwhile.
                drop(desk);
                resay(&columns);
            }
        }
    }
}

/// What is to be read next, once it has been wanted for long enough.
fn next_to_read(shared: &Mutex<Desk>, is_unwanted: &AtomicBool) -> Option<Vec<Subject>> {
    loop {
        let mut desk = locked(shared);
        let unread = desk.unread();
        if unread.is_empty() {
            desk.is_running = false;
            return None;
        }
        let waited = desk.since.map_or(PAUSE, |since| since.elapsed());
        if waited >= PAUSE {
            is_unwanted.store(false, Ordering::Relaxed);
            desk.reading.clone_from(&unread);
            return Some(unread);
        }
        drop(desk);
        thread::park_timeout(PAUSE - waited);
    }
}

/// Begins to look for the fields that occur.
fn look(dump: &Arc<Dump>) -> Looking {
    let is_unwanted = Arc::new(AtomicBool::new(false));
    let (dump, is_seen) = (Arc::clone(dump), Arc::clone(&is_unwanted));
    let look = move || {
        let kinds = dump.store().kinds();
        FieldFacts::new(kinds.iter().map(|kind| fields_of(&dump, kind, &is_seen)).collect())
    };
    thread::Builder::new()
        .spawn(look)
        .map_or(Looking::Nothing, |thread| Looking::Begun { is_unwanted, thread })
}

/// The fields of objects of a kind, from all parts of the dump.
fn fields_of(dump: &Dump, kind: &KindFacts<'_>, is_unwanted: &AtomicBool) -> FieldsOfKind {
    let scope = Scope::all().kind(Some(kind.group()), kind.kind);
    let objects = Plan::scoped(dump.store(), &Selector::everything(), &scope).run();
    let mut fields = FieldsOfKind::new(kind);
    let ids = objects.ids().step_by(objects.len().div_ceil(MAX_LOOKED_AT).max(1));
    for id in ids.take_while(|_| !is_unwanted.load(Ordering::Relaxed)) {
        // Some objects are deeper than is worth reading.
        if let Ok(object) = serde_json::from_str(&dump.json(id)) {
            fields.look_at(&object);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use selq::{Input, Loader};

    use super::*;

    fn dump() -> Arc<Dump> {
        let pods: String = (0..3_000)
            .map(|n| format!("{{\"kind\":\"Pod\",\"metadata\":{{\"name\":\"p{n}\"}},\"status\":{{\"phase\":\"P{}\"}}}}\n", n % 3))
            .collect();
        Arc::new(Loader::new().load([Input::Bytes { name: "pods".into(), bytes: pods.into() }]).unwrap())
    }

    fn subject(text: &str) -> Subject {
        text.parse().unwrap()
    }

    fn wait_until(is_so: impl Fn() -> bool) {
        let begin = Instant::now();
        while !is_so() {
            assert!(begin.elapsed() < Duration::from_secs(20), "it does not come");
            thread::sleep(TICK);
        }
    }

    #[test]
    fn what_is_wanted_is_read_and_said() {
        let (reader, dump) = (BackgroundReader::default(), dump());
        let said = Arc::new(Mutex::new(Vec::new()));
        for field in [".status", ".status.phase"] {
            let said = Arc::clone(&said);
            let wanted = subject(field);
            let about = wanted.clone();
            let resay = move |columns: &Columns| said.lock().unwrap().push(columns.values(&about).count());
            reader.want(&dump, vec![wanted], Context::new(), Box::new(resay));
        }
        wait_until(|| !said.lock().unwrap().is_empty());
        assert_eq!(*said.lock().unwrap(), [3]);
        assert!(reader.columns().has(&subject(".status.phase")));
        assert!(!reader.columns().has(&subject(".status")), "what is typed on is not read");
    }

    #[test]
    fn nothing_that_was_read_outlives_a_change_and_nobody_has_the_dump_then() {
        let (reader, mut dump) = (BackgroundReader::default(), dump());
        assert!(reader.read(&dump, &[&subject(".status.phase")], &Context::new(), || true));
        reader.want(&dump, vec![subject("..phase")], Context::new(), Box::new(|_| {}));
        reader.fields(&dump);
        reader.forget();
        assert!(Arc::get_mut(&mut dump).is_some() && !reader.columns().has(&subject(".status.phase")));
    }

    #[test]
    fn what_is_stopped_is_not_kept() {
        let (reader, dump) = (BackgroundReader::default(), dump());
        assert!(!reader.read(&dump, &[&subject(".status.phase")], &Context::new(), || false));
        assert!(!reader.columns().has(&subject(".status.phase")));
        assert!(reader.read(&dump, &[&subject(".status.phase")], &Context::new(), || true));
    }

    #[test]
    fn fields_are_found_in_all_parts_of_the_dump() {
        let (reader, dump) = (BackgroundReader::default(), dump());
        wait_until(|| reader.fields(&dump).is_some());
        let fields = reader.fields(&dump).unwrap();
        let below = fields.below(".status", &dump.store().kinds());
        assert_eq!((below[0].name.as_str(), below[0].n_objects, below[0].is_guess), ("phase", 3_000, true));
    }
}
