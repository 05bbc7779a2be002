#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 (DuckDB's median and quantile_cont)
#
# Behavior: over a DECIMAL column the median and the interpolated quantile are given the scale of the column, and what lies between two values
# is cut down to it. The average of the same two rows, and the median of the same rows as whole numbers or doubles, keep the half.
#
# Cost: prices are stored as DECIMAL to be exact, and just there the median of 0.01 and 0.02 is 0.01. Medians of spreads, slippage and fees
# lean downward by up to a whole step, which makes fills look cheaper than they were; on a coin that trades at few steps it is half the figure.
#
# Ballast: measures in its own code (src), and asks no database for a median.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error @duckdb/node-api@1.5.6-r.1 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { DuckDBInstance } from '@duckdb/node-api'

const connection = await (await DuckDBInstance.create(':memory:')).connect()
const ask = async (type) => {
  const sql = `select median(spread)::varchar, quantile_cont(spread, 0.5)::varchar, avg(spread)::varchar
    from (values (0.01::${type}), (0.02::${type})) spreads(spread)`
  return (await connection.runAndReadAll(sql)).getRowsJson()[0]
}
const exact = await ask('decimal(18,2)')
const double = await ask('double')
const whole = (await connection.runAndReadAll('select median(x)::varchar from (values (1::bigint), (2::bigint)) cents(x)')).getRowsJson()[0]

console.log('DuckDB', (await connection.runAndReadAll('select version()')).getRowsJson()[0][0], '(@duckdb/node-api 1.5.6-r.1)')
console.log('Rows:     two spreads, 0.01 and 0.02.')
console.log('Expected: a median of 0.015, whatever the type of the column.')
console.log(`Seen:     DECIMAL(18,2): median ${exact[0]}, quantile_cont ${exact[1]}, average ${exact[2]}`)
console.log(`          DOUBLE:        median ${double[0]}, quantile_cont ${double[1]}, average ${double[2]}`)
console.log(`          BIGINT 1 and 2 (the same in cents): median ${whole[0]}`)
assert.deepEqual(exact, ['0.01', '0.01', '0.015'])
assert.deepEqual(double, ['0.015', '0.015', '0.015'])
assert.deepEqual(whole, ['1.5'])
SEEN
node seen.mjs
