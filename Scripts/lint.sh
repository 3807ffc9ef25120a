#!/usr/bin/env bash
# Layout, shell scripts, and the habits that no compiler checks.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

bad=0
complain() { printf '\033[1;31m%s\033[0m\n' "$1"; sed 's/^/    /'; bad=1; }
check() { # check WHAT < LINES: complains where there are lines
  local lines
  lines=$(cat)
  [ -z "$lines" ] || complain "$1" <<<"$lines"
}

step "Layout (swift format lint)"
swift format lint --strict --parallel --recursive Package.swift Sources Tests || bad=1

step "Shell scripts"
git ls-files '*.sh' .ci/run | while read -r file; do bash -n "$file" 2>&1 || true; done |
  check "these do not parse"
if command -v shellcheck >/dev/null; then shellcheck -S warning -x Scripts/*.sh .ci/run || bad=1; fi

step "Habits"
git ls-files 'Sources/*.swift' | xargs -r wc -l | awk '$2 != "total" && $1 > 500' |
  check "files above 500 lines"
git grep -nE 'try!|as!|fatalError\(|nonisolated\(unsafe\)' -- 'Sources/*.swift' |
  check "traps in the program" || true
git grep -nE '@unchecked Sendable|Unsafe(Mutable|Raw)' -- 'Sources/*.swift' \
  ':!Sources/Memory' ':!Sources/Kernel' ':!Sources/TLS' ':!Sources/Systemd' |
  check "unsafe code outside of the modules for it" || true
git grep -nE '^ *(internal |package |public )?import Foundation' -- 'Sources/*.swift' |
  check "Foundation in the program" || true
git grep -niE '\b(TODO|FIXME|XXX)\b' -- Sources Tests docs config logformats README.md |
  check "work left undone" || true
git grep -nE '\.disabled\(|Task\.sleep|usleep\(|[^.a-z_]sleep\(' -- 'Tests/*.swift' |
  check "tests that are switched off, or wait by the clock" || true

[ $bad = 0 ] || fail "lint found what stands above"
say "nothing to say"
