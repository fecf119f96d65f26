"""Says of mutants of Python files whether Python refuses to compile them. Run by Tinybug, in the project's directory."""

import json
import sys
import warnings


def refusal(path, text):
    try:
        compile(text, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    except (RecursionError, MemoryError):
        return None
    return None


def main(list_path):
    warnings.simplefilter("ignore")
    with open(list_path, encoding="utf-8") as file:
        mutants = json.load(file)
    sources = {}
    for mutant in mutants:
        path = mutant["path"]
        if path not in sources:
            with open(path, "rb") as file:
                text = file.read()
            sources[path] = None if refusal(path, text) else text
        text = sources[path]
        if text is None:
            continue
        mutated = text[: mutant["start"]] + mutant["replacement"].encode() + text[mutant["end"] :]
        print("tinybug:" + json.dumps({"at": mutant["at"], "said": refusal(path, mutated)}), flush=True)


main(sys.argv[1])
