#!/usr/bin/env bash
# @duckdb/node-api 1.5.6-r.1 writes, parquet-wasm 0.8.0 reads, apache-arrow 21.2.0 shows
#
# Behavior: a DECIMAL(18,2) price of 1.50 comes out of the Arrow table as 150, in text, as a number and in JSON: the scale stands in the
# schema and is applied nowhere. Adding 1 to the value gives the text '1501'.
#
# Cost: three sound tools in a row, and each price is a hundred times too large while a quantity with eight places is a hundred million times
# too large: one factor per column, so a quick look at a chart of one column shows the right shape. A sum begun with a number turns into text.
#
# Ballast: does not use this road; it reads Parquet with another library, which applies the scale (src/files/parquet-table.ts).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error @duckdb/node-api@1.5.6-r.1 parquet-wasm@0.8.0 apache-arrow@21.2.0 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { readParquet } from 'parquet-wasm'

const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(
  "copy (select 1.50::decimal(18,2) as price, 0.00000012::decimal(18,8) as quantity) to 'trades.parquet' (format parquet)",
)
const back = (await connection.runAndReadAll("select price::varchar, quantity::varchar from 'trades.parquet'")).getRowsJson()[0]
const table = tableFromIPC(readParquet(new Uint8Array(readFileSync('trades.parquet'))).intoIPCStream())
const price = table.getChild('price').get(0)
const quantity = table.getChild('quantity').get(0)

console.log('@duckdb/node-api 1.5.6-r.1, parquet-wasm 0.8.0, apache-arrow 21.2.0')
console.log(`File:     price ${back[0]}, quantity ${back[1]} (DuckDB reads its own file back).`)
console.log('Expected: 1.50 and 0.00000012, or no way to use them as numbers.')
console.log(`Seen:     price ${price} of type ${table.schema.fields[0].type}, quantity ${quantity}`)
console.log(`          Number(price) is ${Number(price)}, price * 2 is ${price * 2}, price + 1 is '${price + 1}', the table prints ${String(table).replace(/\s+/g, ' ')}`)
assert.deepEqual(back, ['1.50', '0.00000012'])
assert.deepEqual([String(price), String(quantity), Number(price), price * 2, price + 1], ['150', '12', 150, 300, '1501'])
assert.equal(table.schema.fields[0].type.scale, 2)
SEEN
node seen.mjs
