-- Two orgs, one of them still being made ready, with what was asked for on their behalf.
INSERT INTO orgs (id, slug, name, state) VALUES
    ('00000000-0000-7000-8000-00000000000a', 'acme', 'Acme Inc.', 'ready'),
    ('00000000-0000-7000-8000-00000000000b', 'globex', 'Globex', 'provisioning');

INSERT INTO api_tokens (org_id, id, name, hash, hint, last_used_at, expires_at) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-0000000000a1', 'ci',
     decode(repeat('a1', 32), 'hex'), 'tbk_a1…a1', now(), now() + interval '90 days'),
    ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-0000000000b1', 'first',
     decode(repeat('b1', 32), 'hex'), 'tbk_b1…b1', NULL, NULL);

INSERT INTO operator_tokens (hash, hint) VALUES (decode(repeat('0f', 32), 'hex'), 'tbo_0f…0f');

INSERT INTO outbox (org_id, subject, kind, payload, delivered_at, attempts, last_error) VALUES
    ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-00000000000a', 'provision_org',
     '{"kind": "provision_org", "org": "org_0000000000007000800000000000000a"}', now(), 1, NULL),
    ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-00000000000b', 'provision_org',
     '{"kind": "provision_org", "org": "org_0000000000007000800000000000000b"}', NULL, 3, 'Temporal does not answer');
