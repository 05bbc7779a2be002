#!/usr/bin/env bash
# postgres 3.4.9 (the driver "Postgres.js"), next to pg 8.23.1, on Postgres through @electric-sql/pglite 0.5.14
#
# Behavior: a time given as TEXT with microseconds, to a column that keeps microseconds, is stored cut to milliseconds: the driver sees that
# the parameter is a timestamp, takes the text through a JavaScript Date and sends what is left. pg sends the same text as it is.
#
# Cost: text is what one uses to keep the digits. A page that goes on "after the last time seen" asks with a cut time and is given the last
# row again: here a sum over pages counts a fill twice, and a reader that takes one row a page never gets past it.
#
# Ballast: passes times as whole ms in a bigint (db/schema.ts) and the order of a journal as a sequence number, not as a timestamp.
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
await database.exec(`create table fills (filled_at timestamptz, quantity numeric);
  insert into fills values ('2024-01-01 00:00:00.123456+00', 2), ('2024-01-01 00:00:00.123789+00', 3)`)
const given = '2024-01-01T00:00:00.123789Z'

const sql = postgres({ ...login, max: 1 })
const [{ kept }] = await sql`select ${given}::timestamptz::text as kept`
const again = (await sql`select quantity from fills where filled_at > ${given} order by filled_at`).map(({ quantity }) => quantity)
await sql.end()

const client = new pg.Client(login)
await client.connect()
const other = (await client.query('select $1::timestamptz::text as kept', [given])).rows[0].kept
const none = (await client.query('select quantity from fills where filled_at > $1 order by filled_at', [given])).rows
await client.end()
await server.stop()
await database.close()

console.log('postgres 3.4.9 and pg 8.23.1')
console.log(`Given:    the text ${given} as a parameter, which is the time of the last of two fills.`)
console.log('Expected: Postgres gets all six places; no fill is later.')
console.log(`Seen:     postgres sends ${kept}; fills later than it: ${again.length} (quantities ${again.join(', ')})`)
console.log(`          pg sends ${other}; fills later than it: ${none.length}`)
assert.equal(kept, '2024-01-01 00:00:00.123+00')
assert.deepEqual(again, ['2', '3'])
assert.equal(other, '2024-01-01 00:00:00.123789+00')
assert.deepEqual(none, [])
SEEN
TZ=UTC node seen.mjs
