/**
 * ensemble: weighted votes of other built-in strategies; it holds what enough of them would hold.
 * A member runs as it stands, with its own defaults, on a position of its own that is only kept in mind: it follows its signals, its stop and its target.
 */
import { z } from 'zod'
import { lots } from '../../core/units.ts'
import { type Atr, isAtrReady, makeAtr, updateAtr } from '../../indicators/bands/atr.ts'
import { priceFloat } from '../../market/instrument.ts'
import { type Signal, type StrategyContext, type StrategyDefinition, type StrategyState, defineStrategy } from '../strategy.ts'
import { bollingerReversion } from './bollinger-reversion.ts'
import { donchianBreakout } from './donchian-breakout.ts'
import { emaCross } from './ema-cross.ts'
import { rounded, stopAt } from './entry-prices.ts'
import { flagParam } from './flag-param.ts'
import { macdTrend } from './macd-trend.ts'
import { rsiReversion } from './rsi-reversion.ts'
import { smaCross } from './sma-cross.ts'
import { supertrend } from './supertrend.ts'

const MEMBERS = { smaCross, emaCross, macdTrend, donchianBreakout, supertrend, rsiReversion, bollingerReversion } as const
type MemberName = keyof typeof MEMBERS
const NAMES = ['smaCross', 'emaCross', 'macdTrend', 'donchianBreakout', 'supertrend', 'rsiReversion', 'bollingerReversion'] as const

const weight = (fallback: number, of: StrategyDefinition) =>
  z.coerce.number().min(0).max(100).default(fallback).describe(`weight of ${of.name}, 0 for none`)

const params = z
  .strictObject({
    smaCross: weight(0, smaCross),
    emaCross: weight(1, emaCross),
    macdTrend: weight(1, macdTrend),
    donchianBreakout: weight(1, donchianBreakout),
    supertrend: weight(1, supertrend),
    rsiReversion: weight(0, rsiReversion),
    bollingerReversion: weight(0, bollingerReversion),
    enter: z.coerce.number().min(0.01).max(1).default(0.7).describe('part of all weights, less those against it, at which it enters'),
    leave: z.coerce.number().min(0).max(0.99).default(0.2).describe('part below which it leaves'),
    atr: z.coerce.number().int().min(1).max(500).default(14).describe('bars of the average true range'),
    stopAtr: z.coerce.number().positive().max(50).default(4).describe('distance of the stop in ATRs'),
    short: flagParam(true).describe('allow short positions'),
  })
  .refine((p) => NAMES.some((name) => p[name] > 0), { message: 'at least one member needs a weight above 0' })
  .refine((p) => p.leave < p.enter, { message: 'leave must be smaller than enter' })
type Params = z.infer<typeof params>

interface Member {
  readonly name: MemberName
  readonly weight: number
  readonly state: StrategyState
  /** What it would hold: 1, -1 or 0, and where it would be out. */
  side: number
  stop: number | null
  target: number | null
}

interface State extends Pick<Params, 'enter' | 'leave' | 'stopAtr' | 'short'> {
  readonly members: readonly Member[]
  readonly atr: Atr
}

const defaultsOf = (definition: StrategyDefinition): unknown => definition.params.parse({})

export const ensemble = defineStrategy<Params, State>({
  name: 'ensemble',
  version: 1,
  summary: 'Holds what enough of the other built-in strategies would hold, by weighted votes, stop in ATRs.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: (p) => Math.max(p.atr * 3, ...NAMES.filter((name) => p[name] > 0).map((name) => MEMBERS[name].warmup(defaultsOf(MEMBERS[name])))),
  init: (p) => ({
    enter: p.enter,
    leave: p.leave,
    stopAtr: p.stopAtr,
    short: p.short,
    atr: makeAtr(p.atr),
    members: NAMES.filter((name) => p[name] > 0).map((name) => ({
      name,
      weight: p[name],
      state: MEMBERS[name].init(defaultsOf(MEMBERS[name])),
      side: 0,
      stop: null,
      target: null,
    })),
  }),
  onBar(context, state) {
    const { bars, position } = context
    const close = bars.close(0)
    updateAtr(state.atr, bars.high(0), bars.low(0), close)
    let sum = 0
    let all = 0
    for (const member of state.members) {
      vote(member, context)
      sum += member.weight * member.side
      all += member.weight
    }
    if (!isAtrReady(state.atr)) return
    const share = sum / all
    const side = Math.abs(share) < state.enter ? 0 : share > 0 ? 1 : -1
    const rule = { long: 'enough votes for long', short: 'enough votes for short', none: 'votes are gone' } as const
    const say = (signal: Omit<Signal, 'strength' | 'reason'>, word: keyof typeof rule): void =>
      context.signal({ ...signal, strength: 1, reason: { rule: rule[word], values: valuesOf(context, state, share) } })
    if (side !== 0 && position * side <= 0 && (side === 1 || state.short))
      say({ side, stop: stopAt(close, side, state.stopAtr * state.atr.value) }, side === 1 ? 'long' : 'short')
    else if (position !== 0 && share * Math.sign(position) < state.leave) say({ side: 0 }, 'none')
  },
})

/** Lets a member decide on the bar as if its votes had been filled at the closes. */
function vote(member: Member, { now, instrument, bars }: StrategyContext): void {
  const { side, stop, target } = member
  const isStopped = stop !== null && (side > 0 ? bars.low(0) <= stop : side < 0 && bars.high(0) >= stop)
  const isAtTarget = target !== null && (side > 0 ? bars.high(0) >= target : side < 0 && bars.low(0) <= target)
  if (isStopped || isAtTarget) turn(member, 0)
  const signal = (said: Signal): void => {
    if (said.side !== member.side) turn(member, said.side, said.stop, said.targets?.[0]?.price)
  }
  MEMBERS[member.name].onBar({ now, instrument, bars, position: lots(member.side), signal }, member.state)
}

function turn(member: Member, side: number, stop?: number, target?: number): void {
  member.side = side
  member.stop = stop ?? null
  member.target = target ?? null
}

/** Each member's vote under its own name: what `/why` shows. */
const valuesOf = ({ instrument, bars }: StrategyContext, { members, atr }: State, share: number) => ({
  votes: rounded(share),
  ...Object.fromEntries(members.map(({ name, side }) => [MEMBERS[name].name, side === 1 ? 'long' : side === -1 ? 'short' : 'flat'])),
  close: priceFloat(instrument, bars.close(0)),
  atr: priceFloat(instrument, atr.value),
})
