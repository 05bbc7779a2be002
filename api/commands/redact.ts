/**
 * Arguments as the audit keeps them: without what opens anything.
 */
import type { Json } from '../ports/ports.ts'

const HIDDEN = '•••'
const TEXT_MAX = 1_000

/** Names whose values open something. */
const SECRET_NAME = /secret|token|password|passphrase|signature|authenticator|^(code|totp|word)$|(api|routing|private|signing)[-_]?key$/i
/** What opens something, whatever it is called: our own keys and signing secrets, and tokens of bots. */
const SECRET_TEXT = /\b(tk_[a-z]+_[0-9a-f]{8}_|whsec_)[\w+/=-]+|\b\d{6,12}:[\w-]{30,}/g
/** The path of an address outside is often its secret (Slack, Discord). */
const ADDRESS = /\bhttps?:\/\/([^\s/@]*@)?([^\s/?#]+)[^\s]*/g

const textOf = (text: string): string =>
  text
    .slice(0, TEXT_MAX)
    .replace(SECRET_TEXT, (_all, head: string | undefined) => `${head ?? ''}${HIDDEN}`)
    .replace(ADDRESS, (all, _user, host: string) => `${all.startsWith('https') ? 'https' : 'http'}://${host}/${HIDDEN}`)

function redactedValue(value: unknown, name: string): unknown {
  if (typeof value === 'string') return SECRET_NAME.test(name) ? HIDDEN : textOf(value)
  if (Array.isArray(value)) return value.map((each) => redactedValue(each, name))
  return typeof value === 'object' && value !== null ? redacted(value as Json) : value
}

/** @param hidden arguments that no record keeps */
export const redacted = (args: Json, hidden: readonly string[] = []): Json =>
  Object.fromEntries(
    Object.entries(args)
      .filter(([name]) => !hidden.includes(name))
      .map(([name, value]) => [name, redactedValue(value, name)]),
  )
