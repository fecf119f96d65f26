"""Lets pytest report to Tinybug: a JUnit file per run and, when asked for, which test executes which line.

Loaded into the tests' own interpreter, so it needs nothing but the standard library and works from Python 3.7 on.
"""

import ast
import json
import os
import re
import sys
import threading
import time

import pytest

OWNER = "TINYBUG_PYTEST_OWNER"
OUTSIDE = -1
# Programs that run no code of the project; the standard library itself starts some of them.
HARMLESS = {"git", "uname", "ldconfig", "gcc", "cc", "ld", "lsb_release", "sysctl", "ps", "stty", "tput", "locale", "file"}
SPAWNS = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty", "os.spawn"}


def is_worker(config):
    return hasattr(config, "workerinput")


def report_address(nodeid):
    """The class name and name that pytest's JUnit report gives to a test."""
    try:
        from _pytest.junitxml import bin_xml_escape, mangle_test_address

        names = mangle_test_address(nodeid)
        return ".".join(names[:-1]), str(bin_xml_escape(names[-1]))
    except Exception:
        path, bracket, parameters = nodeid.partition("[")
        names = path.split("::")
        names[0] = re.sub(r"\.py$", "", names[0].replace("/", "."))
        names[-1] += bracket + parameters
        return ".".join(names[:-1]), names[-1]


class Lines:
    """Records executed lines of the project, by the test that runs."""

    def __init__(self, root):
        self.root = os.path.realpath(root) + os.sep
        self.current = OUTSIDE
        self.importing = 0
        self.seen = {}
        self.files = {}
        self.incomplete = False
        self.watching = True

    def path(self, filename):
        """The path below the root, or None for code that is not the project's."""
        try:
            return self.files[filename]
        except KeyError:
            path = None
            if filename and not filename.startswith("<"):
                full = os.path.realpath(filename)
                if full.startswith(self.root):
                    inside = full[len(self.root) :]
                    parts = inside.split(os.sep)
                    if not {"site-packages", "node_modules", ".venv", "venv"}.intersection(parts):
                        path = inside.replace(os.sep, "/")
            self.files[filename] = path
            return path

    def hit(self, path, line):
        context = OUTSIDE if self.importing else self.current
        self.seen.setdefault(path, {}).setdefault(line, set()).add(context)

    def audit(self, event, arguments):
        if not self.watching or event not in SPAWNS:
            return
        program = arguments[0] if arguments else None
        if event == "subprocess.Popen" and program is None and len(arguments) > 1 and arguments[1]:
            program = arguments[1] if isinstance(arguments[1], (str, bytes)) else arguments[1][0]
        if event == "os.system" and program is not None:
            program = os.fsdecode(program).split(" ")[0]
        try:
            name = os.path.basename(os.fsdecode(program)) if program is not None else ""
        except TypeError:
            name = ""
        if name not in HARMLESS:
            self.incomplete = True

    def start(self):
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(self.audit)
        else:
            self.incomplete = True


class TracedLines(Lines):
    """By the trace function, before Python 3.12."""

    def start(self):
        super().start()
        threading.settrace(self.call)
        sys.settrace(self.call)

    def stop(self):
        sys.settrace(None)
        threading.settrace(None)

    def enter(self):
        # A test may have put another trace function in our place.
        if sys.gettrace() is not self.call:
            sys.settrace(self.call)

    def call(self, frame, event, argument):
        code = frame.f_code
        path = self.path(code.co_filename)
        if path is None:
            return None
        hit = self.hit
        hit(path, frame.f_lineno)
        # Module and class bodies run once, for whoever comes first: all later tests depend on them.
        body = not code.co_flags & 1
        if body:
            self.importing += 1

        def line(frame, event, argument):
            if event == "line":
                hit(path, frame.f_lineno)
            elif event == "return" and body:
                self.importing -= 1
            return line

        return line


class MonitoredLines(Lines):
    """By sys.monitoring, from Python 3.12 on: each line costs once per test."""

    def start(self):
        super().start()
        monitoring = sys.monitoring
        events = monitoring.events
        self.tool = next((tool for tool in (3, 4, monitoring.PROFILER_ID) if monitoring.get_tool(tool) is None), None)
        if self.tool is None:
            self.incomplete = True
            return
        monitoring.use_tool_id(self.tool, "tinybug")
        monitoring.register_callback(self.tool, events.PY_START, self.begin)
        monitoring.register_callback(self.tool, events.PY_RETURN, self.finish)
        monitoring.register_callback(self.tool, events.PY_UNWIND, self.unwind)
        monitoring.register_callback(self.tool, events.LINE, self.line)
        monitoring.set_events(self.tool, events.PY_START | events.PY_UNWIND)

    def stop(self):
        if self.tool is not None:
            sys.monitoring.set_events(self.tool, 0)
            sys.monitoring.free_tool_id(self.tool)

    def enter(self):
        if self.tool is not None:
            sys.monitoring.restart_events()

    def begin(self, code, offset):
        monitoring = sys.monitoring
        path = self.path(code.co_filename)
        if path is None:
            return monitoring.DISABLE
        events = monitoring.events.LINE
        if not code.co_flags & 1:
            self.importing += 1
            events |= monitoring.events.PY_RETURN
        if monitoring.get_local_events(self.tool, code) != events:
            monitoring.set_local_events(self.tool, code, events)
        self.hit(path, code.co_firstlineno)
        return None if events & monitoring.events.PY_RETURN else monitoring.DISABLE

    def finish(self, code, offset, value):
        if not code.co_flags & 1 and self.path(code.co_filename) is not None:
            self.importing = max(0, self.importing - 1)

    def unwind(self, code, offset, exception):
        self.finish(code, offset, None)

    def line(self, code, number):
        path = self.path(code.co_filename)
        if path is not None:
            self.hit(path, number)
            # The same line may run for a later test: its start re-arms all lines. While something is imported, the
            # line must be seen again in the context after it.
            if not self.importing:
                return sys.monitoring.DISABLE
        return None


def spread(source, lines):
    """Gives each line of a statement what any line of it has: not every line has code of its own."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, (ast.stmt, ast.ExceptHandler)) or not hasattr(node, "end_lineno"):
            continue
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        first = min([node.lineno] + [decorator.lineno for decorator in getattr(node, "decorator_list", [])])
        last = node.end_lineno
        if isinstance(body, list) and body:
            inner = getattr(body[0], "lineno", None) or body[0].pattern.lineno
            last = max(first, inner - 1)
            constant = isinstance(getattr(node, "test", None), ast.Constant)
            if constant and inner in lines:
                lines.setdefault(node.lineno, set()).update(lines[inner])
        if last <= first:
            continue
        union = set()
        for number in range(first, last + 1):
            union |= lines.get(number, set())
        if union:
            for number in range(first, last + 1):
                lines.setdefault(number, set()).update(union)


class Recorder:
    """Follows pytest through its tests and writes what was executed at its end."""

    def __init__(self, lines, directory):
        self.lines = lines
        self.directory = directory
        self.tests = []
        self.places = {}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        place = self.places.setdefault(item.nodeid, len(self.tests))
        if place == len(self.tests):
            self.tests.append(report_address(item.nodeid))
        self.lines.current = place
        self.lines.enter()
        yield
        self.lines.current = OUTSIDE
        self.lines.enter()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef, request):
        # What a shared fixture executes, it executes for every test that comes later, too.
        shared = fixturedef.scope != "function"
        before = self.lines.current
        if shared:
            self.lines.current = OUTSIDE
            self.lines.enter()
        yield
        if shared:
            self.lines.current = before
            self.lines.enter()

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config):
        self.lines.watching = False
        self.lines.stop()
        files = {}
        for path, lines in self.lines.seen.items():
            try:
                with open(os.path.join(self.lines.root, path), "rb") as source:
                    spread(source.read(), lines)
            except OSError:
                pass
            files[path] = {str(number): sorted(places) for number, places in sorted(lines.items())}
        record = {"tests": self.tests, "files": files, "incomplete": self.lines.incomplete}
        name = os.path.join(self.directory, "%d-%d.json" % (os.getpid(), time.time_ns()))
        with open(name + ".part", "w", encoding="utf-8") as out:
            json.dump(record, out)
        os.replace(name + ".part", name)


LINES = None


def begin_recording():
    """As early as possible: conftest files import the project before any hook of ours is called."""
    global LINES
    directory, root = os.environ.get("TINYBUG_COVERAGE_DIR"), os.environ.get("TINYBUG_ROOT")
    owner = os.environ.get(OWNER)
    if not directory or not root or (owner and "PYTEST_XDIST_WORKER" not in os.environ):
        return
    LINES = MonitoredLines(root) if hasattr(sys, "monitoring") else TracedLines(root)
    LINES.start()


begin_recording()


@pytest.hookimpl(hookwrapper=True)
def pytest_load_initial_conftests(early_config, parser, args):
    # A coverage tool of the project's would take the trace function from us, and fail runs by thresholds of its own.
    if getattr(early_config.known_args_namespace, "cov_source", None):
        early_config.known_args_namespace.cov_source = []
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    reports = os.environ.get("TINYBUG_REPORT_DIR")
    nested = OWNER in os.environ
    if is_worker(config):
        if LINES is not None and not hasattr(LINES, "recorder"):
            record(config)
        return
    # Tests of pytest plugins run pytest inside pytest: only the outer one reports.
    if not reports or nested:
        return
    os.environ[OWNER] = str(os.getpid())
    given = getattr(config.option, "xmlpath", None)
    if given is None or not os.path.abspath(os.path.expandvars(given)).startswith(os.path.abspath(reports) + os.sep):
        config.option.xmlpath = os.path.join(reports, "%d-%d.xml" % (time.time_ns(), os.getpid()))
    if LINES is not None:
        record(config)


def record(config):
    LINES.recorder = Recorder(LINES, os.environ["TINYBUG_COVERAGE_DIR"])
    config.pluginmanager.register(LINES.recorder, "tinybug-recorder")
    if not is_worker(config) and getattr(config.option, "tx", None):
        # The tests run in processes of xdist's, which record for themselves.
        LINES.watching = False
