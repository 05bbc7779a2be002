/**
 * The words of `audit`, the same for the command and for the terminal's `--json`.
 */
import { parseDuration } from '../../../src/core/duration.ts'

const NAMED = /^-{0,2}(user|since)(?:=(.+))?$/i

export interface AuditWords {
  readonly verb?: string
  readonly n?: string
  readonly user?: string
  readonly since?: string
  readonly unexpected?: string
}

/** `30 ann`, `--user ann --since 2h`, `since=2026-11-01`, `verify`. */
export function auditWords(words: readonly string[]): AuditWords {
  const raw: Record<string, string> = {}
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string
    const [, name, value] = NAMED.exec(word) ?? []
    const key = name?.toLowerCase() ?? (/^verify$/i.test(word) ? 'verb' : /^-?\d+$/.test(word) && raw.n === undefined ? 'n' : 'user')
    const text = name === undefined || value !== undefined ? (value ?? word) : words[++at]
    if (key in raw) raw.unexpected = word
    else if (text !== undefined) raw[key] = key === 'verb' ? 'verify' : text
    else raw.unexpected = word
  }
  return raw
}

/** `2h` is that long ago; otherwise a day or an instant in UTC. Undefined: neither. */
export function sinceOf(text: string, now: number): number | undefined {
  const ago = parseDuration(text)
  if (ago !== undefined) return now - ago
  const at = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z?)?$/.test(text) ? Date.parse(text.includes('T') && !text.endsWith('Z') ? `${text}Z` : text) : NaN
  return Number.isFinite(at) ? at : undefined
}
