//! Amounts of resources: `500m`, `1.5Gi`, `2e3`.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// An amount of a resource, exactly, as Kubernetes reads it (`k8s.io/apimachinery/pkg/api/resource`, `Quantity`).
///
/// A quantity is a decimal number with an optional sign and one of the suffixes `n u m k M G T P E` (powers of 1000),
/// `Ki Mi Gi Ti Pi Ei` (powers of 1024) or an exponent (`1e3`). What lies between two multiples of `1n` is rounded
/// away from zero, and what a power of 1024 brings above 2⁶³ − 1 is 2⁶³ − 1. Two quantities are equal if they are the
/// same amount, however they are written.
///
/// ```
/// use selq::kubernetes::Quantity;
///
/// let half: Quantity = "0.5".parse()?;
/// assert_eq!(half, "500m".parse()?);
/// assert_eq!(half.to_string(), "500m");
/// assert!("1Gi".parse::<Quantity>()? > "1G".parse()?);
/// # Ok::<(), selq::kubernetes::QuantityError>(())
/// ```
///
/// Kubernetes keeps any number of digits. Here an amount of more significant ones than an `i128` holds is refused (38
/// always fit), so that a quantity is a plain value of 32 bytes and none can be made to take more.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// Does not end in a zero, unless it is zero: equal amounts have equal parts.
    mantissa: i128,
    /// The power of ten that the mantissa is multiplied with; of zero 0. Never below that of `1n`.
    exponent: i32,
    format: QuantityFormat,
}

/// The family of suffixes that a quantity is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuantityFormat {
    /// `n u m k M G T P E`, powers of 1000, and numbers without a suffix.
    DecimalSi,
    /// `Ki Mi Gi Ti Pi Ei`, powers of 1024.
    BinarySi,
    /// `e3`, a power of ten.
    DecimalExponent,
}

/// Why a text is no quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum QuantityError {
    /// It does not begin with a number, or something follows that is no suffix.
    NotANumber,
    /// The number is followed by something else than a suffix or an exponent.
    UnknownSuffix,
    /// It has more significant digits than an `i128` holds; 38 always fit.
    TooManyDigits,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QuantityError::NotANumber => "expected a quantity, such as 2, 500m or 1.5Gi",
            QuantityError::UnknownSuffix => {
                "expected one of the suffixes n u m k M G T P E Ki Mi Gi Ti Pi Ei or an exponent after the number"
            }
            QuantityError::TooManyDigits => "expected at most 38 significant digits",
        })
    }
}

impl Error for QuantityError {}

/// The exponent of the smallest amount, `1n`.
const NANO: i32 = -9;
/// The exponent of the largest decimal suffix, `E`.
const EXA: i32 = 18;
const DECIMAL_SUFFIXES: [(&str, i32); 10] = [
    ("n", NANO),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", EXA),
];
/// By the power of 1024, from the first.
const BINARY_SUFFIXES: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// What a binary quantity cannot exceed.
const MAX_BINARY: u128 = i64::MAX as u128;

impl Quantity {
    /// Nothing of anything.
    pub const ZERO: Quantity = Quantity { mantissa: 0, exponent: 0, format: QuantityFormat::DecimalSi };

    /// Reads the text of a JSON value: a number, a string, in which white space around the quantity counts for
    /// nothing, or `null` for zero.
    ///
    /// # Errors
    ///
    /// What is within is no quantity.
    pub fn from_json(json: &str) -> Result<Quantity, QuantityError> {
        if json == "null" {
            return Ok(Quantity::ZERO);
        }
        let unquoted = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        // Kubernetes trims what it reads from JSON and nothing else: a text of its own may have no
        // blanks.
        unquoted.unwrap_or(json).trim().parse()
    }

    /// The family of suffixes that it was written with.
    #[must_use]
    pub fn format(&self) -> QuantityFormat {
        self.format
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// The whole units, rounded away from zero. `None` beyond what an `i128` holds.
    #[must_use]
    pub fn units(&self) -> Option<i128> {
        self.multiples_of(0)
    }

    /// The thousandth parts of a unit, rounded away from zero. `None` beyond what an `i128` holds.
    #[must_use]
    pub fn millis(&self) -> Option<i128> {
        self.multiples_of(-3)
    }

    /// The nearest number of an `f64`.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // A decimal text is the way to the nearest one: a product of two rounded numbers may miss it.
        format!("{}e{}", self.mantissa, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The whole units in decimal digits, with those of a fraction behind a point.
    pub(crate) fn decimal(&self) -> String {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs().to_string();
        match usize::try_from(-i64::from(self.exponent)) {
            // The exponent is the smallest amount's at least, so that the zeros before the digits are few.
            Ok(n_fraction @ 1..) => {
                let digits = format!("{digits:0>width$}", width = n_fraction + 1);
                let (whole, fraction) = digits.split_at(digits.len() - n_fraction);
                format!("{sign}{whole}.{fraction}")
            }
            _ => format!("{sign}{digits}{}", "0".repeat(usize::try_from(self.exponent).unwrap_or(0))),
        }
    }

    /// How often the power of ten fits, rounded away from zero.
    fn multiples_of(&self, exponent: i32) -> Option<i128> {
        let shift = self.exponent.checked_sub(exponent)?;
        if shift >= 0 {
            return power_of_ten(shift)?.checked_mul(self.mantissa);
        }
        let unit = power_of_ten(-shift)?;
        let away_from_zero = i128::from(self.mantissa % unit != 0) * self.mantissa.signum();
        Some(self.mantissa / unit + away_from_zero)
    }

    /// The sum, in the format of the first unless that is zero. `None` where it would have more digits than a
    /// quantity holds.
    #[must_use]
    pub fn checked_add(self, other: Quantity) -> Option<Quantity> {
        let format = if self.is_zero() { other.format } else { self.format };
        let exponent = self.exponent.min(other.exponent);
        let sum = self.mantissa_at(exponent)?.checked_add(other.mantissa_at(exponent)?)?;
        Some(Quantity::normal(sum, exponent, format))
    }

    /// The difference, in the format of the first unless that is zero. `None` where it would have more digits than a
    /// quantity holds.
    #[must_use]
    pub fn checked_sub(self, other: Quantity) -> Option<Quantity> {
        let mantissa = other.mantissa.checked_neg()?;
        self.checked_add(Quantity { mantissa, ..other })
    }

    /// The mantissa for a smaller exponent.
    fn mantissa_at(&self, exponent: i32) -> Option<i128> {
        if self.is_zero() {
            return Some(0);
        }
        power_of_ten(self.exponent.checked_sub(exponent)?)?.checked_mul(self.mantissa)
    }

    fn normal(mut mantissa: i128, mut exponent: i32, format: QuantityFormat) -> Quantity {
        if mantissa == 0 {
            return Quantity { mantissa, exponent: 0, format };
        }
        // A mantissa keeps its zeros where the exponent could grow no more.
        while mantissa % 10 == 0 && exponent < i32::MAX {
            mantissa /= 10;
            exponent += 1;
        }
        Quantity { mantissa, exponent, format }
    }

    /// The power of ten of the first digit.
    fn magnitude(&self) -> i64 {
        let n_digits = self.mantissa.unsigned_abs().checked_ilog10().unwrap_or(0);
        i64::from(n_digits) + i64::from(self.exponent)
    }

    /// Compares amounts without their signs.
    fn cmp_absolute(&self, other: &Quantity) -> Ordering {
        self.magnitude().cmp(&other.magnitude()).then_with(|| {
            // Both have their first digit at the same place, so that they differ by as many digits as they are long.
            let exponent = self.exponent.min(other.exponent);
            let at = |it: &Quantity| {
                let factor = 10_u128.checked_pow(it.exponent.abs_diff(exponent))?;
                factor.checked_mul(it.mantissa.unsigned_abs())
            };
            // Only the one with fewer digits is multiplied; where it has no room the other is smaller.
            match (at(self), at(other)) {
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
                (one, other) => one.cmp(&other),
            }
        })
    }

    /// The amount in whole units, where there are 1024 of them or more and no part of one.
    fn whole_units(&self) -> Option<i128> {
        let units = (self.exponent >= 0).then(|| self.units()).flatten()?;
        (units.unsigned_abs() >= 1024).then_some(units)
    }

    /// Writes a power of 1024.
    fn write_binary(mut units: i128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut suffix = "";
        for larger in BINARY_SUFFIXES {
            if units % 1024 != 0 {
                break;
            }
            units /= 1024;
            suffix = larger;
        }
        write!(f, "{units}{suffix}")
    }

    /// Writes a power of 1000 that divides the amount, so that no fraction is left.
    fn write_decimal(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // This goes down to a multiple of three also below zero, where `%` would go up and leave a
        // fraction.
        let mut power = self.exponent - self.exponent.rem_euclid(3);
        if self.format != QuantityFormat::DecimalExponent {
            // There is no larger suffix: what is beyond is written out.
            power = power.min(EXA);
        }
        write!(f, "{}", self.mantissa)?;
        (power..self.exponent).try_for_each(|_| f.write_str("0"))?;
        match DECIMAL_SUFFIXES.iter().find(|(_, exponent)| *exponent == power) {
            Some((suffix, _)) if self.format != QuantityFormat::DecimalExponent => f.write_str(suffix),
            _ if power == 0 => Ok(()),
            _ => write!(f, "e{power}"),
        }
    }
}

fn power_of_ten(exponent: i32) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(exponent).ok()?)
}

/// The canonical text: no fraction, the largest suffix that leaves none, in the format that it was written with.
/// Binary amounts below 1024, or with a fraction, are written with decimal suffixes.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        match self.whole_units().filter(|_| self.format == QuantityFormat::BinarySi) {
            Some(units) => Quantity::write_binary(units, f),
            None => self.write_decimal(f),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        (self.mantissa, self.exponent) == (other.mantissa, other.exponent)
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.mantissa, self.exponent).hash(state);
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        let sign = self.mantissa.signum();
        sign.cmp(&other.mantissa.signum()).then_with(|| match sign {
            0 => Ordering::Equal,
            1 => self.cmp_absolute(other),
            _ => other.cmp_absolute(self),
        })
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::NotANumber);
        }
        let written = QuantityText::read(text)?;
        let suffix = written.suffix()?;
        if !written.has_digits() && !suffix.stands_alone() {
            return Err(QuantityError::NotANumber);
        }
        let (digits, exponent, format) = match suffix {
            Suffix::PowerOfTen(power, format) => (written.digits(), power, format),
            Suffix::PowerOf1024(power) => (times_1024(written.digits(), power), 0, QuantityFormat::BinarySi),
        };
        let n_fraction = i32::try_from(written.fraction.len()).map_err(|_| QuantityError::TooManyDigits)?;
        let exponent = exponent.checked_sub(n_fraction).ok_or(QuantityError::TooManyDigits)?;
        let amount = Quantity::rounded(digits, exponent, format)?.capped();
        Ok(if written.is_negative { Quantity { mantissa: -amount.mantissa, ..amount } } else { amount })
    }
}

impl Quantity {
    /// The amount of these digits, rounded up to a multiple of `1n`.
    fn rounded(
        mut digits: Vec<u8>,
        exponent: i32,
        format: QuantityFormat,
    ) -> Result<Quantity, QuantityError> {
        // A tiny exponent cuts off no more digits than there are, so that `1e-2147483648` is as
        // fast as any.
        let n_below = usize::try_from(NANO.saturating_sub(exponent)).unwrap_or(0);
        let below = digits.split_off(digits.len().saturating_sub(n_below));
        let is_rounded_up = below.iter().any(|digit| *digit != 0);
        let n_zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
        // Zeros at the end take no room, unless there is one more to be added to.
        let n_zeros = if is_rounded_up { 0 } else { n_zeros };
        digits.truncate(digits.len() - n_zeros);
        let add_digit = |number: i128, digit: &u8| number.checked_mul(10)?.checked_add(i128::from(*digit));
        let number = digits.iter().try_fold(0, add_digit).ok_or(QuantityError::TooManyDigits)?;
        let exponent = i32::try_from(i64::from(exponent.max(NANO)) + n_zeros as i64);
        let exponent = exponent.map_err(|_| QuantityError::TooManyDigits)?;
        Ok(Quantity::normal(number + i128::from(is_rounded_up), exponent, format))
    }

    /// The most that a binary quantity can be. One below 1 is as good as a decimal one.
    fn capped(self) -> Quantity {
        if self.format != QuantityFormat::BinarySi || self.is_zero() {
            return self;
        }
        let max = Quantity { mantissa: MAX_BINARY as i128, exponent: 0, format: self.format };
        let one = Quantity { mantissa: 1, exponent: 0, format: self.format };
        match self.cmp(&max) {
            Ordering::Greater => max,
            _ if self < one => Quantity { format: QuantityFormat::DecimalSi, ..self },
            _ => self,
        }
    }
}

/// What a suffix multiplies with.
enum Suffix {
    PowerOfTen(i32, QuantityFormat),
    PowerOf1024(usize),
}

impl Suffix {
    /// Whether it is a quantity without any digit before it, which is zero: Kubernetes takes `+`, `.` and `Ki` so, but
    /// not what its reading with 64-bit integers has no room for.
    fn stands_alone(&self) -> bool {
        match self {
            Suffix::PowerOfTen(power, _) => *power >= NANO,
            Suffix::PowerOf1024(power) => *power <= 4,
        }
    }
}

/// A quantity as it is written.
struct QuantityText<'t> {
    is_negative: bool,
    whole: &'t str,
    fraction: &'t str,
    suffix: &'t str,
}

impl<'t> QuantityText<'t> {
    /// Takes a text apart: a sign, digits, a point and digits, letters of suffixes, a sign and digits. Everything but
    /// the first of the digits may be left out.
    fn read(text: &'t str) -> Result<QuantityText<'t>, QuantityError> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, rest) = digits_and_rest(rest);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), digits_and_rest);
        // Any run of these letters is passed over, as Kubernetes does. Which of them are a suffix
        // is asked later and is another error.
        let exponent = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        match digits_and_rest(exponent).1 {
            "" => Ok(QuantityText { is_negative, whole, fraction, suffix }),
            _ => Err(QuantityError::NotANumber),
        }
    }

    fn suffix(&self) -> Result<Suffix, QuantityError> {
        if let Some((_, power)) = DECIMAL_SUFFIXES.iter().find(|(name, _)| *name == self.suffix) {
            return Ok(Suffix::PowerOfTen(*power, QuantityFormat::DecimalSi));
        }
        if let Some(power) = BINARY_SUFFIXES.iter().position(|name| *name == self.suffix) {
            return Ok(Suffix::PowerOf1024(power + 1));
        }
        let exponent = self.suffix.strip_prefix(['e', 'E']).ok_or(QuantityError::UnknownSuffix)?;
        let power = exponent.parse().map_err(|_| QuantityError::UnknownSuffix)?;
        Ok(Suffix::PowerOfTen(power, QuantityFormat::DecimalExponent))
    }

    fn has_digits(&self) -> bool {
        !self.whole.is_empty() || !self.fraction.is_empty()
    }

    /// The digits of the number without its point and the zeros before it.
    fn digits(&self) -> Vec<u8> {
        let digits = self.whole.bytes().chain(self.fraction.bytes()).map(|digit| digit - b'0');
        digits.skip_while(|digit| *digit == 0).collect()
    }
}

fn digits_and_rest(text: &str) -> (&str, &str) {
    text.split_at(text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len()))
}

/// Multiplies a number in decimal digits, which may be longer than any integer type.
fn times_1024(mut digits: Vec<u8>, power: usize) -> Vec<u8> {
    for _ in 0..power {
        let mut carry = 0_u32;
        for digit in digits.iter_mut().rev() {
            carry += u32::from(*digit) * 1024;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        let mut more = Vec::new();
        while carry > 0 {
            more.insert(0, (carry % 10) as u8);
            carry /= 10;
        }
        digits.splice(0..0, more);
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        text.parse::<Quantity>().map_or_else(|error| error.to_string(), |quantity| quantity.to_string())
    }

    #[test]
    fn amounts_are_written_in_whole_units() {
        for (text, expected) in [
            ("0", "0"),
            ("500m", "0.5"),
            ("-1n", "-0.000000001"),
            ("1.5", "1.5"),
            ("12", "12"),
            ("2k", "2000"),
            ("1Gi", "1073741824"),
            ("-3e3", "-3000"),
        ] {
            let decimal = text.parse::<Quantity>().unwrap().decimal();
            assert_eq!(decimal.parse::<Quantity>(), text.parse(), "{text}");
            assert_eq!(decimal, expected, "{text}");
        }
    }

    #[test]
    fn canonical_texts_have_no_fraction_and_the_largest_suffix() {
        for (text, expected) in [
            ("0", "0"),
            ("+", "0"),
            (".", "0"),
            ("Ti", "0"),
            ("-0.0Ki", "0"),
            ("1.5", "1500m"),
            ("1000", "1k"),
            ("1024", "1024"),
            ("1024Ki", "1Mi"),
            ("1.5Ki", "1536"),
            ("1023Ki", "1023Ki"),
            (".5Ki", "512"),
            ("0.0000000001", "1n"),
            ("-1.1n", "-2n"),
            ("1e3", "1e3"),
            ("1500e0", "1500"),
            ("12e-1", "1200e-3"),
            ("1E", "1E"),
            ("9Ei", "9223372036854775807"),
            ("2443.117Ki", "2501751808m"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
        }
    }

    #[test]
    fn amounts_beyond_the_largest_suffix_are_written_out() {
        let large: Quantity = "10000000000000000000000E".parse().unwrap();
        assert_eq!(large.to_string(), "10000000000000000000000E");
        assert_eq!("1e40".parse(), Ok(large));
    }

    #[test]
    fn equal_amounts_have_the_same_nearest_number() {
        for (text, number) in [
            ("300m", 0.3),
            ("3e-1", 0.3),
            ("1.1Ki", 1126.4),
            ("-7n", -7e-9),
            ("0", 0.0),
            ("1e400", f64::INFINITY),
        ] {
            assert_eq!(text.parse::<Quantity>().unwrap().to_f64(), number, "{text}");
        }
    }

    #[test]
    fn exponents_cost_nothing() {
        assert_eq!(canonical("1e-2147483648"), "1e-9");
        assert_eq!(canonical("7e2147483647"), "70e2147483646");
        assert!("7e2147483647".parse::<Quantity>().unwrap() > "9e2147483646".parse().unwrap());
        assert_eq!("1e2147483648".parse::<Quantity>(), Err(QuantityError::UnknownSuffix));
        let far = "1e100".parse::<Quantity>().unwrap().checked_add("1n".parse().unwrap());
        assert_eq!(far, None);
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, expected) in [
            ("", QuantityError::NotANumber),
            (" 1", QuantityError::NotANumber),
            ("1 ", QuantityError::NotANumber),
            ("x", QuantityError::NotANumber),
            ("Ei", QuantityError::NotANumber),
            ("e-10", QuantityError::NotANumber),
            ("--1", QuantityError::UnknownSuffix),
            ("1.2.3", QuantityError::NotANumber),
            ("1e", QuantityError::UnknownSuffix),
            ("1ee5", QuantityError::UnknownSuffix),
            ("1m3", QuantityError::UnknownSuffix),
            ("1K", QuantityError::UnknownSuffix),
            ("923456789012345678901234567890123456789", QuantityError::TooManyDigits),
        ] {
            assert_eq!(text.parse::<Quantity>(), Err(expected), "{text}");
        }
        assert_eq!(canonical("0.123456789012345678901234567890123456789012"), "123456790n");
    }

    #[test]
    fn numbers_and_texts_of_json_are_quantities() {
        for (json, expected) in [("1.5", "1500m"), (r#"" 2Gi ""#, "2Gi"), ("null", "0"), ("\"\"", "")] {
            let read = Quantity::from_json(json).map(|quantity| quantity.to_string());
            assert_eq!(read.unwrap_or_default(), expected, "{json}");
        }
    }
}
