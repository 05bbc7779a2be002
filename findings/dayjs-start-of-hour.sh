#!/usr/bin/env bash
# dayjs 1.11.23 with its utc and timezone plugins, next to luxon 3.7.2
#
# Behavior: on the two days of the year when clocks change, startOf('hour') in a named zone gives a wrong hour: a start later than the moment
# itself in spring, and in autumn one that is an hour too early, so that two hours share a start. It also depends on the machine's own zone.
#
# Cost: the start of the hour is the key of an hourly candle. In spring the first trades after the change are booked into an hour that has not
# begun, so a backtest sees a candle before its time; in autumn two candles melt into one with twice the volume.
#
# Ballast: cuts candles by whole ms since 1970, in UTC (src/market/candles/interval.ts); no zone takes part.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error dayjs@1.11.23 luxon@3.7.2 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import dayjs from 'dayjs'
import timezone from 'dayjs/plugin/timezone.js'
import utc from 'dayjs/plugin/utc.js'
import { DateTime } from 'luxon'

dayjs.extend(utc)
dayjs.extend(timezone)
const zone = 'America/New_York'
const clock = (at) => at.toISOString().slice(11, 16)
const starts = (day, hours) => ({
  at: hours.map((hour) => `0${hour}:20`),
  dayjs: hours.map((hour) => clock(dayjs.utc(`${day}T0${hour}:20:00Z`).tz(zone).startOf('hour').toDate())),
  luxon: hours.map((hour) => clock(DateTime.fromISO(`${day}T0${hour}:20:00Z`, { zone }).startOf('hour').toJSDate())),
})
const spring = starts('2024-03-10', [6, 7])
const autumn = starts('2024-11-03', [5, 6, 7])

console.log('dayjs 1.11.23, luxon 3.7.2, machine in UTC, zone', zone)
console.log('Expected: the hour of 07:20 UTC starts at 07:00 UTC, on each day of the year.')
for (const [day, seen] of [['2024-03-10', spring], ['2024-11-03', autumn]])
  console.log(`Seen:     ${day} (UTC): moments ${seen.at.join(', ')}; dayjs ${seen.dayjs.join(', ')}; luxon ${seen.luxon.join(', ')}`)
assert.deepEqual(spring.dayjs, ['06:00', '08:00'])
assert.deepEqual(spring.luxon, ['06:00', '07:00'])
assert.deepEqual(autumn.dayjs, ['05:00', '05:00', '06:00'])
assert.deepEqual(autumn.luxon, ['05:00', '06:00', '07:00'])
SEEN
TZ=UTC node seen.mjs
