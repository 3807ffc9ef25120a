#!/usr/bin/env bash
# sanitize.sh address|thread: every test under a sanitizer, in a build folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

kind=${1:-}
case $kind in
  address) scratch=.build-asan ;;
  thread) scratch=.build-tsan ;;
  *) fail "sanitize.sh address|thread" ;;
esac

flags=(--scratch-path "$scratch" --sanitize="$kind" --disable-xctest)
if command -v ld.lld >/dev/null; then flags+=(-Xswiftc -use-ld=lld); fi
export SWIFT_BACKTRACE=enable=no WEIR_SANITIZER=$kind
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:abort_on_error=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}

step "Building with --sanitize=$kind (in $scratch)"
swift build --build-tests "${flags[@]}"
step "Every test under --sanitize=$kind"
Scripts/test.sh --skip-build "${flags[@]}"
