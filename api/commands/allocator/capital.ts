/**
 * Capital of strategies: what a plan rests on, and carrying one out as changes of the setting `capital`, what is taken before what is given.
 */
import { z } from 'zod'
import { DAY_MS } from '../../../src/core/units.ts'
import { type Result, err, ok } from '../../../src/core/result.ts'
import {
  type AllocatorMethod,
  type AllocatorPlan,
  type AllocatorRules,
  type PlannedShare,
  planAllocation,
} from '../../../src/portfolio/allocator/plan.ts'
import { recordOf } from '../../../src/portfolio/allocator/record.ts'
import { MANUAL_OWNER } from '../../../src/trading/manual-owner.ts'
import type { AskedBy } from '../../ports/ports.ts'
import type { CommandPorts } from '../command.ts'
import { untrusted } from '../reply.ts'

/** As far back as records are looked at. */
const WINDOW_MS = 365 * DAY_MS
export const ALLOCATOR = 'allocator'
/** Of a plan that is asked for where the configuration names no method. */
const METHOD_DEFAULT: AllocatorMethod = 'erc'

export interface CapitalPlan {
  readonly plan: AllocatorPlan
  readonly rules: AllocatorRules
  /** Market time. */
  readonly ts: number
}

export const Moves = z.array(z.object({ strategy: z.string(), now: z.number(), next: z.number() }))
export type Moves = z.infer<typeof Moves>
/** Less first: capital is not given before it was taken. */
export const movesOf = ({ shares }: AllocatorPlan): Moves =>
  shares
    .filter(({ now, next }) => now !== next)
    .map(({ strategy, now, next }) => ({ strategy, now, next }))
    .sort((a, b) => a.next - a.now - (b.next - b.now))

/** A sentence where there is no plan. Changes nothing. */
export async function capitalPlanOf(ports: CommandPorts, method?: AllocatorMethod): Promise<Result<CapitalPlan, string>> {
  const { reads, portfolio, system } = ports
  const account = await reads.account()
  if (account === undefined) return err('The trader has not reported yet.')
  const ts = account.updatedTs
  const from = ts - WINDOW_MS
  const [strategies, grid, results, changes, positions, now] = await Promise.all([
    reads.strategies(),
    reads.equityGrid({ from, strideMs: DAY_MS }),
    reads.resultGrid({ from, strideMs: DAY_MS }),
    portfolio.reports.capitalChanges(),
    reads.positions(),
    capitalNow(ports),
  ])
  const names = [...new Set(strategies.map(({ strategy }) => strategy))].filter((name) => name !== MANUAL_OWNER)
  const equity =
    grid.length === 0 ? [{ ts, equity: Number(account.equity) }] : grid.map((row) => ({ ts: row.ts, equity: Number(row.equity) }))
  const records = names.map((strategy) => {
    const configured = percentOf(system.riskSettings.strategies[strategy]?.capital) ?? 1
    return recordOf({
      strategy,
      equity,
      results: results.filter((row) => row.strategy === strategy),
      capital: [
        { ts: 0, share: configured },
        ...changes.filter((row) => row.strategy === strategy).map((row) => ({ ts: row.ts, share: percentOf(row.text) ?? configured })),
      ],
      open: positions.filter((row) => row.strategy === strategy).reduce((sum, row) => sum + Number(row.unrealizedPnl), 0),
      now: ts,
    })
  })
  const { least, most, step, drawdown } = system.allocator
  const configured = system.allocator.method === 'off' ? METHOD_DEFAULT : system.allocator.method
  const rules = { method: method ?? configured, least, most, step, drawdown }
  const plan = planAllocation(records, now, rules)
  return plan.ok ? ok({ plan: plan.value, rules, ts }) : plan
}

const percentOf = (text: string | null | undefined): number | undefined => (text == null ? undefined : Number(text.slice(0, -1)) / 100)
/** As the setting is written: `37.5%`. */
export const settingText = (share: number): string => `${Number((share * 100).toPrecision(10))}%`

/** By strategy; one without an entry trades with all of the equity. */
async function capitalNow({ reads, system }: CommandPorts): Promise<Map<string, number>> {
  const shares = new Map<string, number>()
  for (const [strategy, { capital }] of Object.entries(system.riskSettings.strategies)) {
    const share = percentOf(capital)
    if (share !== undefined) shares.set(strategy, share)
  }
  for (const { target, key, value } of await reads.riskSettings())
    if (key === 'capital' && target.startsWith('strategy ')) shares.set(target.slice('strategy '.length), percentOf(value) ?? 1)
  return shares
}

/** Why capital does not move now; undefined where it may. */
export async function capitalObstacle({ reads }: CommandPorts): Promise<string | undefined> {
  const [account, holds] = await Promise.all([reads.account(), reads.holds()])
  if (account === undefined) return 'the trader has not reported yet'
  const [hold] = holds
  if (hold === undefined) return account.state === 'running' ? undefined : `the account is ${account.state}`
  return `a hold stands on ${hold.scope.replace(/^(symbol|strategy):/, '')} (${untrusted(hold.cause)})`
}

export interface Moved {
  readonly done: Moves
  /** One sentence where it ended before the last one. */
  readonly stopped: string | undefined
}

export async function carryOut(ports: CommandPorts, moves: Moves, by: AskedBy): Promise<Moved> {
  const done: Moves = []
  const stop = (stopped: string): Moved => ({ done, stopped })
  for (const [at, move] of moves.entries()) {
    const { strategy, now, next } = move
    const obstacle = await capitalObstacle(ports)
    if (obstacle !== undefined) return stop(`Stopped: ${obstacle}.`)
    const current = (await capitalNow(ports)).get(strategy) ?? 1
    if (Math.abs(current - now) > 1e-9)
      return stop(`Stopped: capital of ${strategy} is ${settingText(current)} now and was ${settingText(now)} in the plan. Plan again.`)
    const outcome = await ports.control.send(
      { name: 'set-limit', key: 'capital', value: settingText(next), scope: { type: 'strategy', strategy } },
      { ...by, ...(by.idempotencyKey === undefined ? {} : { idempotencyKey: `${by.idempotencyKey}-${at}` }) },
    )
    if (outcome === undefined) return stop(`Stopped: the trader has not answered; capital of ${strategy} is set when it does.`)
    if (outcome.status !== 'done') return stop(`Stopped at ${strategy}: ${untrusted(outcome.text)}`)
    done.push(move)
  }
  return { done, stopped: undefined }
}

const moveText = ({ strategy, now, next }: Moves[number]): string => `${strategy} ${settingText(now)} → ${settingText(next)}`
export const movesText = (moves: Moves): string => moves.map(moveText).join(', ')

/** What rounds to nothing is left out. */
const PENALTY_SHOWN = 0.9995

/** `36.1 % by erc; drawdown 4.0 % of 20 % takes 20 %` */
export function whyOf({ weight, penalty, drawdown, isNew }: PlannedShare, rules: AllocatorRules): string {
  const percent = (part: number): string => `${(part * 100).toFixed(1)} %`
  const basis = isNew ? 'equal share, too few daily results' : `by ${rules.method}`
  const taken =
    penalty < PENALTY_SHOWN ? `; drawdown ${percent(drawdown)} of ${percent(rules.drawdown)} takes ${percent(1 - penalty)} of it` : ''
  return `${percent(weight)} ${basis}${taken}`
}
