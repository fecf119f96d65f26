import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { initials, truncate } from "../src/truncate.js";

describe("truncate", () => {
  it("leaves a text alone that fits", () => {
    assert.equal(truncate("abc", 4), "abc");
    assert.equal(truncate("abcd", 4), "abcd");
  });
  it("ends a longer one with an ellipsis", () => {
    assert.equal(truncate("abcde", 4), "abc…");
  });
});

describe("initials", () => {
  it("takes the first and the last name", () => {
    assert.equal(initials("Ada Lovelace"), "AL");
    assert.equal(initials("Ada  King  Lovelace"), "AL");
    assert.equal(initials("J Doe"), "JD");
  });
  it("takes the first letter of a single name", () => {
    assert.equal(initials("Ada"), "A");
    assert.equal(initials(" Ada"), " ");
  });
});
