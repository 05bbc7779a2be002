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
  summary: 'check your authenticator codes; enroll at the terminal',
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
      return reply('Authenticator codes are used in chats only', {
        tone: 'warn',
        text: 'Here you confirm by typing the profile’s name. To enroll a user: ballast user totp <name|id>',
      })
    if (actor.isPrivateChat !== true) return reply('Only in a private chat', { tone: 'warn', text: 'Send it to the bot directly.' })
    const { isEnrolled, lockedUntilMs } = await ports.codes.state(actor.id)
    if (!isEnrolled)
      return reply('You have no authenticator', { tone: 'warn', text: `Enroll at the terminal: ballast user totp ${actor.id}` })
    if (lockedUntilMs !== undefined)
      return reply('Your authenticator codes are locked', { tone: 'bad', text: lockedText(lockedUntilMs - ports.wallNow()) })
    if (args.code === undefined)
      return reply('Your authenticator is enrolled', {
        tone: 'ok',
        text: 'To try a code: /totp verify and its six digits. On live, commands that add risk ask for one.',
      })
    const verdict = await ports.codes.check(actor.id, args.code)
    switch (verdict.type) {
      case 'right':
        return reply('Your code is correct', { tone: 'ok', text: 'Each code works once; the next one appears within 30 s.' })
      case 'used':
        return reply('That code was already used', { tone: 'warn', text: 'Wait for the next one, up to 30 s.' })
      case 'wrong':
        return reply(`Wrong code. ${verdict.left} ${verdict.left === 1 ? 'try' : 'tries'} left before codes are locked`, {
          tone: 'warn',
          text: 'Is the clock of the phone set automatically?',
        })
      case 'locked':
        return reply('Your authenticator codes are locked', { tone: 'bad', text: lockedText(verdict.untilMs - ports.wallNow()) })
      case 'none':
        return reply('You have no authenticator', { tone: 'warn', text: `Enroll at the terminal: ballast user totp ${actor.id}` })
    }
  },
})
