#!/usr/bin/env bash
# csv-parse 7.0.3 with `cast: true`, next to papaparse 5.7.1 with `dynamicTyping: true`
#
# Behavior: csv-parse turns each cell of hexadecimal digits after 0x into the number 0, whatever the digits; papaparse leaves it as it is.
# Both turn a symbol such as 1e5 into 100000.
#
# Cost: a history of deposits and withdrawals names each movement by its transaction hash. After the import all of them are called 0: whoever
# drops repeated rows by that name keeps one deposit of a whole year, and the balance that is built from them is short by the rest.
#
# Ballast: reads CSV with csv-parse without cast; each cell is text until the one reader of its column takes it (src/files/csv-rows.ts).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error csv-parse@7.0.3 papaparse@5.7.1 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { parse } from 'csv-parse/sync'
import Papa from 'papaparse'

const file = `transaction,coin,amount
0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae,USDT,1000
0x8f3cf7ad23cd3cadbd9735aff958023239c6a063,USDT,250
0x4e83362442b8d1bec281594cea3050c8eb01311c,1e5,40
`
const seen = parse(file, { columns: true, cast: true })
const other = Papa.parse(file, { header: true, dynamicTyping: true, skipEmptyLines: true }).data
const kept = new Map(seen.map((row) => [row.transaction, row]))

console.log('csv-parse 7.0.3, papaparse 5.7.1')
console.log('File:     three transfers with three hashes.')
console.log('Expected: three names, as text.')
console.log(`Seen:     csv-parse: ${seen.map(({ transaction }) => transaction).join(', ')}; the coin 1e5 is ${seen[2].coin}`)
console.log(`          Transfers left of three when told apart by hash: ${kept.size}`)
console.log(`          papaparse: ${other.map(({ transaction }) => transaction.slice(0, 8)).join(', ')}; the coin 1e5 is ${other[2].coin}`)
assert.deepEqual(seen.map(({ transaction }) => transaction), [0, 0, 0])
assert.equal(kept.size, 1)
assert.deepEqual(other.map(({ transaction }) => typeof transaction), ['string', 'string', 'string'])
assert.deepEqual([seen[2].coin, other[2].coin], [100_000, 100_000])
SEEN
node seen.mjs
