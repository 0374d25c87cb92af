#!/usr/bin/env bash
# Runs the end-to-end suites, or those that are named: `npm run test:e2e [-- names, options of jest]`
set -euo pipefail
run() { npx jest --config test/e2e/jest.config.json --ci --forceExit --testPathIgnorePatterns='crash.*e2e' "$@"; }

if [[ $# -gt 0 ]]; then
  run --runInBand "$@"
  exit
fi
# Two of these can run at a time: they use no fixed ports, and do not measure how fast something happens.
together='/(backfill|deploy|diff-and-status|life-cycle|preferences|replica-audit|replica-states|replication-drill|user-preferences)[a-z-]*\.e2e'
run --maxWorkers=2 --testPathPatterns="$together"
run --runInBand --testPathIgnorePatterns="$together"
