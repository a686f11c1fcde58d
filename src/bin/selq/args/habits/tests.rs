use super::*;

const DUMP: &str = "tests/data/pods.json";

fn said(line: &str, has_input: bool) -> String {
    let typed: Vec<String> = line.split_whitespace().map(|word| word.replace("DUMP", DUMP)).collect();
    let advice = advice_on(&typed, has_input);
    advice.map_or_else(
        || "nothing".to_owned(),
        |advice| {
            format!("{}{}", advice.error, advice.help.map(|help| format!("\n  {help}")).unwrap_or_default())
        },
    )
}

fn all_said(lines: &[&str], has_input: bool) -> String {
    lines.iter().map(|line| format!("{line}\n  {}\n", said(line, has_input).replace(DUMP, "DUMP"))).collect()
}

#[test]
fn words_of_kubectl_are_translated() {
    let lines = [
        "get pods -l app=x DUMP",
        "kubectl get po,svc DUMP",
        "get all -A DUMP",
        "pods -l app=x DUMP",
        "-l app=x -f DUMP",
        "explain --filename=DUMP -l a",
        "-l app=x -o kyaml DUMP",
        "-o jsonpath={.items} DUMP",
        "--context prod -l app=x DUMP",
        "--kubeconfig=x DUMP",
        "-w -l app=x DUMP",
        "parse -l app=x",
    ];
    insta::assert_snapshot!(all_said(&lines, true), @r#"
    get pods -l app=x DUMP
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -k pods -l app=x DUMP`
    kubectl get po,svc DUMP
      no file and no subcommand "kubectl": selq answers without a verb, from dumps
      write `selq -k po,svc DUMP`
    get all -A DUMP
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -A DUMP`
    pods -l app=x DUMP
      no file "pods": kinds are chosen with -k
      write `selq -k pods -l app=x DUMP`
    -l app=x -f DUMP
      no option -f: dumps are named without one
      write `selq -l app=x DUMP`
    explain --filename=DUMP -l a
      no option --filename: dumps are named without one
      write `selq explain DUMP -l a`
    -l app=x -o kyaml DUMP
      no output format "kyaml": -o yaml is YAML in block style
      write `selq -l app=x -o yaml DUMP`
    -o jsonpath={.items} DUMP
      no output format for templates: take from -o json what you want, with jq
      write `selq -o json DUMP`
    --context prod -l app=x DUMP
      no option --context: selq reads dumps and asks no cluster
      write `selq -l app=x DUMP`
    --kubeconfig=x DUMP
      no option --kubeconfig: selq reads dumps and asks no cluster
      write `selq DUMP`
    -w -l app=x DUMP
      no option -w: changes are followed with `selq watch`
      write `selq watch -l app=x DUMP`
    parse -l app=x
      no option -l here: selectors stand alone
      write `selq parse app=x`
    "#);
}

#[test]
fn without_a_dump_kubectl_is_asked_for_one() {
    let lines = ["get pods -l app=x", "--context prod -l app=x", "get po -w -l app=x", "-o kyaml -l x"];
    insta::assert_snapshot!(all_said(&lines, false), @r#"
    get pods -l app=x
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `kubectl get pods -A -o json | selq -l app=x`
    --context prod -l app=x
      no option --context: selq reads dumps and asks no cluster
      write `kubectl get pods -A -o json --context prod | selq -l app=x`
    get po -w -l app=x
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `kubectl get po -A -w --output-watch-events -o json | selq watch -l app=x`
    -o kyaml -l x
      no output format "kyaml": -o yaml is YAML in block style
      write `kubectl get pods -A -o json | selq -o yaml -l x`
    "#);
}

#[test]
fn slips_are_seen() {
    let lines = [
        "explan -l a DUMP",
        "lables DUMP",
        "app=x DUMP",
        "tests/data/pods.jsn",
        "-l a tests/data/pods.jon",
        "--key env DUMP",
        "--in-place a=b -f DUMP",
        "labels --key env tests/data/pod.json",
        "label a=b --all -f tests/data/pods.jsn",
    ];
    insta::assert_snapshot!(all_said(&lines, true), @r#"
    explan -l a DUMP
      no file and no subcommand "explan"
      write `selq explain -l a DUMP`
    lables DUMP
      no file and no subcommand "lables"
      write `selq labels DUMP`
    app=x DUMP
      no file "app=x": selectors are given with -l
      write `selq -l app=x DUMP`
    tests/data/pods.jsn
      no file "tests/data/pods.jsn"
      write `selq DUMP`
    -l a tests/data/pods.jon
      no file "tests/data/pods.jon"
      write `selq -l a DUMP`
    --key env DUMP
      no option --key here: it is one of `selq labels`
      write `selq labels --key env DUMP`
    --in-place a=b -f DUMP
      no option --in-place here: it is one of `selq label`
      write `selq label --in-place a=b -f DUMP`
    labels --key env tests/data/pod.json
      no file "tests/data/pod.json"
      write `selq labels --key env DUMP`
    label a=b --all -f tests/data/pods.jsn
      no file "tests/data/pods.jsn"
      write `selq label a=b --all -f DUMP`
    "#);
}

#[test]
fn names_and_words_that_a_shell_took_apart_are_seen() {
    let lines = [
        "get pod web-0 -n shop DUMP",
        "get pods web-0 web-1 -o yaml DUMP",
        "pod/web-0 -o wide DUMP",
        "k get pods DUMP",
        "delete pods -l app=x DUMP",
        "get pods nowhere.json",
        "get pods nowhere",
        "-l env = prod DUMP",
        "-l env=prod, tier != db DUMP",
        "-l env=prod tier=db DUMP",
        "-l env in (a,b) -c DUMP",
        "env=(prod DUMP",
        "--label env=prod DUMP",
        "--labels=env=prod DUMP",
        "labels env DUMP",
    ];
    insta::assert_snapshot!(all_said(&lines, true), @r#"
    get pod web-0 -n shop DUMP
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -k pod -w 'name(web-0)' -n shop DUMP`
    get pods web-0 web-1 -o yaml DUMP
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -k pods -w 'name(web-0,web-1)' -o yaml DUMP`
    pod/web-0 -o wide DUMP
      no file "pod/web-0": objects are chosen by their names with -w
      write `selq -k pod -w 'name(web-0)' -o wide DUMP`
    k get pods DUMP
      no file and no subcommand "k": selq answers without a verb, from dumps
      write `selq -k pods DUMP`
    delete pods -l app=x DUMP
      no file and no subcommand "delete": selq reads dumps and asks no cluster
    get pods nowhere.json
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -k pods nowhere.json`, with a dump that is there in place of nowhere.json
    get pods nowhere
      no file and no subcommand "get": selq answers without a verb, from dumps
      write `selq -k pods -w 'name(nowhere)'`
    -l env = prod DUMP
      no file "=": a selector with white space stands in quotation marks
      write `selq -l 'env = prod' DUMP`
    -l env=prod, tier != db DUMP
      no file "tier": a selector with white space stands in quotation marks
      write `selq -l 'env=prod, tier != db' DUMP`
    -l env=prod tier=db DUMP
      no file "tier=db": selectors are given with -l
      write `selq -l env=prod -l tier=db DUMP`
    -l env in (a,b) -c DUMP
      no file "in": a selector with white space stands in quotation marks
      write `selq -l 'env in (a,b)' -c DUMP`
    env=(prod DUMP
      no file "env=(prod": selectors are given with -l
    --label env=prod DUMP
      no option --label: selectors are given with -l
      write `selq -l env=prod DUMP`
    --labels=env=prod DUMP
      no option --labels: selectors are given with -l
      write `selq -l env=prod DUMP`
    labels env DUMP
      no file "env": a key is named with --key
      write `selq labels --key env DUMP`
    "#);
}

#[test]
fn what_is_right_or_unknown_is_left_alone() {
    for line in [
        "-l app=x DUMP",
        "nowhere/at-all.json",
        "tests/data/nope.json",
        "--nonsense DUMP",
        "label a=b",
        "parse pods",
        "-",
    ] {
        assert_eq!(said(line, true), "nothing", "{line}");
    }
}
