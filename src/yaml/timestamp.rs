//! Times as `!!timestamp` has them.

/// Whether Go reads a text as a time: `2001-1-2`, `2001-01-02 3:4:5.67`, `2001-01-02T03:04:05Z`, `…+01:00`.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let mut rest = TimeText(text.as_bytes());
    let Some(date) = rest.date() else { return false };
    if rest.0.is_empty() {
        return date;
    }
    let has_zone = match rest.next() {
        Some(b'T' | b't') => true,
        Some(b' ') => false,
        _ => return false,
    };
    date && rest.time() && (!has_zone || rest.zone()) && rest.0.is_empty()
}

struct TimeText<'a>(&'a [u8]);

impl TimeText<'_> {
    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn passes(&mut self, sign: u8) -> bool {
        let passes = self.0.first() == Some(&sign);
        if passes {
            self.0 = &self.0[1..];
        }
        passes
    }

    /// A number of at least `min` and at most `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        let n_digits = self.0.iter().take(max).take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(n_digits);
        self.0 = rest;
        (n_digits >= min)
            .then(|| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// Whether the date is one of the calendar; `None` where none stands.
    fn date(&mut self) -> Option<bool> {
        let year = self.number(4, 4)?;
        let month = self.passes(b'-').then(|| self.number(1, 2))??;
        let day = self.passes(b'-').then(|| self.number(1, 2))??;
        Some((1..=12).contains(&month) && (1..=days(year, month)).contains(&day))
    }

    fn time(&mut self) -> bool {
        let hour = self.number(1, 2).filter(|&hour| hour < 24);
        let minute = self.passes(b':').then(|| self.number(1, 2)).flatten().filter(|&minute| minute < 60);
        let second = self.passes(b':').then(|| self.number(1, 2)).flatten().filter(|&second| second < 60);
        let has_time = hour.is_some() && minute.is_some() && second.is_some();
        let has_part = self.passes(b'.') || self.passes(b',');
        let n_digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if has_part {
            self.0 = &self.0[n_digits..];
        }
        has_time && (!has_part || n_digits > 0)
    }

    fn zone(&mut self) -> bool {
        if self.passes(b'Z') {
            return true;
        }
        if !self.passes(b'+') && !self.passes(b'-') {
            return false;
        }
        let hours = self.number(2, 2).is_some_and(|hours| hours <= 24);
        hours && self.passes(b':') && self.number(2, 2).is_some_and(|minutes| minutes < 60)
    }
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap_year = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap_year => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
