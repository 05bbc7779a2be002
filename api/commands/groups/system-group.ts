/**
 * start, help, id, health, version: who you are, what there is, and whether it is well.
 */
import { z } from 'zod'
import { type Command, type CommandContext, GROUPS, defineRead, hasRole, inOrder, noArguments } from '../command.ts'
import { asOf, duration } from '../words/format.ts'
import { DIRECT_NEXT, heardHealth, silenceOf, silenceText } from '../silence.ts'
import { user } from '../access/user-command.ts'
import { key } from '../access/key-command.ts'
import { findCommand, nearestCommand } from '../parse.ts'
import { type Reply, type Tone, field, reply, runs, untrusted } from '../reply.ts'
import { totp } from '../access/totp-command.ts'
import { STRATEGY_LOAD, loadsText, readLoads } from '../../../src/journal/strategy-load.ts'

const none = z.strictObject({})

const start = defineRead({
  name: 'start',
  aliases: [],
  group: 'System',
  summary: 'show who you are; does not start trading',
  usage: '',
  args: z.strictObject({ token: z.string().max(64).optional() }),
  read: inOrder('token'),
  examples: ['start'],
  role: 'any',
  scope: 'account:read',
  run: async (context) => {
    const { actor } = context
    if (actor.role === undefined) return strangerReply(context)
    return reply('Ballast is running', {
      fields: [field('You', `${actor.name === undefined ? '' : `${untrusted(actor.name)}, `}${actor.id}`), field('Role', actor.role)],
      text: 'This does not start or stop trading.',
      buttons: [
        runs('Status', '/status'),
        runs('Positions', '/positions'),
        runs('PnL', '/pnl'),
        runs('Risk', '/risk'),
        runs('Help', '/help'),
      ],
    })
  },
})

/** One answer for who is not known here. */
const strangerReply = ({ actor }: CommandContext): Reply =>
  reply('You are not authorized yet', {
    tone: 'warn',
    fields: [field('Your id', actor.id)],
    text: 'Ask an admin to add this id to Ballast’s configuration. Until then, other commands are ignored.',
  })

const help = defineRead({
  name: 'help',
  aliases: ['commands'],
  group: 'System',
  summary: 'list the commands, or show how to use one',
  usage: '[command]',
  args: z.strictObject({ command: z.string().max(40).optional() }),
  read: inOrder('command'),
  examples: ['help', 'help close'],
  role: 'any',
  scope: 'account:read',
  run: async (context, args) => {
    const { commands, actor } = context
    if (args.command !== undefined) return helpOf(context, args.command.replace(/^\//, '').toLowerCase())
    const allowed = commands.filter((command) => hasRole(actor.role, command.role))
    return reply('Commands', {
      fields: GROUPS.flatMap((group) => {
        const names = allowed.filter((command) => command.group === group).map((command) => `/${command.name}`)
        return names.length === 0 ? [] : [field(group, names.join(' '))]
      }),
      text: 'Details of a command: /help close',
      buttons: ['status', 'positions', 'pnl', 'pause']
        .filter((name) => allowed.some((c) => c.name === name))
        .map((name) => runs(name, `/${name}`)),
    })
  },
})

function helpOf({ commands, actor }: CommandContext, name: string): Reply {
  const command = findCommand(commands, name)
  if (command === undefined || !hasRole(actor.role, command.role)) {
    const near = nearestCommand(commands, name)
    return reply(`There is no command /${untrusted(name)}`, {
      tone: 'warn',
      buttons: near === undefined ? [runs('Help', '/help')] : [runs(`/help ${near}`, `/help ${near}`)],
    })
  }
  return reply(`/${command.name} ${command.usage}`.trim(), {
    fields: [
      field('What', command.summary),
      ...(command.aliases.length === 0 ? [] : [field('Also', command.aliases.map((alias) => `/${alias}`).join(' '))]),
      field('Role', command.role),
      field('Examples', command.examples.map((example) => `/${example}`).join('\n')),
    ],
  })
}

const id = defineRead({
  name: 'id',
  aliases: ['whoami', 'tg_info'],
  group: 'System',
  summary: 'show your id, this chat and your role',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['id'],
  role: 'any',
  scope: 'account:read',
  run: async ({ actor }) =>
    reply('Your access', {
      fields: [
        field('Id', actor.id),
        ...(actor.chat === undefined ? [] : [field('Chat', actor.chat)]),
        field('Role', actor.role ?? 'none: not authorized'),
      ],
    }),
})

const MARKS = { ok: '✓', warn: '!', down: '✗' } as const
const RANK = { down: 0, warn: 1, ok: 2 } as const

const health = defineRead({
  name: 'health',
  aliases: ['doctor'],
  group: 'System',
  summary: 'show the health of each component',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['health'],
  role: 'viewer',
  scope: 'account:read',
  run: async ({ ports }) => {
    const [parts, answers] = await Promise.all([ports.reads.health(), ports.reads.ping()])
    const now = ports.wallNow()
    const rows = [
      {
        part: 'database',
        status: answers ? ('ok' as const) : ('down' as const),
        detail: answers ? 'answers' : 'does not answer',
        updatedAt: now,
      },
      ...heardHealth(parts, now),
    ]
      .map((part) => ({ ...part, text: stateText(part, ports.system.profile), age: now - part.updatedAt }))
      // What is wrong is read first, also where a chat cuts a long table.
      .sort((a, b) => RANK[a.status] - RANK[b.status])
    const silence = silenceOf(parts, now)
    const worst: Tone = rows.some((row) => row.status === 'down') ? 'bad' : rows.some((row) => row.status === 'warn') ? 'warn' : 'ok'
    return reply(worst === 'ok' ? 'All components OK' : worst === 'warn' ? 'Some components need attention' : 'A component is down', {
      tone: worst,
      ...(silence === undefined ? {} : { text: `${silenceText(silence)} ${DIRECT_NEXT}` }),
      table: {
        columns: [{ title: '' }, { title: 'component' }, { title: 'state' }, { title: 'age', align: 'right', isExtra: true }],
        rows: rows.map((row) => [MARKS[row.status], row.part, row.text, duration(row.age)]),
      },
      buttons: [runs('Refresh', '/health'), runs('Status', '/status')],
    })
  },
})

/** The component `bars` shows the last close instant of market time that is done, `strategies` the one that decides slowest. */
const stateText = ({ part, detail }: { readonly part: string; readonly detail: string }, profile: string): string =>
  part === STRATEGY_LOAD && detail.startsWith('[')
    ? untrusted(loadsText(readLoads([{ part, detail }])))
    : part === 'bars' && /^\d+$/.test(detail)
      ? `decided to ${asOf(Number(detail), profile)}`
      : untrusted(detail)

const version = defineRead({
  name: 'version',
  aliases: ['ver'],
  group: 'System',
  summary: 'show version and uptime',
  usage: '',
  args: none,
  read: noArguments,
  examples: ['version'],
  role: 'viewer',
  scope: 'account:read',
  run: async ({ ports }) =>
    reply(`Ballast ${ports.system.version}`, {
      fields: [
        field('Profile', ports.system.profile),
        field('Exchange', ports.system.exchange),
        field('Uptime', duration(ports.wallNow() - ports.system.startedAtMs)),
        field('Data', ports.system.dataDirId),
      ],
    }),
})

export const SYSTEM_COMMANDS: readonly Command[] = [start, help, id, health, version, totp, key, user]
