/**
 * Trades candles live against the wire simulator in lockstep, and backtests the same candles: the two halves of the parity test.
 */
import { NO_KEYS } from '../no-keys.ts'
import { join } from 'node:path'
import { Bars } from '../../../src/market/bars.ts'
import { type FundingSeries, runBacktest } from '../../../src/backtest/backtest.ts'
import { fillLine, fingerprintOf } from '../../../src/backtest/backtest-run.ts'
import { parseDecimal } from '../../../src/core/decimal.ts'
import { CASH_SCALE, type Cash, cash, instrumentIndex, strategyId, ts } from '../../../src/core/units.ts'
import { PARTS } from '../../../src/trader/health.ts'
import type { StrategyPlan } from '../../../src/config/strategy-plan.ts'
import { Trader } from '../../../src/trader/trader.ts'
import { machineClock } from '../../../src/system/wall-clock.ts'
import type { Journal } from '../../../src/journal/journal.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import { readSimClock } from '../../../src/market-data/sim-clock.ts'
import { openStore } from '../../../src/market/candles/store.ts'
import { type Instrument, makeInstrument, parsePrice, parseQuantity } from '../../../src/market/instrument.ts'
import { RISK_PROFILES } from '../../../src/risk/profiles.ts'
import { BybitClient } from '../../../src/venue/bybit/http/client.ts'
import { BybitVenue } from '../../../src/venue/bybit/bybit-venue.ts'
import { serveExchange } from '../../../src/venue/sim/bybit-server/serve-exchange.ts'
import { SIM_COSTS } from '../../../src/venue/sim/models/costs.ts'
import type { Transport } from '../../../src/venue/bybit/http/transport.ts'
import { SIM_KEY, SIM_SECRET } from '../../../src/venue/sim/sim-key.ts'
import { QUIET_TRADER } from '../process/quiet-trader.ts'

export interface LockstepCase {
  readonly dataDir: string
  /** Symbols of venue `bybit` in the store, in the order of their indexes. */
  readonly symbols: readonly string[]
  readonly interval: string
  readonly intervalMs: number
  readonly plans: readonly StrategyPlan[]
  readonly from?: number
  readonly to?: number
  readonly openingCash: string
  /** Wall-clock ms between steps: as fast as it goes unless given. */
  readonly paceMs?: number
}

interface ExecutionWire {
  readonly execTime: string
  readonly symbol: string
  readonly side: string
  readonly execPrice: string
  readonly execQty: string
  readonly execFee: string
  readonly execType: string
  readonly feeCurrency: string
  readonly orderLinkId: string
}

interface SimState {
  readonly now: number
  readonly executions: readonly ExecutionWire[]
  readonly positions: readonly { readonly symbol: string; readonly size: string; readonly side: string }[]
  readonly wallet: unknown
}

export interface LiveOutcome {
  readonly fingerprint: string
  readonly fills: number
  /** The fills as the fingerprint reads them. */
  readonly lines: readonly string[]
  readonly equity: number
  readonly facts: readonly KernelFact[]
  readonly steps: number
  readonly elapsedMs: number
}

const getJson = async <T>(url: string, init?: RequestInit): Promise<T> => (await (await fetch(url, init)).json()) as T

export async function tradeLive(
  given: LockstepCase,
  journal: Journal,
  wrap: (transport: Transport) => Transport = (transport) => transport,
): Promise<LiveOutcome> {
  const startedMs = performance.now()
  const server = await serveExchange({
    port: 0,
    candles: given.symbols.map((symbol) => `bybit/${symbol}/${given.interval}`),
    candlesRoot: join(given.dataDir, 'candles'),
    isLockstep: true,
    cash: given.openingCash,
    warmup: 0,
    hasRateLimits: false,
    ...(given.from === undefined ? {} : { from: given.from }),
    ...(given.to === undefined ? {} : { to: given.to }),
  })
  const url = `http://127.0.0.1:${server.port}`
  const streams = `ws://127.0.0.1:${server.port}`
  const venue = new BybitVenue(
    wrap(
      new BybitClient({
        credentials: { key: SIM_KEY, secret: SIM_SECRET },
        restUrl: url,
        publicStreamUrl: `${streams}/v5/public/linear`,
        privateStreamUrl: `${streams}/v5/private`,
        timeoutMs: 5_000,
        recvWindowMs: 5_000,
      }),
    ),
    {
      intervalMs: given.intervalMs,
      wallMs: Date.now,
      steadyMs: machineClock.steadyMs,
      sleep: machineClock.sleep,
      simClock: async () => {
        const clock = await readSimClock(url)
        return clock === undefined ? undefined : { now: clock.now, speed: 0 }
      },
    },
  )
  const facts: KernelFact[] = []
  let closedAt = 0
  const up = new Set<string>()
  const trader = new Trader({
    profile: 'sim',
    tag: 'parity',
    intervalMs: given.intervalMs,
    plans: given.plans,
    manual: [],
    ...QUIET_TRADER,
    risk: RISK_PROFILES.sim,
    venue,
    journal,
    commands: { spending: NO_KEYS, claimCommands: async () => [], complete: async () => {}, onArrival: async () => {} },
    health: {
      report: (part, status, detail) => {
        if (part === PARTS.bars) closedAt = Number(detail)
        if (part.startsWith('stream') && status === 'ok') up.add(part)
      },
    },
    wallClock: machineClock,
    onFacts: (list) => facts.push(...list),
  })
  const started = await trader.start()
  if (!started.ok) throw new Error(started.error.sentence)
  await until(() => up.size === 2, 'both streams are up')
  let steps = 0
  for (;;) {
    const step = await getJson<{ now: number; more: boolean }>(`${url}/_sim/step`, { method: 'POST', body: JSON.stringify({ closes: 1 }) })
    steps += 1
    await until(() => closedAt >= step.now, `the bars of ${step.now} are decided`)
    if (!step.more) break
    if (given.paceMs !== undefined) await machineClock.sleep(given.paceMs)
  }
  const state = await getJson<SimState>(`${url}/_sim/state`)
  const { instruments } = trader.state.config
  const byClientId = new Map(
    facts.flatMap((fact) =>
      fact.type === 'order-submitted' ? [[fact.command.clientOrderId, instruments[fact.command.instrument]] as const] : [],
    ),
  )
  // The simulator lists the newest first, as Bybit does.
  const fills = [...state.executions]
    .reverse()
    .filter((e) => e.execType === 'Trade')
    .map((e) => {
      // Spot and perpetual of one coin have the same name on the wire; what has no id of ours is a stop of a perpetual.
      const instrument = (byClientId.get(e.orderLinkId) ?? instruments.find((i) => i.symbol === e.symbol)) as Instrument
      return {
        ts: ts(Number(e.execTime)),
        instrument: instrument.index,
        side: e.side === 'Buy' ? (1 as const) : (-1 as const),
        price: parsePrice(instrument, e.execPrice) as never,
        lots: parseQuantity(instrument, e.execQty) as never,
        fee: e.feeCurrency === instrument.baseCoin ? feeInCoins(e) : cash(parseDecimal(e.execFee, CASH_SCALE) as number),
      }
    })
  const outcome: LiveOutcome = {
    fingerprint: fingerprintOf(fills, instruments),
    fills: fills.length,
    lines: fills.map((fill) => fillLine(fill, instruments[fill.instrument] as Instrument)),
    equity: trader.state.portfolio.equity,
    facts,
    steps,
    elapsedMs: performance.now() - startedMs,
  }
  await trader.stop()
  await server.close()
  return outcome
}

/** Of a buy of spot, worth its fill's price and rounded against us. */
function feeInCoins({ execFee, execPrice }: ExecutionWire): Cash {
  const [coins, price] = [parseDecimal(execFee, 12), parseDecimal(execPrice, 4)]
  const scale = 10n ** BigInt(12 + 4 - CASH_SCALE)
  return cash(Number((BigInt(coins as number) * BigInt(price as number) + scale - 1n) / scale))
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const limit = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited 20 s for: ${what}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

export function backtestSame(given: LockstepCase) {
  const store = openStore(join(given.dataDir, 'candles'))
  const range = { ...(given.from === undefined ? {} : { from: given.from }), ...(given.to === undefined ? {} : { to: given.to }) }
  const funding: (FundingSeries | undefined)[] = []
  const instruments: Instrument[] = []
  const bars = given.symbols.map((symbol, at) => {
    const loaded = store.load({ venue: 'bybit', symbol, interval: given.interval, ...range })
    if (!loaded.ok) throw new Error(loaded.error.sentence)
    const { columns, meta } = loaded.value
    instruments.push(makeInstrument({ index: instrumentIndex(at), venue: 'bybit', symbol, tickSize: meta.tickSize, lotSize: meta.lotSize }))
    // What was settled before the first bar is known, as the exchange lists it.
    const rates = store.loadFunding({ venue: 'bybit', symbol, ...(given.to === undefined ? {} : { to: given.to }) })
    funding.push(rates.ok ? { ts: rates.value.ts, rate: rates.value.rate } : undefined)
    return new Bars(given.intervalMs, columns)
  })
  const { limits, sizing, costs } = RISK_PROFILES.sim
  const result = runBacktest({
    kernel: {
      tag: 'parity',
      instruments,
      intervalMs: given.intervalMs,
      strategies: given.plans.map((plan) => ({
        id: strategyId(plan.id),
        definition: plan.definition,
        params: plan.params,
        universe: plan.universe,
        instruments: plan.symbols.map((symbol) => instrumentIndex(given.symbols.indexOf(symbol))),
      })),
      limits,
      sizing,
      costs,
      defaultStopFraction: undefined,
      isJournaled: false,
      allowsBudget: false,
    },
    venue: { ...SIM_COSTS, idPrefix: 'p' },
    openingCash: cash(parseDecimal(given.openingCash, CASH_SCALE) as number),
    bars,
    funding,
  })
  const lines = result.fills.map((fill) => fillLine(fill, instruments[fill.instrument] as Instrument))
  return { result, lines, fingerprint: fingerprintOf(result.fills, instruments), instruments }
}
