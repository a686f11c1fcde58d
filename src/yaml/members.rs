//! Members and elements of JSON that was just written.

use std::collections::BTreeMap;

/// Where a member stands, and where its key ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct WrittenMember {
    pub(super) start: usize,
    pub(super) key_end: usize,
    pub(super) end: usize,
}

/// The members of the object that begins at `start`, without those that count no more.
pub(super) fn members(out: &[u8], dead: &BTreeMap<usize, usize>, start: usize) -> Vec<WrittenMember> {
    let mut members = Vec::new();
    let mut at = start + 1;
    loop {
        at = behind_dead(dead, at);
        match out.get(at) {
            Some(b',') => at += 1,
            Some(b'"') => {
                let key_end = end_of_string(out, at);
                let end = end_of_value(out, key_end + 1);
                members.push(WrittenMember { start: at, key_end, end });
                at = end;
            }
            _ => return members,
        }
    }
}

/// Where the elements begin of the array that begins at `start`.
pub(super) fn elements(out: &[u8], start: usize) -> Vec<usize> {
    let mut elements = Vec::new();
    let mut at = start + 1;
    while let Some(&byte) = out.get(at) {
        match byte {
            b',' => at += 1,
            b']' => break,
            _ => {
                elements.push(at);
                at = end_of_value(out, at);
            }
        }
    }
    elements
}

fn behind_dead(dead: &BTreeMap<usize, usize>, mut at: usize) -> usize {
    while let Some(&end) = dead.get(&at) {
        at = end;
    }
    at
}

fn end_of_value(out: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while let Some(&byte) = out.get(at) {
        match byte {
            b'"' => at = end_of_string(out, at),
            b'{' | b'[' => (at, depth) = (at + 1, depth + 1),
            b'}' | b']' if depth > 0 => (at, depth) = (at + 1, depth - 1),
            b',' | b'}' | b']' if depth == 0 => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// The place behind the string that begins at `start`.
fn end_of_string(out: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = out.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}
