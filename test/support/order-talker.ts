/**
 * A strategy that says everything that can be said about orders, now and then, of a seed: for parity and for the seeded worlds.
 */
import { Random } from '../../src/core/random.ts'
import { type Entry, type Market, type Side, defineStrategy, ticksFromFloat, z } from '../../src/strategy/sdk.ts'

const params = z.strictObject({
  seed: z.coerce.number().int().default(1),
  /** Chance to say something on a market at a bar. */
  talk: z.coerce.number().min(0).max(1).default(0.5),
  /** How far orders are from the close, as a part of it. */
  reach: z.coerce.number().positive().default(0.004),
})
type Params = z.infer<typeof params>

interface State extends Params {
  calls: number
  names: number
  fills: number
  /** How orders have ended, by word. */
  ends: Record<string, number>
  /** Sum of what it heard, so that a difference in it is one in the state. */
  heard: number
}

export const orderTalker = defineStrategy<Params, State>({
  contract: 2,
  name: 'order-talker',
  version: 1,
  summary: 'Says everything that can be said about orders.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 0,
  init: (p) => ({ ...p, calls: 0, names: 0, fills: 0, ends: {}, heard: 0 }),
  onFill(context, fill, state) {
    state.fills += 1
    state.heard += fill.price * fill.lots * fill.side - fill.fee
    // A first target for what has just been entered.
    const market = context.market(fill.market)
    if (fill.type !== 'entry' || state.fills % 4 !== 0 || market.position * fill.side <= 0) return
    const limit = ticksFromFloat(fill.price * (1 + fill.side * state.reach), 'nearest')
    market.exit({ name: nextName(state, 'x'), share: 0.5, limit, bars: 5, reason: { rule: 'first target', values: {} } })
  },
  onOrderEnd(_, end, state) {
    state.ends[end.how] = (state.ends[end.how] ?? 0) + 1
    state.heard += end.filled
  },
  onBar({ markets }, state) {
    state.calls += 1
    const random = new Random(state.seed * 7_919 + state.calls)
    for (const market of markets) if (random.next() < state.talk) say(market, state, random)
  },
})

const nextName = (state: State, letter: string): string => {
  state.names += 1
  return `${letter}${state.names}`
}

function say(market: Market, state: State, random: Random): void {
  const { position, orders, trade } = market
  const close = market.bars.close(0)
  const what = random.next()
  const open = orders.filter((order) => !order.isEnding)
  const some = open[Math.floor(random.next() * open.length)]
  if (some !== undefined && what < 0.15) market.cancel(some.name)
  else if (some !== undefined && what < 0.3) {
    const price = ticksFromFloat((some.limit ?? some.trigger ?? close) * (1 + (random.next() - 0.5) * state.reach), 'nearest')
    market.change(some.name, some.trigger === undefined ? { limit: price } : { trigger: price })
  } else if (trade !== undefined && what < 0.45) {
    const away = (part: number) => ticksFromFloat(close * (1 - trade.side * part * state.reach), 'nearest')
    if (random.next() < 0.6) market.protect({ stop: away(1 + 3 * random.next()) })
    else if (random.next() < 0.5) market.protect({ target: away(-2 - 2 * random.next()) })
    else market.protect({ trail: { by: ticksFromFloat(close * state.reach * 2, 'ceil') } })
  } else if (trade !== undefined && (what < 0.55 || trade.bars > 20)) {
    const share = [0.25, 0.5, 1][Math.floor(random.next() * 3)] as number
    market.exit({ share, reason: { rule: trade.bars > 20 ? 'time stop' : 'less', values: { share } } })
  } else {
    const side: Side = position > 0 ? 1 : position < 0 ? -1 : random.next() < 0.5 ? 1 : -1
    enter(market, state, random, side, close)
  }
}

function enter(market: Market, state: State, random: Random, side: Side, close: number): void {
  const { reach } = state
  const kind = random.next()
  const beyond = ticksFromFloat(close * (1 + side * reach * (0.2 + random.next())), 'nearest')
  const below = ticksFromFloat(close * (1 - side * reach * random.next()), 'nearest')
  const stop = ticksFromFloat(close * (1 - side * reach * (3 + 3 * random.next())), side === 1 ? 'floor' : 'ceil')
  const reason = { rule: 'anything', values: { kind } }
  const common = { side, stop, strength: 0.2 + 0.2 * random.next(), reason }
  const targets: Pick<Entry, 'targets'> =
    random.next() < 0.3 ? { targets: [{ price: ticksFromFloat(close * (1 + side * reach * 4), 'nearest'), share: 1 }] } : {}
  const name = nextName(state, 'e')
  if (kind < 0.25) market.enter({ name, ...common, ...targets })
  else if (kind < 0.6)
    market.enter({ name, ...common, ...targets, limit: below, ...(random.next() < 0.5 ? { bars: 1 + Math.floor(random.next() * 8) } : {}) })
  else if (kind < 0.75) market.enter({ name, ...common, trigger: beyond })
  else if (kind < 0.85)
    market.enter({ name, ...common, trigger: beyond, limit: ticksFromFloat(beyond * (1 + side * reach * 0.1), 'nearest') })
  else {
    // A pair around the close: the first that fills takes the other off.
    const other = nextName(state, 'e')
    const mirrored = ticksFromFloat(close * (1 + side * reach * random.next()), 'nearest')
    market.enter({ name, ...common, limit: below })
    const otherSide: Side = side === 1 ? -1 : 1
    const otherStop = ticksFromFloat(close * (1 + side * reach * 6), otherSide === 1 ? 'floor' : 'ceil')
    market.enter({ name: other, ...common, side: otherSide, stop: otherStop, limit: mirrored, pairedWith: name })
  }
}
