/**
 * pause, resume, halt, panic: who may trade, and how it is stopped.
 */
import { z } from 'zod'
import type { CommandOutcome, CommandScope, TraderCommand } from '../../../src/kernel/trader-command.ts'
import { UNEXPLAINED_HOLD } from '../../../src/kernel/state/holds.ts'
import type { HoldRow, PositionRow } from '../../../src/journal/row.ts'
import { absolute, signOf } from '../../amount.ts'
import type { AskedBy } from '../../ports/ports.ts'
import { DIRECT_NEXT, silenceOf, silenceText } from '../silence.ts'
import { type Command, type CommandContext, type Done, alreadyDone, defineAction, refuse } from '../command.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import { duration } from '../words/format.ts'
import { refusalOf, refusalWords } from '../words/refusals.ts'
import { calledBy } from '../called.ts'
import { isChat } from '../confirm-rules.ts'
import { panicFields } from '../results.ts'
import { type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { knownSymbols, resolveSymbol, symbolIn } from '../symbol.ts'
import { externalText, hasExternal, sideOf } from './trading-group.ts'

/**
 * @param part distinguishes the commands of one request: each is done once, however often the request comes. What begins with `/` is what was
 *   asked for; with `~`, what only comes before it.
 */
export const askedBy = ({ actor, requestId, idempotencyKey, onAction }: CommandContext, part = ''): AskedBy => ({
  actor: calledBy(actor),
  surface: actor.surface,
  role: actor.role ?? 'none',
  requestId,
  apiKeyId: actor.apiKeyId,
  idempotencyKey: idempotencyKey === undefined ? undefined : `${idempotencyKey}${part}`,
  onAction,
})

/** How it ended, as far as that was seen in the time that who asked is kept waiting. */
export interface Ending {
  readonly title: string
  readonly isFilled: boolean
  readonly text?: string
  readonly status?: Done['status']
}

/** Hands a command to the trader; its word is the answer, and how it ended where that is looked at. */
export async function send(
  context: CommandContext,
  command: TraderCommand,
  title: string,
  parts: Partial<Reply> = {},
  resultOf: (outcome: CommandOutcome) => Promise<Ending | undefined> = async () => undefined,
): Promise<Done> {
  const outcome = await context.ports.control.send(command, askedBy(context))
  if (outcome === undefined) {
    const silence = silenceOf(await context.ports.reads.health(), context.ports.wallNow())
    return {
      status: 'queued',
      reply: reply(`${title}: queued`, {
        ...parts,
        tone: 'warn',
        ...(silence === undefined ? {} : { tone: 'bad' as const }),
        text:
          silence === undefined
            ? 'The trader has not responded yet. It will run the command as soon as it can. Check the status.'
            : `${silenceText(silence)} It will run this command when it is back. ${DIRECT_NEXT}`,
        buttons: [runs('Status', '/status'), runs('Health', '/health')],
      }),
    }
  }
  const ending = outcome.status === 'done' ? await resultOf(outcome) : undefined
  if (ending !== undefined)
    return {
      status: ending.status ?? 'done',
      reply: reply(ending.title, {
        ...parts,
        tone: ending.isFilled ? (parts.tone ?? 'ok') : 'warn',
        text: ending.text ?? bounded(outcome.text),
      }),
    }
  const shown = tableOf(outcome.table)
  const tone = outcome.status === 'done' ? (parts.tone ?? 'ok') : 'bad'
  return {
    status: outcome.status,
    reply: reply(outcome.status === 'done' ? title : outcome.status === 'refused' ? 'Refused' : `${title}: ${outcome.status}`, {
      ...parts,
      ...shown,
      tone,
      text: bounded(outcome.text),
    }),
    ...refusalOf(outcome),
  }
}

/** What the trader lists beside its sentence. */
export const tableOf = (table: CommandOutcome['table']): Pick<Reply, 'table'> =>
  table === undefined || table.rows.length === 0
    ? {}
    : { table: { columns: table.columns.map((title) => ({ title })), rows: table.rows.map((row) => row.map((cell) => untrusted(cell))) } }

const SENTENCE_MAX = 600
const bounded = (text: string): string => (text.length > SENTENCE_MAX ? `${text.slice(0, SENTENCE_MAX - 1)}…` : text)

const TODO_SCOPE = z.union([
  z.object({ type: z.literal('account') }),
  z.object({ type: z.literal('strategy'), strategy: z.string() }),
  z.object({ type: z.literal('symbol'), symbol: z.string() }),
])
const scopeName = (scope: CommandScope): string =>
  scope.type === 'account' ? 'all' : scope.type === 'strategy' ? scope.strategy : scope.symbol

/** The scope that a word means, or undefined when it means none. */
export async function scopeOf(context: CommandContext, word: string | undefined): Promise<CommandScope | undefined> {
  if (word === undefined || /^(all|account)$/i.test(word)) return { type: 'account' }
  const strategies = await context.ports.reads.strategies()
  const strategy = strategies.find((s) => s.strategy === word.toLowerCase())
  if (strategy !== undefined) return { type: 'strategy', strategy: strategy.strategy }
  const symbol = symbolIn(await knownSymbols(context), word)
  return symbol === undefined ? undefined : { type: 'symbol', symbol }
}

// Pause

const pause = defineAction({
  name: 'pause',
  // To everybody who knows another program, /stop is this: no new entries.
  aliases: ['stop', 'stopentry', 'stopbuy'],
  group: 'Trade and control',
  summary: 'stop new entries; exits, stops and reductions continue',
  usage: '[all|strategy|sym] [for 2h] [reason]',
  args: z.strictObject({
    target: z.string().max(60).optional(),
    for: z
      .string()
      .refine((text) => parseDuration(text) !== undefined, 'use a time such as 30min, 2h or 1d')
      .optional(),
    reason: z.string().max(200).optional(),
  }),
  read: (words) => {
    const rest = [...words]
    const at = rest.findIndex(
      (word, k) => word.toLowerCase() === 'for' && rest[k + 1] !== undefined && parseDuration(rest[k + 1] as string) !== undefined,
    )
    const raw: Record<string, unknown> = {}
    if (at >= 0) raw.for = rest.splice(at, 2)[1]
    if (rest[0] !== undefined) raw.target = rest[0]
    if (rest.length > 1) raw.reason = rest.slice(1).join(' ')
    return raw
  },
  examples: ['pause', 'pause BTC for 2h news', 'pause ema-cross'],
  role: 'operator',
  scope: 'control:pause',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, args) => {
    const scope = await scopeOf(context, args.target)
    // A first word that names nothing is the beginning of the reason: pausing all is the safe reading.
    const reason = [
      ...(scope === undefined && args.target !== undefined ? [args.target] : []),
      ...(args.reason === undefined ? [] : [args.reason]),
    ].join(' ')
    const forMs = args.for === undefined ? undefined : parseDuration(args.for)
    return {
      type: 'plan',
      card: reply('Pause?'),
      yes: 'Pause',
      no: 'Resume',
      todo: { scope: scope ?? { type: 'account' }, reason, ...(forMs === undefined ? {} : { forMs }) },
    }
  },
  execute: async (context, todo) => {
    const { scope, reason, forMs } = z.object({ scope: TODO_SCOPE, reason: z.string(), forMs: z.number().optional() }).parse(todo)
    const name = scopeName(scope)
    return send(
      context,
      { name: 'pause', scope, reason, ...(forMs === undefined ? {} : { forMs }) },
      name === 'all' ? 'PAUSED' : `PAUSED ${name}`,
      {
        tone: 'warn',
        fields:
          forMs === undefined
            ? []
            : [
                field(
                  'For',
                  `${duration(forMs)} of market time${context.ports.system.profile === 'live' ? '; Ballast asks you when it ends' : ''}`,
                ),
              ],
        buttons: [runs('Resume', name === 'all' ? '/resume' : `/resume ${name}`), runs('Status', '/status')],
      },
    )
  },
})

// Resume

const liftable = (hold: HoldRow): string =>
  hold.effect === 'no-orders'
    ? 'a halt; only an admin can lift it'
    : hold.holdId === UNEXPLAINED_HOLD
      ? 'an unexplained flow: an admin must check it (/flows)'
      : hold.cause === 'stale' || hold.cause === 'reconcile'
        ? `${hold.cause}: ends by itself after two clean reconciliations`
        : `${hold.cause} by ${untrusted(hold.actor)}`

const resume = defineAction({
  name: 'resume',
  aliases: ['startentry'],
  group: 'Trade and control',
  summary: 'lift holds and allow entries again',
  usage: '[all|strategy|sym]',
  args: z.strictObject({ target: z.string().max(60).optional() }),
  read: (words) =>
    words.length > 1 ? { target: words[0], unexpected: words.slice(1).join(' ') } : words[0] === undefined ? {} : { target: words[0] },
  examples: ['resume', 'resume ema-cross'],
  role: 'trader',
  scope: 'control:resume',
  tier: (_args, profile) => (profile === 'live' ? 'C2' : 'C1'),
  addsRisk: () => true,
  plan: async (context, args) => {
    const { reads } = context.ports
    const scope = await scopeOf(context, args.target)
    if (scope === undefined) {
      const resolved = await resolveSymbol(context, args.target ?? '', '/resume {}')
      return refuse('problem' in resolved ? resolved.problem : reply('Nothing to resume'))
    }
    const [holds, strategies, parts] = await Promise.all([reads.holds(), reads.strategies(), reads.health()])
    const key = scope.type === 'account' ? undefined : scope.type === 'strategy' ? `strategy:${scope.strategy}` : `symbol:${scope.symbol}`
    const wanted = key === undefined ? holds : holds.filter((hold) => hold.scope === key)
    if (wanted.length === 0)
      return alreadyDone(reply('No hold is in place: trading is running', { tone: 'ok', buttons: [runs('Status', '/status')] }))
    const halts = wanted.filter((hold) => hold.effect === 'no-orders')
    // One symbol that is halted leaves the rest to be resumed: the trader keeps its halt.
    const isHalted = halts.some((hold) => hold.scope === 'account') || halts.length === wanted.length
    if (isHalted && context.actor.role !== 'admin')
      return refuse(
        reply('HALTED: only an admin can lift a halt', {
          tone: 'bad',
          fields: wanted.map((hold) => field(hold.scope, liftable(hold))),
          buttons: [runs('Status', '/status')],
        }),
      )
    const waiting = strategies.filter(
      (s) =>
        s.mode === 'running' &&
        (scope.type !== 'strategy' || s.strategy === scope.strategy) &&
        (scope.type !== 'symbol' || s.symbol === scope.symbol),
    )
    const bad = parts.filter((part) => part.status !== 'ok')
    const judged = await context.ports.control.preview({ name: 'resume', scope, isAdmin: context.actor.role === 'admin' }, askedBy(context))
    if (judged !== undefined && judged.status !== 'done')
      return refuse(
        reply('Not resumed', {
          tone: 'warn',
          text: refusalWords(judged),
          buttons: [runs('Status', '/status'), runs('Health', '/health')],
        }),
        refusalOf(judged),
      )
    return {
      type: 'plan',
      card: reply(`Resume ${scopeName(scope)}?`, {
        tone: bad.length === 0 ? 'info' : 'warn',
        fields: [
          ...wanted.map((hold) =>
            field('Lifts', `${hold.scope}: ${liftable(hold)}${hold.reason === '' ? '' : `, ${untrusted(hold.reason)}`}`),
          ),
          ...(wanted.some((hold) => hold.cause === 'breaker' && hold.holdId.startsWith('breaker-'))
            ? [field('Drawdown', 'is measured from the equity at that moment')]
            : []),
          field('Sent at once', 'nothing: signals from the time on hold are discarded'),
          field(
            'Wait for a fresh signal',
            waiting.length === 0 ? 'no strategy is running' : waiting.map((s) => `${s.strategy} ${s.symbol}`).join(', '),
          ),
          field(
            'Health',
            bad.length === 0 ? 'all components OK' : bad.map((part) => `${part.part} ${part.status}: ${untrusted(part.detail)}`).join('; '),
          ),
        ],
      }),
      yes: scope.type === 'account' ? 'Resume trading' : `Resume ${scopeName(scope)}`,
      no: 'Stay paused',
      todo: { scope, holds: wanted.map((hold) => hold.holdId).sort() },
    }
  },
  recheck: async (context, todo) => {
    const { holds, scope } = z.object({ holds: z.array(z.string()), scope: TODO_SCOPE }).parse(todo)
    const now = await context.ports.reads.holds()
    const added = now.filter(
      (hold) =>
        !holds.includes(hold.holdId) &&
        (scope.type === 'account' || hold.scope === 'account' || hold.scope === `${scope.type}:${scopeName(scope)}`),
    )
    return added.length === 0
      ? undefined
      : `Since you asked, ${added.map((hold) => `${hold.scope} is on hold too (${liftable(hold)})`).join(', ')}.`
  },
  execute: async (context, todo) => {
    const { scope } = z.object({ scope: TODO_SCOPE }).parse(todo)
    return send(context, { name: 'resume', scope, isAdmin: context.actor.role === 'admin' }, 'Resumed', {
      buttons: [runs('Status', '/status'), runs('Pause', '/pause')],
    })
  },
})

// Halt

const halt = defineAction({
  name: 'halt',
  aliases: [],
  group: 'Trade and control',
  summary: 'stop all orders except exits you request; stops stay on Bybit',
  usage: '<reason>',
  args: z.strictObject({ reason: z.string().min(1, 'needs a reason').max(200) }),
  read: (words) => (words.length === 0 ? {} : { reason: words.join(' ') }),
  examples: ['halt exchange acts odd', 'halt news'],
  role: 'operator',
  scope: 'control:pause',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (_context, args) => ({ type: 'plan', card: reply('Halt?'), yes: 'Halt', no: 'Resume', todo: { reason: args.reason } }),
  execute: async (context, todo) => {
    const { reason } = z.object({ reason: z.string() }).parse(todo)
    return send(context, { name: 'halt', reason }, 'HALTED', {
      tone: 'bad',
      buttons: [runs('Positions', '/positions'), runs('Status', '/status')],
    })
  },
})

// Panic

const heldLine = (position: PositionRow): Field =>
  field(position.symbol, `${sideOf(position)} ${absolute(position.quantity)}, ${position.strategy ?? 'external'}`)

const panic = defineAction({
  name: 'panic',
  aliases: ['kill', 'flatten'],
  group: 'Trade and control',
  summary: 'close everything Ballast opened, or one symbol, and halt it',
  usage: '[all|sym] [reason]',
  args: z.strictObject({ target: z.string().max(60).optional(), reason: z.string().max(200).optional() }),
  read: ([target, ...reason]) => ({
    ...(target === undefined ? {} : { target }),
    ...(reason.length === 0 ? {} : { reason: reason.join(' ') }),
  }),
  examples: ['panic', 'panic exchange hacked', 'panic BTC delisted'],
  role: 'trader',
  scope: 'control:reduce',
  tier: () => 'C1',
  addsRisk: () => false,
  // S1: entries stop while the card waits, and stay stopped when it is declined or expires.
  before: async (context, args) => {
    const { symbol } = await panicScope(context, args.target)
    const scope: CommandScope = symbol === undefined ? { type: 'account' } : { type: 'symbol', symbol }
    await context.ports.control.send({ name: 'pause', scope, reason: 'panic asked' }, askedBy(context, '~pause'))
  },
  plan: async (context, args) => {
    const { reads } = context.ports
    const { symbol, isRead } = await panicScope(context, args.target)
    const isIts = (row: { readonly symbol: string }): boolean => symbol === undefined || row.symbol === symbol
    const [positions, orders] = await Promise.all([reads.positions(true), reads.orders({ limit: 500, isOpen: true })])
    const ours = positions.filter((position) => isIts(position) && signOf(position.quantity) !== 0)
    const external = positions.filter((position) => isIts(position) && hasExternal(position))
    const entries = orders.filter((order) => isIts(order) && order.class === 'entry' && order.origin === 'ours')
    const silence = silenceOf(await context.ports.reads.health(), context.ports.wallNow())
    const [only] = ours
    const what = ours.length === 0 ? 'whatever is open' : ours.length === 1 ? 'the position' : `all ${ours.length} positions`
    const reason = [...(isRead || args.target === undefined ? [] : [args.target]), ...(args.reason === undefined ? [] : [args.reason])]
    return {
      type: 'plan',
      card: reply(`Close ${what}${symbol === undefined ? '' : ` in ${symbol}`} now?`, {
        tone: 'bad',
        fields: [
          ...(isRead ? [] : [field('Read as', `all: ${untrusted(args.target ?? '')} is not a symbol, so it is taken as your reason`)]),
          ...ours.map(heldLine),
          field('Orders', `${entries.length} entries are canceled, stops are removed last`),
          ...(external.length === 0 ? [] : [field('Not touched', external.map(externalText).join(', '))]),
          field(
            'Now',
            silence === undefined
              ? `entries${symbol === undefined ? '' : ` on ${symbol}`} are already paused and stay paused whatever you answer`
              : `${silenceText(silence)} ${DIRECT_NEXT}`,
          ),
          field(
            'After',
            symbol === undefined
              ? 'HALTED until an admin resumes'
              : `${symbol} HALTED until an admin resumes it; other symbols keep trading`,
          ),
        ],
      }),
      yes:
        only === undefined
          ? `Halt ${symbol ?? ''} and cancel all`.replace('  ', ' ')
          : `Close ${ours.length === 1 ? only.symbol : `${ours.length} positions`}`,
      no: 'Not now',
      todo: { reason: reason.join(' '), ...(symbol === undefined ? {} : { symbol }) },
      symbols: ours.map((position) => position.symbol),
      isAsked: !isRead,
    }
  },
  execute: async (context, todo) => {
    const { reason, symbol } = z.object({ reason: z.string(), symbol: z.string().optional() }).parse(todo)
    const { reads } = context.ports
    const before = (await reads.positions()).filter((position) => symbol === undefined || position.symbol === symbol)
    const done = await send(
      context,
      { name: 'panic', reason, ...(symbol === undefined ? {} : { symbol }) },
      symbol === undefined ? 'PANIC' : `PANIC ${symbol}`,
      {
        tone: 'bad',
        buttons: [runs('Positions', '/positions'), runs('Status', '/status')],
      },
    )
    if (done.status !== 'done') return done
    const next = `To trade again: ${isChat(context.actor.surface) ? '/resume' : 'ballast resume'}${symbol === undefined ? '' : ` ${symbol}`}`
    return { ...done, reply: { ...done.reply, fields: await panicFields(reads, before), text: `${done.reply.text ?? ''} ${next}`.trim() } }
  },
})

/** A first word that names no symbol begins the reason. What is closed then is all: the card says so, and is shown to everybody. */
async function panicScope(
  context: CommandContext,
  target: string | undefined,
): Promise<{ readonly symbol: string | undefined; readonly isRead: boolean }> {
  if (target === undefined || /^(all|account)$/i.test(target)) return { symbol: undefined, isRead: true }
  const symbol = symbolIn(await knownSymbols(context), target)
  return { symbol, isRead: symbol !== undefined }
}

export const CONTROL_COMMANDS: readonly Command[] = [pause, resume, halt, panic]
