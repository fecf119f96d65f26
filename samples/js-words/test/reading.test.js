import { test } from "node:test";

import { readingMinutes } from "../src/reading.js";

test("reading time", () => {
  // Runs the code and checks nothing: no mutant there is caught.
  readingMinutes(600, true);
  readingMinutes(600, false);
});
