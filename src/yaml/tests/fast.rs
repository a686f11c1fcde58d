//! The reader of what programs write gives what the parser gives, to the byte.

use crate::yaml::chunks::Chunks;
use crate::yaml::fast::{self, YamlTeam};
use crate::yaml::parse::Parser;
use crate::yaml::text::{check_characters, without_mark};
use crate::yaml::transcode::{DocumentRead, Transcoder};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// As `kubectl get -o yaml` writes, with what is rare in it.
const LIST: &str = "\
apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    annotations:
      a.b/c: '{\"it''s\":\"q\"}'
      long: one two three
        four five

        six
      quoted: 'one two
        three''s

        four  '
      script: |
        #!/bin/sh
        \techo \"x\"

          - not: a list
      stripped: |-
        a
      kept: |+
        b

    labels: {}
    name: \"0123\"
    wide: é名\u{1F600}
  spec:
    args:
    - --a=b
    - -c
    - \"1\"
    - yes: 1.50
      0x1F: ~
    -
      deep:
      - - 1
        - []
      empty:
    managed:
      f:k:{\"name\":\"x\"}:
        .: {}
# a comment
- kind: YamlNode # another
  n: 1e3
kind: List
metadata:
  resourceVersion: \"\"
";

/// What an edit puts in.
const TOKENS: [&str; 44] = [
    "\n", "  ", " ", "- ", ": ", ":", "#", " #", "'", "\"", "|", "|-", "|+", "|2", ">", "{}", "[]",
    "\n---\n", "...", "~", "\t", "\\", "\\n", "yes", "0x1", "&a ", "*a", "<<: ", "? ", "é", "\u{85}", "\r",
    "!", "%", "''", "-", "\n\n", "\n  ", "\n    ", "\n- ", "key: ", "\u{2028}", "\u{FEFF}", "\u{1}",
];

/// How many documents of the text are of the subset; all of them have to be the same by the parser.
fn n_fast(text: &str) -> usize {
    let mut transcoder = Transcoder::default();
    let mut n_fast = 0;
    for chunk in Chunks::new(text).map_while(Result::ok) {
        let len = without_mark(&text[chunk.clone()]).len();
        let chunk = chunk.end - len..chunk.end;
        for min_part in [1, usize::MAX] {
            let mut out = b"before".to_vec();
            let Some(elements) =
                fast::read(text, chunk.clone(), YamlTeam { n_threads: 2, min_part }, &mut out)
            else {
                assert_eq!(out, b"before");
                continue;
            };
            let (alone, before) = (&text[chunk.clone()], "before".len());
            assert_eq!(check_characters(alone), Ok(()), "{alone}");
            assert_eq!(transcoder.document(&mut Parser::new(alone)), Ok(DocumentRead::Value), "{alone}");
            assert_eq!(
                String::from_utf8_lossy(&out[before..]),
                String::from_utf8_lossy(transcoder.json()),
                "{alone}"
            );
            let places =
                |elements: &[(usize, usize)]| elements.iter().map(|(json, _)| *json).collect::<Vec<_>>();
            let theirs = places(transcoder.elements());
            assert_eq!(
                places(&elements),
                theirs.iter().map(|json| json + before).collect::<Vec<_>>(),
                "{alone}"
            );
            n_fast += 1;
        }
    }
    n_fast
}

#[test]
fn what_kubectl_writes_is_of_the_subset() {
    assert_eq!(n_fast(LIST), 2);
    assert_eq!(n_fast(&format!("---\n{LIST}---\n{LIST}\n---\n\nkind: A\n")), 6);
    for indented in ["a:\n  - b: 1\n    c: 2\n  - d\n", "a:\n    b:\n        c: d\n", "- a\n- b:\n    c\n"] {
        n_fast(indented);
    }
}

#[test]
fn what_is_not_of_the_subset_is_left_to_the_parser() {
    for text in [
        "",
        "# c\n",
        "text\n",
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: [b]\n",
        "a: {b: c}\n",
        "a: >\n  b\n",
        "? a\n: b\n",
        "<<: {a: 1}\n",
        "a: 1\na: 2\n",
        "a: .inf\n",
        "~: 1\n",
        "a: b: c\n",
        "a: 'b' c\n",
        "a: 'b\n",
        "a:\n b: 1\n  c: 2\n",
        "a: 1\r\n",
        "a:\tb\n",
        "a: \"\\x41\"\n",
        "a: 1\n...\n",
        "%YAML 1.1\n",
        "a: |\nb: 1\n",
        "a: @b\n",
        "a: - b\n",
        "a: x\u{85}\n",
        "a\n  b: c\n",
        "- a\nb: c\n",
        "a: |\n\tb\n",
        "a: |\n     \n  b\n",
        "'a: b\n",
    ] {
        assert_eq!(n_fast(text), 0, "{text}");
    }
    for quote in ["", "'", "\""] {
        assert_eq!(n_fast(&format!("{quote}{}{quote}: b\n", "k".repeat(1023))), 0);
    }
    let deep: String = (0..1000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert_eq!(n_fast(&deep), 0);
}

fn files(folder: &Path, each: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, each),
            path => each(&path),
        }
    }
}

#[test]
#[allow(clippy::print_stderr)]
fn real_files_are_the_same_both_ways() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.is_dir() {
        return eprintln!("skipped: there is no {}", folder.display());
    }
    let (mut n_files, mut n) = (0, 0);
    files(&folder, &mut |path| {
        if path.extension().is_some_and(|extension| extension == "yaml")
            && let Ok(text) = fs::read_to_string(path)
        {
            n_files += 1;
            n += n_fast(&text);
        }
    });
    assert!(n_files > 15 && n > 2 * 1213, "{n} of {n_files}");
}

/// A text with a few edits: something put in, taken out, or lines in another order.
fn edited(text: &str, edits: &[(usize, u8, usize)]) -> String {
    let mut text = text.to_owned();
    for &(place, edit, other) in edits {
        let mut at = place % (text.len() + 1);
        at = (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
        match edit % 4 {
            0 | 1 => text.insert_str(at, TOKENS[other % TOKENS.len()]),
            2 => {
                let end =
                    text[at..].char_indices().nth(1 + other % 4).map_or(text.len(), |(len, _)| at + len);
                text.replace_range(at..end, "");
            }
            _ => {
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                if !lines.is_empty() {
                    let line = lines.remove(place % lines.len());
                    lines.insert(other % (lines.len() + 1), line);
                }
                text = lines.concat();
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn edited_texts_are_the_same_both_ways(edits in prop::collection::vec((0_usize..2000, any::<u8>(), 0_usize..2000), 1..5)) {
        n_fast(&edited(LIST, &edits));
    }
}
