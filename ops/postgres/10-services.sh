#!/usr/bin/env bash
# A database, the role that owns it and the role that works in it, for each service, with the
# passwords of the mounted URLs. May be repeated: then it sets the passwords anew.
set -euo pipefail

password_of() { # SECRET: of postgresql://USER:PASSWORD@…
    local url
    url=$(<"/run/secrets/$1")
    url=${url#*://*:}
    printf '%s' "${url%%@*}"
}

for service in search linking notifier activation; do
    # By standard input and never as an argument, which any process could read.
    psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres -v ON_ERROR_STOP=1 <<SQL
\set owner ${service}_owner
\set runtime ${service}_runtime
\set owner_password '$(password_of "${service}_owner_url")'
\set runtime_password '$(password_of "${service}_runtime_url")'
SELECT format('CREATE ROLE %I LOGIN', role)
    FROM unnest(ARRAY[:'owner', :'runtime']) AS role
    WHERE role NOT IN (SELECT rolname FROM pg_roles)
\gexec
ALTER ROLE :owner PASSWORD :'owner_password';
ALTER ROLE :runtime PASSWORD :'runtime_password';
SELECT format('CREATE DATABASE %I OWNER %I', '${service}', :'owner')
    WHERE '${service}' NOT IN (SELECT datname FROM pg_database)
\gexec
-- A service reaches its own database and no other one, the superuser's included.
REVOKE ALL ON DATABASE ${service}, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE ${service} TO :runtime;
SQL
done
