//! Sources that are read once more when somebody asks for their text: those of a dump that was opened by its index.
//!
//! An index holds what is asked of objects most, and not their text. That of a plain file is mapped at once. What has to be
//! decompressed, unpacked or converted is read when the first text of it is wanted: a file of a folder by itself, and an
//! archive as a whole, since a compressed one has no other way to what stands in it.

use super::budget::MaxBytes;
use super::queue::Queue;
use super::source::{Input, LaterSources, Origin, Source};
use crate::codec::{Decoder, Encoder, Malformed};
use crate::yaml::YamlTeam;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use twox_hash::XxHash3_64;

/// What the sources of a dump are, and how each is come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DumpForm {
    /// A file whose text is the source.
    Plain,
    /// A file that holds the text of the source compressed.
    Compressed,
    /// A file that the text of the source is made of.
    Converted,
    Archive,
    /// A folder, each file of which can be found by its name.
    Folder,
    /// A folder with names that are not told as they are.
    OddFolder,
}

const FORMS: [DumpForm; 6] = [
    DumpForm::Plain,
    DumpForm::Compressed,
    DumpForm::Converted,
    DumpForm::Archive,
    DumpForm::Folder,
    DumpForm::OddFolder,
];

impl DumpForm {
    /// That of a path with these sources, of which there is at least one unless it is a folder or archive.
    pub(in crate::load) fn of(path: &Path, sources: &[Source]) -> DumpForm {
        if path.is_dir() {
            let is_file = |source: &Source| {
                DumpForm::Folder.path_in(path, source.name()).is_some_and(|name| path.join(name).is_file())
            };
            return if sources.iter().all(is_file) { DumpForm::Folder } else { DumpForm::OddFolder };
        }
        match sources {
            [source] if source.mapped_bytes().is_some() => DumpForm::Plain,
            [source] if source.origin == Origin::Converted => DumpForm::Converted,
            [source] if source.origin == Origin::Decompressed => DumpForm::Compressed,
            _ => DumpForm::Archive,
        }
    }

    fn origin(self) -> Origin {
        match self {
            DumpForm::Plain => Origin::Plain,
            DumpForm::Compressed => Origin::Decompressed,
            DumpForm::Converted => Origin::Converted,
            DumpForm::Archive | DumpForm::Folder | DumpForm::OddFolder => Origin::Bundled,
        }
    }

    /// What stands between the name of the dump and that of a source in it.
    fn separator(self, path: &str) -> &'static str {
        match self {
            DumpForm::Plain | DumpForm::Compressed | DumpForm::Converted => "",
            DumpForm::Archive => "!",
            DumpForm::Folder | DumpForm::OddFolder => {
                if path.ends_with('/') {
                    ""
                } else {
                    "/"
                }
            }
        }
    }

    /// The path of a source in the dump; empty where the dump is the source.
    fn path_in(self, path: &Path, name: &str) -> Option<String> {
        let path = path.display().to_string();
        Some(name.strip_prefix(&path)?.strip_prefix(self.separator(&path))?.to_owned())
    }

    fn name_of(self, path: &Path, path_in: &str) -> String {
        let path = path.display().to_string();
        format!("{path}{}{path_in}", self.separator(&path))
    }
}

/// By what the text of a source is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TextMark {
    /// What the source is called.
    name: String,
    n_bytes: u64,
    sum: u64,
}

impl TextMark {
    fn of(source: &Source) -> TextMark {
        let bytes = source.bytes();
        TextMark {
            name: source.name().to_owned(),
            n_bytes: bytes.len() as u64,
            sum: XxHash3_64::oneshot(bytes),
        }
    }
}

/// A file, folder or archive that is read when the first of its sources is asked for.
struct Reread {
    path: PathBuf,
    max_bytes: MaxBytes,
    team: YamlTeam,
    marks: Vec<TextMark>,
    sources: OnceLock<Vec<Option<Source>>>,
}

impl LaterSources for Reread {
    fn source(&self, nth: usize) -> Option<&Source> {
        self.sources.get_or_init(|| self.read()).get(nth)?.as_ref()
    }

    fn n_bytes(&self, nth: usize) -> u64 {
        self.marks.get(nth).map_or(0, |mark| mark.n_bytes)
    }
}

impl Reread {
    fn read(&self) -> Vec<Option<Source>> {
        let mut queue = Queue::of_inputs([Input::Path(self.path.clone())], self.max_bytes);
        let mut found: Vec<Option<Source>> = self.marks.iter().map(|_| None).collect();
        let mut wanted = self.marks.iter().enumerate().peekable();
        while wanted.peek().is_some()
            && let Some(Ok((source, _))) = queue.next_source(self.team, &mut |_| true)
        {
            // Both are in the order of the files, and what held no objects is only in one of them.
            if let Some((nth, _)) = wanted.next_if(|(_, mark)| **mark == TextMark::of(&source)) {
                found[nth] = Some(source);
            }
        }
        found
    }
}

/// Writes what the sources are and by what their texts are known.
pub(in crate::load) fn encode(sources: &[Source], form: DumpForm, path: &Path, out: &mut Encoder) {
    out.u64(FORMS.iter().position(|other| *other == form).unwrap_or_default() as u64);
    out.u64(sources.len() as u64);
    for source in sources {
        out.bytes(form.path_in(path, source.name()).unwrap_or_default().as_bytes());
        // The text of a plain file is told by the fingerprint of the dump.
        let mark = if form == DumpForm::Plain { None } else { Some(TextMark::of(source)) };
        out.u64s(mark.iter().flat_map(|mark| [mark.n_bytes, mark.sum]).collect::<Vec<_>>().into_iter());
    }
}

/// The sources that were written, with those of a plain file mapped and the others to be read when one is wanted.
pub(in crate::load) fn decode(
    bytes: &mut Decoder,
    path: &Path,
    plain: Option<Source>,
    team: YamlTeam,
    max_bytes: MaxBytes,
) -> Result<Vec<Source>, Malformed> {
    let (form, marks) = decode_marks(bytes, path)?;
    Malformed::unless(form.origin() == Origin::Bundled || marks.len() == 1, "one source")?;
    let reread = |path: PathBuf, marks: Vec<TextMark>| -> Arc<dyn LaterSources> {
        Arc::new(Reread { path, max_bytes, team, marks, sources: OnceLock::new() })
    };
    Ok(match form {
        DumpForm::Plain => vec![plain.ok_or(Malformed("a plain file"))?],
        DumpForm::Folder => {
            let one = |(path_in, mark): (String, TextMark)| {
                let file = path.join(&path_in);
                // By itself it is called by its own path.
                let of_file = TextMark { name: file.display().to_string(), ..mark };
                let name = form.name_of(path, &path_in);
                Source::later(name, form.origin(), reread(file, vec![of_file]), 0)
            };
            marks.into_iter().map(one).collect()
        }
        _ => {
            let names: Vec<String> = marks.iter().map(|(_, mark)| mark.name.clone()).collect();
            let whole = reread(path.to_owned(), marks.into_iter().map(|(_, mark)| mark).collect());
            let source = |(nth, name)| Source::later(name, form.origin(), Arc::clone(&whole), nth);
            names.into_iter().enumerate().map(source).collect()
        }
    })
}

/// The form of the dump, and what is known of each source with its path in it.
fn decode_marks(bytes: &mut Decoder, path: &Path) -> Result<(DumpForm, Vec<(String, TextMark)>), Malformed> {
    let form = FORMS.get(bytes.size()?).copied().ok_or(Malformed("a form"))?;
    let n_sources = bytes.size()?;
    let mut marks = Vec::new();
    for _ in 0..n_sources {
        let path_in = bytes.text()?;
        let path_in = path_in.get(0..path_in.len()).to_owned();
        let [n_bytes, sum] = match bytes.numbers::<u64>()?[..] {
            [n_bytes, sum] => [n_bytes, sum],
            [] if form == DumpForm::Plain => [0, 0],
            _ => return Err(Malformed("a source")),
        };
        marks.push((path_in.clone(), TextMark { name: form.name_of(path, &path_in), n_bytes, sum }));
    }
    Ok((form, marks))
}
