/**
 * key: which API keys there are, and an end to one.
 * Never shows a secret, and never makes a key where what is written stays: a chat keeps everything.
 */
import { z } from 'zod'
import { FILE_KEY_NAME } from '../../../src/core/key-names.ts'
import { handOnProblem } from './key-scopes.ts'
import type { KeyState } from '../../ports/ports.ts'
import { type Command, type CommandContext, defineAction, refuse, alreadyDone } from '../command.ts'
import { amount, duration, short } from '../words/format.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'

const NEW_NEXT = 'At the terminal: ballast api keys create --preset read-only --name grafana'
const ROTATE_NEXT = 'At the terminal: ballast api keys rotate'

export const key: Command = defineAction({
  name: 'key',
  aliases: ['keys'],
  group: 'System',
  summary: 'list or revoke API keys; create and rotate them at the terminal',
  usage: '[list|revoke] [id]',
  args: z
    .strictObject({ action: z.enum(['list', 'revoke', 'create', 'rotate']).default('list'), id: z.string().max(40).optional() })
    .refine((args) => args.action !== 'revoke' || args.id !== undefined, 'name the key: key revoke 1a2b3c4d'),
  read: ([action, ...rest]) => ({
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(rest.length === 0 ? {} : { id: rest.join(' ').toLowerCase() }),
  }),
  examples: ['key list', 'key revoke 1a2b3c4d'],
  role: 'admin',
  scope: 'keys:manage',
  isPrivate: true,
  tier: (args) => (args.action === 'revoke' ? 'C1' : 'C0'),
  // It changes who has access (S17).
  addsRisk: (args) => args.action === 'revoke',
  plan: async (context, args) => {
    if (args.action === 'create' || args.action === 'rotate')
      return refuse(
        reply(`Keys are not ${args.action === 'create' ? 'created' : 'rotated'} here: the secret would stay in the history`, {
          tone: 'warn',
          text: args.action === 'create' ? NEW_NEXT : `${ROTATE_NEXT} ${untrusted(args.id ?? '<id>')}`,
        }),
      )
    const keys = await context.ports.keys.list()
    if (args.action === 'list') return alreadyDone(listOf(context, keys))
    const found = keys.find(({ id }) => id === args.id)
    if (found === undefined)
      return refuse(reply(`There is no key ${untrusted(args.id ?? '')}`, { tone: 'warn', buttons: [runs('Keys', '/key list')] }))
    const asking = keys.find(({ id }) => id === context.actor.apiKeyId)
    const wrong = asking === undefined ? undefined : handOnProblem(asking, { ...found, expiresAt: asking.expiresAt })
    if (wrong !== undefined) return refuse(reply('Not revoked', { tone: 'warn', text: wrong }))
    if (found.revokedAt !== null) return alreadyDone(reply(`The key ${found.id} is already revoked`, { tone: 'ok' }))
    return {
      type: 'plan',
      card: reply(`Revoke the key ${found.id}?`, {
        tone: 'warn',
        fields: [
          field('Name', untrusted(found.name)),
          field('Role', found.role),
          field('Opens', opensText(found)),
          field('Used', usedText(context, found)),
        ],
        text: 'Requests with it are refused from then on, and its open connections close. This cannot be undone.',
      }),
      yes: `Revoke ${found.id}`,
      no: 'Keep it',
      todo: { id: found.id, name: found.name },
    }
  },
  execute: async ({ ports, actor }, todo) => {
    const { id, name } = z.object({ id: z.string(), name: z.string() }).parse(todo)
    if (!(await ports.keys.revoke(id))) return { status: 'done', reply: reply(`The key ${id} is already revoked`, { tone: 'ok' }) }
    return {
      status: 'done',
      reply: reply(`The key ${id} (${untrusted(name)}) is revoked`, {
        tone: 'ok',
        ...(actor.apiKeyId === id ? { text: 'It is the key you are using: its next request is refused.' } : {}),
        buttons: [runs('Keys', '/key list')],
      }),
    }
  },
})

function listOf(context: CommandContext, keys: readonly KeyState[]): Reply {
  const now = context.ports.wallNow()
  const stateOf = (row: KeyState): string =>
    row.revokedAt !== null
      ? 'revoked'
      : row.expiresAt === null
        ? 'good'
        : row.expiresAt <= now
          ? 'over'
          : `${duration(row.expiresAt - now)} left${row.oldUntil === null ? '' : `, rotated: the old secret works for ${duration(row.oldUntil - now)}`}`
  return reply(keys.length === 1 ? '1 API key' : `${keys.length} API keys`, {
    table: {
      columns: [
        { title: 'id' },
        { title: 'name' },
        { title: 'role' },
        { title: 'state' },
        { title: 'used', align: 'right' },
        { title: 'opens today', isExtra: true },
        { title: 'from', isExtra: true },
      ],
      rows: keys.map((row) => [
        row.id,
        untrusted(row.name),
        row.role,
        stateOf(row),
        usedText(context, row),
        opensText(row),
        row.networks === null ? 'anywhere' : row.networks.join(', '),
      ]),
    },
    text: `A secret is shown only once, when the key is created. ${NEW_NEXT}`,
  })
}

const usedText = ({ ports }: CommandContext, { lastUsedAt }: KeyState): string =>
  lastUsedAt === null ? 'never' : `${duration(Math.max(0, ports.wallNow() - lastUsedAt))} ago`

/** What it may open, and how much of its day is used. */
const opensText = ({ name, role, symbols, dailyNotional, spentToday }: KeyState): string =>
  symbols === null || dailyNotional === null
    ? name === FILE_KEY_NAME && role === 'admin'
      ? 'everything (terminal)'
      : 'nothing'
    : `${symbols.map(short).join(', ')}: ${amount(spentToday ?? '0')} of ${amount(dailyNotional)} USDT`
