#!/usr/bin/env bash
# deps.sh GROUP...: installs what is missing of Debian's packages for build, run, test, bench or all,
# and checks that Swift is there. Starts no service.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

readonly swift_major=6 swift_minor=3

packages_of() {
  case $1 in
    build) echo libsystemd-dev libssl-dev pkg-config git ;;
    run) echo postgresql postgresql-contrib util-linux perl-base procps ;;
    test) echo haproxy rsyslog rsyslog-relp rsyslog-gnutls openssl socat lnav strace systemd dbus libnss-systemd iproute2 rsyslog-pgsql jq grok gzip xz-utils zstd ;;
    bench) echo haproxy nginx libnginx-mod-stream wrk strace valgrind python3 procps ;;
    all) for group in build run test bench; do packages_of "$group"; done ;;
    *) fail "deps.sh: no group named '$1'" "Groups: build run test bench all" ;;
  esac
}

# syslog-ng cannot be installed beside rsyslog; the tests run it from a folder of its own.
readonly unpacked=.build/debian/syslog-ng
unpack_syslog_ng() {
  [ ! -x $unpacked/usr/sbin/syslog-ng ] || return 0
  step "Unpacking syslog-ng to $unpacked, for the tests alone"
  mkdir -p $unpacked
  local folder
  folder=$(mktemp -d)
  (cd "$folder" && apt-get -qq download syslog-ng-core libivykis0 libnet1 libjson-c5 2>/dev/null) ||
    fail "apt-get download of syslog-ng-core failed" "Run: apt-get update"
  for file in "$folder"/*.deb; do dpkg-deb -x "$file" $unpacked; done
  rm -rf "$folder"
}

check_swift() {
  command -v swift >/dev/null || fail "Swift is not installed" \
    "Weir needs Swift $swift_major.$swift_minor or later: https://www.swift.org/install/linux/" \
    "After unpacking, put its usr/bin on PATH."
  local version major minor
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  major=${version%%.*} minor=${version##*.}
  if [ -z "$version" ] || [ "$major" -lt $swift_major ] ||
    { [ "$major" = $swift_major ] && [ "$minor" -lt $swift_minor ]; }; then
    fail "Swift ${version:-of an unknown version} is too old" \
      "Weir needs Swift $swift_major.$swift_minor or later: https://www.swift.org/install/linux/"
  fi
}

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# While packages are installed, no service may start: the answer 101 of policy-rc.d forbids it.
# One that is there already is put aside and brought back.
readonly policy=/usr/sbin/policy-rc.d kept=/usr/sbin/policy-rc.d.before-weir
deny_services() {
  if [ -e $policy ] && [ ! -e $kept ]; then as_root mv $policy $kept; fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  as_root chmod 755 $policy
}
allow_services() {
  as_root rm -f $policy
  if [ -e $kept ]; then as_root mv $kept $policy; fi
}

groups=("${@:-all}")
wanted=$(for group in "${groups[@]}"; do packages_of "$group"; done | tr ' ' '\n' | sort -u)

if ! command -v apt-get >/dev/null; then
  check_swift
  say "not a Debian system: see to it yourself that these are there:" $wanted
  exit 0
fi

missing=()
for package in $wanted; do installed "$package" || missing+=("$package"); done
if [ ${#missing[@]} -gt 0 ]; then
  step "Installing ${missing[*]}"
  log=$(mktemp)
  trap 'rm -f "$log"; allow_services' EXIT
  deny_services
  for action in update "install -y --no-install-recommends ${missing[*]}"; do
    say "apt-get $action"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 $action >"$log" 2>&1 ||
      { tail -n 20 "$log" >&2; fail "apt-get $action failed; its last words stand above"; }
  done
fi
check_swift
case " ${groups[*]} " in *" test "* | *" all "*) unpack_syslog_ng ;; esac
