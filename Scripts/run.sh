#!/usr/bin/env bash
# run.sh PROGRAM: starts two throw-away PostgreSQL servers and PROGRAM (Weir) before them with
# config/quickstart.cfg, sends sessions, shows their records as they come, and goes on until Ctrl-C.
# Everything lies in one temporary folder and on free loopback ports; nothing of it stays.
#
# RUN_CONFIG names another configuration; RUN_ONCE=1 ends after the sessions.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

program=$(readlink -f "${1:?run.sh PROGRAM}") || fail "no program at $1" "Run: make build"
[ -x "$program" ] || fail "no program at $1" "Run: make build"
config=${RUN_CONFIG:-config/quickstart.cfg}
pg=$(postgres_bin)
folder=$(mktemp -d /tmp/weir-run.XXXXXX)
chmod 711 "$folder"
declare -A pids=()

# Ends what was started, by its process id, and removes the folder.
finish() {
  local status=$? name
  trap - EXIT INT TERM HUP
  printf '\n'
  step "Ending"
  for name in client weir node1 node2; do
    [ -n "${pids[$name]:-}" ] || continue
    # INT is the fast stop of PostgreSQL: it ends its sessions.
    case $name in node*) kill -INT "${pids[$name]}" 2>/dev/null || true ;; *) kill "${pids[$name]}" 2>/dev/null || true ;; esac
    wait "${pids[$name]}" 2>/dev/null || true
    say "$name ended"
  done
  [ -z "${pids[show]:-}" ] || { kill "${pids[show]}" 2>/dev/null || true; wait "${pids[show]}" 2>/dev/null || true; }
  rm -rf "$folder"
  say "$folder removed"
  exit "$status"
}
trap finish EXIT
trap 'exit 0' INT TERM HUP

# PostgreSQL refuses to run as root.
owner=()
if [ "$(id -u)" = 0 ]; then
  getent passwd postgres >/dev/null || fail "there is no user 'postgres'" "Run: make deps"
  owner=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  chown postgres "$folder"
fi
# These locales are what a Debian without locales has.
export LC_ALL=C.UTF-8 PGCONNECT_TIMEOUT=5 PGSSLMODE=disable PGGSSENCMODE=disable
query() { psql -X -A -t -q -h 127.0.0.1 -p "$1" -U "${3:-postgres}" -d "${4:-postgres}" -c "$2"; }
show_log() { fail "$1" "It said:" "$(tail -n 15 "$2")"; }

start_node() {
  local name=$1 port=$2
  "${owner[@]}" "$pg/postgres" -D "$folder/$name" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c shared_buffers=16MB >>"$folder/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
  wait_until 30 "$name answers at 127.0.0.1:$port" "$pg/pg_isready" -q -h 127.0.0.1 -p "$port" ||
    show_log "$name does not start" "$folder/$name.log"
}

step "Two PostgreSQL servers in $folder"
"${owner[@]}" "$pg/initdb" -D "$folder/node1" -U postgres --auth=trust --no-sync >"$folder/initdb.log" 2>&1 ||
  show_log "initdb failed" "$folder/initdb.log"
echo 'create role haproxy_check login' |
  "${owner[@]}" "$pg/postgres" --single -D "$folder/node1" postgres >"$folder/initdb.log" 2>&1 ||
  show_log "the role haproxy_check cannot be created" "$folder/initdb.log"
cp -a "$folder/node1" "$folder/node2"
node1=$(free_port) node2=$(free_port) front=$(free_port)
start_node node1 "$node1"
start_node node2 "$node2"

step "Weir with $config"
export WEIR_LISTEN=127.0.0.1:$front WEIR_NODE1=127.0.0.1:$node1 WEIR_NODE2=127.0.0.1:$node2
"$program" -c -f "$config" >"$folder/check.log" 2>&1 || show_log "$config is not valid" "$folder/check.log"
say "$(tail -n 1 "$folder/check.log")"
: >"$folder/records"
"$program" -db -f "$config" >>"$folder/records" 2>>"$folder/weir.log" </dev/null &
pids[weir]=$!
wait_until 10 "listening at 127.0.0.1:$front" query "$front" 'select 1' ||
  { cat "$folder/records" "$folder/weir.log" >"$folder/all.log"; show_log "Weir does not serve" "$folder/all.log"; }
tail -n +1 -s 0.1 -f "$folder/records" 2>/dev/null | sed -u 's/^/  record | /' &
pids[show]=$!

session() { # session WHAT STATEMENT [USER [DATABASE]]
  say "psql: $1"
  query "$front" "${@:2}" >"$folder/answer" 2>&1 || true
  sed 's/^/    -> /' "$folder/answer" | cut -c1-90 | head -n 2
  sleep 0.4
}

step "Sessions, and a record for each as it ends"
for turn in 1 2 3 4; do session "session $turn" "select 'served by port ' || inet_server_port()"; done
session "one that lasts half a second" "select 'slept' from pg_sleep(0.5)"
session "one with a large answer" "select repeat('x', 1000000)"
session "one that the server refuses: its bytes are few" "select 1" postgres nowhere

step "node2 is stopped: its checks fail, sessions go to node1"
kill -INT "${pids[node2]}"
wait "${pids[node2]}" 2>/dev/null || true
unset 'pids[node2]'
wait_until 15 "Weir says so" grep -q 'node2 is DOWN' "$folder/records" "$folder/weir.log" || true
for turn in 1 2 3; do session "session $turn" "select 'served by port ' || inet_server_port()"; done

step "node2 is back"
start_node node2 "$node2"
wait_until 15 "Weir says so" grep -q 'node2 is UP' "$folder/records" "$folder/weir.log" || true
for turn in 1 2; do session "session $turn" "select 'served by port ' || inet_server_port()"; done

cat <<TEXT

    How to read a record (docs/tutorial-postgresql.md tells all of it):
      127.0.0.1:45344 [23/Nov/2026:10:39:34.463] psql psql_nodes/node1 0/1/12 455 -- 1/1/1/1/0 0/0
      client, when it came, frontend, backend and server; then
      0/1/12      milliseconds in the queue, until connected, in all
      455         bytes to the client
      --          how it ended: both sides were done (CD: the client broke off, SC: no server, ...)
      1/1/1/1/0   connections then open: process, frontend, backend, server; and retries
      0/0         how many waited before it: for the server, for the backend

TEXT
if [ -n "${RUN_ONCE:-}" ]; then exit 0; fi
step "Weir goes on at 127.0.0.1:$front. In another terminal:"
say "psql -h 127.0.0.1 -p $front -U postgres"
say "Ctrl-C ends it and removes everything."
wait "${pids[weir]}" || fail "Weir ended by itself" "$(tail -n 5 "$folder/weir.log")"
