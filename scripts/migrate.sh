#!/bin/sh
# The database at a glance: a thin wrapper over the commands that do the work. Exit codes are theirs.
set -eu
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: scripts/migrate.sh <command> [options]

  generate   Prisma Client from prisma/schema.prisma      (npm run db:generate)
  deploy     apply the migrations that are pending         (reeve migrate deploy)
  rollback   take the last one back, after asking          (reeve migrate rollback)
  status     what is applied, pending or amiss             (reeve migrate status)
  seed       lifelike data to try things with              (reeve seed)
  studio     Prisma Studio, if the Prisma CLI is installed

Example: scripts/migrate.sh rollback --steps 2
EOF
}

reeve() {
  [ -f dist/cli/main.js ] || npm run --silent build >&2
  exec node dist/cli/main.js "$@"
}

studio() {
  if npx --no-install prisma --version >/dev/null 2>&1; then
    exec npx --no-install prisma studio "$@"
  fi
  cat >&2 <<'EOF'
Prisma Studio is part of the Prisma CLI, which Reeve does not install: nothing else needs it, and it is large.
With access to the network: DATABASE_URL=<address of the database> npx prisma@7.10.0 studio
Without: the console shows people, roles and the audit log; psql shows everything.
EOF
  exit 3
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
  generate) exec npm run --silent db:generate -- "$@" ;;
  deploy | rollback | status) reeve migrate "$command" "$@" ;;
  seed) reeve seed "$@" ;;
  studio) studio "$@" ;;
  -h | --help | help) usage ;;
  *)
    [ -z "$command" ] || echo "scripts/migrate.sh: there is no command $command" >&2
    usage >&2
    exit 2
    ;;
esac
