/**
 * webhook: addresses outside that are told of alerts, the secrets that sign, and the log of messages.
 */
import { z } from 'zod'
import { filterText, parseFilter } from '../../../src/alerts/filter.ts'
import { WEBHOOK_PRESETS, type WebhookPreset } from '../../../src/alerts/webhook-body.ts'
import { parseDuration } from '../../../src/core/duration.ts'
import type { Webhook, WebhookDelivery } from '../../ports/webhook-ports.ts'
import { calledBy } from '../called.ts'
import { type Command, type CommandContext, type Done, type NoPlan, type Plan, alreadyDone, defineAction, refuse } from '../command.ts'
import { isChat } from '../confirm-rules.ts'
import { duration } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs, untrusted } from '../reply.ts'

const ACTIONS = ['list', 'add', 'set', 'test', 'rotate', 'remove', 'deliveries', 'replay'] as const
const CHANGES: readonly string[] = ['add', 'set', 'test', 'rotate', 'remove', 'replay']
const ASKED: readonly string[] = ['add', 'set', 'rotate', 'remove']
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'
const DEFAULT_OVERLAP = '24h'
const OVERLAP_MAX_MS = 604_800_000
const SHOWN = 10
const list = runs('Webhooks', '/webhook list')
const wordsOf = (text: string): string[] => text.split(' ').filter((word) => word !== '')

export const webhookShape = {
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,29}$/, 'up to 30 letters, digits and dashes')
    .optional(),
  url: z.string().min(1).max(1_000).optional(),
  preset: z.enum(WEBHOOK_PRESETS, { error: `use one of ${WEBHOOK_PRESETS.join(', ')}` }).optional(),
  what: z.string().max(200).optional(),
  token: z.string().min(1).max(200).optional(),
  overlap: z
    .string()
    .max(10)
    .refine((text) => (parseDuration(text) ?? OVERLAP_MAX_MS + 1) <= OVERLAP_MAX_MS, 'a time up to 7 days, such as 24h')
    .optional(),
} as const
const Args = z.strictObject({
  action: z.enum(ACTIONS, { error: `use ${ACTIONS.join(', ')}` }).default('list'),
  ...webhookShape,
  id: z.coerce
    .number({ error: 'use the number of a message, as in webhook deliveries' })
    .int('use the number of a message, as in webhook deliveries')
    .min(1)
    .optional(),
})
type WebhookArgs = z.infer<typeof Args>

/** `add NAME URL preset=slack fills sym:BTC`: options as `key=value` or `--key value`, the other words are the filter. */
function readWords(words: readonly string[]): Record<string, unknown> {
  const [first, ...rest] = words
  if (first === undefined) return {}
  const raw: Record<string, unknown> = { action: first.toLowerCase() }
  const plain: string[] = []
  for (let k = 0; k < rest.length; k++) {
    const word = rest[k] as string
    const match =
      /^(?:--)?(preset|token|overlap|url)=(.+)$/i.exec(word) ?? (/^--[a-z]+$/i.test(word) ? [word, word.slice(2), rest[++k] ?? ''] : null)
    if (match === null) plain.push(word)
    else raw[(match[1] as string).toLowerCase()] = match[2]
  }
  const [name, ...more] = plain
  if (name !== undefined) raw[raw.action === 'replay' ? 'id' : 'name'] = name.replace(/^#/, '')
  if (raw.action !== 'add' && raw.action !== 'set') return more.length === 0 ? raw : { ...raw, unexpected: more.join(' ') }
  const [url, ...what] = /^[a-z]+:\/\//i.test(more[0] ?? '') ? more : [undefined, ...more]
  if (url !== undefined) raw.url = url
  if (what.length > 0) raw.what = what.join(' ')
  return raw
}

export const webhook: Command = defineAction({
  name: 'webhook',
  aliases: [],
  group: 'Trade and control',
  summary: 'send alerts by signed webhooks (Slack, Discord, Mattermost, ntfy, PagerDuty); show deliveries',
  usage:
    'list | add <name> <url> [preset=] [token=] [words] | set <name> [url] [token=] [words] | test|rotate|remove|deliveries <name> | replay <number>',
  args: Args,
  read: readWords,
  examples: [
    'webhook list',
    'webhook add ops https://example.org/hook sev:P2',
    'webhook add pager preset=pagerduty token=R0UT1NGKEY sev:P1',
    'webhook set ops sev:P1 sym:BTC',
    'webhook test ops',
    'webhook rotate ops overlap=24h',
    'webhook deliveries ops',
    'webhook replay 12',
    'webhook remove ops',
  ],
  role: 'viewer',
  roleFor: ({ action }) => (CHANGES.includes(action) ? 'admin' : 'viewer'),
  scope: 'webhooks:manage',
  isPrivate: true,
  hidden: ['url', 'token'],
  tier: ({ action }, profile) => (!ASKED.includes(action) ? 'C0' : profile === 'live' && action !== 'remove' ? 'C2' : 'C1'),
  // It changes who is told of the account (S17).
  addsRisk: ({ action }) => action === 'add' || action === 'set' || action === 'rotate',
  plan: async (context, args) => {
    switch (args.action) {
      case 'list':
        return alreadyDone(shownList(context, await context.ports.webhooks.list()))
      case 'deliveries':
        return alreadyDone(shownLog(context, await context.ports.webhooks.deliveries(args.name?.toLowerCase(), SHOWN)))
      case 'add':
        return addPlan(context, args)
      case 'set':
        return setPlan(context, args)
      case 'replay':
        return args.id === undefined
          ? refuse(reply('Name the message', { tone: 'warn', text: 'For example: webhook replay 12' }))
          : plan('Send it again?', 'Send it', { action: 'replay', id: args.id })
      default:
        return changePlan(context, args, args.action)
    }
  },
  execute: carryOut,
})

const plan = (title: string, yes: string, todo: Plan['todo'], fields: readonly Field[] = [], text?: string): Plan => ({
  type: 'plan',
  card: reply(title, { tone: 'warn', fields, ...(text === undefined ? {} : { text }) }),
  yes,
  no: 'Leave it',
  todo,
})

const inChat = (line: string): NoPlan =>
  refuse(reply('Not in chat: the secret would stay in the history', { tone: 'warn', text: `At the terminal: ballast webhook ${line}` }))

async function addPlan({ ports, actor }: CommandContext, args: WebhookArgs): Promise<Plan | NoPlan> {
  if (isChat(actor.surface)) return inChat('add NAME URL')
  const preset: WebhookPreset = args.preset ?? 'standard'
  const url = args.url ?? (preset === 'pagerduty' ? PAGERDUTY_URL : undefined)
  const name = args.name?.toLowerCase()
  const no = (text: string): NoPlan => refuse(reply('The webhook was not made', { tone: 'warn', text }))
  if (name === undefined || url === undefined) return no('Name it and its address: webhook add ops https://example.org/hook')
  const problem = ports.webhooks.urlProblem(url)
  if (problem !== undefined) return no(`The address cannot be used: ${problem}.`)
  if (preset === 'pagerduty' && args.token === undefined)
    return no('PagerDuty needs its routing key: token=KEY (an integration of Events API v2).')
  const filter = parseFilter(wordsOf(args.what ?? 'all'))
  if (!filter.ok) return no(`${filter.error}.`)
  if ((await ports.webhooks.list()).some((each) => each.name === name))
    return no(`There is a webhook ${name} already: webhook remove ${name}`)
  return plan(
    `Tell ${new URL(url).host} of alerts?`,
    `Make ${name}`,
    { action: 'add', name, url, preset, token: args.token ?? null, what: args.what ?? 'all' },
    [field(name, `${preset}, receives ${filterText(filter.value)}`)],
    'Alerts name positions, results and equity',
  )
}

async function setPlan({ ports, actor }: CommandContext, { name: typed = '', url, token, what }: WebhookArgs): Promise<Plan | NoPlan> {
  const name = typed.toLowerCase()
  const no = (text: string): NoPlan => refuse(reply('The webhook was not changed', { tone: 'warn', text }))
  const found = (await ports.webhooks.list()).find((each) => each.name === name)
  if (found === undefined) return refuse(reply(`There is no webhook ${untrusted(name)}`, { tone: 'warn', buttons: [list] }))
  if (isChat(actor.surface) && (url !== undefined || token !== undefined)) return inChat(`set ${name} URL`)
  if (url === undefined && token === undefined && what === undefined)
    return no(`Say what changes: webhook set ${name} https://example.org/hook, or webhook set ${name} sev:P1`)
  const problem = url === undefined ? undefined : ports.webhooks.urlProblem(url)
  if (problem !== undefined) return no(`The address cannot be used: ${problem}.`)
  const filter = what === undefined ? undefined : parseFilter(wordsOf(what))
  if (filter?.ok === false) return no(`${filter.error}.`)
  return plan(
    url === undefined ? `Change the webhook ${name}?` : `Tell ${new URL(url).host} of alerts?`,
    `Change ${name}`,
    { action: 'set', name, url: url ?? null, token: token ?? null, what: what ?? null },
    [
      field('Now', `${found.preset} ${found.shownUrl}, receives ${filterText(found.filter)}`),
      field(
        'Then',
        [
          ...(url === undefined ? [] : [`is at ${new URL(url).host}`]),
          ...(token === undefined ? [] : ['has another token']),
          ...(filter === undefined ? [] : [`receives ${filterText(filter.value)}`]),
        ].join(', '),
      ),
    ],
    'Its secret stays; what waits for it goes to the address that it then has',
  )
}

async function changePlan(
  { ports, actor }: CommandContext,
  args: WebhookArgs,
  action: 'test' | 'rotate' | 'remove',
): Promise<Plan | NoPlan> {
  const name = args.name?.toLowerCase() ?? ''
  const found = (await ports.webhooks.list()).find((each) => each.name === name)
  if (found === undefined) return refuse(reply(`There is no webhook ${untrusted(name)}`, { tone: 'warn', buttons: [list] }))
  if (action === 'rotate' && isChat(actor.surface)) return inChat(`rotate ${name}`)
  const overlap = args.overlap ?? DEFAULT_OVERLAP
  const shown = [field(name, `${found.preset} ${found.shownUrl}`)]
  if (action === 'test') return plan(`Send a sample to ${name}?`, 'Send it', { action, name }, shown)
  return action === 'rotate'
    ? plan(
        `Give ${name} another secret?`,
        `Rotate ${name}`,
        { action, name, overlap },
        shown,
        `Messages carry signatures by both for ${overlap}`,
      )
    : plan(`Remove the webhook ${name}?`, `Remove ${name}`, { action, name }, shown, 'What waits for it is not sent')
}

const Todo = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('add'),
    name: z.string(),
    url: z.string(),
    preset: z.enum(WEBHOOK_PRESETS),
    token: z.string().nullable(),
    what: z.string(),
  }),
  z.object({
    action: z.literal('set'),
    name: z.string(),
    url: z.string().nullable(),
    token: z.string().nullable(),
    what: z.string().nullable(),
  }),
  z.object({ action: z.literal('rotate'), name: z.string(), overlap: z.string() }),
  z.object({ action: z.enum(['test', 'remove']), name: z.string() }),
  z.object({ action: z.literal('replay'), id: z.number() }),
])

const done = (title: string, parts: Partial<Reply> = {}): Done => ({
  status: 'done',
  reply: reply(title, { tone: 'ok', buttons: [list], ...parts }),
})
const not = (title: string): Done => ({ status: 'refused', reply: reply(title, { tone: 'warn', buttons: [list] }) })

async function carryOut({ ports, actor }: CommandContext, raw: Plan['todo']): Promise<Done> {
  const todo = Todo.parse(raw)
  const { webhooks } = ports
  switch (todo.action) {
    case 'add': {
      const filter = parseFilter(wordsOf(todo.what))
      if (!filter.ok) return not('The webhook was not made')
      const { name, preset, url, token } = todo
      const secret = await webhooks.create({ name, preset, url, token, filter: filter.value }, calledBy(actor))
      return secret === undefined
        ? not(`There is a webhook ${name} already`)
        : secretReply(`The webhook ${name} is made`, preset, secret, name)
    }
    case 'set': {
      const { name, url, token, what } = todo
      const filter = what === null ? undefined : parseFilter(wordsOf(what))
      if (filter?.ok === false) return not('The webhook was not changed')
      const change = {
        ...(url === null ? {} : { url }),
        ...(token === null ? {} : { token }),
        ...(filter === undefined ? {} : { filter: filter.value }),
      }
      return (await webhooks.change(name, change))
        ? done(`The webhook ${name} is changed`, { text: `To try it: webhook test ${name}` })
        : not(`There is no webhook ${name}`)
    }
    case 'rotate': {
      const secret = await webhooks.rotate(todo.name, parseDuration(todo.overlap) ?? 0)
      return secret === undefined
        ? not(`There is no webhook ${todo.name}`)
        : secretReply(`The webhook ${todo.name} has another secret`, 'standard', secret, todo.name)
    }
    case 'remove':
      return (await webhooks.remove(todo.name)) ? done(`The webhook ${todo.name} is removed`) : not(`There is no webhook ${todo.name}`)
    case 'test':
      return (await webhooks.test(todo.name))
        ? done(`A sample for ${todo.name} is on its way`, { buttons: [runs('Its log', `/webhook deliveries ${todo.name}`), list] })
        : not(`There is no webhook ${todo.name}`)
    case 'replay':
      return (await webhooks.replay(todo.id))
        ? done(`Message ${todo.id} is sent once more`)
        : not(`There is no message ${todo.id} of a webhook that is there`)
  }
}

const secretReply = (title: string, preset: WebhookPreset, secret: string, name: string): Done =>
  done(title, {
    fields: preset === 'standard' ? [field('Secret', secret)] : [],
    text: `${preset === 'standard' ? 'Messages are signed with it as Standard Webhooks says; it is shown this once. ' : ''}To try it: webhook test ${name}`,
    ephemeral: true,
    isSecret: true,
  })

function shownList({ ports }: CommandContext, rows: readonly Webhook[]): Reply {
  const now = ports.wallNow()
  if (rows.length === 0)
    return reply('No webhook', { text: 'Make one at the terminal: ballast webhook add ops https://example.org/hook sev:P2' })
  return reply(rows.length === 1 ? '1 webhook' : `${rows.length} webhooks`, {
    fields: rows.map(({ name, preset, shownUrl, filter, oldUntil }) =>
      field(
        name,
        [
          `${preset} ${shownUrl}`,
          `receives ${filterText(filter)}`,
          ...(oldUntil !== null && oldUntil > now ? [`signed by the secret before as well for ${duration(oldUntil - now)}`] : []),
        ].join('\n'),
      ),
    ),
    buttons: [runs('Their log', '/webhook deliveries')],
  })
}

function shownLog({ ports }: CommandContext, rows: readonly WebhookDelivery[]): Reply {
  const now = ports.wallNow()
  if (rows.length === 0) return reply('No message to a webhook yet', { buttons: [list] })
  return reply(rows.length === 1 ? 'The last message' : `The last ${rows.length} messages`, {
    fields: rows.map(({ id, webhook: name, type, status, attempts, nextAt, lastStatus, lastError, createdAt }) =>
      field(
        `#${id} ${name} ${type}`,
        [
          `${status === 'pending' && attempts > 0 ? `waits ${duration(Math.max(0, nextAt - now))} for attempt ${attempts + 1}` : status}, ${duration(now - createdAt)} ago`,
          ...(lastError === null ? (lastStatus === null ? [] : [`HTTP ${lastStatus}`]) : [untrusted(lastError)]),
        ].join('\n'),
      ),
    ),
    text: 'Send one once more: webhook replay NUMBER',
    buttons: [list],
  })
}
