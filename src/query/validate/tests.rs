//! Canonical texts and refusals of queries.

use crate::{ParseError, Query, Selector};

fn canonical(text: &str) -> String {
    match text.parse::<Query>() {
        Ok(query) => query.to_string(),
        Err(error) => panic!("{text}: {}", error.render()),
    }
}

#[test]
fn queries_have_a_canonical_text_that_parses_to_itself() {
    for (text, expected) in [
        ("", ""),
        ("b=1, a", "a,b=1"),
        ("a && b=1", "a,b=1"),
        ("a=1 || b=2", "a=1 || b=2"),
        ("a || b && c", "a || b && c"),
        ("(a || b), c", "c,(a || b)"),
        ("((a)) , !( b , c )", "a,!(b,c)"),
        ("!(k=v)", "k!=v"),
        ("!(a in (x,y))", "a notin (x,y)"),
        ("!(k>7)", "!(k>7)"),
        ("app=web-*", "app=web-*"),
        ("zone in (eu-*,'us',b)", "zone in (b,eu-*,us)"),
        ("k>'7'", "k>7"),
        ("k >= 7", "k>=7"),
        ("k='a b'", "k='a b'"),
        ("k=\"it's\"", "k=\"it's\""),
        ("k='*'", "k='*'"),
        ("k in ('a',\"b\")", "k in (a,b)"),
        (r"k=~'\d+\.x'", r"k=~'\\d+\\.x'"),
        (".status.phase=Running", ".status.phase=Running"),
        ("!.spec.nodeName", "!.spec.nodeName"),
        (".metadata.annotations['example.com/x'] = y", ".metadata.annotations['example.com/x']=y"),
        (".['a b'][0][*].c", ".['a b'][0][*].c"),
        (".status.conditions[ .type = Ready ].status=False", ".status.conditions[.type=Ready].status=False"),
        (".spec.containers[!.resources.limits.memory]", ".spec.containers[!.resources.limits.memory]"),
        (".spec.finalizers[.=a || .=b]", ".spec.finalizers[.=a || .=b]"),
        (".[.a=1].b", ".[.a=1].b"),
        (".a[.[.=1]]", ".a[.[.=1]]"),
        ("app notin ('+4',b)", "app notin ('+4',b)"),
        (".x='~a'", ".x='~a'"),
        ("!.spec.containers[.image!=reg.example/*]", "!.spec.containers[.image!=reg.example/*]"),
        ("..image = nginx:1.25", "..image=nginx:1.25"),
        ("kind(pod), status(*CrashLoopBackOff)", "kind(pod),status(*CrashLoopBackOff)"),
        ("kind() in (pod,svc)", "kind() in (pod,svc)"),
        ("!(kind(pod))", "!kind(pod)"),
        ("status ( Pending , Running )", "status(Pending,Running)"),
        ("requests(cpu)>=500m", "requests(cpu)>=500m"),
        ("requests(nvidia.com/gpu)", "requests(nvidia.com/gpu)"),
        ("label('a b')=c", "label('a b')=c"),
        ("age()>7d", "age()>7d"),
        ("age(.status.startTime)<1h30m", "age(.status.startTime)<1h30m"),
        ("all()", ""),
        ("selects( b=1, a )", "selects(a,b=1)"),
        ("!(selects())", "!selects()"),
        ("runs-on ( node(zone) = eu-* || !owns(a) )", "runs-on(node(zone)=eu-* || !owns(a))"),
        ("ns( .spec.x ) in (b,a)", "ns(.spec.x) in (a,b)"),
        ("node(k) > 7", "node(k)>7"),
        ("count(selected-by(kind(svc)))>=2", "count(selected-by(kind(svc)))>=2"),
        ("!workload()", "!workload()"),
        ("a, all()", "a"),
        (".x > 2026-11-01", ".x>2026-11-01"),
        ("x in(a)", "x in (a)"),
        (".x in (a)&&(b||c)", ".x in (a),(b || c)"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
        assert_eq!(canonical(expected), expected);
    }
}

#[test]
fn what_is_a_selector_is_that_selector() {
    for text in ["", "a", "!a,b=1", "a in (x,,y),b!=", "k>7,k<9", "in in (in)", "a==b"] {
        let (query, selector): (Query, Selector) = (text.parse().unwrap(), text.parse().unwrap());
        assert_eq!(query.to_selector().as_ref(), Some(&selector));
        assert_eq!(Query::from(selector), query);
    }
    assert!("a=b*".parse::<Query>().unwrap().to_selector().is_none());
    let either = "!(a=1 || b=2)".parse::<Query>().unwrap().to_selector().unwrap();
    assert_eq!(either.to_string(), "!(a=1 || b=2)");
}

/// The part of the text that is wrong, what is wrong and what to write.
fn refused(text: &str) -> String {
    let error: ParseError = text.parse::<Query>().unwrap_err();
    let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{:?}: {error}{help}", error.span().slice(text))
}

#[test]
fn what_is_doubtful_is_refused_with_what_to_write() {
    for (text, expected) in [
        ("a, b || c", r#"",": "," beside "||" can be read in two ways | write (a,b) || c or a,(b || c)"#),
        (
            ".x=",
            r#""": expected a value after "=", found none | write !.x for none, .x='' for the empty text"#,
        ),
        ("k=*", r#""*": "*" is every value | write k for any value, k='*' for the text "*""#),
        ("k=.x", r#"".x": a value that begins with "." is reserved | quote it for the text: '.x'"#),
        ("name()>7", r#"">": name() has no order"#),
        ("ready()", r#""ready()": ready() is "true" or "false" | write ready()=true"#),
        ("foo(x)", r#""foo": there is no function "foo""#),
        (
            "Selected_By(x)",
            r#""Selected_By": there is no function "Selected_By" | did you mean selected-by()?"#,
        ),
        ("kind(pod", r#""": expected "," or ")", found the end of the text | close the list with ")""#),
        (".status.", r#""": expected a name after ".", found the end of the text"#),
        ("a || ", r#""": expected a key, a field, a function, "!" or "(", found the end of the text"#),
        (
            ".a[b=c]",
            r#""b": expected a number, "*", a name in quotation marks or a query about the elements, found "b""#,
        ),
        (
            "k=~x",
            r#""x": expected a regular expression in quotation marks, found "x" | write the expression in quotation marks: =~ 'web-[0-9]+'"#,
        ),
        ("k=~'('", r#""'('": this is no regular expression: unclosed group"#),
        ("k>='x'", r#""'x'": expected an integer after ">" or "<", found "'x'""#),
        (".x>abc", r#""abc": expected a number, an amount such as 500Mi or a time after ">", found "abc""#),
        (
            "count(selects())",
            r#""count(selects())": count() is a number | write count(selects(kind(pod)))>0"#,
        ),
        (
            "count(kind(pod))>1",
            r#""kind(pod)": count() counts what a relation gives, and kind() is none | write count(selects(kind(pod)))"#,
        ),
        ("node(ready())", r#""node(ready())": ready() is "true" or "false" | write node(ready())=true"#),
        ("node(name())>7", r#"">": node(name()) has no order"#),
        ("selects(a)=b", r#""selects(a)": selects() gives objects, which no operator compares"#),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(nested(64).parse::<Query>().is_ok());
    assert!(nested(65).parse::<Query>().is_err());
    assert!(nested(100_000).parse::<Query>().is_err());
    let calls = |n: usize| format!("{}a{}", "selects(".repeat(n), ")".repeat(n));
    assert!(calls(64).parse::<Query>().is_ok());
    assert!(calls(65).parse::<Query>().unwrap_err().to_string().contains("64"));
    let filters = |n: usize| format!("{}.a{}", ".a[".repeat(n), "]".repeat(n));
    assert!(filters(64).parse::<Query>().is_ok());
    assert!(filters(65).parse::<Query>().unwrap_err().to_string().contains("64"));
    let either = |n: usize| vec!["a"; n].join(" || ");
    assert!(either(100_001).parse::<Query>().is_ok());
    assert_eq!(
        refused(&either(100_002)),
        "\"||\": expected no more than 100000 of \"||\", \"(\", \"[\" and functions, found \"||\" | \
         values of one subject stand in a list of any length: key in (a,b)"
    );
    // Two of them each, so that half as many are enough.
    for part in ["((a))", "(kind(pod))", "(.a[0])"] {
        assert!(refused(&vec![part; 50_001].join(",")).contains("100000"), "{part}");
    }
    assert!(vec!["a in (b)"; 100_001].join(",").parse::<Query>().is_ok());
}

#[test]
fn open_quotation_marks_take_linear_time() {
    let text = format!("foo({}", r"'".repeat(1 << 18));
    assert!(text.parse::<Query>().is_err());
}
