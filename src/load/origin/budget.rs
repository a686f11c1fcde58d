//! How much one input may become: a few bytes can decompress to more than any memory holds.

use crate::load::error::{Fault, LoadErrorKind};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What an input may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) struct MaxBytes(pub(in crate::load) u64);

impl Default for MaxBytes {
    /// 16 GiB: more than dumps have, and less than hostile ones would take.
    fn default() -> MaxBytes {
        MaxBytes(16 << 30)
    }
}

/// The bytes that are left to one input. Copies share what is left.
#[derive(Debug, Clone)]
pub(in crate::load) struct Budget {
    max: u64,
    left: Arc<AtomicU64>,
}

impl Budget {
    pub(in crate::load) fn new(MaxBytes(max): MaxBytes) -> Budget {
        Budget { max, left: Arc::new(AtomicU64::new(max)) }
    }

    /// Takes from what is left. False where there was less than that.
    fn spend(&self, n_bytes: u64) -> bool {
        let less = |left: u64| left.checked_sub(n_bytes);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }

    fn exceeded(&self) -> Box<Fault> {
        let message = format!("expected at most {} after decompression, found more", size(self.max));
        let more = size(self.max.saturating_mul(2));
        Fault::syntax(LoadErrorKind::TooLarge, 0, message)
            .with_help(format!("if it is as large as that and no mistake, allow it more: --max-bytes {more}"))
    }
}

/// Reads what counts against a budget.
pub(in crate::load) struct Bounded<R> {
    pub(in crate::load) reader: R,
    budget: Budget,
}

impl<R> Bounded<R> {
    pub(in crate::load) fn new(reader: R, budget: Budget) -> Bounded<R> {
        Bounded { reader, budget }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.reader.read(buffer)?;
        if self.budget.spend(n_read as u64) { Ok(n_read) } else { Err(self.budget.exceeded().into()) }
    }
}

/// A size as `--max-bytes` takes it: `16Gi`, or in bytes where it is no round number.
fn size(n_bytes: u64) -> String {
    let units = [(30, "Gi"), (20, "Mi"), (10, "Ki")];
    let round = units.iter().find(|(bits, _)| n_bytes > 0 && n_bytes.trailing_zeros() >= *bits);
    round.map_or_else(|| n_bytes.to_string(), |(bits, unit)| format!("{}{unit}", n_bytes >> bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_as_they_are_typed() {
        for (n_bytes, expected) in
            [(0, "0"), (1000, "1000"), (1024, "1Ki"), (3 << 19, "1536Ki"), (16 << 30, "16Gi")]
        {
            assert_eq!(size(n_bytes), expected);
        }
    }

    #[test]
    fn readers_share_what_is_left() {
        let budget = Budget::new(MaxBytes(5));
        let read = |text: &str| {
            let mut out = String::new();
            Bounded::new(text.as_bytes(), budget.clone()).read_to_string(&mut out)
        };
        assert_eq!(read("abc").unwrap(), 3);
        assert_eq!(read("ab").unwrap(), 2);
        let fault = Fault::of_io(read("a").unwrap_err(), |_| unreachable!());
        assert_eq!(fault.message, "expected at most 5 after decompression, found more");
        assert_eq!(fault.kind, LoadErrorKind::TooLarge);
    }
}
