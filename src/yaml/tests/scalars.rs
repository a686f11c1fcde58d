//! What every spelling of a scalar means, value by value.

use super::read;

/// Plain scalars, what they are as values, and as keys where that is something else.
const PLAIN: [(&str, &str, &str); 152] = [
    // Booleans: eleven words each, in three spellings and no others.
    ("y", "true", "true"),
    ("Y", "true", "true"),
    ("yes", "true", "true"),
    ("Yes", "true", "true"),
    ("YES", "true", "true"),
    ("on", "true", "true"),
    ("On", "true", "true"),
    ("ON", "true", "true"),
    ("true", "true", "true"),
    ("True", "true", "true"),
    ("TRUE", "true", "true"),
    ("n", "false", "false"),
    ("N", "false", "false"),
    ("no", "false", "false"),
    ("No", "false", "false"),
    ("NO", "false", "false"),
    ("off", "false", "false"),
    ("Off", "false", "false"),
    ("OFF", "false", "false"),
    ("false", "false", "false"),
    ("False", "false", "false"),
    ("FALSE", "false", "false"),
    ("yEs", "\"yEs\"", "yEs"),
    ("oN", "\"oN\"", "oN"),
    ("tRUE", "\"tRUE\"", "tRUE"),
    ("t", "\"t\"", "t"),
    ("nope", "\"nope\"", "nope"),
    ("yes.", "\"yes.\"", "yes."),
    // Null.
    ("null", "null", ""),
    ("Null", "null", ""),
    ("NULL", "null", ""),
    ("~", "null", ""),
    ("nULL", "\"nULL\"", "nULL"),
    ("nil", "\"nil\"", "nil"),
    ("~x", "\"~x\"", "~x"),
    // Integers, underscores anywhere.
    ("0", "0", "0"),
    ("7", "7", "7"),
    ("12", "12", "12"),
    ("+12", "12", "12"),
    ("-12", "-12", "-12"),
    ("-0", "0", "0"),
    ("1_000", "1000", "1000"),
    ("1__0", "10", "10"),
    ("1_", "1", "1"),
    ("_1", "\"_1\"", "_1"),
    ("+_1", "1", "1"),
    ("-_", "\"-_\"", "-_"),
    ("+", "\"+\"", "+"),
    ("010", "8", "8"),
    ("-010", "-8", "-8"),
    ("0_7", "7", "7"),
    ("00", "0", "0"),
    ("08", "8", "8"),
    ("09", "9", "9"),
    ("0o17", "15", "15"),
    ("0O17", "15", "15"),
    ("0o9", "\"0o9\"", "0o9"),
    ("0x1F", "31", "31"),
    ("0X1f", "31", "31"),
    ("-0x10", "-16", "-16"),
    ("0x_1", "1", "1"),
    ("0x", "\"0x\"", "0x"),
    ("0xG", "\"0xG\"", "0xG"),
    ("x1F", "\"x1F\"", "x1F"),
    ("0b101", "5", "5"),
    ("0B101", "5", "5"),
    ("-0b11", "-3", "-3"),
    ("0b2", "\"0b2\"", "0b2"),
    ("0b-1", "-1", "-1"),
    ("0b+1", "1", "1"),
    ("0B-1", "\"0B-1\"", "0B-1"),
    ("-0b-1", "\"-0b-1\"", "-0b-1"),
    ("9223372036854775807", "9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808", "-9223372036854775808"),
    ("9223372036854775808", "9223372036854775808", ""),
    ("18446744073709551615", "18446744073709551615", ""),
    ("18446744073709551616", "18446744073709552000", "1.8446744e+19"),
    ("+9223372036854775808", "9223372036854776000", "9.223372e+18"),
    ("-9223372036854775809", "-9223372036854776000", "-9.223372e+18"),
    ("0xFFFFFFFFFFFFFFFF", "18446744073709551615", ""),
    ("0x10000000000000000", "\"0x10000000000000000\"", "0x10000000000000000"),
    // Floats.
    ("1.5", "1.5", "1.5"),
    ("1.50", "1.5", "1.5"),
    ("1.10", "1.1", "1.1"),
    ("1.0", "1", "1"),
    ("1.", "1", "1"),
    (".5", "0.5", "0.5"),
    ("-.5", "-0.5", "-0.5"),
    ("+.5", "0.5", "0.5"),
    (".5_5", "0.55", "0.55"),
    ("._5", "\"._5\"", "._5"),
    (".5_", "\".5_\"", ".5_"),
    ("1_0.5", "10.5", "10.5"),
    ("1e3", "1000", "1000"),
    ("1E3", "1000", "1000"),
    ("1e+3", "1000", "1000"),
    ("1e-3", "0.001", "0.001"),
    ("12e03", "12000", "12000"),
    ("0e1234", "0", "0"),
    ("1e", "\"1e\"", "1e"),
    ("e3", "\"e3\"", "e3"),
    (".e3", "\".e3\"", ".e3"),
    (".5e1", "5", "5"),
    ("1e5", "100000", "100000"),
    ("1e6", "1000000", "1e+06"),
    ("1e20", "100000000000000000000", "1e+20"),
    ("1e21", "1e+21", "1e+21"),
    ("1e-6", "0.000001", "1e-06"),
    ("1e-7", "1e-7", "1e-07"),
    ("0.0001", "0.0001", "0.0001"),
    ("0.00001", "0.00001", "1e-05"),
    ("-0.0", "-0", "-0"),
    ("16777217.0", "16777217", "1.6777216e+07"),
    ("0.30000000000000004", "0.30000000000000004", "0.3"),
    ("1e308", "1e+308", ".inf"),
    ("1e400", "\"1e400\"", "1e400"),
    ("-1e400", "\"-1e400\"", "-1e400"),
    ("1e-400", "0", "0"),
    ("0x1p-2", "\"0x1p-2\"", "0x1p-2"),
    ("1.2.3", "\"1.2.3\"", "1.2.3"),
    ("1.5f", "\"1.5f\"", "1.5f"),
    (".", "\".\"", "."),
    ("..", "\"..\"", ".."),
    ("-.", "\"-.\"", "-."),
    (".inf", "", ".inf"),
    (".Inf", "", ".inf"),
    (".INF", "", ".inf"),
    ("+.inf", "", ".inf"),
    ("-.inf", "", "-.inf"),
    ("-.INF", "", "-.inf"),
    (".nan", "", ".nan"),
    (".NaN", "", ".nan"),
    (".iNF", "\".iNF\"", ".iNF"),
    ("+.nan", "\"+.nan\"", "+.nan"),
    ("inf", "\"inf\"", "inf"),
    ("NaN", "\"NaN\"", "NaN"),
    // Texts.
    ("1:20", "\"1:20\"", "1:20"),
    ("190:20:30.15", "\"190:20:30.15\"", "190:20:30.15"),
    ("2024-01-01", "\"2024-01-01\"", "2024-01-01"),
    ("2024-01-01T10:00:00Z", "\"2024-01-01T10:00:00Z\"", "2024-01-01T10:00:00Z"),
    ("=", "\"=\"", "="),
    ("100m", "\"100m\"", "100m"),
    ("1Gi", "\"1Gi\"", "1Gi"),
    ("7d764666f9", "\"7d764666f9\"", "7d764666f9"),
    ("1e2e3", "\"1e2e3\"", "1e2e3"),
    ("12 34", "\"12 34\"", "12 34"),
    ("v1", "\"v1\"", "v1"),
    ("a#b", "\"a#b\"", "a#b"),
    ("-x", "\"-x\"", "-x"),
    ("?x", "\"?x\"", "?x"),
    (":x", "\":x\"", ":x"),
    ("0.5.", "\"0.5.\"", "0.5."),
];

/// Tags with what they stand before, and the value; nothing where the tag does not fit.
const TAGGED: [(&str, &str); 44] = [
    ("!!str 12", "\"12\""),
    ("!!str on", "\"on\""),
    ("!!str ~", "\"~\""),
    ("!!str", "\"\""),
    ("!!int 1", "1"),
    ("!!int \"0x1F\"", "31"),
    ("!!int 1.5", ""),
    ("!!int x", ""),
    ("!!int", ""),
    ("!!float 1", "1"),
    ("!!float \"1.5\"", "1.5"),
    ("!!float x", ""),
    ("!!float 18446744073709551615", ""),
    ("!!float .inf", ""),
    ("!!bool \"yes\"", "true"),
    ("!!bool off", "false"),
    ("!!bool 1", ""),
    ("!!null \"\"", "null"),
    ("!!null ~", "null"),
    ("!!null", "null"),
    ("!!null x", ""),
    ("!!binary aGVsbG8=", "\"hello\""),
    ("!!binary \"aGVs\\nbG8=\"", "\"hello\""),
    ("!!binary /w==", "\"\u{FFFD}\""),
    ("!!binary aGVsbG8", ""),
    ("!!binary a===", ""),
    ("!!binary \"*\"", ""),
    ("!!timestamp 2024-01-01", "\"2024-01-01\""),
    ("!!timestamp 2024-1-1", "\"2024-1-1\""),
    ("!!timestamp 2024-02-30", ""),
    ("!!timestamp 2023-02-29", ""),
    ("!!timestamp \"2024-02-29 1:2:3.5\"", "\"2024-02-29 1:2:3.5\""),
    ("!!timestamp 2024-01-01T10:00:00+01:00", "\"2024-01-01T10:00:00+01:00\""),
    ("!!timestamp 2024-01-01T10:00:00", ""),
    ("!!timestamp x", ""),
    ("! 1", "\"1\""),
    ("! \"x\"", "\"x\""),
    ("!foo 1", "\"1\""),
    ("!!foo 1", "\"1\""),
    ("!<tag:yaml.org,2002:int> 1", "1"),
    ("!<x> 1", "\"1\""),
    ("!!map [1]", "[1]"),
    ("!!seq {a: 1}", "{\"a\":1}"),
    ("!e!x 1", ""),
];

fn value_of(text: &str) -> String {
    let (documents, fault) = read(text);
    if fault.is_some() { String::new() } else { documents.concat() }
}

#[test]
fn plain_scalars_are_values_by_yaml_1_1() {
    for (scalar, value, _) in PLAIN {
        let expected = if value.is_empty() { String::new() } else { format!("[{value}]") };
        assert_eq!(value_of(&format!("- {scalar}\n")), expected, "{scalar}");
        if !scalar.contains('?') && !scalar.starts_with(':') {
            assert_eq!(value_of(&format!("--- # flow\n[{scalar}]\n")), expected, "in flow: {scalar}");
        }
        // Quotes make a text of anything.
        assert_eq!(value_of(&format!("- '{scalar}'\n")), format!("[\"{scalar}\"]"), "in quotes: {scalar}");
    }
}

#[test]
fn keys_are_resolved_and_then_made_text() {
    for (scalar, _, key) in PLAIN {
        let expected = if key.is_empty() { String::new() } else { format!("{{\"{key}\":\"v\"}}") };
        assert_eq!(value_of(&format!("{scalar}: v\n")), expected, "{scalar}");
        assert_eq!(value_of(&format!("? {scalar}\n: v\n")), expected, "after ?: {scalar}");
        assert_eq!(
            value_of(&format!("\"{scalar}\": v\n")),
            format!("{{\"{scalar}\":\"v\"}}"),
            "in quotes: {scalar}"
        );
    }
}

#[test]
fn tags_say_what_a_scalar_is() {
    for (scalar, value) in TAGGED {
        let expected = if value.is_empty() { String::new() } else { format!("[{value}]") };
        assert_eq!(value_of(&format!("- {scalar}\n")), expected, "{scalar}");
    }
}
