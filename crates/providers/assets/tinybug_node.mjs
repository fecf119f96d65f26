// Lets node's own test runner report to Tinybug: one JSON object per test into a file, failures in plain words to the
// runner's output.

import { appendFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const directory = process.env.TINYBUG_REPORT_DIR;
const report = directory && join(directory, `${process.hrtime.bigint()}-${process.pid}.jsonl`);

function pathOf(file) {
  if (!file) return "";
  return file.startsWith("file://") ? fileURLToPath(file) : resolve(file);
}

function messageOf(details) {
  const error = details?.error;
  const cause = error?.cause ?? error;
  return String(cause?.stack ?? cause?.message ?? cause ?? "");
}

export default async function* reporter(source) {
  const names = [];
  for await (const { type, data } of source) {
    if (type === "test:start") {
      names.length = data.nesting;
      names.push(data.name);
    } else if (type === "test:stdout" || type === "test:stderr") {
      yield data.message;
    } else if (type === "test:pass" || type === "test:fail") {
      const file = pathOf(data.file);
      const suite = data.details?.type === "suite";
      const isFile = data.nesting === 0 && data.name && resolve(data.name) === file;
      const failed = type === "test:fail" && data.todo === undefined;
      // A suite only repeats its tests, unless it failed by itself; the same is true of a file.
      const repeats = data.details?.error?.failureType === "subtestsFailed";
      if ((suite || isFile) && (!failed || repeats)) continue;
      const above = names.slice(0, data.nesting);
      const name = isFile ? "(file)" : [...above, data.name].join(" > ");
      const skipped = data.skip !== undefined || data.todo !== undefined;
      const outcome = failed ? "failed" : skipped ? "skipped" : "passed";
      const message = failed ? messageOf(data.details) : null;
      const line = { file, name, outcome, duration_ms: data.details?.duration_ms ?? 0, message };
      if (report) appendFileSync(report, `${JSON.stringify(line)}\n`);
      yield failed ? `not ok ${name}\n${message}\n` : `ok ${name}\n`;
    }
  }
}
