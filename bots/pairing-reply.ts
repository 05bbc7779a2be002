/**
 * The reply to a pairing code.
 */
import { type Reply, reply } from '../api/commands/reply.ts'
import type { Pairing } from './ports.ts'

/** @param command what opens a pairing at the terminal */
export function pairingReply(answer: Awaited<ReturnType<Pairing['present']>>, userId: string, command: string): Reply {
  switch (answer) {
    case 'asked':
      return reply('Waiting for approval at the terminal', { text: `Confirm there that id ${userId} becomes admin.` })
    case 'wrong':
      return reply('Wrong code', { tone: 'warn', text: 'After five wrong codes it becomes invalid.' })
    case 'none':
      return reply('No pairing is in progress', { tone: 'warn', text: `Start one at the terminal: ${command}` })
  }
}
