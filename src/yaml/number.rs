//! Numbers as Go writes them.

/// The digits of a number and the place of its point behind the first: 1234 is "1234" and 3.
struct Digits {
    digits: String,
    exponent: i32,
    is_negative: bool,
}

impl Digits {
    /// The fewest digits that read back as the same number; `scientific` is what `{:e}` writes.
    fn of(scientific: &str) -> Digits {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let is_negative = mantissa.starts_with('-');
        let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
        Digits { digits, exponent: exponent.parse().unwrap_or_default(), is_negative }
    }

    /// `1234.5`
    fn plain(&self) -> String {
        let n_digits = self.digits.len() as i32;
        let before = self.exponent + 1;
        let sign = if self.is_negative { "-" } else { "" };
        if before <= 0 {
            return format!("{sign}0.{}{}", "0".repeat(before.unsigned_abs() as usize), self.digits);
        }
        if n_digits <= before {
            return format!("{sign}{}{}", self.digits, "0".repeat((before - n_digits) as usize));
        }
        let (whole, part) = self.digits.split_at(before as usize);
        format!("{sign}{whole}.{part}")
    }

    /// `1.2345e+03`, the exponent with as many digits at least.
    fn scientific(&self, exponent_digits: usize) -> String {
        let sign = if self.is_negative { "-" } else { "" };
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if self.exponent < 0 { '-' } else { '+' };
        let exponent = self.exponent.unsigned_abs();
        format!("{sign}{first}{point}{rest}e{exponent_sign}{exponent:0exponent_digits$}")
    }
}

/// A finite number as `encoding/json` writes it.
pub(crate) fn json_float(number: f64) -> String {
    let digits = Digits::of(&format!("{number:e}"));
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // Go takes the zero off exponents of one digit where they are negative only; the others have two.
        return digits.scientific(1);
    }
    digits.plain()
}

/// A number as the text of a key, rounded to 32 bits as kubectl's YAML reader does.
pub(crate) fn key_float(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_owned();
    }
    let rounded = number as f32;
    if rounded.is_infinite() {
        return if rounded > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let digits = Digits::of(&format!("{rounded:e}"));
    match digits.exponent {
        -4..=5 => digits.plain(),
        _ => digits.scientific(2),
    }
}
