// Says of each mutant whether Ruby's parser refuses it. Arguments: the parser's package, the question, and where the
// answer goes.
import fs from "node:fs";
import { WASI } from "node:wasi";

const [, , prism, question, answer] = process.argv;
const { parsePrism } = await import(`${prism}/src/parsePrism.js`);
const wasi = new WASI({ version: "preview1" });
const wasm = await WebAssembly.compile(fs.readFileSync(`${prism}/src/prism.wasm`));
const { exports } = await WebAssembly.instantiate(wasm, wasi.getImportObject());
wasi.initialize({ exports });

const refusal = (text) => parsePrism(exports, text).errors[0]?.message ?? "";
const originals = new Map();
const original = (path) => {
  if (!originals.has(path)) {
    const bytes = fs.readFileSync(path);
    originals.set(path, refusal(bytes.toString("utf8")) === "" ? bytes : undefined);
  }
  return originals.get(path);
};

const answers = JSON.parse(fs.readFileSync(question, "utf8")).map((mutant) => {
  const bytes = original(mutant.path);
  if (!bytes) return null;
  const parts = [bytes.subarray(0, mutant.start_byte), Buffer.from(mutant.replacement), bytes.subarray(mutant.end_byte)];
  return refusal(Buffer.concat(parts).toString("utf8"));
});
fs.writeFileSync(answer, JSON.stringify(answers));
