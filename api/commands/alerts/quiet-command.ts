/**
 * quiet: hours in which a chat is told of P1 and P2 alone; the rest waits for one card at their end.
 */
import { z } from 'zod'
import { quietText, readQuiet } from '../../../src/alerts/quiet.ts'
import type { ChatQuiet } from '../../ports/alert-ports.ts'
import { calledBy } from '../called.ts'
import { type Command, type CommandContext, defineAction, refuse, alreadyDone } from '../command.ts'
import { type Reply, reply, runs } from '../reply.ts'
import { ADDRESS_HINT, isAddress } from '../../../src/alerts/subscriptions.ts'
import { addressOf } from './chat-address.ts'

const HINT = 'use hours such as 22:00-07:00, or off'

export const quiet: Command = defineAction({
  name: 'quiet',
  aliases: [],
  group: 'Trade and control',
  summary: 'set hours in which this chat receives P1 and P2 only; the rest follows in one card',
  usage: '[22:00-07:00 [time zone]|off] [to=<chat>]',
  args: z.strictObject({
    hours: z.string().max(20).optional(),
    zone: z.string().max(60).default('UTC'),
    to: z.string().max(60).refine(isAddress, `use a chat such as ${ADDRESS_HINT}`).optional(),
  }),
  read: (words) => {
    const to = words.find((word) => word.startsWith('to='))
    const [hours, zone, ...more] = words.filter((word) => word !== to)
    return {
      ...(hours === undefined ? {} : { hours: hours.toLowerCase() }),
      ...(zone === undefined ? {} : { zone }),
      ...(to === undefined ? {} : { to: to.slice(3) }),
      ...(more.length === 0 ? {} : { unexpected: more.join(' ') }),
    }
  },
  examples: ['quiet', 'quiet 22:00-07:00 Europe/Vienna', 'quiet off'],
  role: 'viewer',
  scope: 'alerts:read',
  scopeFor: ({ hours }) => (hours === undefined ? 'alerts:read' : 'alerts:write'),
  tier: () => 'C0',
  addsRisk: () => false,
  plan: async (context, { hours, zone, to }) => {
    const channel = to ?? addressOf(context.actor)
    if (channel === undefined)
      return refuse(
        reply('Name the chat', { tone: 'warn', text: `For example: quiet 22:00-07:00 to=telegram:123456. A chat is ${ADDRESS_HINT}.` }),
      )
    if (hours === undefined) return alreadyDone(shown(channel, await context.ports.alerts.quiet(channel)))
    const problem = rightProblem(context, to)
    if (problem !== undefined) return refuse(problem)
    if (hours !== 'off' && readQuiet(hours, zone) === undefined)
      return refuse(reply('Quiet hours are unchanged', { tone: 'warn', text: `${HINT}, and a zone such as Europe/Vienna or UTC.` }))
    return { type: 'plan', card: reply('Change quiet hours?'), yes: 'Change', no: 'Leave it', todo: { channel, hours, zone } }
  },
  execute: async (context, todo) => {
    const { channel, hours, zone } = z.object({ channel: z.string(), hours: z.string(), zone: z.string() }).parse(todo)
    const wanted: ChatQuiet = hours === 'off' ? null : (readQuiet(hours, zone) ?? null)
    await context.ports.alerts.setQuiet(channel, wanted, calledBy(context.actor))
    return { status: 'done', reply: { ...shown(channel, wanted), tone: 'ok' } }
  },
})

/** A private chat is its user's; a channel is everybody's, and another chat an admin's. */
function rightProblem({ actor }: CommandContext, to: string | undefined): Reply | undefined {
  const needed = to !== undefined ? 'admin' : actor.isPrivateChat === true ? 'viewer' : 'operator'
  const isAllowed = needed === 'viewer' || actor.role === 'admin' || (needed === 'operator' && actor.role !== 'viewer')
  return isAllowed
    ? undefined
    : reply(`Quiet hours of ${to === undefined ? 'a group' : 'another chat'} require ${needed}`, { tone: 'warn' })
}

const shown = (channel: string, hours: ChatQuiet | undefined): Reply =>
  reply(
    hours === undefined
      ? `${channel}: quiet hours as configured`
      : hours === null
        ? `${channel}: no quiet hours`
        : `${channel}: quiet from ${quietText(hours)}`,
    {
      text:
        hours === null || hours === undefined
          ? 'To set them: /quiet 22:00-07:00 Europe/Vienna'
          : 'P1 and P2 are sent all the same; the rest follows in one card at the end.',
      buttons: [...(hours === null || hours === undefined ? [] : [runs('End quiet hours', '/quiet off')]), runs('Open alerts', '/alerts')],
    },
  )
