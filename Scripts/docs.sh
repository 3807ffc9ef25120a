#!/usr/bin/env bash
# Writes the reference pages anew from the program's own tables.
# A test fails where a page and its table disagree; this brings them together again.
set -euo pipefail
cd "$(dirname "$0")/.."
. Scripts/common.sh

export SWIFT_BACKTRACE=enable=no
step "Writing docs/configuration.md, docs/fields.md and docs/termination-states.md from their tables"
WEIR_WRITE_DOCS=1 swift test --disable-xctest --filter 'ReferencePage|LogRecordsTests.Tables'
git --no-pager diff --stat -- docs || true
