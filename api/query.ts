/**
 * What may stand in a query: whole numbers, instants, symbols. Nothing is guessed: a key that a route does not have, and a value that is not
 * as the document says, is refused with what is right.
 */
import { type RouteConfig, createRoute, z } from '@hono/zod-openapi'
import { EVENT_TYPES, type EventType } from '../src/journal/event-types.ts'
import { FIELDS, fieldsAsked } from './picked-fields.ts'
import { fromId } from './ids.ts'
import type { CommandPorts } from './commands/command.ts'
import { resolveSymbol } from './commands/symbol.ts'
import { symbolName } from './shapes/field-shapes.ts'
import { problem } from './problem.ts'
import { toRouted } from './verb-paths.ts'

/** A whole number between two bounds, both included, as plain digits. */
export function whole(min: number, max: number, description: string) {
  const words = `use a whole number from ${min} to ${max}`
  return z
    .string({ error: words })
    .regex(/^(0|[1-9]\d{0,14})$/, words)
    .transform(Number)
    .refine((value) => value >= min && value <= max, words)
    .openapi({ type: 'integer', minimum: min, maximum: max, description })
}

const INSTANT_WORDS = 'use an instant by RFC 3339 such as 2026-11-24T00:00:00Z'
/** An instant; ms since 1970 once it is read. */
export const instantAsked = (description: string) =>
  z.iso
    .datetime({ offset: true, error: INSTANT_WORDS })
    .transform((text) => Date.parse(text))
    .refine((ms) => Number.isFinite(ms), INSTANT_WORDS)
    .openapi({ type: 'string', format: 'date-time', description, example: '2026-11-24T00:00:00Z' })

/** Two instants of which the first comes first. */
export const isSpan = ({ from, to }: { readonly from?: number | undefined; readonly to?: number | undefined }): boolean =>
  from === undefined || to === undefined || from < to
export const SPAN_PROBLEM = { path: ['to'], error: 'to has to be later than from' }

export const SymbolAsked = symbolName(z.string().min(1).max(30))

/** As the account names it; a name that is traded no more is taken as it is, so that its past can be read. @throws ProblemError 422 */
export async function symbolAsked(ports: CommandPorts, text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined
  const resolved = await resolveSymbol({ ports }, text, '')
  if ('symbol' in resolved) return resolved.symbol
  if (/^[A-Z0-9]{5,24}(-SPOT)?$/.test(text)) return text
  const message = [resolved.problem.title, resolved.problem.text].filter((each) => each !== undefined).join(' ')
  throw problem('validation_failed', `symbol: ${message}`, { errors: [{ pointer: '/symbol', message, code: 'unknown_symbol' }] })
}

/** The event after which is asked for; its number once it is read. */
export const EventAfter = z
  .string()
  .refine((text) => fromId('evt', text) !== undefined, 'use the id of an event such as evt_0000000002A')
  .transform((text) => fromId('evt', text) as number)
  .openapi({ type: 'string', pattern: '^evt_[0-7][0-9A-HJKMNP-TV-Z]{10}$', description: 'events after this one, oldest first' })

const EVENT_WORDS = `use some of ${EVENT_TYPES.join(', ')}, with commas between`
const isEventType = (text: string): text is EventType => (EVENT_TYPES as readonly string[]).includes(text)
const EVENT_NAMES = EVENT_TYPES.join('|')
/** Types of events with commas between. */
export const EventTypes = z
  .string()
  .refine((text) => text.split(',').every(isEventType), EVENT_WORDS)
  .transform((text) => text.split(',').filter(isEventType))
  .openapi({
    type: 'string',
    pattern: `^(${EVENT_NAMES})(,(${EVENT_NAMES}))*$`,
    description: 'of these types alone',
    example: 'order-filled,trade-closed',
  })

/** A route of the API: its query has the keys that it names and no other. A list can be asked for some of its fields alone. */
export function route<P extends string, R extends Omit<RouteConfig, 'path'> & { path: P }>(config: R) {
  const { query } = config.request ?? {}
  const named = query instanceof z.ZodObject ? query : z.object({})
  const fields = config.method === 'get' ? fieldsAsked(config.responses) : undefined
  // What is refined stays so: only a key is added.
  const known = fields === undefined ? named : named.clone({ ...named.def, shape: { ...named.shape, [FIELDS]: fields } })
  const names = Object.keys(known.shape)
  const right = names.length === 0 ? 'this route takes no query' : `use ${names.join(', ')}`
  const closed = known.clone({
    ...known.def,
    catchall: z.never(),
    error: (issue: z.core.$ZodRawIssue) =>
      issue.code === 'unrecognized_keys' ? `${issue.keys.join(', ')}: no such key; ${right}` : undefined,
  })
  // The keys and what they hold are the same: only others are refused.
  const strict: R = Object.assign({}, config, { path: toRouted(config.path), request: { ...config.request, query: closed } })
  return createRoute(strict)
}
