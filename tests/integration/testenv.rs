//! Runs the program in a folder of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The small dump that the README uses.
pub(crate) const PODS: &str = include_str!("../data/pods.json");

/// A file or folder beside the project, in the shared folder of recorded answers and real dumps; `None`, with a message,
/// where that is missing.
///
/// Where SELQ_CONFORMANCE is `required`, as .ci/run has it where the folder is there, to go on without is a failure.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    let is_required = std::env::var_os("SELQ_CONFORMANCE").is_some_and(|value| value == "required");
    assert!(!is_required, "there is no {}", path.display());
    println!("skipped: there is no {}", path.display());
    None
}

/// A temporary folder that holds `pods.json`, and the program run in it.
pub(crate) struct TestEnv {
    folder: TempDir,
}

/// What a run of the program left.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl TestEnv {
    pub(crate) fn new() -> TestEnv {
        let env = TestEnv { folder: TempDir::new().unwrap() };
        env.file("pods.json", PODS);
        env
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path().join(name), content).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs with nothing on standard input.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.pipe(args, b"")
    }

    /// Runs with `input` on standard input.
    pub(crate) fn pipe(&self, args: &[&str], input: &[u8]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_selq"))
            .args(args)
            .current_dir(self.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .env_remove("NO_COLOR")
            .spawn()
            .unwrap();
        // The program may end without reading what it does not need.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Run {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The output of a run that finds something and has nothing to say.
    #[track_caller]
    pub(crate) fn out(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{args:?}");
        run.out
    }

    /// The message of a run that ends in an error without output.
    #[track_caller]
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args:?}");
        run.err
    }
}
