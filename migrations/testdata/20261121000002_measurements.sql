-- One measurement that is done, one in the queue.
INSERT INTO repositories (org_id, id, name, kind, local_path, next_ordinal) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', 'shop', 'local', '/srv/shop', 2);

INSERT INTO test_cases (org_id, repository_id, ordinal, key, variant, suite, name) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', 0,
     decode(repeat('01', 32), 'hex'), '', 'tests/test_cart.py', 'test_total'),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', 1,
     decode(repeat('02', 32), 'hex'), '', 'tests/test_cart.py', 'test_empty');

INSERT INTO test_profiles (org_id, repository_id, ordinal, runs, failures, last_failure_at) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', 0, 5, 0, NULL),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', 1, 5, 1, now());

INSERT INTO measurements (org_id, id, repository_id, state, source, plan, effective, commit_sha, commit_dirty, prefix,
                          started_at, finished_at, population, strata, baseline, score, low, high, report) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3',
     '00000000-0000-7000-8000-0000000000a2', 'completed', '{"revision": "main"}', '{}', '{"command": "pytest"}',
     'c0ffee', false, 'tinybug/a3', now(), now(), 40, '{"shop": 40}', '{"tests": 2}', 0.5, 0.1, 0.9, '{"score": 0.5}'),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a4',
     '00000000-0000-7000-8000-0000000000a2', 'queued', '"working_tree"', '{}', NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO mutants (org_id, measurement_id, number, mutant_id, language, path, operator, tier, line, col, start_byte,
                     end_byte, original, replacement, function, covering, verdict, confidence, posterior, caught_by,
                     attempts, provenance, judged_at) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3', 0, 'm0', 'python', 'shop/cart.py',
     'arithmetic.plus_minus', 'default', 3, 5, 40, 41, '+', '-', 'Cart.total', NULL, 'detected', 0.999, 0.999,
     '[{"variant": "", "suite": "tests/test_cart.py", "name": "test_total"}]', 1, '{"formula": 1}', now()),
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3', 1, 'm1', 'python', 'shop/tax.py',
     'boolean.true_false', 'extended', 9, 1, 90, 94, 'True', 'False', '', NULL, 'no_coverage', 1, NULL, '[]', 0, '{}',
     now());

INSERT INTO trials (org_id, measurement_id, pass, number, state) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3', 1, 0, 'closed');

INSERT INTO trial_mutants (org_id, measurement_id, pass, trial, mutant) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3', 1, 0, 0);

WITH build AS (
    INSERT INTO builds (org_id, measurement_id, pass, role, number, state, ref_name, sha, attempts)
    VALUES ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a3', 1, 'trial', 0, 'closed',
            'refs/tinybug/a3/0', 'c0ffee', 1)
    RETURNING org_id, id
), attempt AS (
    INSERT INTO attempts (org_id, build_id, number, state, host, finished_at, ending, duration_ms, ran, tests, failed,
                          output_tail)
    SELECT org_id, id, 1, 'finished', 'host-1', now(), '{"kind": "exited", "code": 1}', 1200,
           -- The roaring bitmap {0, 1}.
           decode('3a300000010000000000010010000000' || '00000100', 'hex'), 2, 1, '1 failed, 1 passed'
    FROM   build
)
INSERT INTO test_failures (org_id, build_id, attempt, ordinal, runs, failures, message)
SELECT org_id, id, 1, 0, 1, 1, 'assert 1 == 2'
FROM   build;
