-- Both tests passed at one commit; their profiles stay as the version before wrote them.
INSERT INTO test_histories (org_id, repository_id, planes, commits, passed, files)
SELECT '00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a2', ARRAY[first_two], '{c0ffee}',
       ARRAY[first_two], '{"tests/test_cart.py": "b10b"}'
       -- The roaring bitmap {0, 1}.
FROM   decode('3a300000010000000000010010000000' || '00000100', 'hex') AS first_two;
