#!/bin/sh
# Creates Temporal's databases and brings their schemas up to date; may run again at any time.
# The connection comes from SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu

schemas=${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}

prepare() {
  database=$1
  schema=$2
  # The tool connects to the database of the user's name unless told otherwise, and there is none.
  temporal-sql-tool --database "$database" create-database --defaultdb postgres
  # Only a new database has no version yet; setting it up again would be refused or forget the version.
  if ! temporal-sql-tool --database "$database" update-schema --schema-dir "$schemas/$schema/versioned"; then
    temporal-sql-tool --database "$database" setup-schema --version 0.0
    temporal-sql-tool --database "$database" update-schema --schema-dir "$schemas/$schema/versioned"
  fi
}

prepare temporal temporal
prepare temporal_visibility visibility
echo "Temporal's schemas are up to date."
