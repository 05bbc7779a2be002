#!/usr/bin/env bash
# accounting 0.4.1, currency.js 2.0.4 and numeral 2.0.6 (money formatters), fed by JavaScript's own text of a small number
#
# Behavior: JavaScript writes 0.00000025 as 2.5e-7. accounting drops the e and reads 2.5, currency.js reads NaN, and numeral formats the number
# as the text NaN; of 1.5e3 both accounting and currency.js make 1.53.
#
# Cost: the price of a coin below a millionth passes through text once (JSON, a CSV, a chat message) and is shown, or booked, ten million times
# too large. The error appears only below 0.000001, so each test with ordinary prices is green until such a coin is traded.
#
# Ballast: amounts are whole numbers of a smallest unit inside and plain digits on the wire (src/core/decimal.ts); no money formatter is used.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error accounting@0.4.1 currency.js@2.0.4 numeral@2.0.6 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import accounting from 'accounting'
import currency from 'currency.js'
import numeral from 'numeral'

const price = 0.00000025
const text = String(price)
const seen = {
  accounting: [accounting.unformat(text), accounting.formatMoney(text), accounting.unformat('1.5e3')],
  currency: [currency(text, { precision: 10 }).value, currency('1.5e3').value],
  numeral: [numeral(text).value(), numeral(price).format('0.0000000000'), numeral(0.0000025).format('0.0000000000')],
}

console.log('accounting 0.4.1, currency.js 2.0.4, numeral 2.0.6')
console.log(`Price:    0.00000025, which JavaScript writes as ${text}`)
console.log('Expected: 0.00000025, and 1500 for 1.5e3, or an error.')
console.log(`Seen:     accounting:  value ${seen.accounting[0]}, as money ${seen.accounting[1]}; 1.5e3 is ${seen.accounting[2]}`)
console.log(`          currency.js: value ${seen.currency[0]}; 1.5e3 is ${seen.currency[1]}`)
console.log(`          numeral:     value ${seen.numeral[0]}, as text '${seen.numeral[1]}' (and 0.0000025 as '${seen.numeral[2]}')`)
assert.deepEqual(seen, {
  accounting: [2.5, '$2.50', 1.53],
  currency: [Number.NaN, 1.53],
  numeral: [price, 'NaN', '0.0000025000'],
})
SEEN
node seen.mjs
