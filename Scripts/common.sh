# Sourced by the other scripts: words on the screen, and how to fail.

# Names the step that begins.
step() { printf '\033[1m==> %s\033[0m\n' "$*"; }

# Tells a fact within a step.
say() { printf '    %s\n' "$*"; }

# Ends the script: what failed, and what to do about it.
fail() {
  printf '\033[1;31merror:\033[0m %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# Runs a command as root: as it is, or by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root: $*" "Run it as root, or install sudo."
  fi
}

# The folder of PostgreSQL's server programs; Debian keeps them off PATH.
postgres_bin() {
  local folder
  folder=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  if [ -z "$folder" ] && command -v initdb >/dev/null; then folder=$(dirname "$(command -v initdb)"); fi
  [ -x "$folder/initdb" ] || fail "no PostgreSQL server found (initdb)" "Run: make deps"
  echo "$folder"
}

# Prints a TCP port that is free now, below those that the kernel gives to clients.
free_port() {
  perl -MIO::Socket::INET -e '
    for (1 .. 1000) {
      my $port = 10000 + int(rand(22000));
      IO::Socket::INET->new(Listen => 1, LocalPort => $port, Proto => "tcp") or next;
      print $port;
      exit 0;
    }
    exit 1'
}

# wait_until SECONDS WHAT COMMAND...: runs COMMAND until it succeeds; fails after SECONDS.
wait_until() {
  local seconds=$1 what=$2 end
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
  say "$what"
}
