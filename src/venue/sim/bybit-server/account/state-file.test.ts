/**
 * What of the simulator's files may be damaged: its clock, and not its account.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeExchange } from '../serve-exchange.ts'
import { StartError } from '../start-error.ts'
import { WALL_MS } from '../../../../../test/support/wire/bybit-server.ts'

let directory = ''
let stateFile = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ballast-state-'))
  stateFile = join(directory, 'sim.json')
  const { exchange, stateFile: file } = makeExchange({ seed: 5, speed: 60, stateFile }, WALL_MS)
  exchange.advance(WALL_MS + 5_000)
  file?.tick(WALL_MS + 5_000)
  expect(existsSync(`${stateFile}.clock`)).toBe(true)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const started = (told: string[] = []) => makeExchange({ seed: 5, speed: 60, stateFile, tell: (text) => told.push(text) }, WALL_MS + 6_000)

test('a sound clock is read without a word', () => {
  const told: string[] = []
  expect(started(told).exchange.source.now).toBeGreaterThan(0)
  expect(told).toEqual([])
})

test.each(['', '{"idPrefix":', 'null', '{}', '[1]', '{"source":{"now":"soon"}}'])(
  'a clock that reads %j is reported and left out',
  (text) => {
    writeFileSync(`${stateFile}.clock`, text)
    const told: string[] = []
    expect(started(told).exchange.account.changes).toBe(0)
    expect(told).toEqual([`${stateFile}.clock is damaged and left out: the market goes on from the last change of the account.`])
  },
)

test.each(['{"version":1', 'null', '{}'])('an account that reads %j is not replaced by a new one', (text) => {
  writeFileSync(stateFile, text)
  expect(() => started()).toThrow(StartError)
})

test('an account in which one digit was changed is refused; one that was saved before checksums were is read', () => {
  const text = readFileSync(stateFile, 'utf8')
  const at = text.indexOf('"createdWallMs":') + '"createdWallMs":'.length
  writeFileSync(stateFile, `${text.slice(0, at)}${(Number(text[at]) + 1) % 10}${text.slice(at + 1)}`)
  expect(() => started()).toThrow(/is damaged: it is not what was saved/)
  writeFileSync(stateFile, text.replace(/,"checksum":"[0-9a-f]+"\}$/, '}'))
  expect(started().exchange.account.changes).toBe(0)
  writeFileSync(stateFile, text)
  expect(started().exchange.account.changes).toBe(0)
})
