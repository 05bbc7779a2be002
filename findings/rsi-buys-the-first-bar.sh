#!/usr/bin/env bash
# indicatorts 2.2.2 (an RSI strategy and the backtest of the same package)
#
# Behavior: the RSI has no warm-up: its first value is 0, whatever the period, and the ones after it come from one, two, three changes.
# The package's own RSI strategy takes that 0 for "oversold", so each of its backtests buys the first bar.
#
# Cost: the same strategy on the same days gives another result with each start date, since a bought first bar is part of it: here prices that
# only rise and prices that never move are both bought on day one. A grid of start dates then ranks the luck of the first bar.
#
# Ballast: an indicator is NaN until it has its period of changes (src/indicators/rsi.ts).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error indicatorts@2.2.2 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { Action, backtest, rsi, rsi2Strategy } from 'indicatorts'

const marketOf = (closings) => ({
  dates: closings.map((_, day) => new Date(Date.UTC(2024, 0, 1 + day))),
  openings: closings,
  highs: closings,
  lows: closings,
  closings,
  volumes: closings.map(() => 1),
})
const rising = Array.from({ length: 30 }, (_, day) => 100 + day)
const flat = rising.map(() => 100)
const values = rsi(rising, { period: 14 }).slice(0, 3)
const first = [rising, flat].map((closings) => rsi2Strategy(marketOf(closings))[0])
const [{ gain }] = backtest(marketOf(rising), [{ name: 'RSI', strategy: rsi2Strategy }])

console.log('indicatorts 2.2.2')
console.log('Closes:   30 days, each one higher than the last; and 30 days at one price.')
console.log('Expected: no RSI of 14 before 14 changes, and no purchase: nothing here was ever oversold.')
console.log(`Seen:     RSI(14) of the first three rising days: ${values.join(', ')}`)
console.log(`          Action on day one: ${first.map((action) => Action[action]).join(' (rising), ')} (flat); gain booked on the rising market: ${(gain * 100).toFixed(2)} %`)
assert.deepEqual(values, [0, 100, 100])
assert.deepEqual(first, [Action.BUY, Action.BUY])
assert.ok(Math.abs(gain - 0.01) < 1e-9)
SEEN
node seen.mjs
