#!/usr/bin/env bash
# mathjs 15.2.0 (floor of a BigNumber), next to the BigNumber's own floor
#
# Behavior: floor compares with a relative tolerance before it cuts, for exact decimals too, so floor(bignumber('12345678.99999')) is 12345679.
# The same object's own method gives 12345678, and so does a string of the same digits through decimal.js.
#
# Cost: floor is what one sells a holding with, down to the lot. From ten million coins on, as coins of tiny price are held,
# a lot can be rounded up beyond the balance: the venue refuses the order that was to close the position, on a few balances out of many.
#
# Ballast: rounds whole numbers with whole numbers, each time in a named direction (src/core/decimal.ts).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error mathjs@15.2.0 decimal.js@10.6.0 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import Decimal from 'decimal.js'
import { all, create } from 'mathjs'

const math = create(all)
const held = '12345678.99999'
const seen = {
  floor: String(math.floor(math.bignumber(held))),
  floorToCents: String(math.floor(math.bignumber(held), 2)),
  own: String(math.bignumber(held).floor()),
  decimal: String(new Decimal(held).floor()),
  isMore: math.larger(math.bignumber('12345679'), math.bignumber('12345678.99999')),
}

console.log('mathjs 15.2.0, decimal.js 10.6.0')
console.log(`Held:     ${held} coins, sold in whole coins.`)
console.log('Expected: 12345678')
console.log(`Seen:     math.floor ${seen.floor}, to two places ${seen.floorToCents}; the number's own floor ${seen.own}; decimal.js ${seen.decimal}`)
console.log(`          math.larger(12345679, ${held}) is ${seen.isMore}: a check against the balance passes the wrong lot`)
assert.deepEqual(seen, { floor: '12345679', floorToCents: '12345679', own: '12345678', decimal: '12345678', isMore: false })
SEEN
node seen.mjs
