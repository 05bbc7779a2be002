/**
 * From what a user sends to a command line, and from a button to what it does.
 */
import type { Button } from '../api/commands/reply.ts'

/** A slash command as typed: `/close@BallastBot ETH 50%` becomes `close ETH 50%`. Undefined for text that is no command. */
export function commandLineOf(text: string, botName: string | undefined): string | undefined {
  const line = text.trim().replace(/\s+/g, ' ')
  if (!line.startsWith('/')) return undefined
  const space = line.indexOf(' ')
  const head = line.slice(1, space < 0 ? undefined : space)
  const [name = '', addressee] = head.split('@')
  if (addressee !== undefined && botName !== undefined && addressee.toLowerCase() !== botName.toLowerCase()) return undefined
  const rest = space < 0 ? '' : line.slice(space)
  return `${name.toLowerCase()}${rest}`.slice(0, LINE_MAX)
}

const LINE_MAX = 500
/** Telegram: 64 bytes; Discord: 100 characters. The smaller holds for both. */
export const CALLBACK_BYTES_MAX = 64

export type Callback =
  /** `c:<id>:y|n`: answers a confirmation. */
  | { readonly type: 'answer'; readonly confirmationId: string; readonly decision: 'yes' | 'no' }
  /** `x:<command line>`: runs a command, which asks where it must. */
  | { readonly type: 'command'; readonly line: string }
  /** `p:<page>:<command line>`: the same message with another page of its table. */
  | { readonly type: 'page'; readonly page: number; readonly line: string }

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8')

/** Undefined when it does not fit: the button is then left out, never cut. */
export function callbackOf(button: Button): string | undefined {
  const data =
    button.action.type === 'answer'
      ? `c:${button.action.confirmationId}:${button.action.decision === 'yes' ? 'y' : 'n'}`
      : `x:${button.action.text.replace(/^\//, '')}`
  return bytesOf(data) <= CALLBACK_BYTES_MAX ? data : undefined
}

export function pageCallback(line: string, page: number): string | undefined {
  const data = `p:${page}:${line}`
  return bytesOf(data) <= CALLBACK_BYTES_MAX ? data : undefined
}

/** Undefined for data that is not ours or from an older version: answered with "Outdated", never acted on. */
export function parseCallback(data: string): Callback | undefined {
  const answer = /^c:([\w-]{1,40}):([yn])$/.exec(data)
  if (answer !== null) return { type: 'answer', confirmationId: answer[1] as string, decision: answer[2] === 'y' ? 'yes' : 'no' }
  const page = /^p:(\d{1,4}):(.+)$/.exec(data)
  if (page !== null) return { type: 'page', page: Number(page[1]), line: page[2] as string }
  const command = /^x:(.+)$/.exec(data)
  return command === null ? undefined : { type: 'command', line: command[1] as string }
}
