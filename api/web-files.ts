/**
 * The dashboard as files: one page at `/`, and what it loads below `/assets`. Nothing of another host, no script or style in the page itself.
 */
import { Hono } from 'hono'
import type { ApiEnv } from './auth.ts'
import { problem } from './problem.ts'

export interface WebFile {
  readonly type: string
  readonly body: Uint8Array<ArrayBuffer>
  readonly gzipped: Uint8Array<ArrayBuffer>
}
/** By path: `/`, `/assets/main-1A2B.js`. */
export type WebFiles = ReadonlyMap<string, WebFile>

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // Pictures of cards come inside their answer.
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')
/** Names of assets change with their content. */
const FOREVER = 'public, max-age=31536000, immutable'

export function webRoutes(files: WebFiles | undefined) {
  const app = new Hono<ApiEnv>()
  app.on('GET', ['/', '/assets/*'], (c) => {
    if (files === undefined) throw problem('not_found', 'The dashboard is not built here.', { hint: 'Build it with: npm run build' })
    const file = files.get(c.req.path)
    if (file === undefined)
      throw problem('not_found', `There is no file ${c.req.path}.`, { hint: 'Load the page again: it may be of an older version' })
    const isGzipped = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    if (isGzipped) c.header('Content-Encoding', 'gzip')
    c.header('Vary', 'Accept-Encoding')
    c.header('Content-Type', file.type)
    c.header('Referrer-Policy', 'no-referrer')
    if (c.req.path === '/') c.header('Content-Security-Policy', POLICY)
    else c.header('Cache-Control', FOREVER)
    return c.body(isGzipped ? file.gzipped : file.body)
  })
  return app
}
