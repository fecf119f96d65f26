-- What a repository's tests did on code that cannot have broken them, across measurements.
--
-- Most tests never fail by themselves, and nothing but their number of runs is worth keeping: that of all of them is a
-- few bitmaps in one row, so that a run of thousands of tests costs one update. Only tests that ever failed have rows
-- of their own in test_profiles.

CREATE TABLE test_histories (
    org_id        uuid    NOT NULL,
    repository_id uuid    NOT NULL,
    -- Runs of each test that has no profile of its own, bit by bit: the roaring bitmap at place i holds the tests whose
    -- number of runs has bit i set.
    planes        bytea[] NOT NULL DEFAULT '{}',
    -- The commits seen last, the latest at the end, and which tests passed there.
    commits       text[]  NOT NULL DEFAULT '{}',
    passed        bytea[] NOT NULL DEFAULT '{}',
    -- By file of tests, the id of its content when its tests were last measured.
    files         jsonb   NOT NULL DEFAULT '{}',
    PRIMARY KEY (org_id, repository_id),
    FOREIGN KEY (org_id, repository_id) REFERENCES repositories (org_id, id),
    CHECK (cardinality(commits) = cardinality(passed))
);

ALTER TABLE test_histories ENABLE ROW LEVEL SECURITY;
ALTER TABLE test_histories FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON test_histories TO tinybug_app
    USING (org_id = (SELECT NULLIF(current_setting('app.org', true), '')::uuid))
    WITH CHECK (org_id = (SELECT NULLIF(current_setting('app.org', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON test_histories TO tinybug_app;

ALTER TABLE test_profiles
    ADD COLUMN state    text     NOT NULL DEFAULT 'healthy' CHECK (state IN ('healthy', 'flaky', 'broken')),
    -- Counts that fade, the proof, the last result; null on rows of a version that counted only runs and failures.
    ADD COLUMN profile  jsonb,
    -- Fingerprints of what it said when it failed on unchanged code, the latest at the end.
    ADD COLUMN messages jsonb    NOT NULL DEFAULT '[]',
    -- Verdicts of the last measurement that hang on this test alone.
    ADD COLUMN taint    bigint   NOT NULL DEFAULT 0 CHECK (taint >= 0);

CREATE INDEX test_profiles_by_state ON test_profiles (org_id, repository_id, state, ordinal);

-- Whether what the attempt shows of tests is in their histories.
ALTER TABLE attempts ADD COLUMN profiled boolean NOT NULL DEFAULT false;
