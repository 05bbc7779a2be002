/**
 * signals, signal: what came in from outside and what became of it; who may send it; and what a body would do.
 * Never shows a secret again, and never makes one where what is written stays (S17).
 */
import { z } from 'zod'
import { parseDuration } from '../../../src/core/duration.ts'
import { readSignal } from '../../../src/signals-in/read-signal.ts'
import { refusalSentence } from '../../../src/signals-in/refusal-sentence.ts'
import { type OutsideSignal, SIGNAL_FORMATS, SOURCE_MODES, SOURCE_SIDES, isExitWish } from '../../../src/signals-in/signal.ts'
import { templateOf } from '../../../src/signals-in/template.ts'
import { WEBHOOK } from '../../../src/strategy/builtin/webhook.ts'
import type { NewSource, SignalSource, SourceSecrets } from '../../ports/signal-ports.ts'
import {
  type Command,
  type CommandContext,
  type Done,
  type NoPlan,
  type Plan,
  alreadyDone,
  defineAction,
  defineRead,
  refuse,
} from '../command.ts'
import { calledBy } from '../called.ts'
import { isChat } from '../confirm-rules.ts'
import { duration } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { signalBody } from './signal-body.ts'
import { DEFAULT_OVERLAP, KEY_OF, type SourceArgs, sourceOf, sourceShape } from './source-args.ts'
import { signalField } from './signal-words.ts'

const SHOWN = 5
const SHOWN_MAX = 20

const signals = defineRead({
  name: 'signals',
  aliases: [],
  group: 'Explain',
  summary: 'list the last signals from outside, with what became of each',
  usage: '[n]',
  args: z.strictObject({
    n: z.coerce
      .number({ error: `use a number from 1 to ${SHOWN_MAX}` })
      .int(`use a number from 1 to ${SHOWN_MAX}`)
      .min(1)
      .max(SHOWN_MAX)
      .default(SHOWN),
  }),
  read: ([n, ...more]) => ({ ...(n === undefined ? {} : { n }), ...(more.length === 0 ? {} : { unexpected: more.join(' ') }) }),
  examples: ['signals', 'signals 10'],
  role: 'viewer',
  scope: 'trade:read',
  run: async ({ ports }, { n }) => {
    const rows = await ports.signals.rows.list({ limit: n })
    const buttons = [runs('Sources', '/signal source list'), runs('Refused', '/whynot')]
    if (rows.length === 0)
      return reply('No signal has come in', {
        text: 'Make a source at the terminal: ballast signal source add tv-trend format=tradingview-target',
        buttons,
      })
    return reply(rows.length === 1 ? 'The last signal' : `The last ${rows.length} signals`, {
      fields: rows.map((row) => signalField(row, ports.wallNow())),
      buttons,
    })
  },
})

const ACTIONS = ['list', 'add', 'rotate', 'remove', 'template', 'test'] as const
const CHANGES: readonly string[] = ['add', 'rotate', 'remove']
const BODY_MAX = 16_384

const signal = defineAction({
  name: 'signal',
  aliases: [],
  group: 'Trade and control',
  summary: 'list, add, rotate or remove sources of signals; show a body to paste; try a body',
  usage: 'source [list] | source add|rotate|remove <name> [key=value]… | template <format> | test <source|format> <body>',
  args: z.strictObject({ action: z.enum(ACTIONS).default('list'), ...sourceShape, body: z.string().max(BODY_MAX).optional() }),
  read: readWords,
  examples: [
    'signal source list',
    'signal source add tv-trend format=tradingview-target symbols=BTC mode=trade stop=2% cidr=tradingview',
    'signal source rotate tv-trend overlap=24h',
    'signal source remove tv-trend',
    'signal template tradingview-target',
    'signal test line long BTC 1% sl=2%',
  ],
  role: 'viewer',
  roleFor: ({ action }) => (CHANGES.includes(action) ? 'admin' : 'viewer'),
  scope: 'webhooks:manage',
  isPrivate: true,
  tier: ({ action }, profile) => (!CHANGES.includes(action) ? 'C0' : profile === 'live' && action !== 'remove' ? 'C2' : 'C1'),
  // It changes who may trade (S17).
  addsRisk: ({ action }) => action === 'add' || action === 'rotate',
  plan: async (context, args) => {
    switch (args.action) {
      case 'list':
        return alreadyDone(listOf(context, await context.ports.signals.sources.list()))
      case 'template':
        return templatePlan(args)
      case 'test':
        return testPlan(context, args, args.body)
      case 'add':
        return addPlan(context, args)
      case 'rotate':
      case 'remove':
        return changePlan(context, args, args.action)
    }
  },
  execute: carryOut,
})

export const SIGNAL_COMMANDS: readonly Command[] = [signals, signal]

function readWords(words: readonly string[]): Record<string, unknown> {
  const [first = '', ...rest] = words[0]?.toLowerCase() === 'source' ? words.slice(1) : words
  const action = first === '' ? {} : { action: first.toLowerCase() }
  if (first.toLowerCase() === 'test') {
    const [name, ...body] = rest
    const what = SIGNAL_FORMATS.find((format) => format === name)
    return {
      ...action,
      ...(what === undefined ? (name === undefined ? {} : { name }) : { format: what }),
      ...(body.length === 0 ? {} : { body: body.join(' ') }),
    }
  }
  const raw: Record<string, unknown> = { ...action }
  const plain: string[] = []
  for (let k = 0; k < rest.length; k++) {
    const word = rest[k] as string
    const match = /^(?:--)?([a-z-]+)=(.+)$/i.exec(word) ?? (/^--[a-z-]+$/i.test(word) ? [word, word.slice(2), rest[++k] ?? ''] : null)
    if (match === null) plain.push(word)
    else raw[KEY_OF[(match[1] as string).toLowerCase()] ?? (match[1] as string)] = match[2]
  }
  const [name, ...more] = plain
  if (name !== undefined) raw[first.toLowerCase() === 'template' ? 'format' : 'name'] = name
  if (more.length > 0) raw.unexpected = more.join(' ')
  return raw
}

function listOf({ ports }: CommandContext, sources: readonly SignalSource[]): Reply {
  const now = ports.wallNow()
  if (sources.length === 0)
    return reply('No source of signals', { text: 'Make one at the terminal: ballast signal source add tv-trend format=tradingview-target' })
  return reply(sources.length === 1 ? '1 source of signals' : `${sources.length} sources of signals`, {
    fields: sources.map((source) =>
      field(
        source.name,
        [
          ruleText(source),
          `last signal ${source.lastAt === null ? 'none yet' : `${duration(Math.max(0, now - source.lastAt))} ago`}`,
          ...(source.oldUntil !== null && source.oldUntil > now ? [`the address before works for ${duration(source.oldUntil - now)}`] : []),
        ].join('\n'),
      ),
    ),
    text: `An address is shown only once. To get another: ballast signal source rotate NAME`,
    buttons: [runs('Signals', '/signals')],
  })
}

const ruleText = (source: NewSource): string =>
  [
    `${source.format}, ${source.mode === 'paper' ? 'on paper: recorded, not sent' : `trades for ${source.strategy}`}`,
    `${source.market}, ${source.symbols === null ? `all symbols of ${source.strategy}` : source.symbols.join(' ')}${source.side === null ? '' : `, ${source.side} only`}`,
    `${source.stop === null ? 'no stop of its own' : `stop ${source.stop} unless given`}, entries up to ${duration(source.maxAgeMs)} old`,
    ...(source.notionalMax === null ? [] : [`at most ${source.notionalMax} of value`]),
    ...(source.networks === null ? [] : [`from ${source.networks.join(' ')}`]),
    ...(source.expectEveryMs === null ? [] : [`expected every ${duration(source.expectEveryMs)}`]),
  ].join('\n')

function templatePlan({ format }: SourceArgs): NoPlan {
  if (format === undefined) return refuse(reply('Name the format', { tone: 'warn', text: `signal template ${SIGNAL_FORMATS.join('|')}` }))
  return alreadyDone(
    reply(`Body of ${format}`, { tone: 'ok', text: templateOf(format), buttons: [runs('Sources', '/signal source list')] }),
  )
}

/** Nothing is kept, and nothing is sent. */
async function testPlan({ ports }: CommandContext, { name, format }: SourceArgs, body: string | undefined): Promise<NoPlan> {
  const source = (await ports.signals.sources.list()).find((each) => each.name === name?.toLowerCase())
  const as = format ?? source?.format
  if (as === undefined)
    return refuse(
      reply(name === undefined ? 'Name a source or a format' : `There is no source ${untrusted(name)}`, {
        tone: 'warn',
        text: `signal test line long BTC 1% sl=2%. Formats: ${SIGNAL_FORMATS.join(', ')}.`,
        buttons: [runs('Sources', '/signal source list')],
      }),
    )
  if (body === undefined)
    return refuse(reply('There is no body to try', { tone: 'warn', text: 'For example: signal test line long BTC 1% sl=2%' }))
  const read = readSignal(as, signalBody(body), source?.market ?? 'linear')
  if (!read.ok) return refuse(reply('It would be refused (422)', { tone: 'warn', text: refusalSentence(read.error) }))
  return alreadyDone(
    reply(`It reads: ${read.value.wish} ${read.value.symbol}`, {
      tone: 'ok',
      fields: signalFields(read.value),
      text: wouldText(read.value, source),
    }),
  )
}

const signalFields = ({ stop, limit, targets, ceiling, exit, id, sentAtMs }: OutsideSignal): Field[] => [
  ...(limit === undefined ? [] : [field('Limit', limit)]),
  ...(stop === undefined ? [] : [field('Stop', stop)]),
  ...(targets.length === 0
    ? []
    : [field('Targets', targets.map(({ at, share }) => (share === undefined ? at : `${at} for ${share}`)).join(', '))]),
  ...(ceiling === undefined ? [] : [field('At most', `${ceiling.value} (${ceiling.mode})`)]),
  ...(exit === undefined ? [] : [field('Closes', exit.mode === 'part' ? `${exit.value} % of what is held` : exit.value)]),
  ...(id === undefined ? [] : [field('Id', untrusted(id))]),
  ...(sentAtMs === undefined ? [] : [field('Sent', new Date(sentAtMs).toISOString())]),
]

function wouldText(read: OutsideSignal, source: SignalSource | undefined): string {
  const isExit = isExitWish(read.wish)
  if (source !== undefined && source.symbols !== null && !source.symbols.includes(read.symbol))
    return `It would be refused: this source may not name ${read.symbol}. Allowed: ${source.symbols.join(', ')}.`
  if (source?.mode === 'paper') return 'The source is on paper: it would be recorded, and nothing sent.'
  const what = isExit
    ? 'It would be carried out whatever its age, on what is held then.'
    : `It would be sized by the risk settings${read.ceiling === undefined ? '' : ', up to what it asks'}, and judged as any entry${read.stop === undefined && source?.stop != null ? `, with the source’s stop of ${source.stop}` : ''}.`
  return `${what} Nothing was sent.`
}

async function addPlan(context: CommandContext, args: SourceArgs): Promise<Plan | NoPlan> {
  if (isChat(context.actor.surface)) return inChat('add NAME format=tradingview-target')
  const source = sourceOf(args)
  if (!source.ok) return refuse(reply('The source was not made', { tone: 'warn', text: source.error }))
  const { value } = source
  const [sources, strategies] = await Promise.all([context.ports.signals.sources.list(), context.ports.reads.strategies()])
  if (sources.some(({ name }) => name === value.name))
    return refuse(
      reply(`There is a source ${value.name} already`, { tone: 'warn', text: `Remove it first: signal source remove ${value.name}` }),
    )
  const own = strategies.filter(({ strategy }) => strategy === value.strategy)
  if (own.some(({ definition }) => definition !== WEBHOOK))
    return refuse(
      reply(`${untrusted(value.strategy)} runs ${own[0]?.definition ?? ''}`, {
        tone: 'warn',
        text: `Signals from outside are for a strategy of ${WEBHOOK}: strategy ${WEBHOOK} add BTC`,
      }),
    )
  return {
    type: 'plan',
    card: reply(`Let ${value.name} send signals?`, {
      tone: 'warn',
      fields: [field('Source', ruleText(value))],
      text:
        own.length === 0 && value.mode === 'trade'
          ? `No strategy ${value.strategy} runs yet; add it with: strategy ${value.strategy} add BTC of ${WEBHOOK}`
          : 'Its address is a secret and is shown once',
    }),
    yes: `Make ${value.name}`,
    no: 'Leave it',
    todo: { action: 'add', source: { ...value } },
  }
}

const inChat = (line: string): NoPlan =>
  refuse(
    reply('Sources are not made in chat: the address would stay in the history', {
      tone: 'warn',
      text: `At the terminal: ballast signal source ${line}`,
    }),
  )

async function changePlan(context: CommandContext, args: SourceArgs, action: 'rotate' | 'remove'): Promise<Plan | NoPlan> {
  const found = (await context.ports.signals.sources.list()).find(({ name }) => name === args.name?.toLowerCase())
  if (found === undefined)
    return refuse(
      reply(`There is no source ${untrusted(args.name ?? '')}`, { tone: 'warn', buttons: [runs('Sources', '/signal source list')] }),
    )
  const { name } = found
  if (action === 'rotate' && isChat(context.actor.surface)) return inChat(`rotate ${name}`)
  const overlap = args.overlap ?? DEFAULT_OVERLAP
  return {
    type: 'plan',
    card: reply(action === 'rotate' ? `Give ${name} another address?` : `Remove the source ${name}?`, {
      tone: 'warn',
      fields: [field('Source', ruleText(found))],
      text:
        action === 'rotate'
          ? `The address of now works for ${overlap} more`
          : 'What it sends from then on is refused, exits too; its position stays, with its stop',
    }),
    yes: action === 'rotate' ? `Rotate ${name}` : `Remove ${name}`,
    no: 'Keep it',
    todo: { action, name, format: found.format, overlap },
  }
}

const Todo = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('add'),
    source: z.object({
      name: z.string(),
      format: z.enum(SIGNAL_FORMATS),
      strategy: z.string(),
      market: z.enum(['linear', 'spot']),
      symbols: z.array(z.string()).nullable(),
      mode: z.enum(SOURCE_MODES),
      side: z.enum(SOURCE_SIDES).nullable(),
      stop: z.string().nullable(),
      maxAgeMs: z.number(),
      notionalMax: z.string().nullable(),
      networks: z.array(z.string()).nullable(),
      expectEveryMs: z.number().nullable(),
    }),
  }),
  z.object({ action: z.literal('rotate'), name: z.string(), format: z.enum(SIGNAL_FORMATS), overlap: z.string() }),
  z.object({ action: z.literal('remove'), name: z.string() }),
])

async function carryOut(context: CommandContext, raw: Plan['todo']): Promise<Done> {
  const todo = Todo.parse(raw)
  const { sources } = context.ports.signals
  switch (todo.action) {
    case 'add': {
      const made = await sources.create(todo.source, calledBy(context.actor))
      if (made === undefined) return { status: 'refused', reply: reply(`There is a source ${todo.source.name} already`, { tone: 'warn' }) }
      return { status: 'done', reply: madeReply(context, `The source ${todo.source.name} is made`, todo.source.format, made) }
    }
    case 'rotate': {
      const made = await sources.rotate(todo.name, parseDuration(todo.overlap) ?? 0)
      if (made === undefined) return { status: 'refused', reply: reply(`There is no source ${todo.name}`, { tone: 'warn' }) }
      return { status: 'done', reply: madeReply(context, `The source ${todo.name} has another address`, todo.format, made) }
    }
    case 'remove': {
      const isRemoved = await sources.remove(todo.name)
      return { status: 'done', reply: reply(`The source ${todo.name} is ${isRemoved ? '' : 'already '}removed`, { tone: 'ok' }) }
    }
  }
}

const madeReply = (
  { ports }: CommandContext,
  title: string,
  format: NewSource['format'],
  { id, secret, signingSecret }: SourceSecrets,
): Reply =>
  reply(title, {
    tone: 'ok',
    fields: [
      field('Address', `${ports.signals.address}/hooks/${id}/${secret}`),
      field('Body', templateOf(format)),
      field('To sign', `${signingSecret}, to ${ports.signals.address}/hooks/${id} (Standard Webhooks)`),
    ],
    text: 'The address is a secret: it is shown this once. Try a body with: signal test',
    ephemeral: true,
    isSecret: true,
  })
