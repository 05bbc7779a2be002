/**
 * ack, resolve: somebody has seen an open alert, or it is over.
 */
import { z } from 'zod'
import { calledBy } from '../called.ts'
import { type Command, defineAction, inOrder } from '../command.ts'
import { field, reply, runs, untrusted } from '../reply.ts'

const NUMBER_HINT = 'use the number of an open alert, as in /alerts'
const number = z.coerce.number({ error: NUMBER_HINT }).int(NUMBER_HINT).min(1, NUMBER_HINT)
const list = runs('Open alerts', '/alerts')
const plain = (text: unknown): unknown => (typeof text === 'string' ? text.replace(/^#/, '') : text)

const ack = defineAction({
  name: 'ack',
  aliases: [],
  group: 'Trade and control',
  summary: 'acknowledge an open alert, or all: it is no longer repeated or passed on to others',
  usage: '<number|all>',
  args: z.strictObject({
    id: z.union([z.literal('all'), z.preprocess(plain, number)], { error: `${NUMBER_HINT}, or all` }),
  }),
  read: inOrder('id'),
  examples: ['ack 7', 'ack all'],
  role: 'operator',
  scope: 'alerts:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (_context, { id }) => ({ type: 'plan', card: reply('Acknowledge?'), yes: 'Acknowledge', no: 'Leave it', todo: { id } }),
  execute: async ({ ports, actor }, todo) => {
    const { id } = z.object({ id: z.union([z.literal('all'), z.number()]) }).parse(todo)
    const done = await ports.alerts.acknowledge(id === 'all' ? undefined : id, calledBy(actor))
    if (done.length > 0)
      return {
        status: 'done',
        reply: reply(done.length === 1 ? `Acknowledged #${done[0]?.id}` : `Acknowledged ${done.length} alerts`, {
          tone: 'ok',
          fields: done.slice(0, 10).map(({ id: each, type, summary }) => field(`#${each} ${type}`, untrusted(summary))),
          text: 'If it happens again, you are notified again. When it is over: /resolve NUMBER',
          buttons: [list],
        }),
      }
    if (id === 'all') return { status: 'done', reply: reply('No alert waits to be acknowledged', { tone: 'ok', buttons: [list] }) }
    const known = (await ports.alerts.problems()).find((problem) => problem.id === id)
    return known === undefined
      ? { status: 'refused', reply: reply(`There is no open alert #${id}`, { tone: 'warn', buttons: [list] }) }
      : {
          status: 'done',
          reply: reply(`#${id} is acknowledged already, by ${untrusted(known.ackedBy ?? '')}`, { tone: 'ok', buttons: [list] }),
        }
  },
})

const resolve = defineAction({
  name: 'resolve',
  aliases: [],
  group: 'Trade and control',
  summary: 'say that an open alert is over',
  usage: '<number>',
  args: z.strictObject({ id: z.preprocess(plain, number) }),
  read: inOrder('id'),
  examples: ['resolve 7', 'resolve #7'],
  role: 'operator',
  scope: 'alerts:write',
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (_context, { id }) => ({ type: 'plan', card: reply('Resolve?'), yes: 'Resolve', no: 'Leave it', todo: { id } }),
  execute: async ({ ports, actor }, todo) => {
    const { id } = z.object({ id: z.number() }).parse(todo)
    const isDone = await ports.alerts.resolve(id, calledBy(actor))
    return isDone
      ? { status: 'done', reply: reply(`#${id} is over`, { tone: 'ok', text: 'You are notified if it happens again.', buttons: [list] }) }
      : { status: 'refused', reply: reply(`There is no open alert #${id}`, { tone: 'warn', buttons: [list] }) }
  },
})

export const ACK_COMMANDS: readonly Command[] = [ack, resolve]
