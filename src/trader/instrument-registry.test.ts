/**
 * Symbols keep their numbers whatever the configuration becomes, and begin in the steps that the journal began with.
 */
import type { VenueError } from '../venue/port/error.ts'
import { expect, test } from 'vitest'
import { MemoryStore } from '../../test/support/kernel/memory-journal.ts'
import type { Result } from '../core/result.ts'
import { instrumentIndex } from '../core/units.ts'
import type { InstrumentSpec } from '../market/instrument.ts'

import { registeredInstruments } from './instrument-registry.ts'
import type { WallClock } from '../system/wall-clock.ts'

const wallClock: WallClock = { nowMs: () => 0, steadyMs: () => 0, every: () => () => {}, sleep: async () => {} }

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
  registeredInstruments(symbols, venueOf(steps), store.open(), wallClock)
const shown = async (answer: ReturnType<typeof boot>): Promise<string[]> => {
  const instruments = await answer
  if (!instruments.ok) throw new Error(instruments.error.sentence)
  return instruments.value.instruments.map((i) => `${i.index} ${i.symbol} ${i.status}`)
}

test('another order, one less, one more: a number keeps meaning its symbol', async () => {
  const store = new MemoryStore()
  expect(await shown(boot(store, ['BTCUSDT', 'ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading'])
  expect(await shown(boot(store, ['ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading'])
  expect(await shown(boot(store, ['SOLUSDT', 'ETHUSDT']))).toEqual(['0 BTCUSDT trading', '1 ETHUSDT trading', '2 SOLUSDT trading'])
})

test('a symbol of the journal that the exchange does not list any more is closed, asked for or not; one that was never here stops the start', async () => {
  const store = new MemoryStore()
  await boot(store, ['BTCUSDT', 'ETHUSDT'])
  const { BTCUSDT: _gone, ...rest } = ALL
  expect(await shown(boot(store, ['ETHUSDT'], rest))).toEqual(['0 BTCUSDT closed', '1 ETHUSDT trading'])
  expect(await shown(boot(store, ['BTCUSDT', 'ETHUSDT'], rest))).toEqual(['0 BTCUSDT closed', '1 ETHUSDT trading'])
  expect(await boot(store, ['ETHUSDT', 'XRPUSDT'], rest)).toMatchObject({ ok: false, error: { sentence: 'XRPUSDT is not listed.' } })
})

test('instruments begin in the steps of the journal, and what is listed now is reported beside them', async () => {
  const store = new MemoryStore()
  await boot(store, ['BTCUSDT'])
  const changed = await boot(store, ['BTCUSDT'], { BTCUSDT: '0.01' })
  expect(changed).toMatchObject({
    ok: true,
    value: { instruments: [{ tick: 1, priceScale: 1 }], listed: [{ tickSize: '0.01' }] },
  })
})

test('a country that is not served is said at the first answer, with what helps: nobody waits for it', async () => {
  let asked = 0
  const venue = {
    instruments: async (): Promise<Result<InstrumentSpec[], VenueError>> => {
      asked += 1
      return { ok: false, error: { type: 'retry-after', code: 'country', detail: 'Bybit refuses this country', waitMs: 600_000 } }
    },
  }
  expect(await registeredInstruments(['BTCUSDT'], venue, new MemoryStore().open(), wallClock)).toMatchObject({
    ok: false,
    error: { sentence: 'Bybit refuses this country.', next: 'A server elsewhere is needed; waiting does not help.' },
  })
  expect(asked).toBe(1)
})

test('margin tiers are listed beside, and never those that a journal begins with: a replay judges by what was journaled', async () => {
  const tiers = [{ valueMax: '1000', maintenanceRate: '0.01', deduction: '0', leverageMax: 10 }]
  const plain = venueOf(ALL)
  const venue = {
    instruments: async (symbols: readonly string[]) => {
      const found = await plain.instruments(symbols)
      return found.ok ? { ok: true as const, value: found.value.map((spec) => ({ ...spec, tiers })) } : found
    },
  }
  expect(await registeredInstruments(['BTCUSDT'], venue, new MemoryStore().open(), wallClock)).toMatchObject({
    ok: true,
    value: { instruments: [{ tiers: [] }], listed: [{ tiers }] },
  })
})
