/**
 * The fields of a body, read strictly: amounts and prices are decimals above zero, times say their zone, and nothing is guessed.
 */
import { z } from 'zod'
import { readWallTime } from '../market/files/date-text.ts'
import { type Result, err, ok } from '../core/result.ts'
import type { SignalBody, SignalRefusal } from './signal.ts'

const TEXT_MAX = 200
const SHOWN_MAX = 60
const DECIMAL = /^\d{1,12}(\.\d{1,12})?$/
const PERCENT = /^\d{1,3}(\.\d{1,4})?$/

/** JSON numbers as the decimal that they were written as; what is no plain decimal stays and is refused. */
const asText = z.union([z.string(), z.number()]).transform((value) => String(value).trim())
const isAboveZero = (text: string): boolean => /[1-9]/.test(text)

/** Words of the sender, which nothing is calculated from. */
export const word = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).trim())
  .pipe(z.string().min(1, 'is empty').max(TEXT_MAX))
/** Decimal text above zero. */
export const amount = asText.refine((text) => DECIMAL.test(text) && isAboveZero(text), 'is no decimal above zero such as 0.05')
/** In (0, 100], without its sign. */
export const percent = asText
  .transform((text) => text.replace(/%$/, ''))
  .refine((text) => PERCENT.test(text) && isAboveZero(text) && Number(text) <= 100, 'is no percentage from 0 to 100 such as 2.5')
/** In (0, 1]. */
export const share = asText.refine(
  (text) => DECIMAL.test(text) && isAboveZero(text) && Number(text) <= 1,
  'is no part from 0 to 1 such as 0.5',
)

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)$/i
/** ISO with its zone, or seconds or milliseconds since 1970; answers ms. */
export const instant = asText.transform((text, context) => {
  const ms = instantMs(text)
  if (ms === undefined) context.addIssue({ code: 'custom', message: 'is no time such as 2026-01-31T12:00:00Z, and no Unix time' })
  return ms ?? 0
})

function instantMs(text: string): number | undefined {
  if (/^\d{10}(\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1_000)
  if (/^\d{13}$/.test(text)) return Number(text)
  if (!ISO.test(text)) return undefined
  const wall = readWallTime(text.replace(/z$/, 'Z'), undefined)
  return wall === undefined ? undefined : wall.ms - (wall.offsetMs ?? 0)
}

/** A distance in percent or a price: exactly one. */
export const leg = z
  .strictObject({ pct: percent.nullish(), price: amount.nullish() })
  .refine(({ pct, price }) => (pct == null) !== (price == null), 'needs either pct or price')
  .transform(({ pct, price }) => price ?? `${pct}%`)

/** Seconds, 1 to a day. */
export const seconds = asText
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 86_400, 'is no number of seconds from 1 to 86400')
  .transform(Number)

const refuse = (code: SignalRefusal['code'], figures: SignalRefusal['figures'] = {}): Result<never, SignalRefusal> => err({ code, figures })
const shown = (text: string): string => (text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text)

/** The first place that was left to be filled by the sender, with the field that it is in. */
export function placeholderIn(value: unknown, path = ''): SignalRefusal | undefined {
  if (typeof value === 'string') {
    const found = /\{\{[^}]*\}?\}?/.exec(value)
    return found === null
      ? undefined
      : { code: 'placeholder', figures: { placeholder: shown(found[0]), field: path === '' ? 'body' : path } }
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, inner] of Object.entries(value)) {
    const found = placeholderIn(key, path) ?? placeholderIn(inner, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** The fields of a JSON body by a schema; each refusal names its field. */
export function readFields<Fields>(schema: z.ZodType<Fields>, body: SignalBody): Result<Fields, SignalRefusal> {
  if (body.type === 'text')
    return body.text.trim() === '' ? refuse('body-empty') : refuse('body-not-json', { begins: shown(body.text.trim()) })
  const placeholder = placeholderIn(body.value)
  if (placeholder !== undefined) return err(placeholder)
  if (typeof body.value !== 'object' || body.value === null || Array.isArray(body.value))
    return refuse('body-not-json', { begins: 'not an object' })
  const read = schema.safeParse(body.value)
  if (read.success) return ok(read.data)
  const [issue] = read.error.issues
  const field = issue?.path.join('.') ?? ''
  if (issue?.code === 'unrecognized_keys')
    return refuse('field-unknown', { field: shown([...(field === '' ? [] : [field]), issue.keys[0] ?? ''].join('.')) })
  const value = valueAt(body.value, issue?.path ?? [])
  if (value === undefined) return refuse('field-missing', { field: field === '' ? 'body' : field })
  return refuse('field-value', {
    field,
    value: shown(typeof value === 'object' && value !== null ? 'an object' : String(value)),
    problem: issueProblem(issue),
  })
}

const issueProblem = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue?.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  // Our own messages begin small.
  return issue === undefined || /^[A-Z]/.test(issue.message) ? 'is not valid' : issue.message
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = value
  for (const key of path)
    at = typeof at === 'object' && at !== null ? Object.entries(at).find(([name]) => name === String(key))?.[1] : undefined
  return at
}

/** What is wrong with one value, in words. */
export const problemOf = (error: z.ZodError): string => error.issues[0]?.message ?? 'is not valid'

/** A refusal of one value that no schema sees. */
export const refuseValue = (field: string, value: string, problem: string): Result<never, SignalRefusal> =>
  refuse('field-value', { field, value: shown(value), problem })
export const refuseMissing = (field: string): Result<never, SignalRefusal> => refuse('field-missing', { field })
export const refuseCode = refuse
