#!/usr/bin/env bash
# papaparse 5.7.1 (guess of the delimiter, with `dynamicTyping: true`)
#
# Behavior: in a file cut by semicolons with decimal commas, such as European brokers export, the comma is taken for the delimiter when the
# file has no header, since it stands equally often in each row. The cells that remain are partly numbers, and no error is reported.
#
# Cost: row after row has the expected three fields, and the third is a number: the tenths of the quantity. 0,2 is read as 2 and 0,1 as 1, so a
# position of 0.3 coins is taken for 3. With a header line on the same rows the guess is right, so the file that was tested is not the one
# that comes.
#
# Ballast: where both cut the first line equally often it takes the semicolon, and then the decimal mark from the cells (src/files/csv-head.ts).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error papaparse@5.7.1 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import Papa from 'papaparse'

const rows = '1;64123,5;0,2\n2;64124,5;0,1\n3;64125,5;0,3\n'
const read = (text, header) => Papa.parse(text, { header, dynamicTyping: true, skipEmptyLines: true })
const bare = read(rows, false)
const headed = read(`time;price;quantity\n${rows}`, true)

console.log('papaparse 5.7.1')
console.log('File:     time;price;quantity with quantities 0,2 and 0,1 and 0,3 (decimal commas), once without and once with a header.')
console.log('Expected: the delimiter ; in both, or an error.')
console.log(`Seen:     without a header: delimiter '${bare.meta.delimiter}', errors ${bare.errors.length}, rows ${JSON.stringify(bare.data)}`)
console.log(`          with a header: delimiter '${headed.meta.delimiter}', first row ${JSON.stringify(headed.data[0])}`)
assert.equal(bare.meta.delimiter, ',')
assert.deepEqual(bare.errors, [])
assert.deepEqual(bare.data, [
  ['1;64123', '5;0', 2],
  ['2;64124', '5;0', 1],
  ['3;64125', '5;0', 3],
])
assert.equal(headed.meta.delimiter, ';')
assert.deepEqual(headed.errors, [])
SEEN
node seen.mjs
