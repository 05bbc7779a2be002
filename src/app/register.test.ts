/**
 * Symbols keep their numbers whatever the configuration becomes, and other steps are refused before anything is folded.
 * Never a real exchange: what it lists is written in the case.
 */
import { expect, test } from 'vitest'
import { MemoryStore } from '../../test/support/memory-journal.ts'
import type { Result } from '../core/result.ts'
import { instrumentIndex } from '../core/units.ts'
import type { InstrumentSpec } from '../market/instrument.ts'
import type { VenueError } from '../venue/bybit/error.ts'
import { registeredInstruments } from './register.ts'
import type { Wall } from './wall.ts'

const wall: Wall = { nowMs: () => 0, steadyMs: () => 0, every: () => () => {}, sleep: async () => {} }

function venueOf(steps: Readonly<Record<string, string>>) {
  return {
    instruments: async (symbols: readonly string[]): Promise<Result<InstrumentSpec[], VenueError>> => {
      const missing = symbols.find((symbol) => steps[symbol] === undefined)
      if (missing !== undefined)
        return { ok: false, error: { type: 'invalid-request', code: 'symbol', detail: `${missing} is not listed` } }
      return {
        ok: true,
        value: symbols.map((symbol, at) => ({
          index: instrumentIndex(at),
          venue: 'bybit',
          symbol,
          tickSize: steps[symbol] as string,
          lotSize: '0.001',
        })),
      }
    },
  }
}

const ALL = { BTCUSDT: '0.1', ETHUSDT: '0.01', SOLUSDT: '0.01' }
const boot = (store: MemoryStore, symbols: readonly string[], steps: Readonly<Record<string, string>> = ALL) =>
  registeredInstruments(symbols, venueOf(steps), store.open(), wall)
const shown = async (answer: ReturnType<typeof boot>): Promise<string[]> => {
  const instruments = await answer
  if (!instruments.ok) throw new Error(instruments.error.sentence)
  return instruments.value.map((i) => `${i.index} ${i.symbol} ${i.status}`)
}

test('another order, one less, one more: a number goes on meaning its symbol', async () => {
  const store = new MemoryStore()
  expect(await shown(boot(store, ['BTCUSDT', 'ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading'])
  expect(await shown(boot(store, ['ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading'])
  expect(await shown(boot(store, ['SOLUSDT', 'ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading', '2 SOLUSDT trading'])
})

test('a former symbol that the exchange does not list any more is closed; one that is asked for stops the start', async () => {
  const store = new MemoryStore()
  await boot(store, ['BTCUSDT', 'ETHUSDT'])
  const { BTCUSDT: _gone, ...rest } = ALL
  expect(await shown(boot(store, ['ETHUSDT'], rest))).toEqual(['0 BTCUSDT closed', '1 ETHUSDT trading'])
  expect(await boot(store, ['BTCUSDT'], rest)).toMatchObject({ ok: false, error: { sentence: 'BTCUSDT is not listed.' } })
})

test('other steps are refused: rows of the journal count in the old ones. Another spelling of the same step is not another step', async () => {
  const store = new MemoryStore()
  await boot(store, ['BTCUSDT'])
  expect((await boot(store, ['BTCUSDT'], { BTCUSDT: '0.10' })).ok).toBe(true)
  const changed = await boot(store, ['BTCUSDT'], { BTCUSDT: '0.01' })
  expect(changed).toMatchObject({ ok: false, error: { sentence: expect.stringContaining('price 0.1 → 0.01') } })
})
