//! What a query names and no object has: told once on standard error, whatever else is answered.

use insta::assert_snapshot;

use crate::testenv::TestEnv;

/// The answer to a query that matches, and what is said beside it.
#[track_caller]
fn said(env: &TestEnv, args: &[&str]) -> String {
    let run = env.run(args);
    assert_eq!(run.status, 0, "{args:?}: {}", run.err);
    assert!(!run.out.is_empty());
    run.err
}

#[test]
fn names_that_no_object_has_are_told_beside_the_answer() {
    let env = TestEnv::new();
    for count in [&["-c"][..], &[], &["-o", "name"], &["--stats", "-c"]] {
        let query = |selector: &str| {
            let err = said(&env, &[count, &["-l", selector, "pods.json"]].concat());
            err.lines().next().unwrap_or_default().to_owned()
        };
        assert_eq!(query("!evn"), r#"no label "evn" in 12 objects; did you mean "env"?"#);
        assert_eq!(query("env!=prdo"), r#"no object has env="prdo"; did you mean "prod"?"#);
        assert_eq!(query("env notin (prdo)"), r#"no object has env="prdo"; did you mean "prod"?"#);
        assert_eq!(query("env in (prod,stagign)"), r#"no object has env="stagign"; did you mean "staging"?"#);
    }
    assert_snapshot!(said(&env, &["-L", "ap,env", "pods.json"]), @r#"no label "ap" in 12 objects; did you mean "app.kubernetes.io/name"?"#);
    assert_eq!(said(&env, &["-l", "env in (prod,staging)", "-L", "env", "pods.json"]), "");
    let kinds = said(&env, &["-c", "-l", "env", "-k", "pod,srevice", "pods.json"]);
    assert!(kinds.starts_with("no kind \"srevice\" in 12 objects"), "{kinds}");
    let inverted = said(&env, &["-v", "-l", "evn", "pods.json"]);
    assert_snapshot!(inverted, @r#"no label "evn" in 12 objects; did you mean "env"?"#);
}

/// Paths, functions' values, kinds and names, under negation and where something matched too.
#[test]
fn what_a_query_names_besides_labels_is_told_beside_the_answer() {
    let env = TestEnv::new();
    let remarks = [
        "!.a.b",
        ".a.b!=1",
        "!kind(zzz)",
        "!kind(srevice)",
        "kind(pod) || kind(pdos)",
        "!namespace(shp)",
        "!name(web-zzz)",
        "!name(pod/zzz)",
        "status()!=Nope",
        "status()!=Runing",
        "!qos(Nope)",
        "env || !(kind(zzz) || .a)",
    ];
    let said = remarks.map(|query| {
        let err = said(&env, &["-c", "-w", query, "pods.json"]);
        assert_eq!(said(&env, &["explain", "-w", query, "pods.json"]), err);
        assert_eq!(env.pipe(&["repl", "pods.json"], format!("{query}\n").as_bytes()).err, err);
        format!("{query} → {}", err.trim_end())
    });
    assert_snapshot!(said.join("\n"), @r#"
    !.a.b → no .a.b in 12 objects
    .a.b!=1 → no .a.b in 12 objects
    !kind(zzz) → no kind "zzz" in 12 objects
    !kind(srevice) → no kind "srevice" in 12 objects; did you mean "Service"?
    kind(pod) || kind(pdos) → no kind "pdos" in 12 objects; did you mean "pods"?
    !namespace(shp) → no namespace "shp" in 12 objects; did you mean "shop"?
    !name(web-zzz) → no object "web-zzz" in 12 objects; did you mean "web"?
    !name(pod/zzz) → no object "pod/zzz" in 12 objects
    status()!=Nope → no object has status()="Nope"
    status()!=Runing → no object has status()="Runing"; did you mean "Running"?
    !qos(Nope) → no object has qos()="Nope"
    env || !(kind(zzz) || .a) → no kind "zzz" in 12 objects
    no .a in 12 objects
    "#);
    let why = |query: &str| env.run(&["-w", query, "pods.json"]).err;
    assert_snapshot!(why("kind(pds)"), @r#"no kind "pds" in 12 objects; did you mean "pods"?"#);
    assert_snapshot!(why("name(wbe)"), @r#"no object "wbe" in 12 objects; did you mean "web"?"#);
    assert_eq!(env.out(&["-c", "-w", "restarts()!=7,kind() notin (svc),name()!=web", "pods.json"]), "10\n");
}

#[test]
fn of_thousands_of_names_that_do_not_occur_a_few_are_told() {
    let env = TestEnv::new();
    let names = |prefix: &str| (0..5_000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>().join(",");
    for (option, what) in [("-k", "kind"), ("-n", "namespace")] {
        let run = env.run(&["-c", option, &names("abc"), "pods.json"]);
        assert_eq!((run.status, run.out.as_str(), run.err.lines().count()), (1, "0\n", 9), "{}", run.err);
        assert!(run.err.starts_with(&format!("no {what} \"abc0\" in 12 objects\n")), "{}", run.err);
        assert!(run.err.ends_with(&format!("nor 4,992 more {what}s asked for\n")), "{}", run.err);
    }
}

#[test]
fn nothing_is_said_where_nothing_is_printed() {
    let env = TestEnv::new();
    for selector in ["!evn", "env!=prdo", "evn"] {
        let run = env.run(&["-q", "-l", selector, "pods.json"]);
        assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""), "{selector}");
    }
}

#[test]
fn every_command_says_the_same() {
    let env = TestEnv::new();
    let remark = "no label \"evn\" in 12 objects; did you mean \"env\"?\n";
    assert_eq!(said(&env, &["labels", "-l", "!evn", "pods.json"]), remark);
    assert_eq!(said(&env, &["explain", "-l", "!evn", "pods.json"]), remark);
    assert_eq!(said(&env, &["label", "a=b", "-l", "!evn", "-f", "pods.json"]), remark);
    assert_eq!(env.pipe(&["repl", "pods.json"], b"!evn\n").err, remark);
    env.file("q.txt", "!evn\nenv\n");
    let queries = said(&env, &["--queries", "q.txt", "pods.json"]);
    assert_snapshot!(queries, @r#"warning: q.txt:1: no label "evn" in 12 objects; did you mean "env"?"#);
    let watched = env.pipe(
        &["watch", "-l", "!evn"],
        br#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","labels":{"env":"x"}}}}"#,
    );
    assert_eq!((watched.status, watched.err.as_str()), (0, "no label \"evn\" in 1 event\n"));
}

#[test]
fn of_no_objects_queries_in_a_file_say_that_there_are_none() {
    let env = TestEnv::new();
    env.file("q.txt", "env\n!evn\n");
    env.file("none.json", r#"{"items":[]}"#);
    let run = env.run(&["--queries", "q.txt", "none.json"]);
    assert_eq!(
        (run.status, run.out.as_str(), run.err.as_str()),
        (1, "0\tenv\n0\t!evn\n", "no objects in the input\n")
    );
}

/// A large dump is not read again to find what was meant.
#[test]
fn of_a_large_dump_it_is_only_said_that_no_object_has_it() {
    let env = TestEnv::new();
    let object = |n: usize| {
        format!(
            r#"{{"kind":"Pod","metadata":{{"name":"p{n}","labels":{{"env":"e{n}"}},"x":"{}"}}}}"#,
            "x".repeat(500)
        )
    };
    let lines: Vec<String> = (0..1000).map(object).collect();
    env.file("large.json", lines.join("\n"));
    for output in ["-c", "-oname"] {
        let err = said(&env, &[output, "-l", "!evn,env notin (e7,e1000)", "-n", "", "large.json"]);
        assert_eq!(err, "no object has env=\"e1000\"\nno label \"evn\" in 1,000 objects\n");
    }
    let remarks = |query: &str| said(&env, &["-c", "-w", query, "large.json"]);
    assert_eq!(remarks("!.a.b"), "no .a.b in 1,000 objects\n");
    let all = remarks(".a.b!=1,!kind(srevice),!name(web),status() notin (a,b)");
    assert_snapshot!(all, @r#"
    no .a.b in 1,000 objects
    no kind "srevice" in 1,000 objects
    no object "web" in 1,000 objects
    no object has status()="a"
    no object has status()="b"
    "#);
    // Also what the answer did not depend on is looked out for.
    assert_eq!(
        remarks("env=e7 && !.a.b || env=e8 && kind(pd)"),
        "no .a.b in 1,000 objects\nno kind \"pd\" in 1,000 objects\n"
    );
    let none = env.run(&["-c", "-w", ".metadata.name=p1,env=e7", "large.json"]);
    assert_eq!((none.status, none.err.as_str()), (1, "no objects found\n"));
    let partly = remarks("env=e7 || name() =~ '1'");
    assert_snapshot!(partly, @"name()=~'1' asks for the whole value, and no value is so; name()=~'.*1.*' asks for a part of it");
    let err = said(&env, &["-L", "ap", "-l", "env!=e7", "large.json"]);
    assert_snapshot!(err, @r#"no label "ap" in 1,000 objects"#);
}

#[test]
fn what_was_meant_is_something_that_can_be_written() {
    let env = TestEnv::new();
    let labels = [r#""instance":"10.0.0.1:9090""#, r#""aws:zone":"a""#, r#""app":"web""#];
    let object = |(n, labels): (usize, &str)| {
        format!(r#"{{"kind":"Service","metadata":{{"name":"web-{n}","labels":{{{labels}}}}}}}"#)
    };
    let objects: Vec<String> = labels.into_iter().enumerate().map(object).collect();
    env.file("dump.json", objects.join("\n"));
    let why = |selector: &str| env.run(&["-l", selector, "dump.json"]).err;
    assert_snapshot!(why("instance=10.0.0.1"), @r#"no object has instance="10.0.0.1"; the nearest is "10.0.0.1:9090", which can be listed but not selected"#);
    assert_snapshot!(why("aws.zone"), @r#"no label "aws.zone" in 3 objects; the nearest is "aws:zone", which can be listed but not selected"#);
    assert_snapshot!(why("svc"), @r#"no label "svc" in 3 objects; that is a kind: -k svc, or :kind svc in the REPL"#);
    assert_snapshot!(why("web-2"), @r#"no label "web-2" in 3 objects; that is the name of an object, which no selector asks for"#);
    // The kind is one that -k takes.
    assert_eq!(env.out(&["-c", "-k", "svc", "dump.json"]), "3\n");
}

#[test]
fn what_excludes_each_other_is_named() {
    let env = TestEnv::new();
    let why = |args: &[&str]| {
        let run = env.run(&[args, &["pods.json"]].concat());
        assert_eq!((run.status, run.out.as_str()), (1, ""));
        run.err
    };
    assert_snapshot!(why(&["-l", "env=prod,env=staging"]), @"env=prod and env=staging exclude each other");
    assert_snapshot!(why(&["-l", "env,!env"]), @"env and !env exclude each other");
    assert_snapshot!(why(&["-l", "env in (prod)", "-l", "env notin (prod)"]), @"env in (prod) and env notin (prod) exclude each other");
    env.file(
        "nodes.json",
        r#"{"kind":"Node","metadata":{"name":"n"}}{"kind":"Pod","metadata":{"name":"p","namespace":"shop"}}"#,
    );
    let run = env.run(&["-n", "shop", "-k", "node", "nodes.json"]);
    assert_snapshot!(run.err, @r#"namespace "shop" and kind "node" exclude each other: no object is of both; objects of that kind are in no namespace"#);
}

#[test]
fn a_map_given_as_a_label_selector_is_told_wherever_one_is_taken() {
    let env = TestEnv::new();
    let map = r#"{"app":"web"}"#;
    let run = env.run(&["-c", "--label-selector", map, "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (0, "12\n"));
    assert_snapshot!(run.err, @r#"warning: this LabelSelector selects everything: it is a map of labels, which are not its own fields; write {"matchLabels":{"app":"web"}}"#);
    env.file("q.jsonl", format!(r#"{{"name":"n","selector":{map}}}"#));
    let queries = said(&env, &["--queries", "q.jsonl", "pods.json"]);
    assert_snapshot!(queries, @r#"warning: q.jsonl:1: this LabelSelector selects everything: it is a map of labels, which are not its own fields; write {"matchLabels":{"app":"web"}}"#);
    let service = r#"{"selector":{"kind":"Service","spec":{"selector":{"app":"web"}}}}"#;
    assert_snapshot!(env.pipe(&["parse", "--jsonl"], service.as_bytes()).err, @r#"warning: line 1: this LabelSelector selects everything: it is a whole object, a Service, whose selector is at .spec.selector; write {"matchLabels":{"app":"web"}}"#);
    let select = env.pipe(&["repl", "pods.json"], format!(":select {map}\n").as_bytes());
    assert!(select.err.contains("selects everything: it is a map of labels"), "{}", select.err);
}

/// A name of many megabytes is not repeated.
#[test]
fn messages_are_short_however_long_a_name_is() {
    let env = TestEnv::new();
    let long = "x".repeat(120_000);
    env.file(
        "long.json",
        format!(r#"{{"kind":"Pod","metadata":{{"name":"a","labels":{{"appl{long}":"v"}}}}}}"#),
    );
    assert_snapshot!(env.run(&["-l", "appl", "long.json"]).err, @r#"no label "appl" in the only object"#);
    for args in [
        &["-l", "a", "-n", &long, "pods.json"][..],
        &["-l", "a", "-k", &long, "pods.json"],
        &["labels", "--key", &long, "pods.json"],
        &["-L", &long, "-c", "pods.json"],
        &["label", &format!("{long}=a=b"), "--all", "-f", "pods.json"],
        &["parse", &long],
    ] {
        let run = env.run(args);
        assert!(run.err.len() < 600, "{:.300}", run.err);
    }
}

#[test]
fn ages_of_an_old_dump_are_remarked_on_once() {
    let env = TestEnv::new();
    env.file("old.json", r#"{"kind":"Pod","metadata":{"name":"a","creationTimestamp":"2020-01-01T00:00:00Z","labels":{"x":""}}}"#);
    let is_told = |args: &[&str]| {
        let err = env.run(&[args, &["old.json"]].concat()).err;
        let n_lines = err.lines().filter(|line| line.contains("--now dump")).count();
        assert!(n_lines <= 1, "{args:?}: {err}");
        n_lines == 1
    };
    env.file("q.jsonl", r#"{"where":"age()>1d"}"#);
    let asked: [&[&str]; 10] = [
        &["--queries", "q.jsonl"],
        &["labels", "--key", "age()"],
        &["-w", "age()>1d"],
        &["-w", "age()<1d"],
        &["-c", "-w", "age()>1d"],
        &["-l", "x", "-L", "age()"],
        &["--group-by", "age(.metadata.creationTimestamp)"],
        &["labels", "-w", "age()>1d"],
        &["explain", "-w", "age()>1d"],
        &["--stats", "-w", "age()>1d"],
    ];
    for args in asked {
        assert!(is_told(args), "{args:?}");
    }
    let others: [&[&str]; 9] = [
        &["--queries", "q.jsonl", "--now", "dump"],
        &["labels", "--key", "age()", "--now", "dump"],
        &["-w", "age()>1d", "--now", "dump"],
        &["-w", "age()>1d", "--now", "2021-01-01"],
        &["-q", "-w", "age()>1d"],
        &["-w", ".metadata.creationTimestamp>2019-01-01"],
        &["--sort-by", "age()"],
        &["-o", "kubectl", "-c"],
        &["-l", "x"],
    ];
    for args in others {
        assert!(!is_told(args), "{args:?}");
    }
    assert_snapshot!(env.run(&["-w", "age()<1d", "-l", "y", "old.json"]).err.replace(char::is_numeric, "N"), @r#"
    no label "y" in the only object
    ages are counted to now, and the newest time in the input is NyNNNd old: --now dump counts them to that
    "#);
    let objects =
        r#"[{"metadata":{"creationTimestamp":"2020-01-01T00:00:00Z"}},{"x":"2999-01-01T00:00:00Z"}]"#;
    env.file("old.json", objects);
    assert!(!is_told(&["-w", "age()>1d"]), "something is younger than a day");
    env.file("old.json", r#"{"x":"y"}"#);
    assert!(!is_told(&["-w", "!age()"]), "there is no time at all");
}

#[test]
fn expressions_for_parts_of_values_are_remarked_on() {
    let env = TestEnv::new();
    let err = |query: &str| env.run(&["-w", query, "pods.json"]).err;
    assert_snapshot!(err("tier=~'end'"), @"tier=~'end' asks for the whole value, and no value is so; tier=~'.*end.*' asks for a part of it");
    assert_snapshot!(err("..image=~'web|cart'"), @"..image=~'web|cart' asks for the whole value, and no value is so; ..image=~'.*(web|cart).*' asks for a part of it");
    assert_eq!(err("tier=~'.*end'"), "");
    // Also beside what matched, of a dump that is small enough to be loaded for it.
    assert_eq!(err("tier=~'end' || env"), err("tier=~'end'"));
    let offered = env.run(&["-c", "-w", "..image=~'.*(web|cart).*'", "pods.json"]);
    assert_eq!((offered.status, offered.err.as_str()), (0, ""));
}
