//! What can be read only bit by bit is answered as the same bytes in memory.

use std::io::{self, Read};
use std::sync::mpsc;

use selq::load::WatchEvent;
use selq::{Input, LoadError, Loader};

use crate::load::{gzip, zstd};

/// Gives one byte at a time, and is interrupted before each.
struct Dropwise {
    bytes: std::vec::IntoIter<u8>,
    was_interrupted: bool,
    /// Whether there is an error where the bytes end.
    fails: bool,
}

impl Read for Dropwise {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.was_interrupted = !self.was_interrupted;
        if self.was_interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match (self.bytes.next(), into.first_mut()) {
            (Some(byte), Some(into)) => {
                *into = byte;
                Ok(1)
            }
            (None, _) if self.fails => Err(io::Error::other("the connection is gone")),
            _ => Ok(0),
        }
    }
}

fn dropping(bytes: &[u8], fails: bool) -> Input {
    let bytes: Vec<u8> = bytes.to_vec();
    Input::reader("dump", Dropwise { bytes: bytes.into_iter(), was_interrupted: false, fails })
}

fn in_memory(bytes: &[u8]) -> Input {
    Input::Bytes { name: "dump".to_owned(), bytes: bytes.to_vec() }
}

fn told(error: &LoadError) -> String {
    format!("{error} ({:?} at {:?}, help {:?})", error.kind(), error.offset(), error.help())
}

/// All that a load gives.
fn loaded(input: Input) -> Result<Vec<String>, String> {
    let dump = Loader::new().load([input]).map_err(|error| told(&error))?;
    let sources = dump.sources().map(str::to_owned);
    let objects = dump.store().objects().map(|object| format!("{object:?} {}", dump.json(object.id())));
    Ok(sources.chain(objects).collect())
}

/// All that a watch gives.
fn watched(input: Input) -> Vec<Result<WatchEvent, String>> {
    let events = Loader::new().watch(input).unwrap();
    events.map(|event| event.map_err(|error| told(&error))).collect()
}

/// Dumps and streams, good and bad.
fn texts() -> Vec<Vec<u8>> {
    let event = r#"{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"a":"1"}}}}"#;
    let texts = [
        r#"{"kind":"PodList","items":[{"metadata":{"name":"web-0","labels":{"env":"prod"}}},{}]}"#,
        "[{},\n{\"metadata\":{\"labels\":{\"a\":1}}}]",
        "{}\n{}{}",
        &format!("{event}\n{event}"),
        "\u{feff}{\"kind\":\"Pod\"}",
        "{\"kind\":",
        "(not JSON)",
        "pods: []",
        "",
        " \n",
    ];
    let not_text = &b"{\"a\":\"\xff\"}"[..];
    texts.iter().map(|text| text.as_bytes()).chain([not_text]).map(<[u8]>::to_vec).collect()
}

#[test]
fn a_reader_is_answered_as_bytes_are() {
    for text in texts() {
        let cut = |bytes: Vec<u8>| bytes[..bytes.len() - 3].to_vec();
        for bytes in [gzip(&text), zstd(&text), cut(gzip(&text)), cut(zstd(&text)), text] {
            assert_eq!(loaded(dropping(&bytes, false)), loaded(in_memory(&bytes)), "{bytes:?}");
            assert_eq!(watched(dropping(&bytes, false)), watched(in_memory(&bytes)), "{bytes:?}");
        }
    }
}

#[test]
fn a_reader_may_fail() {
    let text = "{\"kind\":\"Pod\"}\n{\"kind\":\"Pod\"}\n";
    let failed = "dump: cannot be read: the connection is gone (Unreadable at None, help None)";
    assert_eq!(loaded(dropping(text.as_bytes(), true)), Err(failed.to_owned()));
    assert_eq!(loaded(dropping(&gzip(text.as_bytes()), true)), Err(failed.to_owned()));
    let events = watched(dropping(text.as_bytes(), true));
    assert_eq!((events.len(), events.last()), (3, Some(&Err(failed.to_owned()))));
    let skipped = Loader::new().skip_invalid(true).load([dropping(text.as_bytes(), true), in_memory(b"{}")]);
    assert_eq!(skipped.map(|dump| (dump.store().len(), dump.n_skipped())).unwrap(), (1, 1));
}

/// Waits for what another thread sends, as for the body of a watch.
struct Received(mpsc::Receiver<&'static str>);

impl Read for Received {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Ok(text) = self.0.recv() else { return Ok(0) };
        into[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }
}

#[test]
fn an_event_is_given_before_the_next_is_there() {
    let (sender, receiver) = mpsc::channel();
    let mut events = Loader::new().watch(Input::reader("watch", Received(receiver))).unwrap();
    for text in ["{\"type\":\"ADDED\",\"object\":{}}\n", "{\"type\":\"BOOKMARK\",\"object\":{}}\n"] {
        sender.send(text).unwrap();
        assert!(events.next().is_some_and(|event| event.is_ok()));
    }
    drop(sender);
    assert!(events.next().is_none());
}
