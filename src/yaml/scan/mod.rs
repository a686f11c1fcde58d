//! From text to tokens, as libyaml and its descendants in Go do it: one token ahead of the parser, or as many as it takes
//! to know whether what stands there is a key.

mod block;
mod cursor;
mod fetch;
mod fold;
mod properties;
mod scalars;
pub(crate) mod token;

use super::fault::YamlFault;
use cursor::TextCursor;
use std::borrow::Cow;
use std::collections::VecDeque;
use token::{YamlToken, YamlTokenKind};

/// How many characters a key may have that no `?` stands before.
const MAX_SIMPLE_KEY: usize = 1024;
/// How deeply flow collections, and block collections, may be nested.
const MAX_DEPTH: usize = 10_000;

/// Reads tokens.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    cursor: TextCursor<'a>,
    tokens: VecDeque<YamlToken<'a>>,
    /// How many tokens were taken: the number of the first in the queue.
    n_taken: usize,
    is_head_ready: bool,
    /// The column of the innermost block collection; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    simple_key_allowed: bool,
    /// What may turn out to be a key, for each flow collection and outside of all.
    simple_keys: Vec<SimpleKey>,
    /// The numbers of tokens that may begin a key, in ascending order, and where in `simple_keys` that is noted.
    key_tokens: VecDeque<(usize, usize)>,
    /// Where the scalar ends that was read last; the cursor may have looked farther.
    scalar_end: usize,
}

/// A token that is a key if a `:` follows.
#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    is_possible: bool,
    /// By its indentation it must be one.
    is_required: bool,
    token: usize,
    at: usize,
    line: usize,
    column: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Scanner<'a> {
        Scanner {
            text,
            cursor: TextCursor::new(text),
            tokens: VecDeque::new(),
            n_taken: 0,
            is_head_ready: false,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            key_tokens: VecDeque::new(),
            scalar_end: 0,
        }
    }

    /// The token that comes next.
    pub(crate) fn peek(&mut self) -> Result<&YamlToken<'a>, YamlFault> {
        while !self.is_head_ready {
            self.fetch_more()?;
        }
        Ok(&self.tokens[0])
    }

    /// Takes the token that was looked at.
    pub(crate) fn take(&mut self) -> Option<YamlToken<'a>> {
        self.is_head_ready = false;
        self.n_taken += 1;
        while self.key_tokens.front().is_some_and(|&(token, _)| token < self.n_taken) {
            self.key_tokens.pop_front();
        }
        self.tokens.pop_front()
    }

    /// Fetches a token unless the first of those that wait can be given away.
    fn fetch_more(&mut self) -> Result<(), YamlFault> {
        let key = self.key_tokens.front().filter(|&&(token, _)| token == self.n_taken).map(|&(_, slot)| slot);
        let may_be_key = match key {
            Some(slot) if !self.tokens.is_empty() => self.is_key_possible(slot)?,
            _ => false,
        };
        if !self.tokens.is_empty() && !may_be_key {
            self.is_head_ready = true;
            return Ok(());
        }
        self.fetch()
    }

    fn flow_level(&self) -> usize {
        self.simple_keys.len() - 1
    }

    fn is_indented_less(&mut self, column: isize) -> bool {
        (self.cursor.column() as isize) < column
    }

    fn is_key_possible(&mut self, slot: usize) -> Result<bool, YamlFault> {
        let Some(&key) = self.simple_keys.get(slot).filter(|key| key.is_possible) else { return Ok(false) };
        if key.line == self.cursor.line() && !self.cursor.is_farther_than(MAX_SIMPLE_KEY, key.at) {
            return Ok(true);
        }
        if key.is_required {
            return Err(self.no_colon(key));
        }
        self.simple_keys[slot].is_possible = false;
        Ok(false)
    }

    /// Notes that the token that comes next may be a key.
    fn save_simple_key(&mut self) -> Result<(), YamlFault> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let column = self.cursor.column();
        let key = SimpleKey {
            is_possible: true,
            is_required: self.flow_level() == 0 && self.indent == column as isize,
            token: self.next_number(),
            at: self.cursor.at(),
            line: self.cursor.line(),
            column,
        };
        self.remove_simple_key()?;
        let slot = self.simple_keys.len() - 1;
        self.simple_keys[slot] = key;
        self.forget_key_token(key.token);
        self.key_tokens.push_back((key.token, slot));
        Ok(())
    }

    /// What could have been a key is none.
    fn remove_simple_key(&mut self) -> Result<(), YamlFault> {
        let slot = self.simple_keys.len() - 1;
        let key = self.simple_keys[slot];
        if key.is_possible {
            if key.is_required {
                return Err(self.no_colon(key));
            }
            self.simple_keys[slot].is_possible = false;
            self.forget_key_token(key.token);
        }
        Ok(())
    }

    fn forget_key_token(&mut self, token: usize) {
        if let Ok(nth) = self.key_tokens.binary_search_by_key(&token, |&(token, _)| token) {
            self.key_tokens.remove(nth);
        }
    }

    /// The number of the token that is added next.
    fn next_number(&self) -> usize {
        self.n_taken + self.tokens.len()
    }

    fn open_flow(&mut self) -> Result<(), YamlFault> {
        self.simple_keys.push(SimpleKey { token: self.next_number(), ..SimpleKey::default() });
        if self.flow_level() > MAX_DEPTH {
            return Err(self.too_deep());
        }
        Ok(())
    }

    fn close_flow(&mut self) {
        if self.flow_level() > 0
            && let Some(key) = self.simple_keys.pop()
        {
            self.forget_key_token(key.token);
        }
    }

    /// Opens a block collection if it begins at this column: before the token of this number, or the next.
    fn roll_indent(
        &mut self,
        column: usize,
        token: Option<usize>,
        kind: YamlTokenKind<'a>,
        at: usize,
    ) -> Result<(), YamlFault> {
        if self.flow_level() > 0 || self.indent >= column as isize {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column as isize;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.too_deep());
        }
        self.insert(token, YamlToken { kind, start: at, end: at });
        Ok(())
    }

    /// Closes the block collections that are deeper than this column.
    fn unroll_indent(&mut self, column: isize) {
        if self.flow_level() > 0 {
            return;
        }
        while self.indent > column {
            self.push(YamlTokenKind::BlockEnd, self.cursor.at());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Adds a token that begins at `start` and ends here.
    fn push(&mut self, kind: YamlTokenKind<'a>, start: usize) {
        self.tokens.push_back(YamlToken { kind, start, end: self.cursor.at() });
    }

    /// Adds a token before the one of this number. One that was taken already has none before it any more.
    fn insert(&mut self, token: Option<usize>, new: YamlToken<'a>) {
        match token.and_then(|token| token.checked_sub(self.n_taken)) {
            Some(nth) if nth <= self.tokens.len() => self.tokens.insert(nth, new),
            _ => self.tokens.push_back(new),
        }
    }

    fn fault_here(&self, message: impl Into<Cow<'static, str>>) -> YamlFault {
        self.fault_at(self.cursor.at(), message)
    }

    fn fault_at(&self, at: usize, message: impl Into<Cow<'static, str>>) -> YamlFault {
        YamlFault::new(at.min(self.text.len()), message)
    }

    fn no_colon(&self, key: SimpleKey) -> YamlFault {
        self.fault_at(key.at, "expected `:` behind a key on the same line, found none")
            .with_help("write `key: value`; a text of several lines has to be indented deeper than its key")
    }

    fn too_deep(&self) -> YamlFault {
        self.fault_here(format!("expected at most {MAX_DEPTH} collections in one another, found more"))
    }
}
