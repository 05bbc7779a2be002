/**
 * What the audit keeps of a command.
 */
import type { AuditEntry, Json } from '../ports/ports.ts'
import type { Actor, Command } from './command.ts'
import { redacted } from './redact.ts'
import { untrusted } from './reply.ts'

export const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as Json) : {}

/** What a row says of who asks. */
export const askerOf = ({ id, name, surface, role }: Actor) => ({
  actor: id,
  who: name === undefined ? undefined : untrusted(name),
  surface,
  role: role ?? 'none',
})

/** @param decision `begun`, `asked`, `done`, `refused`, `forbidden` and the like */
export const entryOf = (
  { name, hidden }: Pick<Command, 'name' | 'hidden'>,
  args: unknown,
  { actor, requestId, because }: { readonly actor: Actor; readonly requestId: string; readonly because?: string | undefined },
  decision: string,
  result: string,
  confirmId?: string,
): AuditEntry => ({
  ...askerOf(actor),
  command: name,
  args: { ...redacted(asJson(args), hidden), ...(because === undefined ? {} : { because: untrusted(because) }) },
  decision,
  confirmId,
  result: untrusted(result),
  requestId,
})
