/**
 * web: a one-time link that logs a browser in. sessions: the browsers that are logged in, and an end to one.
 * Never gives a link where others read it (S17).
 */
import { z } from 'zod'
import type { SessionState } from '../../ports/access-ports.ts'
import { type Command, type CommandContext, alreadyDone, defineAction, refuse } from '../command.ts'
import { isChat } from '../confirm-rules.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { duration } from '../words/format.ts'

const web: Command = defineAction({
  name: 'web',
  aliases: ['link'],
  group: 'System',
  summary: 'get a link that logs your browser in, once, within five minutes',
  usage: '',
  args: z.strictObject({}),
  read: (words) => (words.length === 0 ? {} : { unexpected: words.join(' ') }),
  examples: ['web', 'link'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async ({ actor }) => {
    if (isChat(actor.surface) && actor.isPrivateChat !== true)
      return refuse(reply('Only in a private chat', { tone: 'warn', text: 'Whoever opens the link is you. Send it to the bot directly.' }))
    if (!isChat(actor.surface) && actor.surface !== 'cli')
      return refuse(reply('Only in a chat or at the terminal', { tone: 'warn', text: 'A program uses its key.' }))
    return { type: 'plan', card: reply(''), yes: '', no: '', todo: {} }
  },
  execute: async ({ ports, actor }) => {
    const token = await ports.sessions.makeLink(actor.id, actor.name ?? actor.id)
    return {
      status: 'done',
      reply: reply('Your login link', {
        tone: 'ok',
        // Behind the #, so that no log, proxy or preview of a chat ever has it.
        fields: [field('Link', `${ports.system.webAddress}/login#${token}`)],
        text: 'It works once, within 5 minutes, after a press of its button. The login ends after a day, or with /sessions end.',
        ephemeral: true,
        isSecret: true,
      }),
    }
  },
})

const Todo = z.object({ ids: z.array(z.string()) })

const sessions: Command = defineAction({
  name: 'sessions',
  aliases: ['session'],
  group: 'System',
  summary: 'list browsers that are logged in, or end a login',
  usage: '[end <id|all>]',
  args: z
    .strictObject({ action: z.enum(['list', 'end']).default('list'), id: z.string().max(40).optional() })
    .refine(({ action, id }) => action === 'list' || id !== undefined, 'name the login: sessions end 1a2b3c4d, or all'),
  read: ([action, id, ...more]) => ({
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(id === undefined ? {} : { id: id.toLowerCase() }),
    ...(more.length === 0 ? {} : { unexpected: more.join(' ') }),
  }),
  examples: ['sessions', 'sessions end 1a2b3c4d', 'sessions end all'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  // To end a login is the safe direction.
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { action, id }) => {
    const rows = await seenBy(context)
    if (action === 'list') return alreadyDone(listOf(context, rows))
    const ended = id === 'all' ? rows.filter(({ actor }) => actor === context.actor.id) : rows.filter((row) => row.id === id)
    if (ended.length === 0)
      return refuse(
        reply(id === 'all' ? 'You are logged in nowhere' : `There is no login ${untrusted(id ?? '')}`, {
          tone: 'warn',
          buttons: [runs('Logins', '/sessions')],
        }),
      )
    return { type: 'plan', card: reply(''), yes: '', no: '', todo: { ids: ended.map((row) => row.id) } }
  },
  execute: async ({ ports }, todo) => {
    const { ids } = Todo.parse(todo)
    for (const id of ids) await ports.sessions.end(id)
    const title = ids.length === 1 ? `The login ${ids[0]} has ended` : `${ids.length} logins have ended`
    return { status: 'done', reply: reply(title, { tone: 'ok', buttons: [runs('Logins', '/sessions')] }) }
  },
})

/** One's own; an admin sees everybody's. */
const seenBy = ({ ports, actor }: CommandContext): Promise<readonly SessionState[]> =>
  ports.sessions.list(actor.role === 'admin' ? undefined : actor.id)

function listOf({ ports }: CommandContext, rows: readonly SessionState[]): Reply {
  if (rows.length === 0) return reply('No browser is logged in', { tone: 'ok', buttons: [runs('Log in', '/web')] })
  const now = ports.wallNow()
  return reply(rows.length === 1 ? '1 browser is logged in' : `${rows.length} browsers are logged in`, {
    table: {
      columns: [
        { title: 'id' },
        { title: 'who' },
        { title: 'used', align: 'right' },
        { title: 'ends in', align: 'right', isExtra: true },
        { title: 'browser', isExtra: true },
      ],
      rows: rows.map(({ id, name, lastUsedAt, expiresAt, agent }) => [
        id,
        untrusted(name),
        `${duration(Math.max(0, now - lastUsedAt))} ago`,
        duration(Math.max(0, expiresAt - now)),
        untrusted(agent).slice(0, 40),
      ]),
    },
    text: 'To end one: /sessions end and its id.',
  })
}

export const SESSION_COMMANDS: readonly Command[] = [web, sessions]
