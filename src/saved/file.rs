//! How an index file is framed: a header, then the sections without gaps.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | the magic bytes |
//! | 8 | the version of the format |
//! | 8 | the checksum (XXH3, 64 bits) of everything after it |
//! | 8 × 7 | the lengths of the sections |
//! | … | the sections: options, fingerprint, sources, places, objects, index, columns |
//!
//! All numbers are little-endian, and every section begins at a multiple of eight bytes, so that its numbers can be
//! read in place. Each byte is either compared, or summed, or the sum.

use std::io::Read;

use bytes::Bytes;
use twox_hash::XxHash3_64;

use super::IndexErrorKind;
use crate::codec::{Decoder, INDEX_MAGIC as MAGIC, Malformed};

/// To be raised whenever the bytes of any section mean something else.
const VERSION: u64 = 5;
pub(super) const N_SECTIONS: usize = 7;
/// Where the bytes begin that the checksum covers.
const SUMMED_AT: usize = 24;
const HEADER_LEN: usize = SUMMED_AT + 8 * N_SECTIONS;

/// The sections of an index file.
pub(super) struct Sections {
    /// How the dump was read.
    pub(super) reading: Bytes,
    /// Which dump it was.
    pub(super) fingerprint: Bytes,
    /// What it was read from, and what there was to say of that.
    pub(super) sources: Bytes,
    /// Where its objects stand.
    pub(super) places: Bytes,
    /// The objects and their labels.
    pub(super) objects: Bytes,
    /// From labels to objects.
    pub(super) index: Bytes,
    /// What was read of the objects besides.
    pub(super) columns: Bytes,
}

/// The bytes of a file with these sections.
pub(super) fn seal(sections: [Vec<u8>; N_SECTIONS]) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEADER_LEN + sections.iter().map(Vec::len).sum::<usize>());
    file.extend(MAGIC);
    file.extend(VERSION.to_le_bytes());
    // The checksum's place, which is filled in once all that it covers stands there.
    file.extend([0; 8]);
    sections.iter().for_each(|section| file.extend((section.len() as u64).to_le_bytes()));
    sections.iter().for_each(|section| file.extend(section));
    sum(&mut file);
    file
}

/// Writes the checksum into a file.
fn sum(file: &mut [u8]) {
    let (head, summed) = file.split_at_mut(SUMMED_AT);
    head[SUMMED_AT - 8..].copy_from_slice(&XxHash3_64::oneshot(summed).to_le_bytes());
}

/// Whether a file begins as an index does.
pub(super) fn has_magic(mut file: impl Read) -> bool {
    let mut magic = [0; MAGIC.len()];
    file.read_exact(&mut magic).is_ok() && magic == MAGIC
}

/// The sections of a file that is whole.
pub(super) fn open(file: &Bytes) -> Result<Sections, IndexErrorKind> {
    if !file.starts_with(&MAGIC) {
        return Err(IndexErrorKind::Foreign);
    }
    let mut header = Decoder::new(file.slice(MAGIC.len()..));
    // Before the checksum, which another format may have elsewhere or not at all.
    if header.u64()? != VERSION {
        return Err(IndexErrorKind::OtherVersion);
    }
    let checksum = header.u64()?;
    let summed = file.slice(SUMMED_AT..);
    Malformed::unless(XxHash3_64::oneshot(&summed) == checksum, "what its checksum says")?;
    let [reading, fingerprint, sources, places, objects, index, columns] = sections(summed)?;
    Ok(Sections { reading, fingerprint, sources, places, objects, index, columns })
}

/// Takes the sections apart, which take all of the file.
fn sections(mut summed: Bytes) -> Result<[Bytes; N_SECTIONS], Malformed> {
    Malformed::unless(summed.len() >= HEADER_LEN - SUMMED_AT, "the header")?;
    let mut rest = summed.split_off(HEADER_LEN - SUMMED_AT);
    let mut lens = Decoder::new(summed);
    let mut sections = [const { Bytes::new() }; N_SECTIONS];
    for section in &mut sections {
        let len = lens.size()?;
        Malformed::unless(len <= rest.len(), "a section")?;
        *section = rest.split_to(len);
    }
    Malformed::unless(rest.is_empty(), "the end")?;
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::super::{Indexed, dump};
    use super::*;
    use crate::load::Source;
    use crate::query::{Columns, Context, Query, Subject};
    use crate::saved::stamp::DumpStamp;
    use crate::{Loader, Plan, SavedIndex, Scope, Selector};

    /// Labels that few objects have, and one that `n_pods` objects have.
    fn json(n_pods: usize) -> String {
        let pods =
            (0..n_pods).map(|n| format!(r#"{{"metadata":{{"name":"p{n}","labels":{{"many":"x"}}}}}}"#));
        let few = r#"{"kind":"Pod","metadata":{"name":"ä","namespace":"n","labels":{"env":"prod","x":""}}},
            {"kind":"Node","apiVersion":"v1","metadata":{"name":"b","labels":{"env":"ü"}}}, {}"#;
        format!("[{}]", [few.to_owned()].into_iter().chain(pods).collect::<Vec<_>>().join(","))
    }

    fn columns() -> [Subject; 2] {
        [".metadata.namespace", ".metadata.labels.many"].map(|subject| subject.parse().unwrap())
    }

    /// A folder with a dump that has an index, and the index.
    fn indexed(json: &str) -> (tempfile::TempDir, SavedIndex, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let saved = SavedIndex::beside(folder.path().join("pods.json"));
        std::fs::write(&saved.dump, json).unwrap();
        let saved = saved.with_columns(columns());
        saved.write(&Loader::new()).unwrap();
        let bytes = std::fs::read(saved.path()).unwrap();
        (folder, saved, bytes)
    }

    fn is_whole(bytes: &[u8]) -> bool {
        open(&Bytes::copy_from_slice(bytes)).is_ok()
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_seen() {
        let (_folder, _, mut bytes) = indexed(&json(0));
        assert!(is_whole(&bytes));
        for len in 0..bytes.len() {
            assert!(!is_whole(&bytes[..len]), "cut to {len} bytes");
        }
        for place in 0..bytes.len() {
            for bit in 0..8 {
                bytes[place] ^= 1 << bit;
                assert!(!is_whole(&bytes), "bit {bit} of byte {place}");
                bytes[place] ^= 1 << bit;
            }
        }
        bytes.push(0);
        assert!(!is_whole(&bytes));
    }

    /// Asks a dump everything it can tell.
    fn ask(dump: &crate::Dump) {
        let store = dump.store();
        for object in store.objects() {
            let id = object.id();
            let _ = (object.identity(), object.labels().count(), object.label("env"));
            let _ = (dump.json(id), dump.index(id), dump.source(id));
        }
        let _ = (store.kinds(), store.namespaces());
        store.keys().iter().for_each(|fact| drop(store.values(fact.key)));
        for text in ["", "env=prod,x", "env!=prod", "!env", "env>1", "x in (,a)", "many,!env", "many!=x"] {
            let selector: Selector = text.parse().unwrap();
            let plan = Plan::new(store, &selector);
            let _ = (plan.count(), plan.any(), plan.run().iter().count(), plan.explain().to_string());
        }
        let mut columns = Columns::new();
        columns.read(dump, &self::columns(), &Context::new());
        for subject in &self::columns() {
            columns.values(subject).for_each(drop);
        }
        let query: Query = ".metadata.namespace=n || !.metadata.labels.many".parse().unwrap();
        let plan = Plan::query(store, &columns, &query, &Scope::all(), &Context::new()).unwrap();
        let _ = (plan.count(), plan.run().iter().count(), plan.explain().to_string());
        let mut store = store.clone();
        let ids: Vec<_> = store.objects().map(|object| object.id()).collect();
        for &id in &ids {
            store.relabel(id, [("env", "qa"), ("new", "1")]);
        }
        for id in ids {
            store.remove(id);
        }
        store.insert(crate::Object::new("Pod", "n", "c").with_labels([("env", "prod")]));
    }

    #[test]
    fn a_forged_index_does_no_harm() {
        // So many pods that their label has a bitmap, but not every byte of those.
        for (n_pods, step) in [(0, 1), (70, 23)] {
            let (_folder, saved, bytes) = indexed(&json(n_pods));
            for place in (SUMMED_AT..bytes.len()).step_by(step) {
                for value in [0, 0x80, 0xFF, bytes[place] ^ 1, bytes[place].wrapping_add(1)] {
                    let mut forged = bytes.clone();
                    forged[place] = value;
                    sum(&mut forged);
                    let (source, _) = Source::map(&saved.dump).unwrap();
                    if let Ok(sections) = open(&forged.into())
                        && let Ok((dump, _)) = dump(&saved.dump, Some(source), &Loader::new(), sections)
                    {
                        ask(&dump);
                    }
                }
            }
        }
    }

    #[test]
    fn sections_are_what_was_sealed() {
        let (_folder, saved, bytes) = indexed(&json(70));
        let (source, _) = Source::map(&saved.dump).unwrap();
        let fingerprint = DumpStamp::of(&saved.dump).unwrap().fingerprint(&saved.dump).unwrap();
        let sections = open(&bytes.clone().into()).unwrap();
        let (read, told) = dump(&saved.dump, Some(source), &Loader::new(), sections).unwrap();
        let mut columns = Columns::new();
        columns.read(&read, &self::columns(), &Context::new());
        let indexed = Indexed { dump: &read, path: &saved.dump, told: &told, columns: &columns };
        assert_eq!(seal(indexed.sections(&Loader::new(), &fingerprint)), bytes);
    }
}
