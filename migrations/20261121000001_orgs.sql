-- Roles, orgs, tokens and the outbox.
--
-- One login role owns the schema. Tinybug's own queries run as one of two roles that own nothing:
-- tinybug_app sees one org at a time, by the transaction-local setting app.org;
-- tinybug_system crosses orgs, on the few tables and commands that a policy below names.
-- Roles belong to the whole server, so another database of it may have made them, even at this moment.
DO $$
DECLARE
    role_name text;
    may_become text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['tinybug_app', 'tinybug_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, role_name, may_become) THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
            EXCEPTION WHEN unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA public TO tinybug_app, tinybug_system;
GRANT SELECT ON _sqlx_migrations TO tinybug_system;

CREATE TABLE orgs (
    id         uuid        PRIMARY KEY,
    slug       text        NOT NULL UNIQUE,
    name       text        NOT NULL,
    state      text        NOT NULL DEFAULT 'provisioning' CHECK (state IN ('provisioning', 'ready')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_tokens (
    org_id       uuid        NOT NULL REFERENCES orgs (id),
    id           uuid        NOT NULL,
    name         text        NOT NULL,
    -- SHA-256 of the secret: a request is known by it before its org is known, hence unique over all orgs.
    hash         bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- What a person may see of the secret: its beginning and its end.
    hint         text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    PRIMARY KEY (org_id, id)
);

-- Of the installation, not of an org.
CREATE TABLE operator_tokens (
    hash       bytea       PRIMARY KEY CHECK (length(hash) = 32),
    hint       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What Temporal must be told: written with the row that it is about, delivered until it is confirmed.
CREATE TABLE outbox (
    org_id       uuid        NOT NULL REFERENCES orgs (id),
    id           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- What it is about: messages about the same thing are delivered one after the other.
    subject      uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('start_measurement', 'cancel_measurement', 'provision_org')),
    payload      jsonb       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    attempts     bigint      NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error   text,
    next_try_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (org_id, id)
);

CREATE INDEX outbox_undelivered ON outbox (org_id, subject, id) WHERE delivered_at IS NULL;
-- Claims look over all orgs for what is due.
CREATE INDEX outbox_due ON outbox (next_try_at, id) WHERE delivered_at IS NULL;

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY['orgs', 'api_tokens', 'outbox'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY tenant ON %1$I TO tinybug_app'
            ' USING (%2$I = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid))'
            ' WITH CHECK (%2$I = (SELECT NULLIF(current_setting(''app.org'', true), '''')::uuid))',
            tenant_table,
            CASE tenant_table WHEN 'orgs' THEN 'id' ELSE 'org_id' END
        );
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO tinybug_app', tenant_table);
    END LOOP;
END
$$;

-- An operator makes orgs; a worker lists those that it serves.
CREATE POLICY system_select ON orgs FOR SELECT TO tinybug_system USING (true);
CREATE POLICY system_insert ON orgs FOR INSERT TO tinybug_system WITH CHECK (true);
GRANT SELECT, INSERT ON orgs TO tinybug_system;

-- A request's token tells its org; an org is born with its first token.
CREATE POLICY system_select ON api_tokens FOR SELECT TO tinybug_system USING (true);
CREATE POLICY system_insert ON api_tokens FOR INSERT TO tinybug_system WITH CHECK (true);
CREATE POLICY system_update ON api_tokens FOR UPDATE TO tinybug_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (last_used_at) ON api_tokens TO tinybug_system;

-- The deliverer serves all orgs.
CREATE POLICY system_select ON outbox FOR SELECT TO tinybug_system USING (true);
CREATE POLICY system_insert ON outbox FOR INSERT TO tinybug_system WITH CHECK (true);
CREATE POLICY system_update ON outbox FOR UPDATE TO tinybug_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (delivered_at, attempts, last_error, next_try_at) ON outbox TO tinybug_system;

GRANT SELECT, INSERT ON operator_tokens TO tinybug_system;
