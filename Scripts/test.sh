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
swift test "$@" --filter '^EndToEnd\.' || status=$?
exit $status
