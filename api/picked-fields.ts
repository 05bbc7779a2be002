/**
 * `?fields=id,symbol`: some fields of each row of a list, for who needs no others.
 */
import { type RouteConfig, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './auth.ts'

export const FIELDS = 'fields'
const NAMES_MAX = 1_000

/** What `fields` may name on a route; undefined where it does not answer a list of objects. */
export function fieldsAsked(responses: RouteConfig['responses']) {
  const names = rowNamesOf(responses)
  if (names === undefined) return undefined
  const words = `use some of ${names.join(', ')}, with commas between`
  const one = names.join('|')
  return z
    .string()
    .max(NAMES_MAX)
    .refine((text) => text.split(',').every((name) => names.includes(name)), words)
    .optional()
    .openapi({
      type: 'string',
      pattern: `^(${one})(,(${one}))*$`,
      description: 'these fields of each row alone',
      example: names.slice(0, 2).join(','),
    })
}

function rowNamesOf(responses: RouteConfig['responses']): readonly string[] | undefined {
  const answer = responses[200]
  const media = answer !== undefined && 'content' in answer ? answer.content?.['application/json'] : undefined
  const schema = media !== undefined && 'schema' in media ? media.schema : undefined
  if (!(schema instanceof z.ZodObject)) return undefined
  const { data } = schema.shape
  if (!(data instanceof z.ZodArray) || !(data.element instanceof z.ZodObject)) return undefined
  return Object.keys(data.element.shape)
}

/** Leaves of each row of an answer what was asked for; names were checked by the route. Before the answer gets its tag. */
export const pickFields = createMiddleware<ApiEnv>(async (c, next) => {
  const asked = c.req.method === 'GET' ? c.req.query(FIELDS) : undefined
  if (asked !== undefined) {
    const names = new Set(asked.split(','))
    const json = c.json.bind(c)
    const picked = (value: object, status?: number): Response =>
      json(status === undefined || status === 200 ? rowsWith(value, names) : value, status as 200)
    // The type of what is answered is the route's, and it has been checked there.
    c.json = picked as typeof c.json
  }
  await next()
})

function rowsWith(answer: object, names: ReadonlySet<string>): object {
  if (!('data' in answer) || !Array.isArray(answer.data)) return answer
  return { ...answer, data: answer.data.map((row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))) }
}
