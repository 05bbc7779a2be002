#!/usr/bin/env bash
# pg 8.23.1, next to postgres 3.4.9, on Postgres through @electric-sql/pglite 0.5.14
#
# Behavior: pg hands over a numeric as text, with all its digits, but an array of numeric as JavaScript numbers, with the digits cut to
# a double. The same value in the same row is exact as a column and inexact inside array_agg; bigint arrays stay text.
#
# Cost: a team relies on "numeric is text" and one day gathers the fills of an order with array_agg to save a query. Nothing fails: arrays of
# numbers even add up with +, where the text did not, and the last places of each amount are gone before the ledger sees them.
#
# Ballast: does not gather amounts into arrays; what its reads hand over as amounts is cast to text in the query (db/reads.ts).
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
await database.exec(`create table fills (id int, amount numeric, trade bigint);
  insert into fills values (1, 123456789012.12345678, 9007199254740993), (2, 1.50, 1)`)
const query = `select max(amount) as one, array_agg(amount order by id) as all, array_agg(trade order by id) as trades from fills`

const client = new pg.Client(login)
await client.connect()
const seen = (await client.query(query)).rows[0]
await client.end()

const sql = postgres({ ...login, max: 1 })
const [other] = await sql.unsafe(query)
await sql.end()
await server.stop()
await database.close()

console.log('pg 8.23.1 and postgres 3.4.9')
console.log('Stored:   numeric 123456789012.12345678 and 1.50')
console.log('Expected: the column and array_agg of the column have one form.')
console.log('Seen:     pg:      ', seen)
console.log('          postgres:', { ...other })
assert.deepEqual(seen, { one: '123456789012.12345678', all: [123456789012.12346, 1.5], trades: ['9007199254740993', '1'] })
assert.deepEqual({ ...other }, { one: '123456789012.12345678', all: ['123456789012.12345678', '1.50'], trades: ['9007199254740993', '1'] })
SEEN
node seen.mjs
