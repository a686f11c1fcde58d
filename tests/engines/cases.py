"""Random objects with odd values in them, and random queries about them."""

import json
import random
import re

LABEL_KEYS = ["app", "tier", "x.io/n", "in"]
ODD_KEYS = ["a b", "it's", "é", "k\\b", "$.a", 'q"q', "`", "%"]
VALUES = [
    "web", "db", "web-1", "web-10", "", "7", "-3", "+4", "08", "-0", "0", "00", "+0", "1.5", "2.5", " 1", "1 ", "1_0",
    "9223372036854775806", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "0" * 40 + "8", "-" + "0" * 30 + "9", "9" * 60, "1e3", "0x1F", "+", "-", "--1", "A_b.c", "a b", "é*", "é", "e\u0301",
    "\U0001d11e", "%", "_", "a%b", "a_b", "a\\b", "\\", "it's", 'say "no"', "line\nend", "\n", "web\n", "7\n", "tab\t", "\x01",
    "null", "NULL", "true", "{}", "[]", "$1", "Web", "WEB", "\ufeffx", "x" * 300, "Infinity", "NaN", "\uff11", "k", "\u212a",
    "${a}", "a--b", "/*", ";", "?", "$$", "::",
]
WITH_NUL = ["\x00", "a\x00b", "web\x00"]
GLOBS = ["w*", "*b", "*-1*", "?eb", "w?b-*", "w*b", "??", "?", "*1", "A_*", "*.*", "web*-*0", "*e*b*"]
ODD_GLOBS = ["*%*", "a_*", "é*", "*é", "?\\b", "*\\*", "?'?", "*'s", "\U0001d11e*", "e?", "*\u0301", "a?b"]
EXPRESSIONS = [
    "web.*", r"[a-z]+-\d", "", ".", ".+", "a|b", r"\d+(m|Gi)?", "(?i)WEB(-1)?", r"it's|\\", "^web$", r"[^/]+", r"\w*", "(?s).*", ".*",
    "[^é]*", r"\p{L}+", "[[:alpha:]]*", r"x{300}", r"x{2,}", r"(?:web|db)(?:-\d+)?", r"\x{1D11E}", r"\S+", r"[%_'\x22\\]+",
    r"\n", r"(?x) web - \d+ # one", r"[\]\-^&~]*", "[a-c&&[^b]]*", r"(a|b|)*", r"x*?", r"(?-u:\w)+", r"[\x00-\x{10FFFF}]", "(?i)k",
    r"-?\d{1,2}", r"\+?0*[0-9]", r"(w)(e)(b)", r"[^\n]*\n?", "(?:a{0}b?)+", r"\$\{a\}", r"\$1", r"\bweb", "(?m)^web$",
]
BOUNDS = ["0", "7", "08", "1", "9223372036854775806", "9223372036854775807", "00"]
KINDS = [
    "pod", "pods", "Pod", "PODS", "po", "svc", "node", "deploy", "deployments.apps", "Deployment.apps", "dep*", "*.apps", "n?de", "s*",
    "gateways", "gateway.networking", "services.v1", "policies", "endpoints", "*s", "deployments.v1.apps", "POD",
]
KIND_NAMES = ["Pod", "Pod", "Pod", "Service", "Deployment", "Node", "Gateway", "POD", "Policy", "Endpoints", "Pods"]
GROUPS = {"Deployment": "apps/v1", "Gateway": "gateway.networking.k8s.io/v1", "Policy": "x.example.com/v1"}
NAMES = ["web-0", "web-1", "db", "a.b", "web_0", "it's", "é"]
NAMESPACES = ["shop", "prod", "prod-eu"]
FIELDS = [
    ".status.phase", ".spec.nodeName", ".spec.containers.image", ".spec.containers[0].image", ".spec.containers[*].name",
    ".spec.containers[1].name", ".spec.containers[.name=a].image", ".spec.containers[.image=*:1.25 && !.limit].name",
    ".spec.containers[!(.name=a || .name=b)].image", ".status.conditions[.type=Ready].status",
    ".metadata.annotations['a b']", ".metadata.labels.app", ".metadata.name", ".kind", ".data", ".data.a", ".data.a.b", ".data.a.b.c",
    ".data[*].a", ".data.a[0]", ".data.a[1].b", ".data.a[*][0].b", ".data.a[*]", ".data.a[.]", ".data.a[.=web]", ".data.a[.b]", ".data.a[.b.a=1].b",
    ".data.a[.a[.=1]].b", ".data['x y']", r".data['it\'s']", '.data["é"]', ".data['x.y'].a", ".data.b[*].c", ".data.c[0].a", ".data['0']",
    ".data.a['0']", ".data['$'].a",
]
FIELD_TEXTS = ["web", "1", "true", "false", "null", "", "1.5", "nginx:1.25", "a b", "it's", "é", "{}", "[]", "-0", "\\", '"', "line\nend", "Running", "True"]
DATA_KEYS = ["a", "a", "b", "b", "c", "x y", "it's", "é", "x.y", "0", "$"]
# The subjects that have columns of their own where the table has such, each with the name of the column.
COLUMNS = {"app": "app", "x.io/n": "n of x", ".spec.nodeName": "node", ".status.phase": "phase", ".kind": "kind", "status()": 'sta"tus`'}
AMOUNTS = {"requests(cpu)": "cpu", "restarts()": "restarts"}


class Random(random.Random):
    """Makes objects and queries."""

    def __init__(self, seed, with_nul):
        super().__init__(seed)
        # No query has U+0000, and objects may.
        self.values, self.held = VALUES, VALUES + (WITH_NUL if with_nul else [])

    # Objects.

    def object(self):
        kind = self.choice(KIND_NAMES)
        thing = {"apiVersion": GROUPS.get(kind, "v1"), "kind": kind, "metadata": self.metadata(kind)}
        if self.random() < 0.05:
            del thing["apiVersion"]
        if self.random() < 0.03:
            del thing["kind"]
        thing["spec"] = {"containers": [self.container() for _ in range(self.randrange(4))]}
        if self.random() < 0.5:
            thing["spec"]["nodeName"] = self.choice(["node-1", "node-2", ""] + self.held)
        thing["status"] = {"phase": self.choice(["Running", "Pending", "Failed", None])}
        if self.random() < 0.5:
            thing["status"]["conditions"] = [
                {"type": "Ready", "status": self.choice(["True", "False"])}, {"type": "Other", "status": "Unknown"}]
        if kind == "Pod" and self.random() < 0.7:
            thing["status"]["containerStatuses"] = [
                {"restartCount": self.randrange(3), "ready": True} for _ in range(self.randrange(3))]
        if self.random() < 0.8:
            thing["data"] = self.json(3)
        return thing

    def metadata(self, kind):
        metadata = {"name": self.choice(NAMES)}
        if self.random() < 0.05:
            metadata = {}
        if kind != "Node":
            metadata["namespace"] = self.choice(NAMESPACES)
        if self.random() < 0.9:
            metadata["labels"] = {
                key: self.choice(self.held + [None]) for key in LABEL_KEYS + ODD_KEYS if self.random() < (0.6 if key in LABEL_KEYS else 0.2)}
        if self.random() < 0.4:
            metadata["annotations"] = {key: self.choice(self.held) for key in ["a b", "note"] if self.random() < 0.6}
        return metadata

    def container(self):
        container = {"name": self.choice(["a", "b"]), "image": self.choice(["nginx:1.25", "nginx:1.26", "reg.example/db"])}
        if self.random() < 0.3:
            container["limit"] = self.choice([1, None, "1"])
        if self.random() < 0.5:
            container["resources"] = {"requests": {"cpu": self.choice(["100m", "1", "250m", 2])}}
        return container

    def json(self, depth):
        """Arrays stand at most two deep in each other, which is how deep names go into them."""
        draw = self.random()
        if depth > 0 and draw < 0.45:
            return {key: self.json(depth - 1) for key in self.sample(DATA_KEYS, self.randrange(1, 5))}
        if depth > 0 and draw < 0.7:
            inner = [self.json(depth - 1) if self.random() < 0.85 else [self.json(0), {"b": self.json(0), "a": self.json(0)}]
                     for _ in range(self.randrange(4))]
            return [it for it in inner if not (isinstance(it, list) and any(isinstance(e, list) for e in it))]
        return self.choice([1, 0, -7, 10**15, 1.5, True, False, None, {}, []] + [self.choice(self.held) for _ in range(10)])

    # Queries.

    def query(self):
        return self.tree(self.choice([0, 0, 1, 1, 2, 3]))

    def tree(self, depth):
        if depth == 0:
            return self.requirement()
        draw, operands = self.random(), [self.tree(depth - 1) for _ in range(self.randrange(1, 4))]
        if draw < 0.25:
            return f"!({operands[0]})"
        joint = " && " if draw < 0.6 else " || "
        return "(" + joint.join(operands) + ")"

    def requirement(self):
        return self.choice([self.label, self.label, self.label, self.of_label, self.kind, self.identity, self.field, self.field, self.column])()

    def label(self):
        """A requirement that a selector may have, or a glob or expression of a label."""
        key = self.choice(LABEL_KEYS)
        draw = self.random()
        if draw < 0.1:
            return self.choice(["", "!"]) + key
        if draw < 0.3:
            return f"{key}{self.choice(['>', '<', '>=', '<='])}{self.choice(BOUNDS)}"
        if draw < 0.4:
            return f"{key}{self.choice(['=~', '!~'])}{quoted(self.choice(EXPRESSIONS))}"
        values = [self.choice(GLOBS) if self.random() < 0.2 else value(self.choice(self.values)) for _ in range(self.randrange(1, 4))]
        return self.compared(key, values)

    def of_label(self):
        key = self.choice(LABEL_KEYS + ODD_KEYS)
        globs = [it if is_word(it) else quoted(it) for it in GLOBS + ODD_GLOBS]
        values = [self.choice(globs) if self.random() < 0.4 else quoted(self.choice(self.values)) for _ in range(self.randrange(1, 4))]
        subject = f"label({quoted(key)})"
        if self.random() < 0.15:
            return self.choice(["", "!"]) + subject
        if self.random() < 0.2:
            return f"{subject}{self.choice(['=~', '!~'])}{quoted(self.choice(EXPRESSIONS))}"
        return self.compared(subject, values)

    def compared(self, subject, values):
        if self.random() < 0.5:
            return f"{subject}{self.choice(['=', '!=', '=='])}{values[0]}"
        return f"{subject} {self.choice(['in', 'notin'])} ({','.join(values)})"

    def kind(self):
        if self.random() < 0.15:
            return f"kind(){self.choice(['=~', '!~'])}{quoted(self.choice(['Pod|Node', 'Dep.*', '.*s', '(?i)POD']))}"
        return f"{self.choice(['', '!'])}kind({','.join(self.sample(KINDS, self.randrange(1, 3)))})"

    def identity(self):
        subject, values = self.choice([("name()", NAMES), ("namespace()", NAMESPACES), ("source()", ["objects.ndjson"])])
        draw = self.random()
        if draw < 0.1 and subject != "source()":
            return self.choice(["", "!"]) + subject
        if draw < 0.3:
            return f"{subject}{self.choice(['=~', '!~'])}{quoted(self.choice(EXPRESSIONS))}"
        some = [quoted(self.choice(values + [""])) if self.random() < 0.7 else self.choice(["w*", "*o*", "?", "*-*"]) for _ in range(2)]
        return self.compared(subject, some)

    def field(self):
        field = self.choice(FIELDS)
        draw = self.random()
        if draw < 0.25:
            return self.choice(["", "!"]) + field
        if draw < 0.35:
            return f"{field}{self.choice(['=~', '!~'])}{quoted(self.choice(EXPRESSIONS))}"
        texts = [self.choice(["n*", "*1*", "?", "*e"]) if self.random() < 0.2 else quoted(self.choice(FIELD_TEXTS + self.values)) for _ in range(2)]
        return self.compared(field, texts)

    def column(self):
        """What there is a column for in one of the two tables, and nothing else."""
        if self.random() < 0.5:
            subject = self.choice(list(AMOUNTS))
            if self.random() < 0.2:
                return self.choice(["", "!"]) + "requests(cpu)"
            if self.random() < 0.5:
                return f"{subject}{self.choice(['>', '<', '>=', '<='])}{self.choice(['0', '1', '250m', '2', '100m', '-1'])}"
            return self.compared(subject, self.sample(["100m", "0.1", "1", "2", "1k", "250m", "web"], 2))
        return self.compared("status()", [self.choice(["Running", "Pending", "R*", "Completed"]) for _ in range(2)])


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def is_word(text):
    return not re.search(r"""[\s,()=!<>&|'"\[\]]""", text) and not text.startswith((".", "~")) and text.strip("*") != ""


def value(text):
    """A value as a query has it beside a label's key: bare where a label may have it."""
    is_legal = re.fullmatch(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)", text) is not None
    return text if is_legal else quoted(text)


def hostile():
    """Selectors whose answers are known by heart: absent, empty and NULL under every operator, one line each."""
    keys = ["app", "none"]
    forms = ["{k}", "!{k}", "{k}=", "{k}!=", "{k} in ()", "{k} notin ()", "{k}=web", "{k}!=web", "{k} in (web,)", "{k} notin (web,)", "{k}>0", "{k}<0"]
    atoms = [form.format(k=key) for key in keys for form in forms]
    pairs = [f"({a} || {b}) && !({b})" for a in atoms for b in atoms]
    return atoms + [f"!({a})" for a in atoms] + pairs


def lines(queries):
    return "".join(json.dumps({"name": str(nth), "where": query}) + "\n" for nth, query in enumerate(queries))
