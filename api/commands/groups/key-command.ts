/**
 * key: which API keys there are, and an end to one.
 * Never shows a secret, and never makes a key where what is written stays: a chat keeps everything.
 */
import { z } from 'zod'
import type { KeyState } from '../../ports.ts'
import { type Command, type CommandContext, type Role, type SCOPES, defineAction, refuse, alreadyDone } from '../command.ts'
import { duration } from '../format.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'

/**
 * What a key of a role may do. A key that opens positions needs symbols and a daily sum (S17), which are not built: apart from an admin's,
 * no key has `trade:write`.
 */
const LOOKS = ['account:read', 'trade:read', 'strategy:read', 'report:read', 'alerts:read'] as const
const OPERATES = [...LOOKS, 'control:pause', 'backtest:run', 'report:write', 'alerts:write'] as const
export const SCOPES_OF: Readonly<Record<Role, readonly (typeof SCOPES)[number][]>> = {
  viewer: LOOKS,
  operator: OPERATES,
  trader: [...OPERATES, 'control:reduce', 'control:resume', 'trade:reduce', 'strategy:write'],
  admin: ['admin'],
}

const NEW_NEXT = 'At the terminal: ballast key new --role viewer --name grafana'

export const key: Command = defineAction({
  name: 'key',
  aliases: ['keys'],
  group: 'System',
  summary: 'list or revoke API keys; create new ones at the terminal',
  usage: '[list|revoke] [id]',
  args: z
    .strictObject({ action: z.enum(['list', 'revoke', 'new']).default('list'), id: z.string().max(40).optional() })
    .refine((args) => args.action !== 'revoke' || args.id !== undefined, 'name the key: key revoke 1a2b3c4d'),
  read: ([action, ...rest]) => ({
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(rest.length === 0 ? {} : { id: rest.join(' ').toLowerCase() }),
  }),
  examples: ['key list', 'key revoke 1a2b3c4d'],
  role: 'admin',
  scope: 'admin',
  isPrivate: true,
  tier: (args) => (args.action === 'revoke' ? 'C1' : 'C0'),
  // It changes who has access (S17).
  addsRisk: (args) => args.action === 'revoke',
  plan: async (context, args) => {
    if (args.action === 'new')
      return refuse(reply('Keys are not created in chat: the secret would stay in the history', { tone: 'warn', text: NEW_NEXT }))
    const keys = await context.ports.keys.list()
    if (args.action === 'list') return alreadyDone(listOf(context, keys))
    const found = keys.find(({ id }) => id === args.id)
    if (found === undefined)
      return refuse(reply(`There is no key ${untrusted(args.id ?? '')}`, { tone: 'warn', buttons: [runs('Keys', '/key list')] }))
    if (found.revokedAt !== null) return alreadyDone(reply(`The key ${found.id} is already revoked`, { tone: 'ok' }))
    return {
      type: 'plan',
      card: reply(`Revoke the key ${found.id}?`, {
        tone: 'warn',
        fields: [field('Name', untrusted(found.name)), field('Role', found.role), field('Used', usedText(context, found))],
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
          : `${duration(row.expiresAt - now)} left`
  return reply(keys.length === 1 ? '1 API key' : `${keys.length} API keys`, {
    table: {
      columns: [{ title: 'id' }, { title: 'name' }, { title: 'role' }, { title: 'state' }, { title: 'used', align: 'right' }],
      rows: keys.map((row) => [row.id, untrusted(row.name), row.role, stateOf(row), usedText(context, row)]),
    },
    text: `A secret is shown only once, when the key is created. ${NEW_NEXT}`,
  })
}

const usedText = ({ ports }: CommandContext, { lastUsedAt }: KeyState): string =>
  lastUsedAt === null ? 'never' : `${duration(Math.max(0, ports.wallNow() - lastUsedAt))} ago`
