/**
 * Entity tags: a program that has an answer already gets 304, and one that changes something says what it has seen.
 * A tag is `"<version>.<digest>"`: the digest is of the whole answer, and the version of what a change is judged by. A price that moved makes
 * another answer, and does not stand in the way of a stop.
 */
import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './auth.ts'
import { problem } from './problem.ts'

const LENGTH = 16
const digestOf = (text: string): string => createHash('sha1').update(text).digest('base64url').slice(0, LENGTH)

/** Of what a change is judged by. */
export const versionOf = (parts: unknown): string => digestOf(JSON.stringify(parts))

/** Tags of a header, without their weakness: `W/"a", "b"`. */
const tagsIn = (header: string): string[] => [...header.matchAll(/"([^"]*)"/g)].map((match) => match[1] as string)

/** @throws ProblemError 412 where If-Match names another version; without the header nothing is asked */
export function expectVersion(c: Context<ApiEnv>, version: string, what: string): void {
  const header = c.req.header('if-match')
  if (header === undefined || header.trim() === '*') return
  if (tagsIn(header).some((tag) => tag.split('.')[0] === version)) return
  throw problem('version_conflict', `${what} has changed since you read it. Read it again, and send its ETag in If-Match.`)
}

/**
 * Gives each JSON answer to a GET its tag, and 304 to who has it. Where the text is made, so that no body is read again for its digest.
 */
export const tagAnswers = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === 'GET') {
    const json = c.json.bind(c)
    const tagged = (value: unknown, status?: number): Response => {
      if (status !== undefined && status !== 200) return json(value as object, status as 200)
      const text = JSON.stringify(value)
      const version = c.get('version')
      const tag = `${version === undefined ? '' : `${version}.`}${digestOf(text)}`
      c.header('ETag', `"${tag}"`)
      if (!c.get('isCacheable')) c.header('Cache-Control', 'private, no-cache')
      const seen = c.req.header('if-none-match')
      const isSeen = seen !== undefined && (seen.trim() === '*' || tagsIn(seen).includes(tag))
      return isSeen ? c.body(null, 304) : c.body(text, 200, JSON_TYPE)
    }
    // The type of what is answered is the route's, and it has been checked there.
    c.json = tagged as typeof c.json
  }
  await next()
})
const JSON_TYPE = { 'Content-Type': 'application/json' } as const
