#!/usr/bin/env python3
"""Plants each kind of violation in a small tree and sees that tidy.py finds it, and nothing in a clean one."""
import pathlib
import tempfile
import unittest

import tidy

CLEAN = "#pragma once\n\nnamespace claw {\n\nint answer();\n\n} // namespace claw\n"
USER = '#include "actors/domain/answer.hpp"\n\nint claw::answer() {\n  return 42;\n}\n'


def violations(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        tree = {"actors/domain/answer.hpp": CLEAN, "actors/domain/answer.cpp": USER,
                "actors/domain/README.md": "Rules.\n", **files}
        for path, text in tree.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return tidy.check_tree(root)


class TidyTest(unittest.TestCase):
    def finds(self, files, words):
        found = violations(files)
        self.assertTrue(any(words in line for line in found), f"{words!r} not in {found}")

    def test_a_clean_tree_has_no_violation(self):
        self.assertEqual(violations({}), [])

    def test_the_inside_may_not_include_the_outside(self):
        self.finds({"actors/broker/x.cpp": '#include "net/y.hpp"\n', "net/y.hpp": CLEAN}, "may not include net/y.hpp")

    def test_the_domain_may_not_include_caf_or_json(self):
        self.finds({"actors/domain/x.cpp": "#include <caf/all.hpp>\n"}, "may not include <caf/all.hpp>")
        self.finds({"actors/domain/x.cpp": "#include <nlohmann/json.hpp>\n"}, "may not include <nlohmann/json.hpp>")

    def test_outside_folders_do_not_include_each_other(self):
        self.finds({"net/x.cpp": '#include "storage/y.hpp"\n', "storage/y.hpp": CLEAN}, "may not include storage/y.hpp")

    def test_nobody_includes_the_programs(self):
        self.finds({"net/x.cpp": '#include "apps/y.hpp"\n', "apps/y.hpp": CLEAN}, "may not include apps/y.hpp")

    def test_an_include_must_name_a_file_from_the_root(self):
        self.finds({"net/x.cpp": '#include "y.hpp"\n'}, "no file of this tree")

    def test_long_files_and_long_functions_are_found(self):
        self.finds({"net/x.cpp": "// a\n" * 401}, "401 lines")
        body = "int f(int x) {\n" + "  ++x;\n" * 60 + "  return x;\n}\n"
        self.finds({"net/x.cpp": body}, "a function of 63 lines")
        self.finds({"net/x.cpp": "struct s {\n" + body + "};\n"}, "a function of 63 lines")

    def test_the_files_of_a_page_are_no_longer_or_wider(self):
        self.finds({"net/page/x.js": "// a\n" * 401}, "401 lines")
        self.finds({"net/page/x.css": "a" * 121}, "121 columns")

    def test_a_long_class_of_short_functions_is_no_long_function(self):
        body = "struct s {\n" + "  int f() {\n    return 1;\n  }\n" * 30 + "};\n"
        self.assertFalse([x for x in violations({"llm/x.cpp": body, "llm/README.md": "x\n"}) if "function" in x])

    def test_names_and_words_that_say_nothing(self):
        self.finds({"net/string_utils.cpp": "\n"}, "a name that says nothing")
        self.finds({"net/x.cpp": "// TO" + "DO later\n"}, "unfinished")
        self.finds({"net/x.cpp": "#include <regex" + ">\n"}, "std::" + "regex")

    def test_dead_headers_missing_readmes_and_sleeps(self):
        self.finds({"net/y.hpp": CLEAN}, "nobody includes this header")
        self.finds({"net/x.cpp": "\n"}, "net:1: has no README.md")
        self.finds({"test/actors/x_test.cpp": "void f() { sleep_for(1s); }\n"}, "no sleeping here")


if __name__ == "__main__":
    unittest.main()
