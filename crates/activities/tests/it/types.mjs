// Says of mutants of TypeScript files whether their types hold, in the file and in those that import it. Run in the
// project's directory, whose tsconfig.json counts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const ts = createRequire(join(process.cwd(), "package.json"))("typescript");
const read = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
const { fileNames, options } = ts.parseJsonConfigFileContent(read.config, ts.sys, process.cwd());
const host = ts.createIncrementalCompilerHost(options);
const parsed = new Map();
let changed;
host.getSourceFile = (name, target) => {
  const path = resolve(name);
  const make = (text, version) => Object.assign(ts.createSourceFile(name, text, target, true), { version });
  if (path === changed?.path) return make(changed.text, String(changed.at));
  if (!parsed.has(path)) parsed.set(path, ts.sys.fileExists(path) ? make(ts.sys.readFile(path), "unchanged") : undefined);
  return parsed.get(path);
};

const build = (old) => ts.createSemanticDiagnosticsBuilderProgram(fileNames, options, host, old);
function refusal(program) {
  const syntax = program.getSyntacticDiagnostics(changed && program.getSourceFile(changed.path))[0];
  let found = syntax;
  for (let next; !found && (next = program.getSemanticDiagnosticsOfNextAffectedFile()); ) found = next.result[0];
  return found ? `TS${found.code}: ${ts.flattenDiagnosticMessageText(found.messageText, " ")}` : null;
}

const unchanged = build();
const broken = refusal(unchanged);
for (const { at, path, start, end, replacement } of broken ? [] : JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const bytes = readFileSync(path);
  const text = Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]).toString();
  changed = { at, path: resolve(path), text };
  console.log(`tinybug:${JSON.stringify({ at, said: refusal(build(unchanged)) })}`);
}
