/**
 * Plain data as the JSON text that PostgreSQL takes into a jsonb column.
 */

/** Escapes that jsonb refuses: NUL, and halves of surrogate pairs (which JSON.stringify writes as escapes only when they stand alone). */
const REFUSED = /\\u(?:0000|d[89a-f])/i

export function toJson(value: unknown): string {
  const text = JSON.stringify(value)
  if (!REFUSED.test(text)) return text
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' ? Buffer.from(each.replaceAll('\u0000', ''), 'utf8').toString('utf8') : each,
  )
}
