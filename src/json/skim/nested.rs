//! Passes over objects and arrays, a block of 64 bytes at a time.
//!
//! Whether JSON is sound is a question about neighbours: after `:` comes a value, after a key `:`, after a value
//! `,` or a closing bracket. So what is to be checked of all tokens of a block is the same for every kind of
//! token: what comes next ([`Expecting::are_in_order`]). An addition answers that for all tokens of a kind at once: it
//! carries a bit from behind each of them through everything that is no token. One by one are looked at only
//! brackets, escapes, numbers and words.

use super::block::{BLOCK, Block, above, parity, places};
use fearless_simd::{Level, Simd, dispatch};

use super::{delimited, escape_end, number_end, word_end};

/// The brackets that are open, innermost last: a bit each, 1 for an object, below a 1 that marks the end.
const NONE_OPEN: u64 = 1;
/// Set when there is no room for another bracket.
const FULL: u64 = 1 << 63;

/// The length of the object or array that `bytes` begin with. `None` where that takes another look.
pub(super) fn len(level: Level, bytes: &[u8]) -> Option<usize> {
    dispatch!(level, simd => len_with(simd, bytes))
}

#[inline(always)]
fn len_with<S: Simd>(simd: S, bytes: &[u8]) -> Option<usize> {
    let mut scan = NestedScan::new(bytes);
    let (blocks, rest) = bytes.as_chunks();
    for block in blocks {
        if let Some(len) = scan.block(simd, block)? {
            return Some(len);
        }
    }
    // White space asks for nothing and ends nothing, so that it only fills the block.
    let mut last = [b' '; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    scan.block(simd, &last)?
}

/// What is known of the bytes before a block.
struct NestedScan<'b> {
    bytes: &'b [u8],
    /// Where the block begins.
    pos: usize,
    open: u64,
    /// All ones inside a string.
    in_string: u64,
    /// 1 if the block's first byte stands behind a backslash.
    escaped: u64,
    /// 1 if the byte before the block belongs to a number or word.
    in_scalar: u64,
    pending: Expecting,
}

/// The tokens in a block, by kind.
struct Tokens {
    all: u64,
    /// The opening quotes of strings.
    strings: u64,
    /// The first bytes of numbers and words.
    scalars: u64,
    opens: u64,
    /// Of those the ones of objects.
    object_opens: u64,
    closes: u64,
    commas: u64,
    colons: u64,
    /// Everything that is inside an object, and not deeper in an array.
    in_objects: u64,
}

impl<'b> NestedScan<'b> {
    fn new(bytes: &'b [u8]) -> NestedScan<'b> {
        NestedScan {
            bytes,
            pos: 0,
            open: NONE_OPEN,
            in_string: 0,
            escaped: 0,
            in_scalar: 0,
            pending: Expecting::default(),
        }
    }

    /// Reads a block. Gives the length of the value if it ends there; `None` if anything is not sound.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, bytes: &[u8; BLOCK]) -> Option<Option<usize>> {
        let block = Block::new(simd, bytes);
        let escapes = self.escapes(block.backslashes);
        let quotes = block.quotes & !escapes.escaped;
        let strings = parity(quotes) ^ self.in_string;
        self.in_string = if strings >> 63 == 1 { u64::MAX } else { 0 };
        let (tokens, end) = self.tokens(bytes, &block, quotes, strings)?;
        let inside = up_to(end);
        // Line ends between tokens are by far the most controls, and need no look.
        let doubtful = block.controls & !(block.line_ends & !strings) & inside;
        if escapes.wrong & inside != 0 || doubtful != 0 && !are_white_space(bytes, doubtful, strings) {
            return None;
        }
        // Numbers and words have a grammar inside of them, of which the masks know nothing.
        for at in places(tokens.scalars) {
            let start = self.pos + at as usize;
            scalar_end(self.bytes, start)?;
        }
        if !self.pending.are_in_order(&tokens) {
            return None;
        }
        let start = self.pos;
        self.pos += BLOCK;
        Some(end.map(|at| start + at as usize + 1))
    }

    /// What the backslashes say.
    #[inline(always)]
    fn escapes(&mut self, backslashes: u64) -> Escapes {
        let mut escapes = Escapes { escaped: std::mem::take(&mut self.escaped), wrong: 0 };
        let mut rest = backslashes & !escapes.escaped;
        while rest != 0 {
            let at = rest.trailing_zeros();
            if escape_end(self.bytes, self.pos + at as usize + 1).is_none() {
                escapes.wrong |= 1 << at;
            }
            escapes.escaped |= (1 << at) << 1;
            self.escaped = u64::from(at == 63);
            rest &= above(at) & !escapes.escaped;
        }
        escapes
    }

    /// The tokens up to the end of the value, and where it ends.
    #[inline(always)]
    fn tokens(
        &mut self,
        bytes: &[u8; BLOCK],
        block: &Block,
        quotes: u64,
        strings: u64,
    ) -> Option<(Tokens, Option<u32>)> {
        let opens = block.opens & !strings;
        let closes = block.closes & !strings;
        let brackets = self.brackets(bytes, opens, opens | closes)?;
        let inside = up_to(brackets.end);
        let commas = block.commas & !strings;
        let colons = block.colons & !strings;
        let signs = opens | closes | commas | colons;
        let scalar = !(strings | quotes | signs | block.blanks);
        let scalars = scalar & !(scalar << 1 | self.in_scalar) & inside;
        self.in_scalar = scalar >> 63;
        let strings = quotes & strings & inside;
        let tokens = Tokens {
            all: (signs & inside) | strings | scalars,
            strings,
            scalars,
            opens: opens & inside,
            object_opens: brackets.object_opens,
            closes: closes & inside,
            commas: commas & inside,
            colons: colons & inside,
            in_objects: brackets.in_objects,
        };
        Some((tokens, brackets.end))
    }

    /// Opens and closes brackets. `None` if they do not match or are nested too deeply.
    #[inline(always)]
    fn brackets(&mut self, bytes: &[u8; BLOCK], opens: u64, both: u64) -> Option<Brackets> {
        let mut open = self.open;
        let mut object_opens = 0;
        let mut in_objects = 0_u64.wrapping_sub(open & 1);
        for at in places(both) {
            // Of the four only braces have this bit set.
            let is_object = u64::from(bytes[at as usize] >> 5 & 1);
            let was_object = open & 1;
            if opens >> at & 1 == 1 {
                if open & FULL != 0 {
                    return None;
                }
                object_opens |= is_object << at;
                open = open << 1 | is_object;
            } else {
                if was_object != is_object {
                    return None;
                }
                open >>= 1;
                if open == NONE_OPEN {
                    return Some(Brackets { object_opens, in_objects, end: Some(at) });
                }
            }
            // The bracket itself counts to what was before it, and all behind it is turned over.
            in_objects ^= 0_u64.wrapping_sub(was_object ^ (open & 1)) & above(at);
        }
        self.open = open;
        Some(Brackets { object_opens, in_objects, end: None })
    }
}

/// What the backslashes of a block say.
struct Escapes {
    /// The bytes behind them.
    escaped: u64,
    /// Those that begin no escape.
    wrong: u64,
}

/// What the brackets of a block say.
struct Brackets {
    object_opens: u64,
    in_objects: u64,
    /// The bracket that closes the first one.
    end: Option<u32>,
}

/// What the last token before the block asks of the first one in it: 1 in the field of its kind, 0 in the others.
#[derive(Default)]
struct Expecting {
    object_open: u64,
    array_open: u64,
    object_comma: u64,
    key: u64,
    /// A colon, or a comma in an array.
    before_value: u64,
    /// A string that is no key, a number, a word, or a closing bracket.
    value: u64,
}

impl Expecting {
    /// Whether each token may stand behind the one before it. That brackets match is checked elsewhere.
    #[inline(always)]
    fn are_in_order(&mut self, tokens: &Tokens) -> bool {
        let all = tokens.all;
        let values = tokens.strings | tokens.scalars | tokens.opens;
        let after_object_open = next(all, tokens.object_opens, &mut self.object_open);
        let after_array_open = next(all, tokens.opens & !tokens.object_opens, &mut self.array_open);
        let after_object_comma = next(all, tokens.commas & tokens.in_objects, &mut self.object_comma);
        let keys = (after_object_open | after_object_comma) & tokens.strings;
        let after_key = next(all, keys, &mut self.key);
        let before_value = tokens.colons | tokens.commas & !tokens.in_objects;
        let to_be_value = next(all, before_value, &mut self.before_value);
        let ends = tokens.strings & !keys | tokens.scalars | tokens.closes;
        let after_value = next(all, ends, &mut self.value);
        let wrong = after_object_open & !(tokens.strings | tokens.closes)
            | after_array_open & !(values | tokens.closes)
            | after_object_comma & !tokens.strings
            // Both ways at once: no key without its colon, and no colon without its key.
            | after_key ^ tokens.colons
            | to_be_value & !values
            | after_value & !(tokens.commas | tokens.closes);
        wrong == 0
    }
}

/// Of `all` tokens those that come right after one of `some`. `pending` is whether the last one before the block was
/// one of them, and then whether the block's last one is.
#[inline(always)]
fn next(all: u64, some: u64, pending: &mut u64) -> u64 {
    let (sum, overflow) = (some << 1 | *pending).overflowing_add(!all);
    // Either the block's last byte is one of `some`, or a carry met no token behind one.
    *pending = some >> 63 | u64::from(overflow);
    sum & all
}

/// The bits up to the end of the value, if it ends in the block.
fn up_to(end: Option<u32>) -> u64 {
    end.map_or(u64::MAX, |at| !above(at))
}

/// Whether the control characters are JSON's white space, and not in strings.
fn are_white_space(bytes: &[u8; BLOCK], controls: u64, strings: u64) -> bool {
    controls & strings == 0 && places(controls).all(|at| matches!(bytes[at as usize], b'\n' | b'\r' | b'\t'))
}

/// The end of the number or word at `pos`.
pub(super) fn scalar_end(bytes: &[u8], pos: usize) -> Option<usize> {
    let end = match bytes.get(pos)? {
        b'-' | b'0'..=b'9' => number_end(bytes, pos)?,
        _ => word_end(bytes, pos)?,
    };
    delimited(bytes, end)
}
