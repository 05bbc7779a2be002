#!/usr/bin/env bash
# technicalindicators 3.1.0, next to trading-signals 8.3.0
#
# Behavior: the RSI is rounded to two decimals inside the library, so 69.997 comes out as exactly 70. Its averages and Bollinger bands are
# not rounded, and trading-signals gives the unrounded RSI for the same prices.
#
# Cost: "RSI at or above 70" fires on bars where the RSI did not get there, and two bars with a different RSI compare as equal, so a cross is
# seen a bar early or not at all. A port of the strategy to another language or library trades on other bars, and nobody finds why.
#
# Ballast: keeps the RSI as it is calculated (src/indicators/rsi.ts) and rounds only for people.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error technicalindicators@3.1.0 trading-signals@8.3.0 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { RSI as Batch, SMA } from 'technicalindicators'
import { RSI as Stream } from 'trading-signals'

// Seven rises of 69997 and seven falls of 30003: by the definition the RSI over 14 is 100 * 69997 / 100000.
const closes = [1_000_000]
for (let pair = 0; pair < 7; pair += 1) closes.push(closes.at(-1) + 69_997, closes.at(-1) + 69_997 - 30_003)

const [batch] = Batch.calculate({ period: 14, values: closes })
const stream = new Stream(14)
let streamed
for (const close of closes) streamed = stream.update(close, false)
const [average] = SMA.calculate({ period: 3, values: [0.00001, 0.00002, 0.00004] })

console.log('technicalindicators 3.1.0, trading-signals 8.3.0')
console.log('Closes:   14 changes, gains of 69997 against losses of 30003.')
console.log('Expected: an RSI of 69.997, below 70.')
console.log(`Seen:     technicalindicators ${batch}, at or above 70: ${batch >= 70}`)
console.log(`          trading-signals ${streamed}, at or above 70: ${streamed >= 70}`)
console.log(`          An average of technicalindicators is not rounded: ${average}`)
assert.equal(batch, 70)
assert.ok(Math.abs(streamed - 69.997) < 1e-9)
assert.ok(Math.abs(average - 0.00007 / 3) < 1e-15)
SEEN
node seen.mjs
