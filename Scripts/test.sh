#!/usr/bin/env bash
# test.sh FLAG...: every test, with these flags of `swift test`: the modules first, then the program
# beside real peers, alone, since these tests measure times. What fails in one does not hide the other.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

status=0
step "The modules"
swift test "$@" --skip '^EndToEnd\.' || status=$?
step "The program beside real peers"
if ! swift test "$@" --filter '^EndToEnd\.'; then
  # Real servers, clocks and signals: on a shared machine one test in hundreds may meet a moment that
  # it was not made for. Continuous integration asks once more, and says so; a desk is told at once.
  if [ "${CI:-}" = true ]; then
    say "WARNING: a test failed above; all of them run once more, and the second run decides"
    swift test "$@" --filter '^EndToEnd\.' || status=$?
  else
    status=1
  fi
fi
exit $status
