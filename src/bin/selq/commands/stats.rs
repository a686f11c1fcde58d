//! `--stats`: how much was read, how long it took, and the memory used.

use std::fs;
use std::time::Duration;

use crate::input::Loaded;
use crate::terminal::message::{self, thousands};

/// Prints the figures on standard error.
pub(crate) fn print(loaded: &Loaded, answer_time: Duration) {
    let store = loaded.dump.store();
    let memory = peak_memory().map_or("unknown".to_owned(), |bytes| format!("{} bytes", thousands(bytes)));
    // Of an empty store this is what it takes as a whole.
    let per = |bytes: u64, n: usize| bytes as f64 / n.max(1) as f64;
    let taken = store.memory();
    let object = per(taken.objects, store.len());
    let label = per(taken.labels, store.n_distinct_labels());
    let n_distinct_labels = thousands(store.n_distinct_labels() as u64);
    for (name, figure) in [
        ("objects", thousands(store.len() as u64)),
        ("labels", thousands(store.n_labels() as u64)),
        ("bytes read", thousands(loaded.dump.n_bytes())),
        ("saved index", loaded.saved.clone()),
        ("time to load", shown(loaded.read_time)),
        ("time to index", shown(loaded.index_time)),
        ("time to answer", shown(answer_time)),
        ("store", format!("{object:.0} bytes an object, {label:.0} a distinct label of {n_distinct_labels}")),
        ("peak memory", memory),
    ] {
        message::print(&format!("{name:<15} {figure}"));
    }
}

/// Three digits that mean something, in the unit that fits.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (figure, unit) = match seconds {
        s if s >= 1.0 => (s, "s"),
        s if s >= 1e-3 => (s * 1e3, "ms"),
        s => (s * 1e6, "µs"),
    };
    let decimals = if figure >= 100.0 {
        0
    } else if figure >= 10.0 {
        1
    } else {
        2
    };
    format!("{figure:.decimals$} {unit}")
}

/// The most memory that the process held at once, the mapped parts of files included; Linux says so.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits() {
        assert_eq!(shown(Duration::from_nanos(1_234)), "1.23 µs");
        assert_eq!(shown(Duration::from_micros(45_678)), "45.7 ms");
        assert_eq!(shown(Duration::from_millis(123_456)), "123 s");
    }
}
