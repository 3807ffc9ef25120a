#!/usr/bin/env bash
# Runs every test with counters and prints the lines covered, a file each and in all.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

export SWIFT_BACKTRACE=enable=no
flags=(--scratch-path .build-coverage --disable-xctest)
step "Tests with coverage counters"
swift test --enable-code-coverage "${flags[@]}"
report=$(swift test "${flags[@]}" --show-codecov-path)
[ -s "$report" ] || fail "no coverage report at $report"
step "Lines covered"
python3 - "$report" "$PWD/Sources/" <<'PY'
import json, sys
report, sources = sys.argv[1], sys.argv[2]
rows, covered, count = [], 0, 0
for file in json.load(open(report))["data"][0]["files"]:
    if not file["filename"].startswith(sources):
        continue
    lines = file["summary"]["lines"]
    rows.append((file["filename"][len(sources):], lines["percent"]))
    covered += lines["covered"]
    count += lines["count"]
for name, percent in sorted(rows):
    print(f"    {percent:6.1f} %  {name}")
print(f"    {100 * covered / max(count, 1):6.1f} %  all {count} lines")
PY
