#!/bin/sh
# Runs once, when the database is created: Temporal gets a role of its own that cannot read Tinybug's tables.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$TEMPORAL_DB_PASSWORD" \
  --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'password';
REVOKE CONNECT ON DATABASE :"DBNAME" FROM PUBLIC;
SQL
