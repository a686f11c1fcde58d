//! How long ago something was: `7d`, `1h30m`.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use super::object::ObjectJson;
use super::time::{SECOND, Time};

/// What is read of an object for its own age.
pub const READS: &[&str] = &[".metadata.creationTimestamp"];

/// How long ago something was; negative for what is to come.
///
/// Read from numbers with the units `w d h m s`, the larger first and each at most once. Printed so with `d h m s`, to the
/// second.
///
/// ```
/// use selq::kubernetes::{Age, Time};
///
/// let (then, now): (Time, Time) = ("2026-11-01T10:00:00Z".parse()?, "2026-11-08T11:30:00Z".parse()?);
/// let age = Age::between(then, now);
/// assert_eq!(age.to_string(), "7d1h30m");
/// assert!(age > "1w".parse()? && age < "7d2h".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age {
    // The longest text, a 64-bit number of each unit, takes 114 bits of nanoseconds, so that
    // nothing overflows.
    nanos: i128,
}

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgeError {
    /// It is not made of whole numbers, each with a unit.
    NotADuration,
    /// A number has no unit behind it.
    NoUnit,
    /// A unit follows one that is not larger.
    Order,
    /// A number does not fit 64 bits.
    TooLong,
}

impl fmt::Display for AgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AgeError::NotADuration => "expected a duration, such as 7d or 1h30m",
            AgeError::NoUnit => "expected one of the units w d h m s after the number",
            AgeError::Order => "expected the units w d h m s in this order, each at most once",
            AgeError::TooLong => "expected a shorter duration",
        })
    }
}

impl Error for AgeError {}

/// The units, each with its seconds.
// The larger come first: reading lets a unit follow only those before it, and printing takes out as
// much as it can of each in turn.
const UNITS: [(char, i128); 5] = [('w', 7 * 86_400), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

impl Age {
    /// How long before `now` something was.
    #[must_use]
    pub fn between(then: Time, now: Time) -> Age {
        Age { nanos: now.unix_nanos().saturating_sub(then.unix_nanos()) }
    }

    /// The whole seconds; what is less than one counts for nothing.
    fn seconds(self) -> i128 {
        self.nanos / SECOND
    }

    /// The age as the AGE column of `kubectl get` shows it: `119s`, `5m30s`, `47h`, `2y180d`, and `<invalid>` for what is
    /// two seconds or more to come.
    #[must_use]
    pub fn human(self) -> String {
        let seconds = self.seconds();
        if seconds < 0 {
            // kubectl takes what is less than two seconds to come for clocks that differ, and more
            // for a mistake.
            return if seconds < -1 { "<invalid>" } else { "0s" }.to_owned();
        }
        let shown = HUMAN.iter().find(|shown| seconds < shown.below).unwrap_or(&LONGEST);
        let number = format!("{}{}", seconds / shown.unit.1, shown.unit.0);
        match shown.smaller.map(|(unit, size)| (unit, seconds % shown.unit.1 / size)) {
            Some((unit, n)) if n > 0 => format!("{number}{n}{unit}"),
            _ => number,
        }
    }
}

/// How kubectl shows what is shorter than something.
struct Human {
    below: i128,
    unit: (char, i128),
    smaller: Option<(char, i128)>,
}

const fn human(below: i128, unit: (char, i128), smaller: Option<(char, i128)>) -> Human {
    Human { below, unit, smaller }
}

// A year of kubectl always has 365 days.
const YEAR: (char, i128) = ('y', 365 * 86_400);
const LONGEST: Human = human(i128::MAX, YEAR, None);
// These are the steps of `HumanDuration` in `k8s.io/apimachinery/pkg/util/duration`.
const HUMAN: [Human; 8] = {
    let [_, day, hour, minute, second] = UNITS;
    [
        human(2 * minute.1, second, None),
        human(10 * minute.1, minute, Some(second)),
        human(3 * hour.1, minute, None),
        human(8 * hour.1, hour, Some(minute)),
        human(2 * day.1, hour, None),
        human(8 * day.1, day, Some(hour)),
        human(2 * YEAR.1, day, None),
        human(8 * YEAR.1, YEAR, Some(day)),
    ]
};

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        if seconds == 0 {
            return f.write_str("0s");
        }
        if seconds < 0 {
            f.write_str("-")?;
        }
        let mut rest = seconds.abs();
        // Nobody says 1w of what is written 7d.
        for (unit, size) in &UNITS[1..] {
            if rest >= *size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl FromStr for Age {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Age, AgeError> {
        let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (mut seconds, mut units) = (0, &UNITS[..]);
        loop {
            let (number, after) = number(rest)?;
            let letter = after.chars().next().ok_or(AgeError::NoUnit)?;
            // A letter that is no unit at all is told apart from a unit that only comes too late.
            let size = size_of(letter)?;
            let place = units.iter().position(|(unit, _)| *unit == letter).ok_or(AgeError::Order)?;
            seconds += i128::from(number) * size;
            units = &units[place + 1..];
            rest = &after[1..];
            if rest.is_empty() {
                return Ok(Age { nanos: sign * seconds * SECOND });
            }
        }
    }
}

/// The seconds of a unit.
fn size_of(letter: char) -> Result<i128, AgeError> {
    let unit = UNITS.iter().find(|(unit, _)| *unit == letter);
    unit.map(|(_, size)| *size).ok_or(AgeError::NoUnit)
}

/// The number that a text begins with, and the rest.
fn number(text: &str) -> Result<(u64, &str), AgeError> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    match text.split_at(end) {
        ("", _) => Err(AgeError::NotADuration),
        (digits, rest) => Ok((digits.parse().map_err(|_| AgeError::TooLong)?, rest)),
    }
}

/// When an object was made.
#[must_use]
pub fn created(object: &ObjectJson<'_>) -> Option<Time> {
    object.at(["metadata", "creationTimestamp"]).string()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<i128, AgeError> {
        text.parse().map(Age::seconds)
    }

    fn age(seconds: i128) -> Age {
        Age { nanos: seconds * SECOND }
    }

    #[test]
    fn durations_are_read_and_printed() {
        for (text, expected, printed) in [
            ("7d", 604_800, "7d"),
            ("1w", 604_800, "7d"),
            ("1h30m", 5400, "1h30m"),
            ("90m", 5400, "1h30m"),
            ("2w3d4h5m6s", 1_483_506, "17d4h5m6s"),
            ("1d1s", 86_401, "1d1s"),
            ("-30s", -30, "-30s"),
            ("-1d2h", -93_600, "-1d2h"),
            ("0s", 0, "0s"),
            ("-0d", 0, "0s"),
            ("18446744073709551615w", 11_156_590_815_779_536_816_752_000, "129127208515966861305d"),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
            assert_eq!(text.parse::<Age>().unwrap().to_string(), printed, "{text}");
        }
    }

    #[test]
    fn every_error_has_its_sentence() {
        for (text, message) in [
            ("", "expected a duration, such as 7d or 1h30m"),
            ("d", "expected a duration, such as 7d or 1h30m"),
            ("--7d", "expected a duration, such as 7d or 1h30m"),
            ("7d ", "expected a duration, such as 7d or 1h30m"),
            ("7", "expected one of the units w d h m s after the number"),
            ("1.5h", "expected one of the units w d h m s after the number"),
            ("7D", "expected one of the units w d h m s after the number"),
            ("7é", "expected one of the units w d h m s after the number"),
            ("30m1h", "expected the units w d h m s in this order, each at most once"),
            ("1h1h", "expected the units w d h m s in this order, each at most once"),
            ("18446744073709551616s", "expected a shorter duration"),
        ] {
            assert_eq!(seconds(text).unwrap_err().to_string(), message, "{text}");
        }
    }

    #[test]
    fn ages_are_shown_as_by_kubectl() {
        for (seconds, shown) in [
            (-5, "<invalid>"),
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (7200, "120m"),
            (10_800, "3h"),
            (10_861, "3h1m"),
            (172_799, "47h"),
            (172_800, "2d"),
            (176_400, "2d1h"),
            (8 * 86_400, "8d"),
            (63_072_000, "2y"),
            (63_072_000 + 86_400, "2y1d"),
            (8 * 365 * 86_400 + 86_400, "8y"),
        ] {
            assert_eq!(age(seconds).human(), shown, "{seconds}");
        }
    }

    #[test]
    fn what_is_to_come_is_younger_than_nothing() {
        let (then, now): (Time, Time) =
            ("2026-11-01T00:00:00.25Z".parse().unwrap(), "2026-11-01".parse().unwrap());
        let age = Age::between(then, now);
        assert!(age < "0s".parse().unwrap() && age > "-1s".parse().unwrap());
        assert_eq!((age.to_string(), age.human()), ("0s".to_owned(), "0s".to_owned()));
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_as_the_same(seconds in proptest::num::i64::ANY) {
            let age = age(i128::from(seconds));
            proptest::prop_assert_eq!(age.to_string().parse::<Age>(), Ok(age));
        }

        #[test]
        fn no_text_is_too_odd(text in "-?([0-9]{1,22}[wdhmsé]?){0,6}") {
            if let Ok(age) = text.parse::<Age>() {
                let _ = (age.human(), age.to_string());
            }
        }
    }
}
