/**
 * Other strategies while the trader runs: changed between two bars, with positions kept or closed, and the same after a start in between.
 */
import { expect, test } from 'vitest'
import { type PlanSpec, type StrategyPlan, planOf } from '../../src/config/strategy-plan.ts'
import { instrumentIndex, strategyId } from '../../src/core/units.ts'
import { formatQuantity } from '../../src/market/instrument.ts'
import type { StrategyAsk } from '../../src/kernel/trader-command.ts'
import { QuietWorld } from '../support/quiet-world.ts'
import { ScriptedPlans } from '../support/scripted-plans.ts'

const BTC = instrumentIndex(0)
const ETH = instrumentIndex(1)
const ID = strategyId('trend')

const plan = (spec: PlanSpec): StrategyPlan => {
  const found = planOf(spec)
  if (!found.ok) throw new Error(found.error)
  return found.value
}
const trend = (entry: number, symbols = ['BTCUSDT'], id = 'trend') =>
  plan({ id, strategy: 'donchian-breakout', symbols, params: { entry, exit: entry, atr: 5, stopAtr: 8 } })

const manual = ['ETHUSDT', 'SOLUSDT']
const listed = (plans: readonly StrategyPlan[], byHand = manual) => ({ plans, manual: byHand })

/** A trader of one strategy, and what each ask makes of its list. */
async function begun(next: (ask: StrategyAsk) => ReturnType<typeof listed> | string, first = listed([trend(4)])): Promise<QuietWorld> {
  const world = new QuietWorld('sim', 3, false, new ScriptedPlans(first, next))
  const started = await world.start()
  if (!started.ok) throw new Error(started.error.sentence)
  return world
}

async function untilHeld(world: QuietWorld, symbol = 'BTCUSDT'): Promise<void> {
  for (let k = 0; k < 400 && world.held(symbol).books === 0; k++) await world.pass(500)
  if (world.held(symbol).books === 0) throw new Error('nothing was entered')
}

const reload = { name: 'strategies', ask: { type: 'reload' } } as const
const stopsAt = (world: QuietWorld, i = BTC) =>
  world.host.exchange.venue.openOrders(i).flatMap((o) => (o.attached === 'stop' ? [o.lots] : []))
const barsSeen = (world: QuietWorld): number =>
  (JSON.parse(JSON.stringify(world.kernel.runs[BTC]?.state)) as { entry: { seen: number } }).entry.seen

test('other parameters count from the next bar, the position stays with its stop, and the state begins anew over earlier bars', async () => {
  const world = await begun(() => listed([trend(5)]))
  await untilHeld(world)
  const held = world.held()
  const outcome = await world.ask(reload)
  expect(outcome).toMatchObject({ status: 'done' })
  expect(outcome?.text).toMatch(
    /^trend: entry 4 to 5, exit 4 to 5\. It starts from scratch over earlier bars, and its entries are canceled\. BTCUSDT (long|short) [\d.]+ stays with it, with its stop at [\d,.]+\.$/,
  )
  expect([world.held(), stopsAt(world)]).toEqual([held, [Math.abs(held.venue)]])
  expect(world.alerts).toEqual(expect.arrayContaining(['P4 strategies.changed', 'P4 strategy.changed']))
  expect(world.kernel.starts.identityOf(ID)).toContain('"entry":5')
  expect(world.startsAgain).toEqual([])
})

test('S14 it is the same trader after a start: what was changed runs on, with its mode', async () => {
  const world = await begun(() => listed([trend(5)]))
  await world.ask({ name: 'strategy', strategy: 'trend', mode: 'closing-only' })
  await world.ask(reload)
  const before = barsSeen(world)
  expect(before).toBeGreaterThan(5)
  expect(world.kernel.runs[BTC]?.mode).toBe('closing-only')
  world.kill()
  await world.start()
  expect([world.kernel.runs[BTC]?.mode, world.kernel.starts.identityOf(ID)?.includes('"entry":5')]).toEqual(['closing-only', true])
  // It goes on with what it knew, and with the bars of the time in between.
  expect(barsSeen(world)).toBeGreaterThanOrEqual(before)
})

test('one that is removed leaves its position with the stop and without an owner; with close it is closed', async () => {
  for (const closes of [false, true]) {
    const world = await begun(() => listed([]))
    await untilHeld(world)
    const outcome = await world.ask({ ...reload, closes })
    expect(outcome?.text).toMatch(closes ? /BTCUSDT .* is closed\.$/ : /BTCUSDT .* keeps its stop at [\d,.]+, and no strategy closes it\.$/)
    await world.pass(3_000)
    expect(world.kernel.portfolio.ownerOf(BTC)).toBeUndefined()
    expect([world.held().venue === 0, stopsAt(world).length]).toEqual([closes, closes ? 0 : 1])
  }
})

test('one that is added decides from the next bar on, warm, on a symbol that was traded by hand', async () => {
  const world = await begun(() => listed([trend(4), trend(3, ['ETHUSDT'], 'second')], ['SOLUSDT']))
  await world.pass(5_000)
  const outcome = await world.ask(reload)
  expect(outcome?.text).toBe(
    'second: added on ETHUSDT (donchian-breakout 1 built-in). It enters on its next fresh signal.\nNo longer by hand: ETHUSDT.',
  )
  expect(world.kernel.portfolio.ownerOf(ETH)).toBe('second')
  await untilHeld(world, 'ETHUSDT')
  expect(stopsAt(world, ETH)).toHaveLength(1)
})

test('S4 a position is not handed to another strategy under its symbol', async () => {
  const world = await begun(() => listed([trend(4, ['BTCUSDT'], 'heir')]))
  await untilHeld(world)
  expect(await world.ask(reload)).toMatchObject({
    status: 'refused',
    text: 'BTCUSDT has a position of trend, so heir cannot take it over. Close it first: /close BTCUSDT',
  })
  expect(world.kernel.portfolio.ownerOf(BTC)).toBe(ID)
  expect(world.plans.listed.plans[0]?.id).toBe('trend')
})

test('a symbol that the exchange does not list joins nothing', async () => {
  const world = await begun(() => listed([trend(4), trend(3, ['NOSUCHUSDT'], 'second')], []), listed([trend(4)], []))
  expect(await world.ask(reload)).toMatchObject({ status: 'refused', text: expect.stringContaining('NOSUCHUSDT') })
  expect([world.kernel.config.instruments.length, world.plans.listed.plans.length]).toEqual([1, 1])
})

test('a symbol that is new to the trader joins it while everything else continues: warm, with its stop, and the same after a kill', async () => {
  const first = listed([trend(4)], [])
  const world = await begun(() => listed([trend(4), trend(3, ['ETHUSDT'], 'second')], []), first)
  await untilHeld(world)
  const [run, held] = [world.kernel.runs[BTC], world.held()]
  const outcome = await world.ask(reload, 5_000)
  expect(outcome).toMatchObject({
    status: 'done',
    text: expect.stringContaining('ETHUSDT (second) is new here: its market data is subscribed'),
  })
  expect([world.startsAgain, world.kernel.runs[BTC] === run, world.held()]).toEqual([[], true, held])
  const { portfolio, config, bars } = world.kernel
  expect([portfolio.ownerOf(ETH), config.instruments[ETH]?.symbol]).toEqual(['second', 'ETHUSDT'])
  // It begins over the bars that its code asks for, up to the one that closed last.
  expect([bars[ETH]?.cursor, portfolio.barTs(ETH)]).toEqual([18, portfolio.barTs(BTC)])
  // Margin tiers are read as at a start.
  expect(config.instruments[ETH]?.tiers).toHaveLength(1)
  await untilHeld(world, 'ETHUSDT')
  expect(stopsAt(world, ETH)).toHaveLength(1)
  const books = JSON.stringify(world.kernel.portfolio.snapshot().positions)
  world.kill()
  expect((await world.start()).ok).toBe(true)
  expect([world.kernel.portfolio.ownerOf(ETH), JSON.stringify(world.kernel.portfolio.snapshot().positions)]).toEqual(['second', books])
})

test('S8 what others hold in a symbol that joins is theirs: its strategy does not count it', async () => {
  const world = await begun(() => listed([trend(4), trend(3, ['ETHUSDT'], 'second')], []), listed([trend(4)], []))
  world.order('Buy', '0.5', 'ETHUSDT')
  await world.pass(2_000)
  expect(await world.ask(reload, 5_000)).toMatchObject({ status: 'done' })
  const { portfolio } = world.kernel
  const instrument = portfolio.instrument(ETH)
  expect([portfolio.positionLots(ETH), formatQuantity(instrument, portfolio.externalLots(ETH))]).toEqual([0, '0.5'])
  expect(world.alerts).toContain('P1 external.position ETHUSDT')
})

test('S19 the connection of a symbol that joined is watched by itself', async () => {
  const world = await begun(() => listed([trend(4), trend(3, ['ETHUSDT'], 'second')], []), listed([trend(4)], []))
  await world.ask(reload, 5_000)
  expect(world.parts.get('stream-public')).toBe('ok: 2 of 2 connections up')
  const { host } = world
  const connect = host.connect.bind(host)
  host.connect = (line, end) => (line === 'public' ? undefined : connect(line, end))
  for (const each of host.connections) if (each.session.carries('ETHUSDT')) host.drop(each)
  await world.pass(5_000)
  expect(world.kernel.holds.map(({ scope, cause }) => [scope, cause])).toEqual([[{ type: 'symbol', instrument: ETH }, 'stale']])
})

test('S3 what was shown must still be true when it is confirmed', async () => {
  let entry = 5
  const world = await begun(() => listed([trend(entry)]))
  const shown = await world.ask({ name: 'preview', of: reload })
  const key = shown?.keys?.[0]
  expect(shown).toMatchObject({ status: 'done', keys: [expect.any(String)] })
  entry = 6
  expect(await world.ask({ ...reload, seen: key ?? '' })).toMatchObject({
    status: 'refused',
    text: expect.stringMatching(/have changed since/),
  })
  entry = 5
  expect(await world.ask({ ...reload, seen: key ?? '' })).toMatchObject({ status: 'done' })
})

test('a disk that takes nothing changes nothing, and says so', async () => {
  const world = await begun(() => listed([trend(5)]))
  world.plans.isFull = true
  expect(await world.ask(reload)).toMatchObject({
    status: 'refused',
    text: 'The data directory cannot be written (ENOSPC: no space left on device), so nothing was changed.',
  })
  expect([world.kernel.starts.identityOf(ID)?.includes('"entry":4'), world.alerts.includes('P4 strategies.changed')]).toEqual([true, false])
})

test('the same list again is no change', async () => {
  const world = await begun((_ask) => listed([trend(4)]))
  expect(await world.ask(reload)).toEqual({ status: 'done', text: 'Nothing has changed: what runs is what the files say.' })
})

test('S18 other code or parameters start a strategy again that had failed', async () => {
  const failing = trend(4)
  const broken: StrategyPlan = {
    ...failing,
    identity: 'broken',
    definition: {
      ...failing.definition,
      codeHash: 'broken',
      onBar: () => {
        throw new Error('no idea')
      },
    },
  }
  const world = await begun(() => listed([trend(4)]), listed([broken]))
  for (let k = 0; k < 100 && world.kernel.runs[BTC]?.mode !== 'errored'; k++) await world.pass(500)
  expect(world.kernel.runs[BTC]?.mode).toBe('errored')
  await world.ask(reload)
  expect([world.kernel.runs[BTC]?.mode, world.kernel.runs[BTC]?.failure]).toEqual(['running', undefined])
})
