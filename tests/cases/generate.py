#!/usr/bin/env python3
"""Writes generated.tsv: selectors, and what they mean by a plain second implementation.

It shares nothing with the engine, not even the language. It reads a text character by character as the Kubernetes
code does, checks keys and values by their regular expressions, and answers by going over the requirements one by
one. Run it as `python3 generate.py >generated.tsv`: the seed is fixed, so that the file stays the same.
"""

import json
import random
import re

NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
INTEGER = re.compile(r"[+-]?[0-9]+")
SYMBOLS = {"(", ")", ",", "!", "=", "==", "!=", ">", "<"}


class Refused(Exception):
    """The text is no selector."""


def integer(text):
    number = int(text) if INTEGER.fullmatch(text) and text.isascii() else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def check_key(key):
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix or (slash and not (len(prefix) <= 253 and DOMAIN.fullmatch(prefix))):
        raise Refused("prefix")
    if len(name) > 63 or not NAME.fullmatch(name):
        raise Refused("key")


def check_value(value):
    if len(value) > 63 or (value and not NAME.fullmatch(value)):
        raise Refused("value")


def requirement(key, operator, values):
    """Checks a requirement; its values become a sorted set."""
    check_key(key)
    for value in values:
        check_value(value)
    if operator in (">", "<") and integer(values[0]) is None:
        raise Refused("number")
    return key, operator, sorted(set(values))


def tokens(text):
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
        elif text[at] in "()=!,<>":
            end = at + 1
            while end < len(text) and text[at : end + 1] in SYMBOLS:
                end += 1
            yield text[at:end]
            at = end
        else:
            end = at
            while end < len(text) and text[end] not in " \t\r\n()=!,<>":
                end += 1
            # A mark in front tells a word from a symbol.
            yield "w" + text[at:end]
            at = end
    yield "end"


class Reader:
    def __init__(self, text):
        if "\0" in text:
            raise Refused("NUL")
        self.tokens = list(tokens(text))
        self.at = 0

    def next(self):
        token = self.tokens[min(self.at, len(self.tokens) - 1)]
        self.at += 1
        return token

    def peek(self):
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def selector(self):
        found = []
        while self.peek() != "end":
            found.append(self.requirement())
            after = self.next()
            if after == "end":
                break
            if after != "," or not (self.peek()[0] == "w" or self.peek() == "!"):
                raise Refused("expected a requirement")
        return found

    def requirement(self):
        token = self.next()
        is_absent = token == "!"
        if is_absent:
            token = self.next()
        if token[0] != "w":
            raise Refused("expected a key")
        key = token[1:]
        if is_absent:
            return requirement(key, "!", [])
        if self.peek() in ("end", ","):
            return requirement(key, "exists", [])
        operator = self.next()
        if operator in ("win", "wnotin"):
            return requirement(key, operator[1:], self.values())
        if operator not in ("=", "==", "!=", ">", "<"):
            raise Refused("expected an operator")
        return requirement(key, operator, [self.value()])

    def value(self):
        if self.peek() in ("end", ","):
            return ""
        token = self.next()
        if token[0] != "w":
            raise Refused("expected a value")
        return token[1:]

    def values(self):
        """Words with commas between them; what is missing on either side of a comma is the empty value."""
        if self.next() != "(":
            raise Refused("expected (")
        values, is_word = [], False
        while True:
            token = self.next()
            if token == ")":
                return values + ([] if is_word else [""])
            if token == ",":
                values += [] if is_word else [""]
                is_word = False
            elif token[0] == "w" and not is_word:
                values.append(token[1:])
                is_word = True
            else:
                raise Refused("expected , or )")


def of_object(selector):
    """The requirements of a LabelSelector object; `None` for null."""
    if selector is None:
        return None
    found = [requirement(key, "=", [value]) for key, value in sorted(selector.get("matchLabels", {}).items())]
    for expression in selector.get("matchExpressions", []):
        operator = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "!"}.get(expression["operator"])
        values = expression.get("values", [])
        if operator is None or bool(values) != (operator in ("in", "notin")):
            raise Refused("expression")
        found.append(requirement(expression["key"], operator, values))
    return found


def canonical(requirements):
    forms = {"exists": "{k}", "!": "!{k}", "in": "{k} in ({v})", "notin": "{k} notin ({v})"}
    ordered = sorted(requirements, key=lambda it: it[0])
    return ",".join(forms.get(o, "{k}" + o + "{v}").format(k=k, v=",".join(v)) for k, o, v in ordered)


def holds(key, operator, values, labels):
    if operator in ("exists", "!"):
        return (key in labels) == (operator == "exists")
    if operator in ("!=", "notin"):
        return key not in labels or labels[key] not in values
    if operator in (">", "<"):
        number = integer(labels.get(key, ""))
        bound = int(values[0])
        return number is not None and (number > bound if operator == ">" else number < bound)
    return key in labels and labels[key] in values


def answer(requirements, objects):
    """A hexadecimal number: its highest bit is the first object's."""
    selects = [requirements is not None and all(holds(*it, labels) for it in requirements) for labels in objects]
    return f"{int(''.join('01'[it] for it in selects), 2):0{len(objects) // 4}x}"


KEYS = ["env", "tier", "n", "app.kubernetes.io/name", "x-1", "in", "notin", "A_b.c"]
BAD_KEYS = ["", "-a", "a-", "a/b/c", "/a", "a/", "A.b/c", "a..b/c", "é", "a" * 64, "a" * 254 + "/b", "a:b", "a*"]
VALUES = ["", "prod", "qa", "7", "07", "8", "in", "notin", "a.b", "9223372036854775807", "0", "-", "v" * 63]
BAD_VALUES = ["-a", "a-", "_", ".", "a/b", "v" * 64, "é", "a:b", "'a'", "{a}"]
DUMP_VALUES = ["", "prod", "qa", "7", "07", "8", "-3", "+9", "9223372036854775807", "9223372036854775808", "a b", "é", "1e3"]


def objects(rng, n):
    found = [{}]
    while len(found) < n:
        keys = rng.sample(KEYS[:6], rng.randint(1, 4))
        found.append({key: rng.choice(DUMP_VALUES) for key in keys})
    return found


def mostly(rng, good, bad):
    return rng.choice(bad if rng.random() < 0.02 else good)


def one_text(rng):
    space = lambda: rng.choice(["", "", "", " ", "  ", "\t", "\n"])
    key = mostly(rng, KEYS if rng.random() < 0.3 else KEYS[:4], BAD_KEYS)
    value = lambda: mostly(rng, VALUES, BAD_VALUES)
    form = rng.randrange(6)
    if form == 0:
        return rng.choice(["", "!", "! "]) + key
    if form in (1, 2):
        return key + space() + rng.choice(["=", "==", "!="]) + space() + value()
    if form == 3:
        return key + space() + rng.choice("><") + space() + (rng.choice(["7", "07", "8", "0", value()]))
    values = [value() for _ in range(rng.randint(0, 4))]
    listed = (space() + "," + space()).join(values)
    return key + " " + rng.choice(["in", "notin"]) + space() + "(" + space() + listed + space() + ")"


def text(rng):
    joined = rng.choice([",", ", ", " ,"]).join(one_text(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4])))
    while rng.random() < 0.15:
        at, instead = rng.randint(0, len(joined)), rng.choice(list("()=!,<> ina\0") + ["notin", "==", ""])
        joined = joined[:at] + instead + joined[at + rng.randint(0, 1) :]
    return joined


def label_selector(rng):
    if rng.random() < 0.01:
        return None
    selector = {}
    if rng.random() < 0.6:
        pairs = range(rng.randint(0, 2))
        selector["matchLabels"] = {mostly(rng, KEYS[:4], BAD_KEYS): mostly(rng, VALUES, BAD_VALUES) for _ in pairs}
    if rng.random() < 0.8:
        selector["matchExpressions"] = [expression(rng) for _ in range(rng.randint(0, 3))]
    return selector


def expression(rng):
    operator = mostly(rng, ["In", "NotIn", "Exists", "DoesNotExist"], ["in", "Gt", ""])
    n_values = rng.randint(1, 3) if operator in ("In", "NotIn") else 0
    if rng.random() < 0.05:
        n_values = rng.randint(0, 2)
    values = [mostly(rng, VALUES, BAD_VALUES) for _ in range(n_values)]
    found = {"key": mostly(rng, KEYS[:4], BAD_KEYS), "operator": operator}
    return {**found, "values": values} if values else found


def line(kind, subject, read, asked):
    columns = [kind, json.dumps(subject, ensure_ascii=False)]
    try:
        requirements = read(subject)
    except Refused:
        return "\t".join([*columns, "refused"])
    shown = None if requirements is None else canonical(requirements)
    return "\t".join([*columns, answer(requirements, asked), json.dumps(shown, ensure_ascii=False)])


def main():
    rng = random.Random(20261127)
    asked = objects(rng, 48)
    print("# Written by generate.py. README.md says what the columns are.")
    for labels in asked:
        print("labels", json.dumps(labels, ensure_ascii=False), sep="\t")
    texts = dict.fromkeys(text(rng) for _ in range(3300))
    for subject in texts:
        print(line("text", subject, lambda it: Reader(it).selector(), asked))
    selectors = {json.dumps(it): it for it in (label_selector(rng) for _ in range(1300))}
    for subject in selectors.values():
        print(line("object", subject, of_object, asked))


main()
