#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 (DuckDB's CSV reader)
#
# Behavior: the type of a CSV column is guessed from the first rows, and when a later row of a column guessed as whole numbers holds a
# fraction, the fraction is rounded away. No error, no warning, no rejected row: 0.4 becomes 0 and 1.7 becomes 2.
#
# Cost: a tick file of a contract that trades in whole lots at first and in fractions after a change of the lot size loads cleanly, and every
# volume, VWAP and notional after the change is wrong. The count of rows still agrees, so the usual check of a load passes.
#
# Ballast: guesses no type per column. src/market/files reads each number of each row for itself, as decimal digits.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error @duckdb/node-api@1.5.6-r.1 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const lots = (count, quantity) => Array.from({ length: count }, (_, at) => `${1704067200 + at},${quantity}\n`).join('')
writeFileSync('ticks.csv', `time,quantity\n${lots(21_000, '1')}${lots(1_000, '0.4')}${lots(1_000, '1.7')}`)

const connection = await (await DuckDBInstance.create(':memory:')).connect()
const ask = async (source) => {
  const sql = `select typeof(any_value(quantity)), count(*)::integer, round(sum(quantity), 6)::varchar, sum((quantity = 0)::integer)::integer from ${source}`
  return (await connection.runAndReadAll(sql)).getRowsJson()[0]
}
const guessed = await ask("read_csv('ticks.csv')")
const whole = await ask("read_csv('ticks.csv', sample_size = -1)")

console.log('DuckDB', (await connection.runAndReadAll('select version()')).getRowsJson()[0][0], '(@duckdb/node-api 1.5.6-r.1)')
console.log('File:     21000 rows of quantity 1, then 1000 of 0.4 and 1000 of 1.7: volume 23100.')
console.log('Expected: volume 23100, or an error that names line 21002.')
console.log(`Seen:     type ${guessed[0]}, ${guessed[1]} rows, volume ${guessed[2]}, ${guessed[3]} rows of quantity 0. No error.`)
console.log(`          With the whole file as the sample: type ${whole[0]}, volume ${whole[2]}.`)
assert.deepEqual(guessed, ['BIGINT', 23_000, '23000', 1_000])
assert.deepEqual(whole, ['DOUBLE', 23_000, '23100.0', 0])
SEEN
node seen.mjs
