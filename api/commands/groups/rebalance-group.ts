/**
 * rebalance: brings the weights of what is traded by hand to targets; shown first, carried out after a yes, reductions first (S16).
 */
import { isSpotSymbol } from '../../../src/market/instrument.ts'
import { waitMs } from '../../../src/portfolio/rebalance/trigger.ts'
import { WEIGHT_ONE } from '../../../src/portfolio/rebalance/weight.ts'
import { formatDecimal } from '../../../src/core/decimal.ts'
import { CASH_SCALE } from '../../../src/core/units.ts'
import { add, divide, multiply } from '../../amount.ts'
import type { Rebalance } from '../../ports/portfolio-ports.ts'
import {
  type Command,
  type CommandContext,
  type CommandPorts,
  type Done,
  type NoPlan,
  type Plan,
  alreadyDone,
  defineAction,
  refuse,
} from '../command.ts'
import { isChat } from '../confirm-rules.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import { amount, duration, plainPercent, short } from '../words/format.ts'
import { RebalanceArgs, millionths, readRebalance } from '../rebalance/args.ts'
import { RebalanceRun, obstacle } from '../rebalance/run.ts'
import { refusalWords } from '../words/refusals.ts'
import { type PlanAnswer, type Sight, answerOf, planOf, sightOf } from '../rebalance/sight.ts'
import { type Targets, targetsOf } from '../rebalance/targets.ts'
import { Todo, approvalOf, rulesOf } from '../rebalance/todo.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { soon } from '../results.ts'
import { askedBy } from './control-group.ts'

const LEFT_SHOWN = 6
/** What came from outside is cut already where it is put in. */
const SENTENCE_MAX = 900
/** An execution algorithm may run for hours; the card follows its first hour. */
const LIVE_SEC = 3_600
const PERCENT = 100

/** The plan, and what of it the trader would refuse as things are. */
export interface Drafted {
  readonly answer: PlanAnswer
  readonly origin: string
  readonly frozen: Omit<Todo, 'approved'>
  /** Market time. */
  readonly ts: number
  /** Additions that would be refused before the reductions have been made. */
  readonly doubts: ReadonlyMap<string, string>
}

/** A plan of what was asked; a reply where there is none. Changes nothing. */
export async function draft(context: CommandContext, args: RebalanceArgs): Promise<Drafted | Reply> {
  const { ports } = context
  const found = await targetsOf(context, args)
  if (!('targets' in found)) return found
  const sight = await sightOf(ports, found.targets, new Set(), undefined)
  if (typeof sight === 'string') return reply('There is no plan', { tone: 'warn', text: sight, buttons: [runs('Health', '/health')] })
  const frozen = frozenOf(args, found, sight)
  const rules = rulesOf(frozen)
  const first = answerOf(sight, planOf(sight, rules), new Map())
  const refusals = await refusalsOf(context, first, args)
  const ts = sight.ts
  if (refusals.size === 0 || first.orders.some((order) => order.isReduction))
    return { answer: first, origin: found.origin, frozen, ts, doubts: refusals }
  const again = await sightOf(ports, found.targets, new Set(refusals.keys()), undefined)
  if (typeof again === 'string') return reply('There is no plan', { tone: 'warn', text: again })
  return { answer: answerOf(again, planOf(again, rules), refusals), origin: found.origin, frozen, ts, doubts: new Map() }
}

function frozenOf(args: RebalanceArgs, { targets }: Targets, { equity }: Sight): Omit<Todo, 'approved'> {
  const money = formatDecimal(equity, CASH_SCALE)
  return {
    targets: [...targets],
    band: millionths(args.band),
    tradeMin: args.min,
    ...(args.turnover === undefined
      ? {}
      : { turnoverMax: divide(multiply(money, args.turnover.slice(0, -1)), String(PERCENT), CASH_SCALE) }),
    ...(args.cost === undefined ? {} : { costMax: args.cost }),
    stop: args.sl,
    ...(args.algo === undefined ? {} : { execution: args.algo }),
  }
}

/** What the trader's risk check says of each addition, as it would be sent now. */
async function refusalsOf(context: CommandContext, { orders }: PlanAnswer, args: RebalanceArgs): Promise<Map<string, string>> {
  const refusals = new Map<string, string>()
  await Promise.all(
    orders
      .filter((order) => !order.isReduction)
      .map(async ({ symbol, side, quantity }) => {
        const judged = await context.ports.control.preview(
          { name: 'open', symbol, side: side === 'buy' ? 'long' : 'short', quantity, stop: args.sl },
          askedBy(context),
        )
        if (judged !== undefined && judged.status !== 'done') refusals.set(symbol, refusalWords(judged))
      }),
  )
  return refusals
}

const rebalance = defineAction({
  name: 'rebalance',
  aliases: [],
  group: 'Trade and control',
  summary: 'rebalance hand-traded symbols to target weights: a preview, then reductions first',
  usage:
    '<BTC=50%,ETH=30% | method [BTC,ETH]> [band=5%] [min=10] [turnover=50%] [cost=20] [sl=5%] [algo=twap:30m] [every=7d] [gross=100%] [cov=] [interval=1h] [bars=500]  |  status  |  stop',
  args: RebalanceArgs,
  read: readRebalance,
  examples: ['rebalance BTC=50%,ETH=30% band=5%', 'rebalance erc BTC,ETH,SOL turnover=50%', 'rebalance status', 'rebalance stop'],
  role: 'viewer',
  roleFor: ({ what }) => (what === 'status' ? 'viewer' : what === 'stop' ? 'operator' : 'trader'),
  scope: 'trade:read',
  scopeFor: ({ what }) => (what === 'status' ? 'trade:read' : what === 'stop' ? 'control:pause' : 'trade:write'),
  isPrivate: true,
  tier: (args, profile) => (args.what === 'status' || args.what === 'stop' ? 'C0' : profile === 'live' ? 'C2' : 'C1'),
  addsRisk: (args) => args.what !== 'status' && args.what !== 'stop',
  plan: async (context, args) => {
    if (args.what === 'status') return alreadyDone(await statusOf(context.ports))
    if (args.what === 'stop') return stop(context)
    return planCard(context, args)
  },
  execute: async (context, todo) => start(context, Todo.parse(todo)),
})

async function stop({ ports }: CommandContext): Promise<NoPlan> {
  const [last] = await ports.portfolio.rebalances.list(1)
  if (last === undefined || last.status !== 'running') return refuse(reply('No rebalance is running', { tone: 'warn' }))
  await ports.portfolio.rebalances.end(last.id, 'stopped', 'Stopped by a user; what is still open is canceled.')
  return alreadyDone(
    reply(`Rebalance #${last.id} stops`, {
      tone: 'warn',
      text: 'Nothing more is sent. What has filled stays, with its stops.',
      buttons: [runs('Status', '/rebalance status'), runs('Positions', '/positions')],
    }),
  )
}

async function planCard(context: CommandContext, args: RebalanceArgs): Promise<Plan | NoPlan> {
  const { ports, actor } = context
  if (isChat(actor.surface) && !ports.system.allowsChatEntry)
    return refuse(
      reply('Manual entries are off in chat', {
        tone: 'warn',
        text: 'Set chat.allowManualEntry to true, or use ballast rebalance in the terminal.',
      }),
    )
  const drafted = await draft(context, args)
  if (!('answer' in drafted)) return refuse(drafted)
  const { answer, frozen, ts } = drafted
  const early = await notDue(context, args, ts)
  if (early !== undefined) return alreadyDone(early)
  if (answer.orders.length === 0) return alreadyDone(planReply('Nothing to rebalance', drafted))
  const symbols = [...new Set(answer.orders.map(({ symbol }) => symbol))]
  const why = await obstacle(ports, symbols)
  if (why !== undefined)
    return refuse(
      reply('Not rebalanced', {
        tone: 'warn',
        text: `A rebalance starts only when everything runs: ${why}.`,
        buttons: [runs('Status', '/status'), runs('Health', '/health')],
      }),
    )
  const count = answer.orders.length
  return {
    type: 'plan',
    card: planReply(`Rebalance with ${count} order${count === 1 ? '' : 's'}?`, drafted),
    yes: `Send ${count} order${count === 1 ? '' : 's'}`,
    no: 'Leave it',
    todo: { ...frozen, approved: approvalOf(answer) },
    symbols,
    notional: answer.orders.filter(({ isReduction }) => !isReduction).reduce((sum, { notional }) => add(sum, notional), '0'),
  }
}

async function notDue({ ports }: CommandContext, args: RebalanceArgs, ts: number): Promise<Reply | undefined> {
  if (args.every === undefined) return undefined
  const last = (await ports.portfolio.rebalances.list(LEFT_SHOWN)).find(({ status }) => status === 'done')
  const wait = waitMs({ band: 0, everyMs: parseDuration(args.every) }, last?.marketTs, ts)
  return wait === 0
    ? undefined
    : reply('Not due yet', {
        text: `The last rebalance was ${duration(ts - (last?.marketTs ?? ts))} ago; the next is due in ${duration(wait)}.`,
      })
}

const signedQuantity = ({ side, quantity }: PlanAnswer['orders'][number]): string => `${side === 'buy' ? '+' : '-'}${quantity}`
const percentOf = (weight: number): string => (weight * PERCENT).toFixed(1)

function planReply(title: string, { answer, origin, frozen, doubts }: Drafted): Reply {
  const { orders, current, target, after, leftOut } = answer
  const lines = orders.map(({ symbol }) => symbol)
  const additions = orders.some((order) => !order.isReduction && !isSpotSymbol(order.symbol))
  return reply(title, {
    tone: orders.length === 0 ? 'ok' : 'warn',
    fields: [
      field('Targets', origin),
      field('Band', `${plainPercent(frozen.band / 1e6, 1)} of equity around each`),
      ...(orders.length === 0
        ? []
        : [
            field('Turnover', `${plainPercent(answer.turnover, 1)} of ${amount(answer.equity)} USDT`),
            field('Cost', `est. ${amount(answer.cost)} USDT, fees and slippage`),
            field('Order', `reductions first${frozen.execution === undefined ? ', at market' : `, by ${frozen.execution}`}`),
          ]),
      ...(additions ? [field('Stop', `${frozen.stop} from the price for what is added; a closer one stays`)] : []),
      ...leftOut.slice(0, LEFT_SHOWN).map(({ symbol, text }) => field(`${short(symbol)} left out`, untrusted(text))),
      ...(leftOut.length > LEFT_SHOWN ? [field('Left out', `and ${leftOut.length - LEFT_SHOWN} more`)] : []),
      ...[...doubts]
        .slice(0, LEFT_SHOWN)
        .map(([symbol, text]) => field(`${short(symbol)} would be refused now`, `${untrusted(text)} Judged again after the reductions.`)),
    ],
    table: {
      columns: [
        { title: 'sym' },
        { title: 'order', align: 'right' },
        { title: 'now %', align: 'right' },
        { title: 'then', align: 'right' },
        { title: 'target', align: 'right', isExtra: true },
      ],
      rows: [
        ...orders.map((order) => [order.symbol, signedQuantity(order)] as const),
        ...Object.keys(target)
          .filter((symbol) => !lines.includes(symbol))
          .map((symbol) => [symbol, '–'] as const),
      ].map(([symbol, order]) => [
        short(symbol),
        order,
        percentOf(current[symbol] ?? 0),
        percentOf(after[symbol] ?? 0),
        percentOf(target[symbol] ?? 0),
      ]),
    },
    buttons: [runs('Positions', '/positions')],
  })
}

async function start(context: CommandContext, todo: Todo): Promise<Done> {
  const { ports } = context
  const { rebalances } = ports.portfolio
  const account = await ports.reads.account()
  const row = await rebalances.begin({ ...todo }, askedBy(context).actor, account?.updatedTs ?? 0)
  if (row === undefined)
    return {
      status: 'refused',
      reply: reply('A rebalance is running already', { tone: 'warn', buttons: [runs('Status', '/rebalance status')] }),
    }
  void new RebalanceRun(ports, askedBy(context), row.id, todo).carryOut()
  const ended = await soon(async () => {
    const now = await rebalances.find(row.id)
    return now?.status === 'running' ? undefined : now
  })
  const card = statusCard([ended ?? (await rebalances.find(row.id)) ?? row])
  return { status: ended === undefined || ended.status === 'done' ? 'done' : 'failed', reply: card }
}

/** The last one; of one that was stopped also where each of its weights is now, and the command that plans the rest. */
async function statusOf({ portfolio, reads }: CommandPorts): Promise<Reply> {
  const last = await portfolio.rebalances.list(1)
  const card = statusCard(last)
  const todo = Todo.safeParse(last[0]?.todo)
  if (last[0]?.status !== 'stopped' || !todo.success) return card
  const [account, positions] = await Promise.all([reads.account(), reads.positions(true)])
  const equity = Number(account?.equity ?? 0)
  if (!(equity > 0)) return card
  const { targets, band, stop, execution } = todo.data
  const rows = targets.map(({ symbol, weight }) => {
    const row = positions.find((each) => each.symbol === symbol)
    return { symbol, target: weight / WEIGHT_ONE, now: row === undefined ? 0 : (Number(row.quantity) * Number(row.markPrice)) / equity }
  })
  const away = rows.filter(({ target, now }) => Math.abs(target - now) > band / WEIGHT_ONE)
  const weights = targets.map(({ symbol, weight }) => `${symbol}=${Number(((weight / WEIGHT_ONE) * PERCENT).toFixed(4))}%`).join(',')
  const again = `/rebalance ${weights} band=${Number(((band / WEIGHT_ONE) * PERCENT).toFixed(4))}% sl=${stop}${execution === undefined ? '' : ` algo=${execution}`}`
  return {
    ...card,
    fields: [
      ...card.fields,
      ...rows.map(({ symbol, target, now }) => field(short(symbol), `${plainPercent(now)} now, ${plainPercent(target)} wanted`)),
    ],
    text:
      away.length === 0
        ? 'Every weight is within its band: nothing is left to do.'
        : `Nothing was sent twice, and nothing more is sent. What is still being worked: /algos. To plan the rest: ${again}`,
    buttons: [...(card.buttons ?? []), runs('Algos', '/algos')],
  }
}

function statusCard([last]: readonly Rebalance[]): Reply {
  if (last === undefined) return reply('Nothing was rebalanced yet', { text: 'Try: /rebalance BTC=50%,ETH=30%' })
  const tone = last.status === 'done' ? 'ok' : last.status === 'running' ? 'info' : 'warn'
  return reply(`Rebalance #${last.id} ${last.status === 'running' ? 'is running' : last.status === 'done' ? 'is done' : 'stopped'}`, {
    tone,
    fields: last.progress.map((sentence, at) => field(String(at + 1), sentence.slice(0, SENTENCE_MAX))),
    buttons: [
      ...(last.status === 'running' ? [runs('Refresh', '/rebalance status'), runs('Stop', '/rebalance stop', 'bad' as const)] : []),
      runs('Positions', '/positions'),
    ],
    ...(last.status === 'running' ? { live: { key: 'rebalance', ttlSec: LIVE_SEC, everySec: 15, line: '/rebalance status' } } : {}),
  })
}

export const REBALANCE_COMMANDS: readonly Command[] = [rebalance]
