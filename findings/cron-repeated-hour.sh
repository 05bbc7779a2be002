#!/usr/bin/env bash
# cron-parser 5.10.3 (the version that bullmq 6.7.0 schedules with), next to croner 11.0.1
#
# Behavior: on the night when clocks go back, a pattern with a range of hours loses the whole repeated hour: "each 15 minutes from 0 to 22"
# runs at 01:45 and then not for 75 minutes. With a star for the hour, which names those hours too, no run is lost; croner loses none.
#
# Cost: the range is how a team spares the hour of the venue's maintenance. Once a year the check of margin or the roll of a stop is silent for
# more than an hour, on a Sunday night, and the log shows no failed job, for none was ever planned.
#
# Ballast: gives each pattern the zone UTC (jobs/queues.ts), where no hour repeats.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error cron-parser@5.10.3 croner@11.0.1 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { CronExpressionParser } from 'cron-parser'
import { Cron } from 'croner'

const zone = 'America/New_York'
const start = new Date('2024-11-03T05:20:00Z')
const parsed = (pattern, tz) => {
  const runs = CronExpressionParser.parse(pattern, { tz, currentDate: start })
  return Array.from({ length: 4 }, () => runs.next().toDate().toISOString().slice(11, 16))
}
const croned = (pattern) => new Cron(pattern, { timezone: zone, paused: true }).nextRuns(4, start).map((at) => at.toISOString().slice(11, 16))
const range = '*/15 0-22 * * *'
const seen = { range: parsed(range, zone), star: parsed('*/15 * * * *', zone), utc: parsed(range, 'UTC'), croner: croned(range) }

console.log('cron-parser 5.10.3, croner 11.0.1')
console.log(`Asked:    the next four runs after 2024-11-03 05:20 UTC (01:20 in New York, 40 minutes before the clocks go back).`)
console.log('Expected: 05:30, 05:45, 06:00, 06:15 UTC')
console.log(`Seen:     cron-parser, hours 0-22:        ${seen.range.join(', ')}`)
console.log(`          cron-parser, hours *:           ${seen.star.join(', ')}`)
console.log(`          cron-parser, hours 0-22 in UTC: ${seen.utc.join(', ')}`)
console.log(`          croner, hours 0-22:             ${seen.croner.join(', ')}`)
const all = ['05:30', '05:45', '06:00', '06:15']
assert.deepEqual(seen, { range: ['05:30', '05:45', '07:00', '07:15'], star: all, utc: all, croner: all })
SEEN
node seen.mjs
