/**
 * A database that was restored knows nothing of what its trader did since the backup: the exchange does.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { instrumentIndex, ticks } from '../../src/core/units.ts'
import { type Instrument, formatPrice } from '../../src/market/instrument.ts'
import type { JournalRow } from '../../src/journal/journal.ts'
import { QuietWorld } from '../support/quiet-world.ts'

const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']

describe('S6 a restore', () => {
  const world = new QuietWorld()
  let stopBefore: readonly number[]
  let solAtVenue: number
  let resting: Awaited<ReturnType<QuietWorld['ask']>>
  const linkIds = (): string[] => {
    const { account } = world.host.exchange
    return [...account.open.values(), ...account.closed.all]
      .map((row) => (row as { orderLinkId: string }).orderLinkId)
      .filter((id) => id.startsWith('b1-'))
  }

  const belowTheMarket = (): string =>
    formatPrice(world.kernel.config.instruments[1] as Instrument, ticks(Math.round(world.kernel.portfolio.mark(instrumentIndex(1)) * 0.98)))
  const restingEntries = (): number =>
    SYMBOLS.flatMap((_, at) => world.host.exchange.venue.openOrders(instrumentIndex(at))).filter((order) => order.attached === undefined)
      .length

  beforeAll(async () => {
    await world.start()
    await world.ask({ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '200', stop: '20%' })
    await world.ask({ name: 'open', symbol: 'ETHUSDT', side: 'long', notional: '500', stop: '20%' })
    await world.pass(4_000)
    stopBefore = world.stops('ETHUSDT')
    const from = world.store.rows.length
    await world.ask({ name: 'open', symbol: 'SOLUSDT', side: 'long', notional: '300', stop: '20%' })
    await world.pass(4_000)
    // The backup is of the instant between an entry's input and its decision: the worst one.
    const cut = world.store.rows.findIndex((row, at) => at >= from && row.kind === 'input' && row.input.type === 'place-orders') + 1
    expect(cut).toBeGreaterThan(from)
    const rows: readonly JournalRow[] = structuredClone(world.store.rows.slice(0, cut))
    const snapshots = [...world.store.snapshots].filter(([seq]) => seq <= cut)
    const below =
      1 + Math.max(...rows.map((row) => (row.kind === 'fact' && row.fact.type === 'order-submitted' ? row.fact.command.orderId : 0)))

    await world.ask({ name: 'close', symbol: 'BTCUSDT' })
    resting = await world.ask({ name: 'open', symbol: 'ETHUSDT', side: 'long', notional: '300', limit: belowTheMarket(), stop: '20%' })
    await world.pass(4_000)
    expect([resting, restingEntries()]).toEqual([expect.objectContaining({ status: 'done' }), 1])
    world.kill()
    await world.pass(10_000)

    world.store.rows.splice(0, world.store.rows.length, ...structuredClone(rows))
    world.store.snapshots.clear()
    for (const [seq, state] of snapshots) world.store.snapshots.set(seq, state)
    world.tag = 'quiet2'
    world.earlierTags = [{ tag: 'quiet1', below }]
    world.restored = { what: 'a backup', held: async () => undefined }
    solAtVenue = world.held('SOLUSDT').venue
    world.alerts.length = 0
    const started = await world.start()
    expect(started).toEqual({ ok: true, value: undefined })
    await world.pass(20_000)
  }, 60_000)

  test('books what happened since from the exchange, and starts with a hold', () => {
    for (const symbol of SYMBOLS) expect([symbol, world.held(symbol).books + external(symbol)]).toEqual([symbol, world.held(symbol).venue])
    expect(world.held('BTCUSDT').venue).toBe(0)
    expect(world.kernel.portfolio.ledger.wallet).toBe(world.host.exchange.venue.ledger.wallet)
    expect(world.holds).toContain('restored')
    expect(world.alerts).toContain('P2 trader.restored')
  })

  test('sends nothing a second time: what the backup left undecided was decided then', () => {
    expect([solAtVenue, world.held('SOLUSDT').venue]).toEqual([solAtVenue, solAtVenue])
    expect(solAtVenue).toBeGreaterThan(0)
    expect(linkIds().filter((id) => id.startsWith('b1-quiet2'))).toEqual([])
  })

  test('leaves stops where they stand, and takes off the entries that nobody waits for', () => {
    expect(world.stops('ETHUSDT')).toEqual(stopBefore)
    expect(world.stops('SOLUSDT')).toHaveLength(1)
    expect(restingEntries()).toBe(0)
  })

  test('enters nothing until a person resumes, and then under ids that were never used', async () => {
    const held = await world.ask({ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '200', stop: '20%' })
    expect(held?.status).toBe('refused')
    world.restored = undefined
    await world.startAgain()
    expect(world.holds).toContain('restored')
    await world.ask({ name: 'resume', scope: { type: 'account' }, isAdmin: true })
    expect(world.holds).not.toContain('restored')
    const opened = await world.ask({ name: 'open', symbol: 'BTCUSDT', side: 'long', notional: '200', stop: '20%' })
    await world.pass(4_000)
    expect([opened?.status, world.held('BTCUSDT').venue > 0]).toEqual(['done', true])
    const ids = linkIds()
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.some((id) => id.startsWith('b1-quiet2-'))).toBe(true)
  })

  const external = (symbol: string): number => world.kernel.portfolio.externalLots(instrumentIndex(SYMBOLS.indexOf(symbol)))
})
