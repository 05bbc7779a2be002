#!/usr/bin/env bash
# mathjs 15.2.0 (the expression parser)
#
# Behavior: "100 + 5%" is 105, but as soon as a plus or minus follows, the percent sign is read as the remainder of a division:
# "100 + 5% + 5%" is 100 + (5 mod +0.05), which is 100. No error; parentheses around the first step give 110.25.
#
# Cost: people write a target as "entry + fee + spread" in per cent. One cost works, and with a second both vanish: the order is placed at the
# entry itself. Where the number that follows does not divide the first evenly, some other small figure comes out.
#
# Ballast: evaluates no formula that people type.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error mathjs@15.2.0 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { evaluate, parse } from 'mathjs'

const formulas = ['64000 + 0.1%', '64000 + 0.1% + 0.02%', '64000 + 0.1% + 3', '(64000 + 0.1%) + 0.02%']
const seen = formulas.map((formula) => evaluate(formula))

console.log('mathjs 15.2.0')
console.log('Expected: 64064, 64076.8128, 64067, 64076.8128')
formulas.forEach((formula, at) => {
  console.log(`Seen:     ${formula} is ${seen[at]}, read as ${parse(formula).toString({ parenthesis: 'all' })}`)
})
assert.deepEqual(seen.slice(0, 3), [64_064, 64_000, 64_000.1])
assert.ok(Math.abs(seen[3] - 64_076.8128) < 1e-6)
SEEN
node seen.mjs
