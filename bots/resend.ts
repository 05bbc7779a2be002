/**
 * An answer to a command is sent until the platform takes it: a rate limit or a broken connection delays it.
 * The first attempt is awaited; those after it are not, so that the next command (a `/panic`) is read meanwhile.
 * An answer whose receipt was lost may arrive twice. Its buttons do nothing twice: a confirmation is taken once.
 */
import type { SendResult } from './outbox.ts'

export interface ResendPorts {
  readonly later: (ms: number, run: () => void) => void
  readonly log: (text: string) => void
}

/** With the waits below: an answer to a command is given up after about three minutes of silence. */
const ATTEMPTS_MAX = 10
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** Ms to the next attempt; undefined: none would change anything, or there were enough. */
export function waitMs(result: SendResult, attemptsMade: number): number | undefined {
  if (result.type === 'sent' || result.type === 'refused' || attemptsMade >= ATTEMPTS_MAX) return undefined
  return result.type === 'retry-after' ? result.ms : Math.min(FIRST_WAIT_MS * 2 ** (attemptsMade - 1), LONGEST_WAIT_MS)
}

/**
 * @param what   named in the log where it is given up
 * @param onSent called once, with the message's id
 * @returns after the first attempt
 */
export async function sendUntilTaken(
  attempt: () => Promise<SendResult>,
  what: string,
  ports: ResendPorts,
  onSent: (messageRef: string) => void = () => {},
): Promise<void> {
  const send = async (attemptsMade: number): Promise<void> => {
    const result = await attempt()
    if (result.type === 'sent') return onSent(result.messageRef)
    const wait = waitMs(result, attemptsMade + 1)
    if (wait !== undefined) return ports.later(wait, () => void send(attemptsMade + 1))
    ports.log(`'${what}' could not be sent (${'detail' in result ? result.detail : result.type})`)
  }
  await send(0)
}
