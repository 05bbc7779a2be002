#!/usr/bin/env bash
# postgres 3.4.9 (the driver "Postgres.js"), next to pg 8.23.1, on Postgres through @electric-sql/pglite 0.5.14
#
# Behavior: on a machine that is not set to UTC, a Date written to a `timestamp` column is written as UTC and read back as local time, so
# the driver does not get back the moment it wrote. Each time that a row is read and saved again it moves by the offset once more.
#
# Cost: a funding or fill time drifts by five hours at each save in New York, on a developer's machine only, while the server in UTC is
# right; the other common driver, pg, on the same table gets its own Date back, so moving from one to the other starts the drift.
#
# Ballast: stores each time as whole ms since 1970 in a bigint (db/schema.ts), which has no zone to lose.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "{}" >package.json
npm install --no-audit --no-fund --loglevel=error postgres@3.4.9 pg@8.23.1 @electric-sql/pglite@0.5.14 @electric-sql/pglite-socket@0.2.17 >/dev/null

cat >seen.mjs <<'SEEN'
import assert from 'node:assert/strict'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'
import postgres from 'postgres'

// PGlite is Postgres itself, built to run inside Node; both drivers reach it over a socket file in this folder.
const database = await PGlite.create()
const server = new PGLiteSocketServer({ db: database, path: `${process.cwd()}/.s.PGSQL.5432` })
await server.start()
const login = { host: process.cwd(), port: 5432, user: 'postgres', database: 'postgres' }
await database.exec('create table fills (id int, filled_at timestamp); insert into fills values (1, null), (2, null)')
const filledAt = new Date('2024-01-01T00:00:00Z')

const sql = postgres({ ...login, max: 1 })
await sql`update fills set filled_at = ${filledAt} where id = 1`
const seen = []
for (let save = 1; save <= 3; save += 1) {
  const [row] = await sql`select filled_at from fills where id = 1`
  seen.push(row.filled_at.toISOString())
  await sql`update fills set filled_at = ${row.filled_at} where id = 1`
}
await sql.end()

const client = new pg.Client(login)
await client.connect()
await client.query('update fills set filled_at = $1 where id = 2', [filledAt])
const other = (await client.query('select filled_at from fills where id = 2')).rows[0].filled_at.toISOString()
await client.end()
await server.stop()
await database.close()

console.log('postgres 3.4.9 and pg 8.23.1, TZ=America/New_York')
console.log(`Written:  ${filledAt.toISOString()} to a column of type timestamp; then read and saved unchanged, three times.`)
console.log('Expected: the same moment at each read.')
console.log(`Seen:     postgres reads ${seen.join(', then ')}`)
console.log(`          pg reads ${other}`)
assert.deepEqual(seen, ['2024-01-01T05:00:00.000Z', '2024-01-01T10:00:00.000Z', '2024-01-01T15:00:00.000Z'])
assert.equal(other, filledAt.toISOString())
SEEN
TZ=America/New_York node seen.mjs
