//! Times as objects have them: `2026-11-01T10:00:00Z`, `2026-11-01`.

use std::str::FromStr;

/// A moment, to the nanosecond.
///
/// Read from RFC 3339 text, as Kubernetes writes it, or from a date, which is its midnight in UTC. Nothing else is a time
/// here: `20261101` is a number. What a fraction has beyond nanoseconds is cut off.
///
/// ```
/// use selq::kubernetes::Time;
///
/// let noon: Time = "2026-11-01T12:00:00+02:00".parse()?;
/// assert_eq!(noon, "2026-11-01T10:00:00Z".parse()?);
/// assert!(noon > "2026-11-01".parse()?);
/// # Ok::<(), selq::kubernetes::TimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// Since the beginning of 1970 in UTC.
    nanos: i128,
}

/// A text that is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeError;

impl std::fmt::Display for TimeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("expected a time, such as 2026-11-01 or 2026-11-01T10:00:00Z")
    }
}

impl std::error::Error for TimeError {}

/// The nanoseconds of a second.
pub(super) const SECOND: i128 = 1_000_000_000;
const DAY: i64 = 86_400;

impl Time {
    /// The moment `nanos` nanoseconds after the beginning of 1970 in UTC.
    #[must_use]
    pub const fn from_unix_nanos(nanos: i128) -> Time {
        Time { nanos }
    }

    /// How many nanoseconds it is after the beginning of 1970 in UTC.
    #[must_use]
    pub fn unix_nanos(self) -> i128 {
        self.nanos
    }
}

impl From<std::time::SystemTime> for Time {
    fn from(time: std::time::SystemTime) -> Time {
        let since = time.duration_since(std::time::UNIX_EPOCH).map(|since| since.as_nanos() as i128);
        Time { nanos: since.unwrap_or_else(|before| -(before.duration().as_nanos() as i128)) }
    }
}

impl FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Time, TimeError> {
        read(text.as_bytes()).ok_or(TimeError)
    }
}

fn read(text: &[u8]) -> Option<Time> {
    let (date, rest) = text.split_at_checked(10)?;
    let midnight = days(date)? * DAY;
    let (seconds, fraction) = match rest {
        [] => (0, 0),
        [b'T' | b't', rest @ ..] => time_of_day(rest)?,
        _ => return None,
    };
    Some(Time { nanos: i128::from(midnight + seconds) * SECOND + fraction })
}

/// The days from the beginning of 1970 to a date such as `2026-11-01`.
fn days(date: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *date else { return None };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    let is_date = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    // Years begin in March here, so that the day that a leap year has more is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    const FROM_MARCH_OF_0_TO_1970: i64 = 719_468;
    // From March on, months have 31, 30, 31, 30 and 31 days over and over, which is 153 in five.
    is_date.then_some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - FROM_MARCH_OF_0_TO_1970)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The seconds since midnight in UTC, and the nanoseconds on top, of a time such as `10:00:00.5+02:00`.
fn time_of_day(text: &[u8]) -> Option<(i64, i128)> {
    let (&[h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_first_chunk()? else { return None };
    // A leap second is refused, as Go refuses it.
    let second = number(&[s1, s2]).filter(|second| *second < 60)?;
    let (fraction, zone) = fraction(rest)?;
    Some((clock([h1, h2], [m1, m2])? + second - offset(zone)?, fraction))
}

/// The seconds of a time in hours and minutes.
fn clock(hour: [u8; 2], minute: [u8; 2]) -> Option<i64> {
    let (hour, minute) = (number(&hour)?, number(&minute)?);
    (hour < 24 && minute < 60).then_some(hour * 3600 + minute * 60)
}

/// The nanoseconds of the fraction that `text` may begin with, and the rest.
fn fraction(text: &[u8]) -> Option<(i128, &[u8])> {
    let [b'.', rest @ ..] = text else { return Some((0, text)) };
    let n_digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(n_digits);
    // Digits that are not written are zeros: `.5` is 500,000,000 nanoseconds.
    let mut nine = [b'0'; 9];
    let n_kept = digits.len().min(nine.len());
    nine[..n_kept].copy_from_slice(&digits[..n_kept]);
    (n_digits > 0).then_some((i128::from(number(&nine)?), rest))
}

/// The seconds that a zone such as `Z` or `-07:00` is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    match *zone {
        [b'Z' | b'z'] => Some(0),
        [b'+', h1, h2, b':', m1, m2] => clock([h1, h2], [m1, m2]),
        [b'-', h1, h2, b':', m1, m2] => clock([h1, h2], [m1, m2]).map(|seconds| -seconds),
        _ => None,
    }
}

/// The number that at most nine digits are.
fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<i128> {
        text.parse().ok().map(Time::unix_nanos)
    }

    #[test]
    fn times_are_read_to_the_nanosecond() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01", 0),
            ("2000-02-29T23:59:59Z", 951_868_799_000_000_000),
            ("2026-11-01", 1_793_491_200_000_000_000),
            ("2026-11-01T01:30:00+01:30", 1_793_491_200_000_000_000),
            ("2026-10-31T17:00:00.000000001-07:00", 1_793_491_200_000_000_001),
            ("2026-11-01t00:00:00.5z", 1_793_491_200_500_000_000),
            ("2026-11-01T00:00:00.1234567899Z", 1_793_491_200_123_456_789),
            ("1969-12-31T23:59:59.75Z", -250_000_000),
            ("0000-03-01", -62_162_035_200_000_000_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000_000_000),
        ] {
            assert_eq!(nanos(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_else_is_a_time() {
        for text in [
            "",
            "2026",
            "20261101",
            "2026-11",
            "2026-11-1",
            "2026-13-01",
            "2026-00-01",
            "2026-11-31",
            "2026-02-29",
            "1900-02-29",
            "2026-11-01 10:00:00Z",
            "2026-11-01T",
            "2026-11-01T10:00Z",
            "2026-11-01T10:00:00",
            "2026-11-01T24:00:00Z",
            "2026-11-01T10:60:00Z",
            "2026-11-01T10:00:60Z",
            "2026-11-01T10:00:00.Z",
            "2026-11-01T10:00:00+01",
            "2026-11-01T10:00:00+0100",
            "2026-11-01T10:00:00+24:00",
            "2026-11-01Z",
            "+026-11-01",
            "2026-11-01T10:00:00Zx",
            " 2026-11-01",
            "２026-11-01",
            "2026-11-0é",
        ] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }

    #[test]
    fn the_clock_of_the_machine_is_a_time() {
        let now = std::time::SystemTime::now();
        let before = std::time::UNIX_EPOCH - std::time::Duration::from_millis(1500);
        assert!(Time::from(now) > "2026-01-01".parse().unwrap());
        assert_eq!(Time::from(before).unix_nanos(), -1_500_000_000);
    }

    proptest::proptest! {
        /// Days are counted as one counts them on the fingers.
        #[test]
        fn each_day_is_one_after_the_day_before(year in 0..9999_i64, month in 1..=12_i64, day in 1..=31_i64) {
            let text = format!("{year:04}-{month:02}-{day:02}");
            let Some(today) = nanos(&text) else {
                proptest::prop_assert!(day > days_of_month(year, month));
                return Ok(());
            };
            let next = match (day == days_of_month(year, month), month) {
                (true, 12) => format!("{:04}-01-01", year + 1),
                (true, _) => format!("{year:04}-{:02}-01", month + 1),
                (false, _) => format!("{year:04}-{month:02}-{:02}", day + 1),
            };
            proptest::prop_assert_eq!(nanos(&next).unwrap() - today, i128::from(DAY) * SECOND);
        }
    }
}
