"""Times other tools that list mutants, and this crate, on the same sources in the same run.

Usage: compare.py OURS CACHE DIRECTORY...

OURS is the benchmark `speed` built for release (cargo bench -p tinybug-mutate --bench speed --no-run prints its path).
CACHE is a directory for the peers, which pip, npm, go and cargo install into it; nothing in it belongs into git.
Each DIRECTORY is named after a language and holds its sources: python, javascript, go, rust.
Times are of the wall, the best of three, and only list mutants: nothing is tested. Peers that list only as part of a longer
run say themselves how long that part took, and are compared with the time that ours says. docs/benchmarks.md explains them.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROUNDS = 3

MUTMUT = """
import os, pathlib, sys, tempfile
os.chdir(tempfile.mkdtemp())
os.mkdir("src")
from mutmut.mutation import file_mutation
made = 0
for path in map(pathlib.Path, sys.argv[1:]):
    try:
        made += len(file_mutation.mutate_file_contents(str(path), path.read_text()).mutant_names)
    except Exception as error:
        print(path, error, file=sys.stderr)
print(made)
"""

COSMIC_RAY = """
import pathlib, sys
from cosmic_ray.plugins import operator_names, get_operator
from cosmic_ray.ast import ast_nodes, get_ast
made = 0
operators = [get_operator(name) for name in operator_names()]
for path in map(pathlib.Path, sys.argv[1:]):
    try:
        tree = get_ast(path.read_text())
        nodes = list(ast_nodes(tree))
        for operator in operators:
            try:
                operator = operator()
            except TypeError:
                continue
            for node in nodes:
                made += sum(1 for _ in operator.mutation_positions(node))
    except Exception as error:
        print(path, error, file=sys.stderr)
print(made)
"""

STRYKER = """
import fs from 'node:fs';
import { Instrumenter } from '@stryker-mutator/instrumenter';
const logger = new Proxy({}, { get: () => () => false });
let made = 0;
for (const name of process.argv.slice(2)) {
  const file = { name, content: fs.readFileSync(name, 'utf8'), mutate: true };
  try {
    const result = await new Instrumenter(logger).instrument([file],
      { plugins: null, excludedMutations: [], ignorers: [], mutator: {} });
    made += result.mutants.length;
  } catch (error) { console.error(name, String(error).split('\\n')[0]); }
}
console.log(made);
"""


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def last_number(text):
    words = [word for word in text.split() if word.isdigit()]
    return int(words[-1]) if words else 0


def best(work):
    """Mutants made, and the least time: of the wall, or what the work itself says."""
    times, made = [], 0
    for _ in range(ROUNDS):
        start = time.monotonic()
        made = work()
        seconds = time.monotonic() - start
        if isinstance(made, tuple):
            made, seconds = made
        times.append(seconds)
    return made, min(times)


def installed(path, command, cache, **options):
    """The path of a tool, installed on first use; None, with the reason printed, when it cannot be."""
    if not path.exists():
        done = run(command, **options)
        if done.returncode != 0 or not path.exists():
            print(f"  not installed: {' '.join(map(str, command))}: {(done.stderr or done.stdout).strip()[-300:]}")
            return None
    return path


def python_tool(cache, package, probe):
    home = cache / package
    if not home.exists():
        run([sys.executable, "-m", "venv", home])
    return installed(home / "bin" / probe, [home / "bin" / "pip", "install", "-q", package], cache)


def script(cache, name, text, suffix):
    path = cache / f"{name}{suffix}"
    path.write_text(text)
    return path


def peers(language, directory, files, cache):
    """Pairs of a name and a function that lists mutants and says how many."""
    found = []
    if language == "python":
        if tool := python_tool(cache, "mutmut", "mutmut"):
            program = script(cache, "mutmut_list", MUTMUT, ".py")
            found.append(("mutmut", lambda tool=tool, program=program: last_number(run([tool.parent / "python", program, *files]).stdout)))
        if tool := python_tool(cache, "cosmic-ray", "cosmic-ray"):
            program = script(cache, "cosmic_list", COSMIC_RAY, ".py")
            found.append(("cosmic-ray", lambda tool=tool, program=program: last_number(run([tool.parent / "python", program, *files]).stdout)))
        if tool := python_tool(cache, "irradiate", "irradiate"):
            run([tool.parent / "pip", "install", "-q", "pytest"])
            found.append(("irradiate, by its own clock", lambda tool=tool: irradiate(tool, files)))
    if language == "go":
        environment = {**os.environ, "GOBIN": str(cache / "bin")}
        install = ["go", "install", "github.com/go-gremlins/gremlins/cmd/gremlins@latest"]
        if tool := installed(cache / "bin" / "gremlins", install, cache, env=environment):
            found.append(("gremlins, by its own clock", lambda: gremlins(tool, directory)))
    if language == "rust":
        install = ["cargo", "install", "--locked", "--root", str(cache / "cargo"), "cargo-mutants"]
        if tool := installed(cache / "cargo" / "bin" / "cargo-mutants", install, cache):
            found.append(("cargo-mutants --list", lambda: cargo_mutants(tool, files)))
    if language == "javascript":
        package = cache / "npm" / "node_modules" / "@stryker-mutator" / "instrumenter"
        install = ["npm", "install", "--silent", "--prefix", str(cache / "npm"), "@stryker-mutator/instrumenter"]
        if installed(package, install, cache):
            program = script(cache / "npm", "stryker_list", STRYKER, ".mjs")
            found.append(("StrykerJS instrumenter", lambda: last_number(run(["node", program, *files]).stdout)))
    return found


def gremlins(tool, directory):
    """Without its coverage run. The directory must be a Go module whose tests pass."""
    done = run([tool, "unleash", "--dry-run", "."], cwd=directory)
    counts = re.search(r"Runnable: (\d+), Not covered: (\d+)", done.stdout)
    words = re.search(r"Dry run completed in (.*)", done.stdout)
    units = {"second": 1, "millisecond": 1e-3, "microsecond": 1e-6, "minute": 60}
    seconds = sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+) (\w+?)s?\b", words[1]))
    return int(counts[1]) + int(counts[2]), seconds


def irradiate(tool, files):
    """Its run stops where it finds that no test notices a mutant, after it has made them all."""
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        for place in ("src", "tests"):
            (home / place).mkdir()
        for number, path in enumerate(files):
            shutil.copy(path, home / "src" / f"m{number}.py")
        (home / "tests" / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
        done = run([tool, "run", "src", "--python", tool.parent / "python", "--no-cache"], cwd=home)
        said = re.search(r"done in (\d+)(m?s) \((\d+) trampoline \+ (\d+)", done.stdout + done.stderr)
        return int(said[3]) + int(said[4]), int(said[1]) * (1e-3 if said[2] == "ms" else 1)


def cargo_mutants(tool, files):
    """The files as modules of one crate, because the tool wants one."""
    with tempfile.TemporaryDirectory() as home:
        source = pathlib.Path(home) / "src"
        source.mkdir()
        (pathlib.Path(home) / "Cargo.toml").write_text('[package]\nname = "listed"\nversion = "0.0.0"\nedition = "2021"\n')
        for number, path in enumerate(files):
            shutil.copy(path, source / f"m{number}.rs")
        modules = "".join(f"mod m{number};\n" for number in range(len(files)))
        (source / "lib.rs").write_text(modules)
        done = run([tool, "mutants", "--list", "--no-config"], cwd=home)
        return len(done.stdout.splitlines())


def main():
    ours, cache = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    cache.mkdir(parents=True, exist_ok=True)
    suffixes = {"python": ".py", "javascript": ".js", "go": ".go", "rust": ".rs"}
    for directory in map(pathlib.Path, sys.argv[3:]):
        language = directory.name
        files = sorted(path.resolve() for path in directory.rglob(f"*{suffixes[language]}"))
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{language}: {len(files)} files, {size:.2f} MB")
        total = lambda: json.loads(run([ours, "--total", directory]).stdout)
        made, reference = best(lambda: total()["mutants"])
        _, inner = best(lambda: (0, total()["seconds"]))
        print(f"  {'tinybug':34} {made:7} mutants {reference:8.3f} s {made / reference:9.0f} mutants/s {size / reference:7.2f} MB/s")
        for name, work in peers(language, directory, [str(path) for path in files], cache):
            made, seconds = best(work)
            own = inner if "own clock" in name else reference
            print(
                f"  {name:34} {made:7} mutants {seconds:8.3f} s {made / seconds:9.0f} mutants/s"
                f" {size / seconds:7.2f} MB/s: ours is {seconds / own:.1f} times as fast"
            )


if __name__ == "__main__":
    main()
