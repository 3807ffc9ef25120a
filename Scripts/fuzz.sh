#!/usr/bin/env bash
# Fuzzes each parser in turn. FUZZ_SECONDS for each (30), FUZZ_TARGETS to pick some.
# The corpora in Tests/Corpora are the seeds; new inputs go to .build-fuzz/corpora, findings to
# .build-fuzz/findings. Put a finding, once understood, into Tests/Corpora, where every test run replays it.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

seconds=${FUZZ_SECONDS:-30}
scratch=.build-fuzz
flags=(-c release --scratch-path $scratch --sanitize=fuzzer -Xswiftc -DFUZZING --product weir-fuzz)
if command -v ld.lld >/dev/null; then flags+=(-Xswiftc -use-ld=lld); fi
export SWIFT_BACKTRACE=enable=no WEIR_FUZZ=1

step "Building the fuzzer"
swift build "${flags[@]}"
program=$(swift build "${flags[@]}" --show-bin-path)/weir-fuzz

targets="config format log-lines named-format postgres proxy-protocol relp spool syslog"
for target in ${FUZZ_TARGETS:-$targets}; do
  [[ " $targets " == *" $target "* ]] || fail "no fuzz target '$target'" "There are: $targets"
  seeds=("Tests/Corpora/$target")
  case $target in
    config) seeds+=(config Tests/Corpora/config-errors) ;;
    format) seeds+=(Tests/Corpora/format-haproxy) ;;
    named-format) seeds+=(logformats) ;;
  esac
  step "Fuzzing $target for ${seconds}s"
  mkdir -p "$scratch/corpora/$target" "$scratch/findings/$target"
  WEIR_FUZZ_TARGET=$target "$program" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
    -print_final_stats=1 -verbosity=1 -artifact_prefix="$scratch/findings/$target/" \
    "$scratch/corpora/$target" "${seeds[@]}" 2>&1 | tail -n 12 ||
    fail "$target: see $scratch/findings/$target" \
      "Again: WEIR_FUZZ_TARGET=$target $program $scratch/findings/$target/NAME"
done
