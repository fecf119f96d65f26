// Says of mutants of Ruby files whether Ruby's parser takes them. Its package is in the environment; run in the project's
// directory.
import fs from "node:fs";
import { WASI } from "node:wasi";

const { PRISM } = process.env;
const { parsePrism } = await import(`${PRISM}/src/parsePrism.js`);
const wasi = new WASI({ version: "preview1" });
const wasm = await WebAssembly.compile(fs.readFileSync(`${PRISM}/src/prism.wasm`));
const { exports } = await WebAssembly.instantiate(wasm, wasi.getImportObject());
wasi.initialize({ exports });

const refusal = (bytes) => parsePrism(exports, bytes.toString("utf8")).errors[0]?.message ?? null;
const originals = new Map();
for (const { at, path, start, end, replacement } of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
  if (!originals.has(path)) {
    const bytes = fs.readFileSync(path);
    originals.set(path, refusal(bytes) === null ? bytes : undefined);
  }
  const bytes = originals.get(path);
  if (!bytes) continue;
  const said = refusal(Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]));
  console.log(`tinybug:${JSON.stringify({ at, said })}`);
}
