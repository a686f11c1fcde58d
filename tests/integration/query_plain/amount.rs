//! Integers, times, durations and quantities, by the letter of their rules.

/// An integer as Kubernetes reads one, of 64 bits.
pub(super) fn integer(text: &str) -> Option<i128> {
    text.parse::<i64>().ok().map(i128::from)
}

const SECOND: i128 = 1_000_000_000;

/// A date or an RFC 3339 time, in nanoseconds since 1970.
pub(super) fn nanos(text: &str) -> Option<i128> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let parts: Vec<i128> = numbers(date, '-')?;
    let [year, month, day] = parts[..] else { return None };
    if date.len() != 10 || !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let (clock, offset) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let at = time.rfind(['+', '-'])?;
            let [hours, minutes] = numbers(&time[at + 1..], ':')?[..] else { return None };
            let sign = if time[at..].starts_with('-') { -1 } else { 1 };
            (&time[..at], sign * (hours * 60 + minutes) * 60)
        }
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hours, minutes, seconds] = numbers(clock, ':')?[..] else { return None };
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let fraction: i128 = format!("{fraction:0<9}").parse().ok()?;
    let years: i128 = (1970..year).map(days_of_year).sum();
    let months: i128 = (1..month).map(|month| days_of(year, month)).sum();
    let days = years + months + day - 1;
    Some((((days * 24 + hours) * 60 + minutes) * 60 + seconds - offset) * SECOND + fraction)
}

fn numbers(text: &str, between: char) -> Option<Vec<i128>> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split(between).map(|part| is_digits(part).then(|| part.parse().ok())?).collect()
}

fn days_of_year(year: i128) -> i128 {
    (1..=12).map(|month| days_of(year, month)).sum()
}

fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `1h30m`: numbers with units, in nanoseconds.
pub(super) fn age(text: &str) -> Option<i128> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (mut sum, mut least) = (0, i128::MAX);
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i128 = rest[..unit_at].parse().ok()?;
        let unit = match &rest[unit_at..=unit_at] {
            "w" => 7 * 24 * 3600,
            "d" => 24 * 3600,
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        if unit >= least {
            return None;
        }
        (sum, least, rest) = (sum + number * unit * SECOND, unit, &rest[unit_at + 1..]);
    }
    (least < i128::MAX).then_some(sign * sum)
}

/// A Kubernetes quantity, in billionths; what is smaller is rounded up.
pub(super) fn quantity(text: &str) -> Option<i128> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let (exponent, twos) = power(suffix)?;
    let tens = exponent - i32::try_from(fraction.len()).ok()? + 9;
    let scaled = digits.checked_mul(1_i128.checked_shl(twos)?)?;
    let billionths = if tens >= 0 {
        scaled.checked_mul(10_i128.checked_pow(tens.unsigned_abs())?)?
    } else {
        let divisor = 10_i128.checked_pow(tens.unsigned_abs())?;
        scaled / divisor + i128::from(scaled % divisor > 0)
    };
    let most = if twos > 0 { i128::from(i64::MAX) * SECOND } else { i128::MAX };
    Some(sign * billionths.min(most))
}

/// What a suffix multiplies with, as powers of ten and two.
fn power(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "" => (0, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        other => (other.strip_prefix(['e', 'E'])?.parse().ok()?, 0),
    })
}
