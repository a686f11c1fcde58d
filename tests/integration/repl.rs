//! The REPL: lines from a pipe, and the whole program in a pseudo-terminal.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use rexpect::session::{Options, PtySession, spawn_with_options};

use crate::testenv::{Run, TestEnv};

/// How long to wait for what is expected, on the slowest machine there is.
const TIMEOUT_MS: u64 = 60_000;

fn lines(env: &TestEnv, args: &[&str], lines: &str) -> Run {
    let args: Vec<&str> = ["repl"].iter().chain(args).copied().collect();
    env.pipe(&args, lines.as_bytes())
}

#[test]
fn each_line_from_a_pipe_prints_what_the_program_does() {
    let env = TestEnv::new();
    let selectors =
        ["env=prod", "env in (prod,staging),!legacy", "zone", "enviroment=prod", "tier notin (web)"];
    let (mut out, mut err) = (String::new(), String::new());
    for selector in selectors {
        let run = env.run(&["-l", selector, "pods.json"]);
        out += &run.out;
        err += &run.err;
    }
    let piped = lines(&env, &["pods.json"], &(selectors.join("\n# env=prod\n\n  # :quit\n") + "\n"));
    assert_eq!(piped, Run { status: 0, out, err });
}

#[test]
fn a_command_line_is_answered_with_what_to_type_here() {
    let env = TestEnv::new();
    for line in ["-l legacy", "selq -l legacy pods.json", "kubectl get pods -l legacy"] {
        let piped = lines(&env, &["pods.json", "-o", "name"], line);
        assert_eq!((piped.status, piped.out.as_str()), (2, ""), "{line}");
        let help = piped.err.lines().find(|line| line.starts_with("help: ")).unwrap();
        let offers: Vec<&str> = help.split('`').skip(1).step_by(2).collect();
        let offered = lines(&env, &["pods.json", "-o", "name"], &offers.join("\n"));
        assert_eq!((offered.status, offered.out.as_str()), (0, "pod/cart-legacy-0\n"), "{line}: {help}");
    }
}

#[test]
fn an_answer_is_written_over_no_file_unless_that_is_said() {
    let env = TestEnv::new();
    let asked = "legacy\n:write out name\n:write out jsonl\nenv=staging\n:write! out name\n";
    let piped = lines(&env, &["pods.json", "-o", "name"], asked);
    assert_eq!(piped.status, 2);
    assert_eq!(piped.err, "error: out is there already: `:write! out jsonl` replaces it\n");
    assert_eq!(
        std::fs::read_to_string(env.path().join("out")).unwrap(),
        env.out(&["-l", "env=staging", "-o", "name", "pods.json"])
    );
}

#[test]
fn options_of_a_session_are_those_of_a_query() {
    let env = TestEnv::new();
    let options =
        ["-o", "wide", "-L", "env", "--sort-by", ".metadata.name", "-n", "shop", "-k", "po,svc", "pods.json"];
    let once: Vec<&str> = ["-l", "tier"].iter().chain(&options).copied().collect();
    let session = lines(&env, &options, "tier");
    assert_eq!(session, env.run(&once));
    assert!(!session.out.is_empty());
}

#[test]
fn a_blank_line_does_nothing_and_two_quotes_are_everything() {
    let env = TestEnv::new();
    let piped = lines(&env, &["pods.json"], "\n   \n\r\n\"\"\r\n");
    assert_eq!(piped.out, env.out(&["-l", "", "pods.json"]));
}

#[test]
fn an_error_does_not_stop_the_lines_after_it_but_shows_in_the_end() {
    let env = TestEnv::new();
    let piped = lines(&env, &["pods.json", "-o", "name"], "env in (\nlegacy\n:nope\n\u{0}\n@x\n");
    assert_eq!((piped.status, piped.out.as_str()), (2, "pod/cart-legacy-0\n"));
    insta::assert_snapshot!(piped.err, @r#"
    env in (
            ^
    error: expected a value or ")", found the end of the text
    help: close the list with ")"
    error: no command `:nope`; `:help` lists them
    �
    ^
    error: a selector may not hold the character U+0000
    @x
    ^^
    error: no name "@x"
    help: `:let NAME = QUERY` gives a name, `:names` lists them
    "#);
    assert_eq!(lines(&env, &["pods.json"], ":quit\nenv in (\n").status, 0, "what follows :quit is not read");
}

#[test]
fn bytes_that_are_no_text_are_an_error_of_their_line() {
    let env = TestEnv::new();
    let piped = env.pipe(&["repl", "pods.json", "-o", "name"], b"legacy\n\xff\nlegacy\n");
    assert_eq!((piped.status, piped.out.as_str()), (2, "pod/cart-legacy-0\npod/cart-legacy-0\n"));
    assert_eq!(piped.err, "error: expected UTF-8, found something else at byte 0\n");
}

#[test]
fn without_a_dump_it_starts_empty_and_can_load_one() {
    let env = TestEnv::new();
    let piped = lines(&env, &[], "env\n:load pods.json\n:output name\nlegacy\n");
    assert_eq!((piped.status, piped.out.as_str()), (0, "pod/cart-legacy-0\n"));
    assert_eq!(piped.err, "no objects in the input\n");
}

#[test]
fn the_config_file_is_for_people_and_changes_nothing_that_a_script_reads() {
    let env = TestEnv::new();
    let piped = |args: &[&str]| {
        let mut command = in_xdg(env.path(), &[&["repl", "pods.json"], args].concat());
        let lines = File::open(env.path().join("lines")).unwrap();
        let output = command.stdin(lines).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    std::fs::write(env.path().join("lines"), "env=prod\n").unwrap();
    let before = piped(&[]);
    assert_eq!(before.1, env.out(&["-l", "env=prod", "pods.json"]));
    configure(
        &env,
        "limit = 1\noutput = \"wide\"\nlabel-columns = \"env\"\nsort-by = \"tier\"\ncolor = \"always\"\n",
    );
    assert_eq!(piped(&[]), before);
    configure(&env, "limt = 1\n");
    assert_eq!(piped(&[]), before);
    assert_eq!(piped(&["--limit", "1"]).1.lines().count(), 2, "flags hold");
    assert_eq!(piped(&["--limit", "few"]).0, Some(2));
}

#[test]
fn settings_of_a_session_in_a_terminal_come_from_the_config_file() {
    let env = TestEnv::new();
    configure(&env, "output = \"name\"\nlimit = 1\n");
    let mut session = start(&env);
    type_keys(&mut session, "legacy\r");
    expect(&mut session, "\npod/cart-legacy-0");
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
    // What is wrong with a setting is said, and the others hold.
    configure(&env, "limt = 1\noutput = \"name\"\n");
    let mut session = spawn(&env, "selq repl pods.json");
    expect(&mut session, "config.toml:1: no setting \"limt\"; did you mean \"limit\"?");
    expect_prompt(&mut session);
    type_keys(&mut session, "legacy\r");
    expect(&mut session, "\npod/cart-legacy-0");
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn up_goes_through_the_lines_that_begin_with_what_is_typed() {
    let env = TestEnv::new();
    let mut session = start(&env);
    for line in ["tier=backend", "env=prod", "legacy", "env=dev"] {
        type_keys(&mut session, &format!("{line}\r"));
        expect_prompt(&mut session);
    }
    let (up, down) = ("\x1b[A", "\x1b[B");
    // Twice up, once down again.
    type_keys(&mut session, &format!("e{up}{up}{down}\r"));
    expect(&mut session, "\n1 of 12");
    expect_prompt(&mut session);
    type_keys(&mut session, &format!("t{up}\r"));
    expect(&mut session, "\n3 of 12");
    expect_prompt(&mut session);
    // From an empty line it goes through all of them, and the cursor is at the end: the latest are t, e, legacy.
    type_keys(&mut session, &format!("{up}{up}{up}\r"));
    expect(&mut session, "\nshop        cart-legacy-0");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn the_dump_may_come_from_a_pipe_and_the_lines_from_the_terminal() {
    let env = TestEnv::new();
    let mut session = spawn(&env, "cat pods.json | selq repl -");
    expect(&mut session, "12 objects");
    expect_prompt(&mut session);
    type_keys(&mut session, "legacy\r");
    expect(&mut session, "cart-legacy-0");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn a_load_that_is_stopped_leaves_the_dump_that_was_there() {
    let env = TestEnv::new();
    assert!(Command::new("mkfifo").arg(env.path().join("fifo")).status().unwrap().success());
    let mut session = start(&env);
    // Nobody ever writes into it.
    type_keys(&mut session, ":load fifo\r");
    std::thread::sleep(std::time::Duration::from_millis(300));
    type_keys(&mut session, "\x03");
    expect(&mut session, "stopped");
    expect_prompt(&mut session);
    type_keys(&mut session, "legacy\r");
    expect(&mut session, "1 of 12");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

/// Writes the user's config file.
fn configure(env: &TestEnv, text: &str) {
    let folder = env.path().join("config/selq");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), text).unwrap();
}

/// The program with the user's folders in `folder`.
fn in_xdg(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selq"));
    command.args(args);
    at_home_in(folder, command)
}

fn at_home_in(folder: &Path, mut command: Command) -> Command {
    command
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("TERM", "xterm")
        .env_remove("NO_COLOR");
    command
}

/// Runs a shell's command line in a terminal.
fn spawn(env: &TestEnv, command_line: &str) -> PtySession {
    let options = Options::new().timeout_ms(Some(TIMEOUT_MS)).strip_ansi_escape_codes(true);
    let mut shell = Command::new("sh");
    let selq = format!("selq() {{ \"{}\" \"$@\"; }}; {command_line}", env!("CARGO_BIN_EXE_selq"));
    shell.args(["-c", &selq]);
    spawn_with_options(at_home_in(env.path(), shell), options).unwrap()
}

/// Starts the program in a terminal, up to the first prompt.
fn start(env: &TestEnv) -> PtySession {
    let mut session = spawn(env, "selq repl pods.json");
    expect(&mut session, "12 objects");
    expect_prompt(&mut session);
    session
}

/// Waits until the screen has shown this. The reader takes every byte for a character.
#[track_caller]
fn expect(session: &mut PtySession, text: &str) {
    let bytes: String = text.bytes().map(char::from).collect();
    session.exp_string(&bytes).unwrap();
}

/// Waits for a new prompt; one that is only drawn again does not follow a line break.
#[track_caller]
fn expect_prompt(session: &mut PtySession) {
    expect(session, "\n\rselq> ");
}

fn type_keys(session: &mut PtySession, keys: &str) {
    session.send(keys).unwrap();
    session.flush().unwrap();
}

#[test]
fn a_session_in_a_terminal() {
    let env = TestEnv::new();
    let mut session = start(&env);

    // A key and a value are completed, and counted before Enter is pressed.
    type_keys(&mut session, "leg\t");
    expect(&mut session, "legacy");
    type_keys(&mut session, "\x15en\t=pr\t");
    expect(&mut session, "env=prod");
    expect(&mut session, "→ 6 of 12");
    type_keys(&mut session, "\r");
    expect(&mut session, "cart-legacy-0");
    expect(&mut session, "6 of 12 (50 %) in ");
    expect_prompt(&mut session);

    // An error stands under the line, with its caret.
    type_keys(&mut session, "env=prod tier\r");
    expect(&mut session, "         ^^^^");
    expect(&mut session, "error: expected \",\" or the end of the text, found \"tier\"");
    expect_prompt(&mut session);

    // An open parenthesis goes on in the next line.
    type_keys(&mut session, "env in (\rdev)\r");
    expect(&mut session, "web-6c7f8d9b4-t2rjx");
    expect(&mut session, "1 of 12");
    expect_prompt(&mut session);

    // A word is replaced to its end, wherever the cursor is in it.
    type_keys(&mut session, "env=staging\x02\x02\t\r");
    expect(&mut session, "\n2 of 12 (16.7 %) in ");
    expect_prompt(&mut session);

    // Lines that are typed ahead are read one after another.
    type_keys(&mut session, "legacy\renv in (dev)\r");
    expect(&mut session, "cart-legacy-0");
    expect(&mut session, "web-6c7f8d9b4-t2rjx");
    expect_prompt(&mut session);

    // Ctrl-C clears the line, Ctrl-D leaves.
    type_keys(&mut session, "legacy\x03");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();

    // The next session knows the lines of this one.
    let mut session = start(&env);
    type_keys(&mut session, "\x12env=p");
    expect(&mut session, "env=prod tier");
    type_keys(&mut session, "\x03");
    expect_prompt(&mut session);
    type_keys(&mut session, ":history\r");
    expect(&mut session, "env=prod\r\nenv=prod tier\r\n");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn queries_in_a_terminal() {
    let env = TestEnv::new();
    let mut session = start(&env);

    // The next step of a field is completed. What it asks for is read behind the scenes, and then counted without a key.
    type_keys(&mut session, ".status.ph\t");
    expect(&mut session, ".status.phase");
    expect(&mut session, "→ 8 of 12");
    type_keys(&mut session, "=R\t");
    expect(&mut session, "=Running");
    expect(&mut session, "→ 8 of 12");
    type_keys(&mut session, " || !(@\x03");
    expect_prompt(&mut session);

    // A Tab that comes before all is read inserts nothing, and what there is to say comes all the same.
    type_keys(&mut session, "qos(Nope\t");
    expect(&mut session, "reading qos()");
    expect(&mut session, ", or )");
    type_keys(&mut session, "\x03");
    expect_prompt(&mut session);

    // A name stands for its query in parentheses, wherever that may be.
    type_keys(&mut session, ":let ill = .status.phase in (Failed,Pending) || restarts()>5\r");
    expect(&mut session, "@ill = ");
    expect_prompt(&mut session);
    type_keys(&mut session, "kind(pod) && !(@i\t || legacy)\r");
    expect(&mut session, "of 12 (");
    expect_prompt(&mut session);

    // An open parenthesis goes on in the next line, and an error has its place.
    type_keys(&mut session, "(legacy ||\r.x=)\r");
    expect(&mut session, "error: ");
    expect_prompt(&mut session);
    type_keys(&mut session, ":commands kind(pod), (legacy || env=dev)\r");
    expect(&mut session, "\nkubectl get pod -A -l legacy\r\nkubectl get pod -A -l");
    expect_prompt(&mut session);
    type_keys(&mut session, "\x04");
    session.exp_eof().unwrap();
}

#[test]
fn what_was_read_for_queries_is_forgotten_when_labels_change() {
    let env = TestEnv::new();
    let asked =
        ".metadata.labels.env=prod && legacy\n:label env=x --overwrite -l legacy\n.metadata.labels.env=x\n";
    let piped = lines(&env, &["pods.json", "-o", "name"], asked);
    assert_eq!(
        (piped.status, piped.out.as_str()),
        (0, "pod/cart-legacy-0\npod/cart-legacy-0\n"),
        "{}",
        piped.err
    );
}

/// Lines of a session whose editor is a script.
#[cfg(unix)]
fn edited(script: &str, asked: &str) -> Run {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    env.file("editor", format!("#!/bin/sh\n{script}\n"));
    let editor = env.path().join("editor");
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    env.file("lines", asked);
    let output = Command::new(env!("CARGO_BIN_EXE_selq"))
        .args(["repl", "pods.json", "-o", "name"])
        .current_dir(env.path())
        .stdin(File::open(env.path().join("lines")).unwrap())
        .env("EDITOR", format!("{} --wait", editor.display()))
        .env_remove("VISUAL")
        .output()
        .unwrap();
    let text =
        |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&*editor.to_string_lossy(), "EDITOR");
    Run { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

#[cfg(unix)]
#[test]
fn what_is_saved_in_the_editor_is_done() {
    let run = edited("test \"$1\" = --wait && cat \"$2\" && echo legacy > \"$2\"", ":edit env = dev\n");
    assert_eq!(run, Run { status: 0, out: "env = dev\npod/cart-legacy-0\n".to_owned(), err: String::new() });
    let run = edited("printf 'legacy\\nenv in (\\n' > \"$2\"", ":edit\n");
    assert_eq!((run.status, &*run.out), (2, "pod/cart-legacy-0\n"));
    assert!(run.err.starts_with("the edited text:2: expected"), "{}", run.err);
}

/// An editor that was left in another way than by saving says that nothing is wanted.
#[cfg(unix)]
#[test]
fn what_is_not_saved_or_fails_in_the_editor_is_not_done() {
    let run = edited("true", ":edit legacy\n");
    let err = "nothing was saved, and nothing is done\n".to_owned();
    assert_eq!(run, Run { status: 0, out: String::new(), err });
    let run = edited("echo legacy > \"$2\"; exit 3", ":edit legacy\n");
    assert_eq!((run.status, &*run.out), (2, ""));
    insta::assert_snapshot!(run.err, @r#"
    exit status 3
    error: the editor failed, and nothing is done: $VISUAL or $EDITOR names another one than "EDITOR --wait"
    "#);
}
