-- Repositories, test cases, measurements, mutants, trials, builds and attempts.

CREATE TABLE repositories (
    org_id       uuid        NOT NULL REFERENCES orgs (id),
    id           uuid        NOT NULL,
    name         text        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('local')),
    local_path   text,
    -- The next test case's ordinal. Ordinals are never given twice: bitmaps hold them.
    next_ordinal bigint      NOT NULL DEFAULT 0 CHECK (next_ordinal BETWEEN 0 AND 4294967295),
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name),
    CHECK (kind <> 'local' OR local_path IS NOT NULL)
);

CREATE TABLE test_cases (
    org_id        uuid   NOT NULL,
    repository_id uuid   NOT NULL,
    ordinal       bigint NOT NULL CHECK (ordinal BETWEEN 0 AND 4294967295),
    -- SHA-256 of the whole name: names can be longer than an index entry may be.
    key           bytea  NOT NULL CHECK (length(key) = 32),
    variant       text   NOT NULL,
    suite         text   NOT NULL,
    name          text   NOT NULL,
    PRIMARY KEY (org_id, repository_id, ordinal),
    UNIQUE (org_id, repository_id, key),
    FOREIGN KEY (org_id, repository_id) REFERENCES repositories (org_id, id)
);

-- How a test behaves on unchanged code.
CREATE TABLE test_profiles (
    org_id          uuid        NOT NULL,
    repository_id   uuid        NOT NULL,
    ordinal         bigint      NOT NULL,
    runs            bigint      NOT NULL CHECK (runs >= 0),
    failures        bigint      NOT NULL CHECK (failures BETWEEN 0 AND runs),
    last_failure_at timestamptz,
    PRIMARY KEY (org_id, repository_id, ordinal),
    FOREIGN KEY (org_id, repository_id, ordinal) REFERENCES test_cases (org_id, repository_id, ordinal)
);

CREATE TABLE measurements (
    org_id        uuid             NOT NULL,
    id            uuid             NOT NULL,
    repository_id uuid             NOT NULL,
    pass          bigint           NOT NULL DEFAULT 1 CHECK (pass >= 1),
    state         text             NOT NULL DEFAULT 'queued' CHECK (state IN (
        'queued', 'preparing', 'baseline', 'trials', 'reporting',
        'completed', 'baseline_broken', 'cancelling', 'cancelled', 'failed'
    )),
    state_reason  text,
    source        jsonb            NOT NULL,
    -- As asked, and what it came to: commands found, framework, parallelism, time limit.
    plan          jsonb            NOT NULL,
    effective     jsonb,
    commit_sha    text,
    commit_dirty  boolean,
    -- All that this measurement puts on the tenant's repository has a name that begins so.
    prefix        text,
    requested_at  timestamptz      NOT NULL DEFAULT now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    -- Mutable lines in scope, and how they spread over strata.
    population    bigint           CHECK (population >= 0),
    strata        jsonb,
    baseline      jsonb,
    score         double precision CHECK (score BETWEEN 0 AND 1),
    low           double precision CHECK (low BETWEEN 0 AND 1),
    high          double precision CHECK (high BETWEEN 0 AND 1),
    report        jsonb,
    version       bigint           NOT NULL DEFAULT 1,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, repository_id) REFERENCES repositories (org_id, id)
);

CREATE INDEX measurements_of_repository ON measurements (org_id, repository_id, id);

CREATE TABLE mutants (
    org_id         uuid             NOT NULL,
    measurement_id uuid             NOT NULL,
    -- Place in the order of the draw, from 0.
    number         bigint           NOT NULL CHECK (number >= 0),
    mutant_id      text             NOT NULL,
    language       text             NOT NULL CHECK (language IN (
        'python', 'javascript', 'typescript', 'go', 'java', 'rust', 'ruby', 'c', 'cpp', 'csharp'
    )),
    path           text             NOT NULL,
    operator       text             NOT NULL,
    tier           text             NOT NULL CHECK (tier IN ('default', 'extended')),
    line           bigint           NOT NULL,
    col            bigint           NOT NULL,
    start_byte     bigint           NOT NULL,
    end_byte       bigint           NOT NULL,
    original       text             NOT NULL,
    replacement    text             NOT NULL,
    function       text             NOT NULL,
    -- Roaring bitmap over the ordinals of the tests that execute the line; null when not known.
    covering       bytea,
    verdict        text             CHECK (verdict IN (
        'detected', 'survived', 'no_coverage', 'timeout', 'inconclusive', 'invalid', 'error', 'skipped'
    )),
    confidence     double precision CHECK (confidence BETWEEN 0 AND 1),
    posterior      double precision CHECK (posterior BETWEEN 0 AND 1),
    caught_by      jsonb,
    attempts       bigint,
    provenance     jsonb,
    judged_at      timestamptz,
    PRIMARY KEY (org_id, measurement_id, number),
    UNIQUE (org_id, measurement_id, mutant_id),
    FOREIGN KEY (org_id, measurement_id) REFERENCES measurements (org_id, id),
    CHECK ((verdict IS NULL) = (judged_at IS NULL))
);

CREATE INDEX mutants_by_verdict ON mutants (org_id, measurement_id, verdict, number);

CREATE TABLE trials (
    org_id         uuid   NOT NULL,
    measurement_id uuid   NOT NULL,
    pass           bigint NOT NULL,
    number         bigint NOT NULL CHECK (number >= 0),
    state          text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    PRIMARY KEY (org_id, measurement_id, pass, number),
    FOREIGN KEY (org_id, measurement_id) REFERENCES measurements (org_id, id)
);

-- Progress is counted from indexes alone.
CREATE INDEX trials_by_state ON trials (org_id, measurement_id, pass, state);

-- A trial carries one mutant or several that share its builds.
CREATE TABLE trial_mutants (
    org_id         uuid   NOT NULL,
    measurement_id uuid   NOT NULL,
    pass           bigint NOT NULL,
    trial          bigint NOT NULL,
    mutant         bigint NOT NULL,
    PRIMARY KEY (org_id, measurement_id, pass, mutant),
    FOREIGN KEY (org_id, measurement_id, pass, trial) REFERENCES trials (org_id, measurement_id, pass, number),
    FOREIGN KEY (org_id, measurement_id, mutant) REFERENCES mutants (org_id, measurement_id, number)
);

CREATE INDEX trial_mutants_of_trial ON trial_mutants (org_id, measurement_id, pass, trial);

CREATE TABLE builds (
    org_id         uuid   NOT NULL,
    id             bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    measurement_id uuid   NOT NULL,
    pass           bigint NOT NULL,
    role           text   NOT NULL CHECK (role IN ('baseline', 'canary', 'trial')),
    number         bigint NOT NULL CHECK (number >= 0),
    state          text   NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'published', 'closed')),
    ref_name       text,
    sha            text,
    attempts       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, measurement_id, pass, role, number),
    FOREIGN KEY (org_id, measurement_id) REFERENCES measurements (org_id, id)
);

CREATE INDEX builds_by_role ON builds (org_id, measurement_id, pass, role) INCLUDE (attempts);

CREATE TABLE attempts (
    org_id       uuid        NOT NULL,
    build_id     bigint      NOT NULL,
    number       bigint      NOT NULL CHECK (number >= 0),
    state        text        NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished')),
    -- The worker that ran it last.
    host         text        NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    ending       jsonb,
    duration_ms  bigint,
    -- Roaring bitmap over the ordinals of the tests that reported a result other than skipped.
    ran          bytea,
    tests        bigint,
    failed       bigint,
    output_tail  text,
    PRIMARY KEY (org_id, build_id, number),
    FOREIGN KEY (org_id, build_id) REFERENCES builds (org_id, id),
    CHECK (state = 'running' OR (finished_at IS NOT NULL AND ending IS NOT NULL AND duration_ms IS NOT NULL
        AND ran IS NOT NULL AND tests IS NOT NULL AND failed IS NOT NULL AND output_tail IS NOT NULL))
);

-- Passing results are the rest of the bitmap.
CREATE TABLE test_failures (
    org_id   uuid   NOT NULL,
    build_id bigint NOT NULL,
    attempt  bigint NOT NULL,
    ordinal  bigint NOT NULL,
    -- Times that the report held the test, and how many of these were failures: a build may rerun its failures.
    runs     bigint NOT NULL CHECK (runs >= 1),
    failures bigint NOT NULL CHECK (failures BETWEEN 1 AND runs),
    message  text,
    PRIMARY KEY (org_id, build_id, attempt, ordinal),
    FOREIGN KEY (org_id, build_id, attempt) REFERENCES attempts (org_id, build_id, number)
);

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'repositories', 'test_cases', 'test_profiles', 'measurements', 'mutants',
        'trials', 'trial_mutants', 'builds', 'attempts', 'test_failures'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO tinybug_app'
            ' USING (org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid))'
            ' WITH CHECK (org_id = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid))',
            tenant_table
        );
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO tinybug_app', tenant_table);
    END LOOP;
END
$$;
