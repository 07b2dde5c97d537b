"""Reads Prometheus' text format 0.0.4, strictly: what the format forbids raises ValueError.
https://prometheus.io/docs/instrumenting/exposition_formats/"""
import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)$")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)')
SUFFIXES = ("_bucket", "_sum", "_count")


def labels_of(text):
    labels, at = {}, 0
    while at < len(text):
        found = LABEL.match(text, at)
        if not found or found[1] in labels:
            raise ValueError(f"labels: {text}")
        labels[found[1]] = re.sub(r"\\(.)", lambda x: "\n" if x[1] == "n" else x[1], found[2])
        at = found.end()
    return labels


class Metrics:
    """`types`: name -> type; `samples`: (name, frozenset of labels) -> value"""

    def __init__(self, text):
        self.types, self.helps, self.samples, self.order = {}, {}, {}, []
        if not text.endswith("\n"):
            raise ValueError("the last line must end with a line feed")
        for line in text.split("\n")[:-1]:
            self._read(line)
        for name, kind in self.types.items():
            if kind == "histogram":
                self._check_histogram(name)

    def _read(self, line):
        if found := re.match(rf"# (HELP|TYPE) ({NAME}) (.+)$", line):
            into = self.helps if found[1] == "HELP" else self.types
            if found[2] in into:
                raise ValueError(f"a second {found[1]} of {found[2]}")
            into[found[2]] = found[3]
            return
        found = SAMPLE.match(line)
        if not found:
            raise ValueError(f"no sample: {line!r}")
        family = self._family(found[1])
        if not self.order or self.order[-1] != family:
            if family in self.order:
                raise ValueError(f"the samples of {family} do not stand together")
            self.order.append(family)
        key = found[1], frozenset(labels_of(found[2] or "").items())
        if key in self.samples:
            raise ValueError(f"twice: {line}")
        self.samples[key] = float(found[3])

    def _family(self, name):
        for suffix in SUFFIXES:
            if name.endswith(suffix) and self.types.get(name[:-len(suffix)]) == "histogram":
                return name[:-len(suffix)]
        if name not in self.types or name not in self.helps:
            raise ValueError(f"{name} has no TYPE or no HELP before it")
        if self.types[name] == "counter" and not name.endswith("_total"):
            raise ValueError(f"a counter that does not end in _total: {name}")
        return name

    def _check_histogram(self, name):
        series = {}
        for (sample, labels), value in self.samples.items():
            if sample == name + "_bucket":
                bound = dict(labels)["le"]
                rest = frozenset(x for x in labels if x[0] != "le")
                series.setdefault(rest, []).append((math.inf if bound == "+Inf" else float(bound), value))
        for rest, buckets in series.items():
            counts = [count for _, count in sorted(buckets)]
            if counts != sorted(counts) or sorted(buckets)[-1][0] != math.inf:
                raise ValueError(f"{name}: buckets that are not cumulative")
            if counts[-1] != self.samples[name + "_count", rest] or (name + "_sum", rest) not in self.samples:
                raise ValueError(f"{name}: sum or count is missing or wrong")

    def value(self, name, **labels):
        """0 for a series that is not there, as Prometheus' functions take it."""
        return self.samples.get((name, frozenset(labels.items())), 0)

    def series(self, name):
        return [dict(labels) for sample, labels in self.samples if sample == name]
