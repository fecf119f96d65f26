// Says of mutants of JavaScript and TypeScript files whether they parse. Run by Tinybug, in the project's directory.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import vm from "node:vm";

const script = (text) => new vm.Script(`(function (exports, require, module, __filename, __dirname) {${text}\n})`);
const module = (text) => new vm.SourceTextModule(text);
const ways = { ".js": [script, module], ".cjs": [script], ".mjs": [module] };

/** TypeScript of the project's own, for its own syntax and JSX; without it nobody can tell. */
function typescript(path) {
  try {
    const ts = createRequire(join(process.cwd(), "package.json"))("typescript");
    return [
      (text) => {
        const options = { jsx: ts.JsxEmit.Preserve, target: ts.ScriptTarget.ESNext };
        const { diagnostics } = ts.transpileModule(text, { fileName: path, reportDiagnostics: true, compilerOptions: options });
        if (diagnostics.length > 0) throw new SyntaxError(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, " "));
      },
    ];
  } catch {
    return [];
  }
}

function refusal(parse, text) {
  try {
    parse(text.replace(/^#!.*/, ""));
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? error.message : undefined;
  }
}

const files = new Map();
for (const mutant of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  if (!files.has(mutant.path)) {
    const bytes = readFileSync(mutant.path);
    const all = ways[extname(mutant.path)] ?? typescript(mutant.path);
    files.set(mutant.path, { bytes, ways: all.filter((parse) => refusal(parse, bytes.toString()) === undefined) });
  }
  const { bytes, ways: taken } = files.get(mutant.path);
  const mutated = Buffer.concat([bytes.subarray(0, mutant.start), Buffer.from(mutant.replacement), bytes.subarray(mutant.end)]);
  const refusals = taken.map((parse) => refusal(parse, mutated.toString()));
  if (refusals.length === 0) continue;
  const said = refusals.every((each) => each !== undefined) ? refusals[0] : null;
  console.log(`tinybug:${JSON.stringify({ at: mutant.at, said })}`);
}
