#!/bin/sh
# Makes Temporal's two databases and brings them to the schema of this release; does nothing where they are there.
set -eu

for database in temporal visibility; do
  name=$([ "$database" = temporal ] && echo temporal || echo temporal_visibility)
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $name"
  # Each of the three leaves alone what is already so.
  $tool create
  $tool setup-schema -v 0.0
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$database/versioned"
done
