/**
 * totp: whether one-time codes are enrolled for who asks, and whether a code is right.
 * Never enrols, shows or resets one: that is for the terminal (S17).
 */
import { z } from 'zod'
import { type Command, defineRead } from '../command.ts'
import { isChat, lockedText } from '../confirm-rules.ts'
import { reply } from '../reply.ts'

export const totp: Command = defineRead({
  name: 'totp',
  aliases: ['code'],
  group: 'System',
  summary: 'whether your one-time codes work; they are enrolled at the terminal',
  usage: 'verify [123456]',
  args: z.strictObject({
    action: z.literal('verify').default('verify'),
    code: z
      .string()
      .regex(/^\d{6}$/, 'a code has six digits')
      .optional(),
  }),
  read: ([action, ...digits]) => ({
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(digits.length === 0 ? {} : { code: digits.join('') }),
  }),
  examples: ['totp verify', 'totp verify 123456'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  hidden: ['code'],
  run: async ({ actor, ports }, args) => {
    if (!isChat(actor.surface))
      return reply('Codes are for chats', {
        tone: 'warn',
        text: 'Here the profile’s name is typed. To enrol somebody: ballast user totp <name|id>',
      })
    if (actor.isPrivateChat !== true) return reply('Only in a private chat', { tone: 'warn', text: 'Write to the bot itself.' })
    const { isEnrolled, lockedUntilMs } = await ports.codes.state(actor.id)
    if (!isEnrolled) return reply('No code is enrolled for you', { tone: 'warn', text: `At the terminal: ballast user totp ${actor.id}` })
    if (lockedUntilMs !== undefined)
      return reply('Your one-time codes are locked', { tone: 'bad', text: lockedText(lockedUntilMs - ports.wallNow()) })
    if (args.code === undefined)
      return reply('Your one-time codes are enrolled', {
        tone: 'ok',
        text: 'To try one: /totp verify and its six digits. On live it is asked for where a command adds risk.',
      })
    const verdict = await ports.codes.check(actor.id, args.code)
    switch (verdict.type) {
      case 'right':
        return reply('Your code is right', { tone: 'ok', text: 'It is used up now: the next one comes within 30 s.' })
      case 'used':
        return reply('That code was used already', { tone: 'warn', text: 'Wait for the next one, up to 30 s.' })
      case 'wrong':
        return reply(`That code is wrong: ${verdict.left} more and they are locked`, {
          tone: 'warn',
          text: 'Is the clock of the phone set automatically?',
        })
      case 'locked':
        return reply('Your one-time codes are locked', { tone: 'bad', text: lockedText(verdict.untilMs - ports.wallNow()) })
      case 'none':
        return reply('No code is enrolled for you', { tone: 'warn', text: `At the terminal: ballast user totp ${actor.id}` })
    }
  },
})
