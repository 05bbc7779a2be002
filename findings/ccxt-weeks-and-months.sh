#!/usr/bin/env bash
# ccxt 4.5.84 (candles built from trades)
#
# Behavior: buildOHLCVC starts a week on Thursday, for the library counts weeks from the first day of 1970, and a "1M" candle is a block of
# 30 days counted from that day, which begins anywhere in the month. A trader's week begins on Monday and a month on the first.
#
# Cost: one builds the last, still open candle from trades and lays it after the venue's finished ones: beside weeks from Monday it then
# has the high and low of other days than they have, and a month can begin on the 18th. The columns look entirely sound.
#
# Ballast: weeks begin on Monday (src/market/candles/interval.ts), and a file whose weeks begin on another day is refused with that day's name
# (src/market/candles/file-interval.ts); months are no interval.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error ccxt@4.5.84 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import ccxt from 'ccxt'

const bybit = new ccxt.bybit()
const build = (interval, times) =>
  bybit
    .buildOHLCVC(times.map((time) => ({ timestamp: Date.parse(`${time}Z`), price: 1, amount: 1 })), interval)
    .map(([start, , , , , , count]) => [new Date(start).toISOString().slice(0, 10), count])

// 2024-01-01 was a Monday.
const weeks = build('1w', ['2024-01-01T00:00', '2024-01-03T23:00', '2024-01-04T00:00', '2024-01-07T23:00'])
const months = build('1M', ['2024-01-01T00:00', '2024-01-31T23:00', '2024-02-01T00:00', '2024-02-29T23:00'])

console.log('ccxt 4.5.84')
console.log('Trades:   on Mon 1, Wed 3, Thu 4 and Sun 7 January 2024; and on 1 and 31 January, 1 and 29 February.')
console.log('Expected: one week from Monday 2024-01-01 with 4 trades; two months, from 2024-01-01 and 2024-02-01, with 2 each.')
console.log('Seen:     weeks', JSON.stringify(weeks), 'months', JSON.stringify(months))
assert.deepEqual(weeks, [['2023-12-28', 2], ['2024-01-04', 2]])
assert.deepEqual(months, [['2023-12-19', 1], ['2024-01-18', 2], ['2024-02-17', 1]])
SEEN
node seen.mjs
