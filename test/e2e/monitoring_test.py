#!/usr/bin/env python3
"""What deploy/monitoring asks of Prometheus, against what a running broker exports."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from broker_process import ROOT, BrokerProcess
from openclaw_process import openclaw
from prometheus_text import SUFFIXES, Metrics

FOLDER = ROOT / "deploy" / "monitoring"
METRIC = re.compile(r"\b(?:openclaw|process)_[a-z_]+\b(?!\")")
SELECTOR = re.compile(r"\b((?:openclaw|process)_[a-z_]+)\{([^}]*)\}")
OF_PROMETHEUS = {"instance", "job"}  # labels that it adds itself


def alert_rules():
    """(name, expression, severity) of each rule; the file has one value a line."""
    text = (FOLDER / "alerts.yml").read_text()
    for rule in re.split(r"^      - alert: ", text, flags=re.M)[1:]:
        expression = re.search(r"^        expr: '(.*)'$", rule, re.M)[1].replace("''", "'")
        yield rule.split("\n")[0], expression, re.search(r"severity: (\w+)", rule)[1]


def panel_expressions():
    board = json.loads((FOLDER / "grafana_dashboard.json").read_text())
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


class MonitoringTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.broker = broker = BrokerProcess().start()
        cls.addClassCleanup(broker.stop)
        broker.create(requires={"caps": ["a"]})
        broker.create()
        broker.claim(X_Worker_Id="w", X_Worker_Caps="b")
        broker.exchange("GET", "/metrics", broker.bot_headers)
        bearer = {"Authorization": "Bearer " + broker.bot_headers["X-Bot-Token"]}  # as prometheus.yml has it
        status, _, page = broker.exchange("GET", "/metrics", bearer)
        assert status == 200, page
        cls.page = page.decode()
        cls.metrics = Metrics(cls.page)
        cls.expressions = [(name, text) for name, text, _ in alert_rules()] + list(panel_expressions())

    def family(self, name):
        for suffix in SUFFIXES:
            if name not in self.metrics.types and name.endswith(suffix):
                return name[:-len(suffix)]
        return name

    def test_every_metric_that_is_named_is_exported(self):
        self.assertGreater(len(self.expressions), 40)
        for where, text in self.expressions:
            names = METRIC.findall(text)
            self.assertTrue(names or text.startswith("up{"), where)
            for name in names:
                self.assertIn(self.family(name), self.metrics.types, where)
                if self.family(name) != name:
                    self.assertEqual(self.metrics.types[self.family(name)], "histogram", where)

    def test_every_label_that_is_selected_or_shown_is_there(self):
        for where, text in self.expressions:
            for name, selectors in SELECTOR.findall(text):
                series = self.metrics.series(name)
                self.assertTrue(series, f"{where}: {name} has no samples")
                for label, value in re.findall(r'(\w+)(?:=|!=|=~)"([^"]*)"', selectors):
                    if label not in OF_PROMETHEUS:
                        self.assertTrue(all(label in one for one in series), f"{where}: {name} has no {label}")
                for label, value in re.findall(r'(\w+)="([^"]*)"', selectors):
                    if label not in OF_PROMETHEUS:
                        self.assertIn(value, [one[label] for one in series], f"{where}: {name}")

    def test_counters_are_asked_for_their_growth_and_gauges_are_not(self):
        for where, text in self.expressions:
            for name in METRIC.findall(text):
                counts = self.metrics.types[self.family(name)] != "gauge"
                grown = re.search(rf"(?:rate|increase)\({name}(?:\{{[^}}]*\}})?\[", text) is not None
                self.assertEqual(counts, grown, f"{where}: {name}")

    def test_every_rule_says_what_to_do(self):
        text = (FOLDER / "alerts.yml").read_text()
        rules = list(alert_rules())
        self.assertEqual(len({name for name, _, _ in rules}), len(rules))
        self.assertEqual(text.count("summary: '"), len(rules))
        self.assertEqual(text.count("description: '"), len(rules))
        self.assertLessEqual({severity for _, _, severity in rules}, {"critical", "warning", "info"})
        try:
            import yaml
        except ImportError:
            return
        read = yaml.safe_load(text)["groups"][0]["rules"]
        self.assertEqual([rule["expr"] for rule in read], [expression for _, expression, _ in rules])

    def test_commands_that_rules_name_are_there(self):
        named = set(re.findall(r"`openclaw ([^`]*)`", (FOLDER / "alerts.yml").read_text()))
        self.assertGreaterEqual(len(named), 2)
        for words in named:
            result = openclaw(self.broker, *words.split())
            self.assertEqual((result.returncode, result.stderr), (0, ""), words)

    def test_brackets_of_every_expression_close(self):
        for where, text in self.expressions:
            open_ones = []
            for char in re.sub(r'"[^"]*"', "", text):
                if char in "([{":
                    open_ones.append(char)
                elif char in ")]}":
                    self.assertEqual(open_ones.pop() + char in ("()", "[]", "{}"), True, where)
            self.assertEqual(open_ones, [], where)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool here (it is part of Debian's prometheus)")
    def test_prometheus_itself_takes_rules_scrape_job_panels_and_metrics(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            shutil.copy(FOLDER / "alerts.yml", folder)
            (folder / "token").write_text("x")
            (folder / "prometheus.yml").write_text(re.sub(
                "credentials_file: .*", f"credentials_file: {folder}/token", (FOLDER / "prometheus.yml").read_text()))
            recorded = [{"record": f"panel:{number}", "expr": text.replace("$__rate_interval", "5m")}
                        for number, (_, text) in enumerate(panel_expressions())]
            (folder / "panels.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": recorded}]}))
            (folder / "metrics").write_text(self.page)
            for command in (["check", "rules", "alerts.yml"], ["check", "config", "prometheus.yml"],
                            ["check", "rules", "panels.yml"], ["check", "metrics"]):
                with open(folder / "metrics", encoding="utf-8") as metrics:
                    said = subprocess.run(["promtool", *command], cwd=folder, stdin=metrics, capture_output=True, text=True,
                                          check=False)
                self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    @unittest.skipUnless(shutil.which("promtool"), "no promtool here (it is part of Debian's prometheus)")
    def test_alerts_that_join_two_metrics_fire_when_they_should_and_only_then(self):
        up, down = 'up{job="openclaw-broker",instance="a"}', "OpenClawBrokerDown"
        queued, live = 'openclaw_jobs{status="queued",instance="a"}', 'openclaw_workers_live{caps="llm:vllm",instance="a"}'
        first, last = 'process_open_fds{job="openclaw-broker",instance="a"}', 'process_max_fds{job="openclaw-broker",instance="a"}'
        cases = [(down, {up: 0}, True), (down, {up: 1}, False), ("OpenClawNoWorkers", {queued: 3}, True),
                 ("OpenClawNoWorkers", {queued: 3, live: 0}, True), ("OpenClawNoWorkers", {queued: 3, live: 1}, False),
                 ("OpenClawNoWorkers", {queued: 0}, False), ("OpenClawFilesScarce", {first: 900, last: 1000}, True),
                 ("OpenClawFilesScarce", {first: 700, last: 1000}, False)]
        with tempfile.TemporaryDirectory() as folder:
            for number, (alert, values, fires) in enumerate(cases):
                series = [{"series": name, "values": f"{value}x60"} for name, value in values.items()]
                asked = {"expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}}) or vector(0)', "eval_time": "30m",
                         "exp_samples": [{"labels": "{}", "value": int(fires)}]}
                file = pathlib.Path(folder) / f"{number}.yml"
                file.write_text(json.dumps({"rule_files": [str(FOLDER / "alerts.yml")], "tests": [
                    {"interval": "1m", "input_series": series, "promql_expr_test": [asked]}]}))
                said = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, check=False)
                self.assertEqual(said.returncode, 0, f"{alert} {values}\n{said.stdout}{said.stderr}")

    def test_every_metric_of_the_broker_is_described(self):
        text = (ROOT / "docs" / "HTTP_API.md").read_text()
        for name in self.metrics.types:
            self.assertIn(f"`{name}`", text)


if __name__ == "__main__":
    unittest.main()
