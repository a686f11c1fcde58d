//! `selq audit` as its users see it.

use crate::testenv::TestEnv;

const CLUSTER: &str = r#"
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"env":"prod"}}}
{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","labels":{"team":"a"}},"spec":{"replicas":1,"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}}}}}
{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"wbe"}}}
"#;

const RULES: &str = r#"
[[rule]]
id = "one-replica"
severity = "info"
query = "kind(deploy), .spec.replicas=1, ns(env)=prod"
message = "{kind} {namespace}/{name} of team {label(team)} runs {.spec.replicas} replica{{s}}, {count(selected-by())} select it"

[[rule]]
id = "no-pods-behind"
severity = "error"
query = "kind(svc), !selects(kind(pod))"
message = "has no pods"
"#;

fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("c.json", CLUSTER);
    env.file("own.toml", RULES);
    env
}

#[test]
fn own_rules_are_queries() {
    let env = env();
    let run = env.run(&["audit", "--rules", "own.toml", "--rule", "one-replica,no-pods-behind", "c.json"]);
    insta::assert_snapshot!(format!("{} {}{}", run.status, run.out, run.err), @"
    0 SEVERITY   RULE          OBJECT                     MESSAGE
    info       one-replica   shop/deployment.apps/web   Deployment shop/web of team a runs 1 replica{s}, 0 select it
    not judged, as the input has no Pod: no-pods-behind
    1 note in 3 objects
    ");
    let args = ["audit", "--rules", "own.toml", "--rule", "one-replica", "-o", "jsonl", "c.json"];
    insta::assert_snapshot!(env.run(&args).out, @r#"{"rule":"one-replica","severity":"info","object":{"source":"c.json","index":1,"kind":"Deployment","namespace":"shop","name":"web"},"at":".metadata","message":"Deployment shop/web of team a runs 1 replica{s}, 0 select it","evidence":{"query":"kind(deploy),.spec.replicas=1,ns(env)=prod"},"related":[]}"#);
    insta::assert_snapshot!(env.out(&["audit", "--rules", "own.toml", "--rule", "one-replica,service-no-pods", "--list"]), @"
    RULE              SEVERITY   FINDS
    service-no-pods   error      the Service selects no pods
    one-replica       info       {kind} {namespace}/{name} of team {label(team)} runs {.spec.replicas} replica{{s}}, {count(selected-by())} select it
    ");
    // What is wrong with all of them, and with some left out.
    let run =
        env.run(&["audit", "--rules", "own.toml", "--skip", "one-replica", "--fail-on", "error", "c.json"]);
    assert!(run.out.contains("service-no-pods") && !run.out.contains("one-replica"), "{run:?}");
    assert_eq!(run.status, 1);
}

#[test]
fn a_file_of_rules_that_is_wrong_is_told_with_its_place() {
    let env = env();
    let told = |text: &str| {
        env.file("bad.toml", text);
        env.refused(&["audit", "--rules", "bad.toml", "c.json"])
    };
    let rule = |fields: [&str; 4]| {
        let [id, severity, query, message] = fields;
        format!("[[rule]]\nid = {id:?}\nseverity = {severity:?}\nquery = {query:?}\nmessage = {message:?}\n")
    };
    let good = ["mine", "error", "app=web", "{name}"];
    let with = |nth: usize, value: &'static str| {
        let mut fields = good;
        fields[nth] = value;
        told(&rule(fields))
    };
    insta::assert_snapshot!(
        [
            told("rule = 1"),
            told("[[rules]]\nid = 1"),
            told("[[rule]]\nid = "),
            told("[[rule]]\nid = \"a\"\nseverity = \"error\"\nqeury = \"a\""),
            told("[[rule]]\nid = 1"),
            told("[[rule]]\nid = \"a\""),
            with(0, "My rule"),
            with(0, "service-no-pods"),
            with(1, "fatal"),
            with(2, "app=web,, tier"),
            with(3, "{name"),
            with(3, "{app} is"),
            with(3, "{nosuch()} is"),
            told(&rule(good).repeat(2)),
        ].concat(), @r#"
    error: bad.toml:1: write [[rule]] in two pairs of brackets
    error: bad.toml:1: expected tables [[rule]], found "rules"
    error: bad.toml:2: expected TOML: string values must be quoted, expected literal string
    error: bad.toml:4: a rule has no "qeury"; did you mean "query"?
    error: bad.toml:2: id has to be a text
    error: bad.toml:1: the rule has no severity; it takes id, severity, query, message
    error: bad.toml:2: "My rule" is no id of a rule: it takes small letters, digits and -
    error: bad.toml:2: "service-no-pods" is another rule
    error: bad.toml:3: expected error, warning or info as severity, found "fatal"
    error: bad.toml:4: expected a key or "!", found ","
    app=web,, tier
            ^
    help: leave out one of the two ","
    error: bad.toml:5: { has no partner in the message; write {{ for the character
    error: bad.toml:5: {app} is nothing that an object says: for a label write {label(app)}
    error: bad.toml:5: {nosuch()} is nothing that an object says: there is no function "nosuch"
    error: bad.toml: rule "mine" is there twice
    "#);
    let refused = env.refused(&["audit", "--rules", "nowhere.toml", "c.json"]);
    insta::assert_snapshot!(refused, @"error: cannot read nowhere.toml: No such file or directory (os error 2)");
    let refused = env.refused(&["audit", "--rule", "one-replcia", "--rules", "own.toml", "c.json"]);
    insta::assert_snapshot!(refused, @r#"error: no rule "one-replcia"; selq audit --list has them all"#);
}

#[test]
fn places_of_ones_own_hold_selectors_too() {
    let env = env();
    env.file("mine.places", "Tower.x.io | .spec.s | labels | Pod | own | none | all | selects | - | d");
    env.file(
        "t.json",
        r#"{"apiVersion":"x.io/v1","kind":"Tower","metadata":{"name":"t"},"spec":{"s":{"app":"web"}}}"#,
    );
    let rules = |args: &[&str]| {
        let run = env.run(&[&["audit", "--rule", "unknown-selector-key", "t.json", "c.json"], args].concat());
        (run.status, run.out.lines().count())
    };
    assert_eq!(rules(&[]), (0, 0));
    assert_eq!(rules(&["--places", "mine.places"]), (1, 2));
}
