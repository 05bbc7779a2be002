/**
 * strategies, strategy: what runs, and switching it.
 * Never leaves unsaid what happens to an open position (S19).
 */
import { DAY_MS } from '../../../src/core/units.ts'
import { z } from 'zod'
import { type LifeState, type StrategyLife, strategyLife } from '../../../src/journal/strategy-life.ts'
import type { StrategyRow } from '../../../src/journal/row.ts'
import { absolute } from '../../amount.ts'
import { nearestOf } from '../../../src/core/nearest.ts'
import { type Command, type CommandContext, alreadyDone, defineAction, defineRead, noArguments, refuse } from '../command.ts'
import { send } from '../groups/control-group.ts'
import { CANARY_STEPS, carryOutCanary, endPromoted, isCanaryTodo, planCanary, readCanary } from './canary.ts'
import { CHANGES, carryOutChange, isChange, planChange, readChange, reload } from './strategy-change.ts'
import { duration, money, short, signed, time } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { sideOf } from '../groups/trading-group.ts'
import { loadText, readLoads } from '../../../src/journal/strategy-load.ts'

const strategies = defineRead({
  name: 'strategies',
  aliases: ['s'],
  group: 'Look',
  summary: 'list strategies with state, symbols and day result',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['strategies'],
  role: 'viewer',
  scope: 'strategy:read',
  run: async ({ ports }) => {
    const [account, rows, holds] = await Promise.all([ports.reads.account(), ports.reads.strategies(), ports.reads.holds()])
    if (rows.length === 0) return reply('No strategy is configured', { tone: 'warn' })
    const now = account?.updatedTs ?? 0
    const sums = await ports.reads.tradeSums({ from: now - DAY_MS, to: now + 1, by: 'strategy' })
    const names = [...new Set(rows.map((row) => row.strategy))]
    return reply('Strategies', {
      table: {
        columns: [{ title: '' }, { title: 'name' }, { title: 'sym', isExtra: true }, { title: '24 h', align: 'right' }],
        rows: names.map((name) => {
          const own = rows.filter((row) => row.strategy === name)
          return [
            STATE_MARKS[strategyLife(own, holds).state],
            name,
            own.map((row) => short(row.symbol)).join(' '),
            signed(sums.find(({ key }) => key === name)?.net ?? '0'),
          ]
        }),
        rowCommands: names.map((name) => `/strategy ${name} show`),
      },
      fields: names.map((name) => {
        const own = rows.filter((row) => row.strategy === name)
        const last = Math.max(...own.map((row) => row.lastSignalTs ?? 0))
        return field(name, `${lifeText(strategyLife(own, holds))}, last signal ${last === 0 ? 'none yet' : `${duration(now - last)} ago`}`)
      }),
      buttons: [runs('Refresh', '/strategies'), ...names.slice(0, 4).map((name) => runs(name, `/strategy ${name} show`))],
    })
  },
})

const lifeText = ({ state, why }: StrategyLife): string => (why === '' ? state : `${state} (${untrusted(why)})`)

/** Readable without color and without the word: one column on a phone. */
const STATE_MARKS: Readonly<Record<LifeState, string>> = {
  created: '○',
  warming: '◔',
  running: '▶',
  paused: '‖',
  'closing-only': '◐',
  off: '■',
  errored: '✗',
}

/** `close-only` is what programs and muscle memory say. */
const MODES = { on: 'running', off: 'off', 'closing-only': 'closing-only', 'close-only': 'closing-only' } as const
const ACTIONS = ['show', 'on', 'off', 'closing-only', 'close-only', 'canary', ...CHANGES] as const
/** Whether it only looks. */
const looks = ({ action, step }: { readonly action: string; readonly step?: string | undefined }): boolean =>
  action === 'show' || (action === 'canary' && (step === undefined || step === 'status'))
const changes = ({ action, step }: { readonly action: string; readonly step?: string | undefined }): boolean =>
  isChange(action) || (action === 'canary' && step === 'promote')

const strategy = defineAction({
  name: 'strategy',
  aliases: [],
  group: 'Trade and control',
  summary: 'show a strategy, switch it, or change it while Ballast runs: code, parameters, symbols',
  usage: '<name> [on|off|closing-only|reload|reset|remove [close]|canary [step]] | add <sym>… | set <param=value>… | symbols <sym>…',
  args: z.strictObject({
    name: z.string().min(1).max(60),
    action: z.enum(ACTIONS).default('show'),
    of: z.string().min(1).max(60).optional(),
    symbols: z.array(z.string().min(1).max(40)).max(100).optional(),
    params: z.record(z.string().min(1).max(60), z.string().max(200)).optional(),
    close: z.boolean().optional(),
    step: z.enum(CANARY_STEPS, `use one of ${CANARY_STEPS.join(', ')}`).optional(),
  }),
  read: (words) => {
    const [name, action] = [words[0]?.toLowerCase(), words[1]?.toLowerCase()]
    return {
      ...(name === undefined ? {} : { name }),
      ...(action === undefined ? {} : { action }),
      ...(action === 'canary'
        ? readCanary(words.slice(2))
        : action !== undefined && isChange(action)
          ? readChange(action, words.slice(2))
          : words.length > 2
            ? { unexpected: words.slice(2).join(' ') }
            : {}),
    }
  },
  examples: [
    'strategy ema-cross',
    'strategy ema-cross off',
    'strategy ema-cross set fast=9 slow=30',
    'strategy ema-cross reload',
    'strategy trend-2 add ADA XRP of ema-cross fast=9',
    'strategy trend-2 remove close',
    'strategy ema-cross canary start fast=9',
  ],
  role: 'viewer',
  roleFor: (args) =>
    looks(args)
      ? 'viewer'
      : args.action === 'on' || args.action === 'reload'
        ? 'trader'
        : isChange(args.action) || args.action === 'canary'
          ? 'admin'
          : 'operator',
  scope: 'strategy:read',
  scopeFor: (args) => (looks(args) ? 'strategy:read' : 'strategy:write'),
  tier: (args, profile) => (args.action === 'on' || changes(args) ? (profile === 'live' && args.action !== 'remove' ? 'C2' : 'C1') : 'C0'),
  addsRisk: (args) => args.action === 'on' || (changes(args) && args.action !== 'remove'),
  plan: async (context, args) => {
    if (isChange(args.action)) return planChange(context, { ...args, action: args.action })
    const rows = await context.ports.reads.strategies()
    const own = rows.filter((row) => row.strategy === args.name)
    if (own.length === 0) return refuse(unknownStrategy(args.name, rows))
    if (args.action === 'show') return alreadyDone(await cardOf(context, own))
    if (args.action === 'canary') return planCanary(context, args.name, args.step ?? 'status', args.params)
    const mode = MODES[args.action]
    if (own.every((row) => row.mode === mode))
      return alreadyDone(reply(`${args.name} is already ${mode}`, { tone: 'ok', buttons: [runs('Strategies', '/strategies')] }))
    const card = await cardOf(context, own)
    return {
      type: 'plan',
      card: {
        ...card,
        title: `Switch ${args.name} ${args.action}?`,
        text: 'It enters on its next fresh signal; no order is sent now.',
        buttons: [],
      },
      yes: `Switch ${args.name} ${args.action}`,
      no: 'Leave it',
      todo: { strategy: args.name, mode },
    }
  },
  execute: async (context, todo) => {
    if (isCanaryTodo(todo)) return carryOutCanary(context, todo)
    if (typeof todo === 'object' && todo !== null && 'ask' in todo) {
      const done = await carryOutChange(context, todo)
      await endPromoted(context, todo, done)
      return done
    }
    const { strategy: name, mode } = z.object({ strategy: z.string(), mode: z.enum(['running', 'closing-only', 'off']) }).parse(todo)
    const held = (await context.ports.reads.positions()).filter((position) => position.strategy === name)
    return send(context, { name: 'strategy', strategy: name, mode }, `${name} is ${mode}`, {
      tone: mode === 'running' ? 'ok' : 'warn',
      fields: held.map((position) =>
        field(
          'Its position',
          `${sideOf(position)} ${absolute(position.quantity)} ${position.symbol} stays${position.stopPrice === null ? '; it has no stop on Bybit' : ', with its stop on Bybit'}`,
        ),
      ),
      buttons: [
        runs('Strategies', '/strategies'),
        ...held.map((position) => runs(`Close ${short(position.symbol)}`, `/close ${position.symbol}`)),
      ],
    })
  },
})

export function unknownStrategy(name: string, rows: readonly StrategyRow[]): Reply {
  const names = [...new Set(rows.map((row) => row.strategy))]
  const near = nearestOf(name, names)
  return reply(`There is no strategy ${untrusted(name)}`, {
    tone: 'warn',
    text: names.length === 0 ? 'None is configured.' : `There are: ${names.join(', ')}.`,
    buttons: near === undefined ? [runs('Strategies', '/strategies')] : [runs(near, `/strategy ${near}`)],
  })
}

async function cardOf({ ports }: CommandContext, own: readonly StrategyRow[]): Promise<Reply> {
  const name = own[0]?.strategy ?? ''
  const [positions, sums, account, holds, health] = await Promise.all([
    ports.reads.positions(),
    ports.reads.tradeSums({ from: 0, to: Number.MAX_SAFE_INTEGER, by: 'strategy' }),
    ports.reads.account(),
    ports.reads.holds(),
    ports.reads.health(),
  ])
  const load = readLoads(health).find(({ strategy }) => strategy === name)
  const closed = sums.find(({ key }) => key === name)
  const held = positions.filter((position) => position.strategy === name)
  const now = account?.updatedTs ?? 0
  const last = Math.max(...own.map((row) => row.lastSignalTs ?? 0))
  const decided = Math.max(...own.map((row) => row.lastDecisionTs ?? 0))
  const mode = own[0]?.mode ?? ''
  const life = strategyLife(own, holds)
  return reply(`${name}  ${life.state}`, {
    tone: life.state === 'running' || life.state === 'created' ? 'ok' : life.state === 'errored' ? 'bad' : 'warn',
    fields: [
      ...(life.why === '' ? [] : [field(CAUSE_NAMES[life.state] ?? 'Note', untrusted(life.why))]),
      ...(mode !== 'running' || own[0]?.modeCause === '' || own[0] === undefined ? [] : [field('Set', untrusted(own[0].modeCause))]),
      ...asideFields(own, now),
      field('Code', `${own[0]?.definition ?? ''} version ${own[0]?.version ?? ''}`),
      field('Symbols', own.map((row) => row.symbol).join(', ')),
      field('Parameters', paramsText(own[0]?.params ?? null)),
      field('From', originText(own[0], ports.wallNow())),
      field(
        'Positions',
        held.length === 0
          ? 'none'
          : held.map((p) => `${sideOf(p)} ${absolute(p.quantity)} ${p.symbol} (${money(p.unrealizedPnl)})`).join('\n'),
      ),
      field('Closed', `${closed?.count ?? 0} trades, ${money(closed?.net ?? '0')}`),
      field('Last decision', decided === 0 ? 'none yet' : `${duration(now - decided)} ago`),
      ...(load === undefined ? [] : [field('Decision time', loadText(load))]),
      field('Last signal', last === 0 ? 'none yet' : `${duration(now - last)} ago`),
    ],
    buttons: [
      mode === 'running' ? runs('Switch off', `/strategy ${name} off`) : runs('Switch on', `/strategy ${name} on`),
      runs('Trades', `/trades ${name}`),
      runs('Reload', `/strategy ${name} reload`),
      runs('Strategies', '/strategies'),
    ],
  })
}

/** Why it takes no entries by itself, where it says so; the sentence is in its alert. */
function asideFields(own: readonly StrategyRow[], now: number): Field[] {
  const parsed = ASIDE.safeParse(own.find(({ report }) => report !== null)?.report)
  if (!parsed.success) return []
  const { code, since } = parsed.data.aside
  return [field('Takes no entries', `${untrusted(code)}, since ${time(since, now)}`)]
}
const ASIDE = z.object({ aside: z.object({ code: z.string(), since: z.number() }) })

const CAUSE_NAMES: Readonly<Partial<Record<LifeState, string>>> = {
  errored: 'Stopped because',
  paused: 'Paused',
  warming: 'Waits for',
  off: 'Set',
  'closing-only': 'Set',
}

function paramsText(params: StrategyRow['params']): string {
  if (params === null) return 'not kept yet'
  const entries = Object.entries(params)
  return entries.length === 0 ? 'none' : untrusted(entries.map(([name, value]) => `${name}=${valueText(value)}`).join(' '))
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Where symbols and parameters come from. */
const originText = (row: StrategyRow | undefined, wallNow: number): string =>
  row === undefined || row.changedBy === null || row.changedAt === null
    ? 'the configuration'
    : `changed by ${untrusted(row.changedBy)} ${time(row.changedAt, wallNow)}; back to the configuration: /strategy ${row.strategy} reset`

export const STRATEGY_COMMANDS: readonly Command[] = [strategies, strategy, reload]
