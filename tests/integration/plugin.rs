//! `kubectl selq`: with a kubectl that stands in for the real one, serves answers that were written down, and fails as it does.
#![cfg(unix)]

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use tempfile::TempDir;

const LIST: &str = r#"{"apiVersion":"v1","items":[
  {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","namespace":"shop","labels":{"app":"web","n":"1"},"creationTimestamp":"2026-11-01T00:00:00Z"},
   "spec":{"containers":[{"name":"a"}],"nodeName":"n1"},"status":{"phase":"Running","containerStatuses":[{"ready":true,"restartCount":0,"state":{"running":{}}}]}},
  {"apiVersion":"v1","kind":"Pod","metadata":{"name":"db-0","namespace":"shop","labels":{"app":"db","n":"2"},"creationTimestamp":"2026-11-02T00:00:00Z"},
   "spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","containerStatuses":[{"restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}},
  {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop","creationTimestamp":"2026-11-01T00:00:00Z"},
   "spec":{"selector":{"app":"web"},"type":"ClusterIP","clusterIPs":["10.0.0.1"],"ports":[{"port":80,"protocol":"TCP"}]}}
],"kind":"List","metadata":{"resourceVersion":""}}
"#;

/// Serves the answer in pieces, as a server with chunks does.
const SERVES: &str = "head -c 100 answer.json; sleep 0.02; tail -c +101 answer.json";

/// A folder with the program under the name of a plugin, and a kubectl that does what a script says.
struct Plugin {
    folder: TempDir,
}

/// What came of a run.
struct PluginRun {
    status: i32,
    out: String,
    err: String,
    /// The arguments of each call of kubectl.
    calls: Vec<String>,
}

impl Plugin {
    fn new(script: &str) -> Plugin {
        let plugin = Plugin { folder: TempDir::new().unwrap() };
        let path = |name: &str| plugin.folder.path().join(name);
        fs::write(path("answer.json"), LIST).unwrap();
        fs::write(path("kubectl"), format!("#!/bin/sh\necho \"$*\" >> calls\n{script}\n")).unwrap();
        fs::set_permissions(path("kubectl"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink(env!("CARGO_BIN_EXE_selq"), path("kubectl-selq")).unwrap();
        plugin
    }

    fn command(&self, args: &[&str]) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(self.folder.path().join("kubectl-selq"));
        command.args(args).current_dir(self.folder.path()).stdin(Stdio::null());
        command.env("PATH", format!("{}:{path}", self.folder.path().display())).env_remove("NO_COLOR");
        command
    }

    fn run(&self, args: &[&str]) -> PluginRun {
        let _ = fs::remove_file(self.folder.path().join("calls"));
        self.ended(self.command(args).output().unwrap())
    }

    fn ended(&self, output: Output) -> PluginRun {
        let calls = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        PluginRun {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            calls: calls.lines().map(str::to_owned).collect(),
        }
    }

    /// What a session prints and says of some lines.
    fn session(&self, args: &[&str], lines: &str) -> PluginRun {
        let _ = fs::remove_file(self.folder.path().join("calls"));
        let mut command = self.command(&[&["repl"], args].concat());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        self.ended(child.wait_with_output().unwrap())
    }

    /// The calls that a line comes to.
    fn calls(&self, args: &[&str]) -> String {
        self.run(args).calls.join(" ; ")
    }
}

#[test]
fn what_kubectl_fetches_is_answered() {
    let plugin = Plugin::new(SERVES);
    let run = plugin.run(&["pods,svc", "-A", "-w", "status()=CrashLoopBackOff", "-o", "name"]);
    assert_eq!((run.status, &*run.out, &*run.err), (0, "pod/db-0\n", ""));
    assert_eq!(run.calls, ["get pods,svc -A -o json"]);
    let run = plugin.run(&["pods", "-n", "shop", "-w", "restarts()>3", "--now", "2026-11-03"]);
    assert_snapshot!(run.out, @"
    NAME   READY   STATUS             RESTARTS   AGE
    db-0   0/1     CrashLoopBackOff   7          24h
    ");
    let run = plugin.run(&["pods,svc", "-A", "--now", "2026-11-03"]);
    assert_snapshot!(run.out, @"
    NAMESPACE   NAME        READY   STATUS             RESTARTS   AGE
    shop        pod/web-0   1/1     Running            0          2d
    shop        pod/db-0    0/1     CrashLoopBackOff   7          24h

    NAMESPACE   NAME          TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
    shop        service/web   ClusterIP   10.0.0.1     <none>        80/TCP    2d
    ");
    let run = plugin.run(&["pods", "-l", "app=nowhere", "-c"]);
    assert_eq!((run.status, &*run.out), (1, "0\n"));
    // A relation is over all that is fetched, whatever is wanted of it.
    let run = plugin.run(&["pods,svc", "-l", "app=web", "-w", "selected-by(kind(svc))", "-o", "name"]);
    assert_eq!((&*run.out, run.calls.join(";")), ("pod/web-0\n", "get pods,svc -o json".to_owned()));
}

#[test]
fn where_nothing_is_found_kubectls_words_say_so() {
    let plugin = Plugin::new(r#"echo '{"kind":"List","apiVersion":"v1","items":[]}'"#);
    for (args, said) in [
        (&["pods"][..], "No resources found\n"),
        (&["pods", "-n", "shop"], "No resources found in shop namespace.\n"),
        (&["pods", "-A", "-o", "json"], "No resources found\n"),
        (&["pods", "-n", "shop", "-l", "app=web", "-c"], "No resources found in shop namespace.\n"),
        (&["pods", "-q"], ""),
        (&["audit", "pods", "-n", "shop"], "No resources found in shop namespace.\n"),
    ] {
        assert_eq!(plugin.run(args).err, said, "{args:?}");
    }
    // A dump of nothing is a dump all the same.
    fs::write(plugin.folder.path().join("empty.json"), "[]").unwrap();
    assert_eq!(plugin.run(&["empty.json"]).err, "no objects in the input\n");
    // Why nothing came kubectl has said already.
    let plugin = Plugin::new(r#"echo '{"items":[]}'; echo 'Error from server (Forbidden): no' >&2; exit 1"#);
    let run = plugin.run(&["secrets"]);
    assert_eq!((run.status, &*run.out, &*run.err), (1, "", "Error from server (Forbidden): no\n"));
}

/// What the server leaves out may be what was named: nobody knows that it does not occur.
#[test]
fn what_the_server_has_left_out_is_not_told_to_be_missing() {
    let plugin = Plugin::new(SERVES);
    for args in [
        &["pods", "-A", "-l", "!old", "-c"][..],
        &["pods", "-A", "-l", "!old", "-L", "zone", "-o", "table"],
        &["pods", "-A", "--field-selector", "status.phase!=Failed", "-o", "name"],
        &["pods", "-A", "-w", "app!=ap,status()!=Nope", "-o", "name"],
    ] {
        let run = plugin.run(args);
        assert!(run.calls[0].contains("-l ") || run.calls[0].contains("--field-selector"), "{:?}", run.calls);
        assert_eq!((run.status, &*run.err), (0, ""), "{args:?}");
    }
    let run = plugin.run(&["pods", "-A", "-l", "app=web,n=7"]);
    assert_eq!((run.status, &*run.err), (1, "no objects found\n"));
    // Nothing was left out of what is asked for by name.
    let run = plugin.run(&["pods", "web-0", "-l", "!old", "-c"]);
    assert_eq!(run.err, "no label \"old\" in 3 objects\n");
}

/// What is fetched is of now, and ages of it are what they are, though nothing has happened for years.
#[test]
fn ages_of_what_is_fetched_need_no_remark() {
    let plugin = Plugin::new(SERVES);
    let old = LIST.replace("2026-", "2016-");
    fs::write(plugin.folder.path().join("answer.json"), &old).unwrap();
    for args in [&["pods", "-A"][..], &["pods", "-A", "-w", "age()>1d", "-o", "name"]] {
        let run = plugin.run(args);
        assert_eq!((run.status, &*run.err), (0, ""), "{args:?}");
    }
    assert!(plugin.run(&["answer.json", "-o", "kubectl"]).err.starts_with("ages are counted to now"));
}

#[test]
fn the_wide_table_is_that_of_kubectl() {
    let plugin = Plugin::new(SERVES);
    let run = plugin.run(&["pods,svc", "-n", "shop", "-o", "wide", "--now", "2026-11-03", "-l", "app=web"]);
    assert_snapshot!(run.out, @"
    NAME        READY   STATUS    RESTARTS   AGE   IP       NODE   NOMINATED NODE   READINESS GATES
    pod/web-0   1/1     Running   0          2d    <none>   n1     <none>           <none>
    ");
    let names = |kinds: &str| {
        let out = plugin.run(&[kinds, "-l", "app=web", "-n", "shop", "--no-headers"]).out;
        out.split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!([names("pods"), names("po,pods"), names("all")], ["web-0", "web-0", "pod/web-0"]);
    let run = plugin.run(&["answer.json", "-o", "wide", "-l", "app=web"]);
    assert!(run.out.starts_with("NAMESPACE   NAME    KIND   API-VERSION"), "{}", run.out);
}

#[test]
fn the_server_leaves_out_what_it_can() {
    let plugin = Plugin::new(SERVES);
    let calls = |args: &[&str]| plugin.calls(args);
    let lines = [
        calls(&["pods"]),
        calls(&["pods", "-n", "shop"]),
        calls(&["pods", "-n", "shop,qa"]),
        calls(&["pods", "-A", "-l", "app=web,n>0"]),
        calls(&["pods", "--context", "qa", "--kubeconfig=/x y", "--chunk-size", "50"]),
        calls(&["po", "-A", "-w", ".spec.nodeName=n1, status(Running)"]),
        calls(&["pods,svc", "-A", "-w", ".spec.nodeName=n1, app=web"]),
        calls(&["pods", "-A", "-w", "app=web || n=2"]),
        calls(&["pods", "-A", "-w", "app=web || status(Pending)"]),
        calls(&["pods", "-A", "-w", "namespace(shop), app=web"]),
        calls(&["pods,svc", "-A", "-w", "kind(svc), app=web"]),
        calls(&["pods", "-A", "-l", "app=web", "-v"]),
        calls(&["pods", "-A", "--field-selector", "status.phase=Running"]),
        calls(&["pods", "-A", "-l", "app=web", "-L", "node(zone)"]),
        calls(&["pods", "web-0", "-l", "app=web"]),
        calls(&["pods", "-A", "--label-selector", "null"]),
        calls(&["labels", "pods", "-A"]),
        calls(&["links", "pods,svc", "-n", "shop", "-l", "app=web"]),
        calls(&["audit", "pods,svc", "-A"]),
        calls(&["ls", "pods,svc"]),
        calls(&["schedule", "pods,nodes", "-n", "shop", "--context", "qa"]),
    ];
    assert_snapshot!(lines.join("\n"), @"
    get pods -o json
    get pods -n shop -o json
    get pods -A -o json
    get pods -A -o json -l app=web,n>0
    get pods -o json --context qa --kubeconfig /x y --chunk-size 50
    get po -A -o json --field-selector spec.nodeName=n1
    get pods,svc -A -o json -l app=web
    get pods -A -o json -l app=web ; get pods -A -o json -l app!=web,n=2
    get pods -A -o json
    get pods -n shop -o json -l app=web
    get pods,svc -A -o json
    get pods -A -o json -l app!=web
    get pods -A -o json --field-selector status.phase=Running
    get pods -A -o json
    get pods web-0 -o json
    get pods -A -o json
    get pods -A -o json
    get pods,svc -n shop -o json
    get pods,svc -A -o json
    get pods,svc -o json
    get pods,nodes -A -o json --context qa
    ");
}

#[test]
fn files_are_read_and_nothing_is_fetched() {
    let plugin = Plugin::new(SERVES);
    let run = plugin.run(&["answer.json", "-l", "app=web", "-o", "name"]);
    assert_eq!((run.status, &*run.out, run.calls.len()), (0, "pod/web-0\n", 0));
    let run = plugin.run(&["parse", "a = b"]);
    assert_eq!((run.status, &*run.out, run.calls.len()), (0, "a=b\n", 0));
}

#[test]
fn what_kubectl_says_and_comes_to_comes_through() {
    for (script, status, out, err) in [
        (
            "echo 'The connection to the server localhost:8080 was refused - did you specify the right host or port?' >&2; exit 1",
            1,
            "",
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?\n",
        ),
        (
            "echo 'Error from server (Forbidden): pods is forbidden' >&2; exit 1",
            1,
            "",
            "Error from server (Forbidden): pods is forbidden\n",
        ),
        (
            "echo 'error: the server doesn'\\''t have a resource type \"pds\"' >&2; exit 1",
            1,
            "",
            "error: the server doesn't have a resource type \"pds\"\n",
        ),
        // One of several kinds is forbidden: the others are there.
        (
            "cat answer.json; echo 'Error from server (Forbidden): secrets' >&2; exit 1",
            1,
            "pod/web-0\n",
            "Error from server (Forbidden): secrets\n",
        ),
        ("exit 42", 42, "", ""),
        ("kill -9 $$", 137, "", ""),
    ] {
        let run = Plugin::new(script).run(&["pods", "-l", "app=web", "-o", "name"]);
        assert_eq!((run.status, &*run.out, &*run.err), (status, out, err), "{script}");
    }
    // Of two calls the second fails: what the first one gave is an answer.
    let second =
        "if [ -e second ]; then echo 'error: timed out' >&2; exit 1; fi; touch second; cat answer.json";
    let run = Plugin::new(second).run(&["pods", "-A", "-w", "app=web || n=2", "-o", "name"]);
    assert_eq!((run.status, &*run.out, &*run.err), (1, "pod/web-0\npod/db-0\n", "error: timed out\n"));
    assert_eq!(run.calls.len(), 2);
    let run = Plugin::new("head -c 300 answer.json; exit 1").run(&["pods", "-o", "name"]);
    assert_eq!((run.status, &*run.out), (1, ""));
    assert!(run.err.starts_with("error: kubectl get pods:"), "{}", run.err);
    let run = Plugin::new("printf ''").run(&["pods"]);
    assert_eq!(run.status, 2, "kubectl says nothing and that it is well: {}", run.err);
}

#[test]
fn without_kubectl_that_is_said() {
    let plugin = Plugin::new(SERVES);
    fs::remove_file(plugin.folder.path().join("kubectl")).unwrap();
    let output = plugin.command(&["pods"]).env("PATH", plugin.folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("kubectl cannot be run"), "{err}");
}

#[test]
fn what_is_meant_otherwise_is_told() {
    let plugin = Plugin::new(SERVES);
    let said: Vec<String> = [
        &["pods", "-w"][..],
        &["-w", "-A", "pods"],
        &["--context", "qa", "answer.json"],
        &["pods", "--nope"],
        &["pods", "--watch"],
        &["pod/web-0", "-o", "name"],
        &["get", "pods"],
        &["watch", "pods", "-l", "app"],
        &["diff", "pods", "answer.json"],
        &["index", "pods"],
    ]
    .iter()
    .map(|args| {
        let run = plugin.run(args);
        assert_eq!((run.status, run.calls.len()), (2, 0), "{args:?}");
        run.err
    })
    .collect();
    assert_snapshot!(said.join("\n"), @r#"
    error: -w asks a query of what is fetched, and there is none behind it
    help: changes are followed by `kubectl get pods -A -w -o json --output-watch-events | kubectl selq watch`; a query is `-w 'status()=Pending'`

    error: -w asks a query of what is fetched, and there is none behind it
    help: changes are followed by `kubectl get pods -A -w -o json --output-watch-events | kubectl selq watch`; a query is `-w 'status()=Pending'`

    error: --context, --kubeconfig and --chunk-size say how to fetch something, and nothing is to be fetched
    help: name what to get: `kubectl selq pods,svc -A`

    error: unexpected argument '--nope' found

      tip: a similar argument exists: '--now'

    Usage: kubectl selq [OPTIONS] <KIND,…> [NAME]…
           kubectl selq [OPTIONS] <FILE>…
           kubectl selq <COMMAND>

    For more information, try '--help'.

    error: no option --watch: what is there now is fetched, once
    help: changes are followed by `kubectl get pods -A -w -o json --output-watch-events | kubectl selq watch`; a query is `-w 'status()=Pending'`

    error: no file "pod/web-0": a word with `/` in it is a dump
    help: an object is fetched by its kind and its name: `kubectl selq pod web-0`

    error: kubectl selq takes no verb: what is named is fetched, with `kubectl get`
    help: name what to get: `kubectl selq pods,svc -A`

    error: no file "pods", and nothing is fetched here
    help: kubectl fetches what is to be read: `kubectl get pods -A -w -o json --output-watch-events | kubectl selq watch`

    error: no file "pods", and nothing is fetched here
    help: kubectl fetches what is to be read: `kubectl get pods -A -o json | kubectl selq diff pods.json -`

    error: no file "pods", and nothing is fetched here
    help: kubectl fetches what is to be read: `kubectl get pods -A -o json > pods.json`
    "#);
    let help = plugin.run(&["--help"]).out;
    assert!(help.contains("--context <NAME>") && help.contains("Usage: kubectl selq"), "{help}");
}

/// What help offers are lines that are taken, but for the one about a dump, which is not there.
#[test]
fn the_examples_of_help_are_taken() {
    let plugin = Plugin::new(SERVES);
    let help = plugin.run(&["--help"]).out;
    let examples = help.lines().filter_map(|line| line.strip_prefix("  kubectl selq "));
    let examples: Vec<&str> = examples.filter(|line| !line.ends_with("pods.json")).collect();
    assert!(examples.len() > 5, "{help}");
    assert_eq!(plugin.run(&["help"]).out, help);
    for example in examples {
        // A shell takes the quotation marks away; what it runs is the program under the name of the plugin.
        let shell = shell_like(&plugin.command(&[]), &format!("exec kubectl-selq {example}")).output();
        let output = shell.unwrap();
        assert_ne!(output.status.code(), Some(2), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A shell in the folder and with the path of a command.
fn shell_like(command: &Command, line: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
    command.get_envs().for_each(|(name, value)| {
        value.into_iter().for_each(|value| {
            shell.env(name, value);
        });
    });
    shell
}

/// Ctrl-C is for all processes of the terminal's group: none is left behind.
#[test]
fn an_interrupt_ends_both() {
    // A shell without a trap that is about to run a command puts an interrupt off until that has ended, which is never told of it.
    let goes_on =
        "trap 'exit 130' INT; echo $$ > pid; n=0; while [ $n -lt 30 ]; do sleep 1; n=$((n + 1)); done";
    let plugin = Plugin::new(goes_on);
    let mut child = plugin.command(&["pods"]).process_group(0).stdout(Stdio::null()).spawn().unwrap();
    let pid = plugin.folder.path().join("pid");
    let begin = Instant::now();
    while fs::read_to_string(&pid).map_or(true, |pid| pid.is_empty()) {
        assert!(begin.elapsed() < Duration::from_secs(20), "kubectl does not begin");
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = |signal: &str, pid: &str| {
        Command::new("kill").args([signal, "--", pid]).stderr(Stdio::null()).status().unwrap().success()
    };
    assert!(kill("-INT", &format!("-{}", child.id())));
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    let pid = fs::read_to_string(&pid).unwrap().trim().to_owned();
    // Its parent is gone: whoever has to look after it now may leave it as a zombie for a while.
    let is_zombie = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|state| state.trim_start().starts_with('Z'))
    };
    while kill("-0", &pid) && !is_zombie() {
        assert!(begin.elapsed() < Duration::from_secs(20), "kubectl goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_session_fetches_again() {
    let plugin = Plugin::new("cat answer.json");
    let lines = ":output name\napp=web\n:!sed -i s/web-0/web-9/ answer.json\n:refresh\napp=web\n:!rm answer.json\n:refresh\napp=web\n";
    let run = plugin.session(&["pods,svc", "-A"], lines);
    assert_eq!(run.out, "pod/web-0\npod/web-9\npod/web-9\n");
    assert_eq!(run.status, 2, "the last one failed");
    assert_eq!(run.calls, ["get pods,svc -A -o json"; 3]);
}

/// A kind that may not be listed is missing at the start and when all is fetched again; where nothing comes, what is there
/// stays.
#[test]
fn a_session_takes_the_kinds_that_may_be_listed() {
    let plugin = Plugin::new("cat answer.json; echo forbidden >&2; exit 1");
    let lines = ":!sed -i s/web-0/web-9/ answer.json\n:refresh\napp=web\n:!echo '[]' > answer.json\n:refresh\napp=web\n";
    let run = plugin.session(&["pods,secrets", "-A", "-o", "name"], lines);
    assert_eq!(run.out, "pod/web-9\npod/web-9\n");
    assert_eq!(run.err, "forbidden\nforbidden\nforbidden\nerror: kubectl failed with exit status 1\n");
}

/// Who calls kubectl is used to its tables, in which one namespace is not repeated.
#[test]
fn a_session_prints_the_tables_of_kubectl() {
    let plugin = Plugin::new(SERVES);
    let table = |args: &[&str], lines: &str| {
        let run = plugin.session(args, lines);
        run.out.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(table(&["pods", "-A"], "app=web"), "NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE");
    assert_eq!(table(&["pods", "-n", "shop"], "app=web"), "NAME    READY   STATUS    RESTARTS   AGE");
    assert_eq!(table(&["pods", "-o", "table"], "app=web"), "NAMESPACE   NAME    KIND");
    let of_both = table(&["pods,svc", "-n", "shop"], "app=web");
    assert_eq!(of_both, "NAME        READY   STATUS    RESTARTS   AGE");
    let of_one = table(&["pods,svc", "-n", "shop"], ":kind pods\napp=web");
    assert_eq!(of_one, "NAME    READY   STATUS    RESTARTS   AGE");
    let loaded = table(&["pods", "-n", "shop"], ":load answer.json\napp=web");
    assert_eq!(loaded, "NAMESPACE   NAME    READY   STATUS    RESTARTS   AGE");
}

/// The manifest that krew installs the plugin by.
#[test]
fn krew_has_a_manifest() {
    let folder = TempDir::new().unwrap();
    let names = ["selq-linux-amd64.tar.gz", "selq-windows-amd64.tar.gz"];
    names.iter().for_each(|name| fs::write(folder.path().join(name), "x").unwrap());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/krew");
    let run = |args: &[&str]| Command::new(script).args(args).current_dir(folder.path()).output().unwrap();
    let output = run(&[&["https://example.com/v1/"], &names[..]].concat());
    assert!(output.status.success());
    let manifest = String::from_utf8(output.stdout).unwrap();
    let input = selq::Input::Bytes { name: "manifest".to_owned(), bytes: manifest.clone().into() };
    let dump = selq::Loader::new().load([input]).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(&dump.json(dump.store().objects().next().unwrap().id())).unwrap();
    assert_eq!(json["spec"]["version"], concat!("v", env!("CARGO_PKG_VERSION")));
    assert_eq!(
        json["spec"]["platforms"],
        serde_json::json!([
            {
                "selector": {"matchLabels": {"os": "linux", "arch": "amd64"}},
                "uri": "https://example.com/v1/selq-linux-amd64.tar.gz",
                "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
                "bin": "selq"
            },
            {
                "selector": {"matchLabels": {"os": "windows", "arch": "amd64"}},
                "uri": "https://example.com/v1/selq-windows-amd64.tar.gz",
                "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
                "bin": "selq.exe"
            }
        ]),
        "{manifest}"
    );
    assert_eq!(run(&["https://example.com"]).status.code(), Some(2));
}
