# Makes the user and the database that the variables name, then serves them.
set -e
data=/tmp/data
printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
initdb --pgdata "$data" --username "$POSTGRES_USER" --pwfile /tmp/password \
  --auth scram-sha-256 > /dev/null
echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
echo "CREATE DATABASE $POSTGRES_DB" |
  postgres --single -D "$data" postgres > /dev/null
exec postgres -D "$data" -c listen_addresses="*" \
  -c dynamic_shared_memory_type=mmap
