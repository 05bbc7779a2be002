/**
 * What somebody is told who sent a code to be made admin.
 * Never says whose code it was, nor how near a wrong one came.
 */
import { type Reply, reply } from '../api/commands/reply.ts'
import type { Pairing } from './ports.ts'

/** @param command what opens a pairing at the terminal */
export function pairingReply(answer: Awaited<ReturnType<Pairing['present']>>, userId: string, command: string): Reply {
  switch (answer) {
    case 'asked':
      return reply('Asked at the terminal', { text: `Whoever runs Ballast decides now whether id ${userId} becomes admin.` })
    case 'wrong':
      return reply('That code is wrong', { tone: 'warn', text: 'Five wrong codes burn it.' })
    case 'none':
      return reply('Nobody is pairing now', { tone: 'warn', text: `At the terminal: ${command}` })
  }
}
