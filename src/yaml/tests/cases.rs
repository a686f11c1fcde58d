//! Cases of our own, `tests/cases/yaml.tsv`: for each rule in which kubectl's YAML is not everybody's.

use super::{PlainJson, read};

const CASES: &str = include_str!("../../../tests/cases/yaml.tsv");
/// How many rules there are cases for.
const N_RULES: usize = 23;

/// `\n`, `\t`, `\r`, `\\` and `\u{…}` as what they stand for.
fn unescaped(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(char) = chars.next() {
        out.push(match (char, char == '\\').1.then(|| chars.next()).flatten() {
            None => char,
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('u') => {
                let digits: String = chars.by_ref().skip(1).take_while(|char| *char != '}').collect();
                char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap()
            }
            Some(other) => other,
        });
    }
    out
}

fn is_same(found: &str, expected: &str) -> bool {
    match expected.strip_prefix('!') {
        Some(message) => found.strip_prefix('!').is_some_and(|found| found.contains(message.trim())),
        None => !found.starts_with('!') && PlainJson::of(found) == PlainJson::of(expected),
    }
}

#[test]
fn cases_hold() {
    let (mut rules, mut wrong) = (vec![0; N_RULES + 1], Vec::new());
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [rule, text, expected] = fields[..] else { panic!("three fields, not {line}") };
        rules[rule.parse::<usize>().unwrap()] += 1;
        let (mut found, fault) = read(&unescaped(text));
        found.extend(fault.map(|fault| format!("! {fault}")));
        let expected: Vec<&str> = expected.split(" | ").filter(|it| !it.is_empty()).collect();
        let are_same = found.len() == expected.len()
            && found.iter().zip(expected).all(|(found, expected)| is_same(found, expected));
        if !are_same {
            wrong.push(format!("{line}\n  found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<usize> = (1..=N_RULES).filter(|&rule| rules[rule] == 0).collect();
    assert_eq!(missing, [0; 0], "rules without a case");
}
