"""Prints what the project in the current directory requires, one requirement per line, without the project itself."""

import os


def from_file(path, seen):
    if path in seen or not os.path.isfile(path):
        return
    seen.add(path)
    with open(path, encoding="utf-8", errors="replace") as lines:
        text = lines.read().replace("\\\n", " ")
    for line in text.splitlines():
        line = line.split(" #")[0].strip()
        if not line or line.startswith("#"):
            continue
        words = line.replace("=", " ", 1).split() if line.startswith("--") else line.split()
        if words[0] in ("-r", "--requirement") and len(words) > 1:
            yield from from_file(os.path.join(os.path.dirname(path), words[1]), seen)
        elif line.startswith("-r") and len(line) > 2:
            yield from from_file(os.path.join(os.path.dirname(path), line[2:].strip()), seen)
        elif words[0] in ("-e", "--editable") or line.startswith((".", "-c", "--constraint")):
            continue
        else:
            yield line


def from_project():
    try:
        import tomllib
    except ImportError:
        try:
            from pip._vendor import tomli as tomllib
        except ImportError:
            return
    try:
        with open("pyproject.toml", "rb") as manifest:
            manifest = tomllib.load(manifest)
    except (OSError, ValueError):
        return
    project = manifest.get("project", {})
    groups = dict(project.get("optional-dependencies", {}))
    groups.update(manifest.get("dependency-groups", {}))
    own = project.get("name", "").lower()
    yield from project.get("dependencies", [])
    for name in ("test", "tests", "testing", "dev"):
        for requirement in groups.get(name, []):
            if isinstance(requirement, str) and requirement.split("[")[0].strip().lower() != own:
                yield requirement


def main():
    seen = set()
    found = []
    names = ["requirements"]
    for word in ("dev", "test", "tests"):
        names += ["requirements-" + word, "requirements_" + word, word + "-requirements", "requirements/" + word]
    for name in names:
        found += from_file(name + ".txt", seen)
    found += from_project()
    print("\n".join(dict.fromkeys(found)))


main()
