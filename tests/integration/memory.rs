//! What the program keeps of a pipe that is larger than what it keeps whole: the kernel is asked for the peak of its memory
//! while it still waits for the end, which is never a matter of time.

use std::fs;
use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::testenv::TestEnv;

/// The text of the objects that are sent, all but their names of it padding.
const N_OBJECTS: usize = 1_500;
const PAD: usize = 64 << 10;
const N_BYTES: u64 = (N_OBJECTS * PAD) as u64;
/// What a pipe may take beside what the program takes for nothing. It keeps 16 MiB before it knows that the pipe is large, and
/// some windows for each of up to eight threads: 35 MB on two processors.
const ALLOWED: u64 = N_BYTES / 4 * 3;

/// The most memory that a process has had so far, in bytes, as Linux counts it.
fn peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

/// Sends so many objects, of which each has the label `n`, and the third of each three also `third`.
fn send(out: &mut impl Write, n_objects: usize) -> io::Result<()> {
    let pad = "x".repeat(PAD);
    for n in 0..n_objects {
        let third = if n % 3 == 2 { r#","third":"1""# } else { "" };
        writeln!(
            out,
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{n}","namespace":"x","labels":{{"n":"{n}"{third}}}}},"spec":{{"pad":"{pad}"}}}}"#
        )?;
    }
    out.flush()
}

/// The peak of a run that has read all but the last of what it was sent, and the first line that it prints in the end.
fn run(env: &TestEnv, args: &[&str], n_objects: usize) -> (u64, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_selq"))
        .args(args)
        .current_dir(env.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    send(&mut stdin, n_objects).unwrap();
    // All but what a pipe holds was taken, and what was taken last is on its way: the peak rises no more once it stands still.
    let mut last = peak(&child);
    for _ in 0..200 {
        thread::sleep(std::time::Duration::from_millis(50));
        let now = peak(&child);
        if now == last {
            break;
        }
        last = now;
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    (last, out.lines().next().unwrap_or_default().chars().take(60).collect())
}

/// How much more memory a run takes for all objects than for none.
fn growth(env: &TestEnv, args: &[&str]) -> (u64, String) {
    let (least, _) = run(env, args, 0);
    let (most, out) = run(env, args, N_OBJECTS);
    (most.saturating_sub(least), out)
}

#[test]
fn what_labels_and_names_answer_keeps_no_text() {
    let env = TestEnv::new();
    let last = N_OBJECTS - 1;
    let label = format!("n={last}");
    for (args, expected) in [
        (&["-c", "-l", "n"][..], N_OBJECTS.to_string()),
        (&["-c", "-w", "third=1 || n in (0,1)"], (N_OBJECTS / 3 + 2).to_string()),
        (&["-c", "-w", ".spec.pad=x*,!third"], (N_OBJECTS / 3 * 2).to_string()),
        (&["-o", "name", "-l", "n"], "pod/p0".to_owned()),
        (&["-l", "n", "-L", "n,third", "--no-headers"], "x   p0      Pod   0      <none>".to_owned()),
        // Of the objects that match the text is kept, and of no other.
        (&["-o", "yaml", "-l", &label], "apiVersion: v1".to_owned()),
        (&["diff", "pods.json", "-", "-l", "n", "--no-headers"], "+   x   p0      Pod   +n=0".to_owned()),
    ] {
        let (grown, out) = growth(&env, args);
        assert_eq!(out.trim_end(), expected, "{args:?}");
        assert!(grown < ALLOWED, "{args:?} took {grown} bytes more for {N_BYTES} bytes of text");
    }
}

/// What shows the text of the objects keeps it, and that is seen: the bound above can be missed.
#[test]
fn what_shows_texts_keeps_them() {
    let env = TestEnv::new();
    for args in [&["-o", "json", "-l", "n"][..], &["diff", "--by", "spec", "pods.json", "-", "-l", "n", "-q"]]
    {
        let (grown, _) = growth(&env, args);
        assert!(grown > N_BYTES, "{args:?} took {grown} bytes more for {N_BYTES} bytes of text");
    }
}
