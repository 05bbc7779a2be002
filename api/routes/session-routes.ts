/**
 * Logins of browsers: a link becomes a cookie, the cookie says who it is, and logins are listed and ended.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { deleteCookie, setCookie } from 'hono/cookie'
import { type ApiEnv, SESSION_COOKIE } from '../auth.ts'
import { entryOf } from '../commands/audit-entry.ts'
import { LOGIN_PAGE, LOGIN_POLICY } from '../login-page.ts'
import { isSecure } from '../edge.ts'
import type { ApiContext } from '../context.ts'
import { listOf } from '../page.ts'
import { ROLES, type LiveSession, type Role, type SessionState } from '../ports/access-ports.ts'
import { problem } from '../problem.ts'
import { instant, iso } from '../shapes/field-shapes.ts'
import { route } from '../query.ts'
import { content, requestOf, results, runOnce, security } from './command-answer.ts'
import { onInvalid } from './common.ts'

/** Tries in a minute, of everybody: a secret of 32 bytes is not guessed, and the log not filled. */
const TRIES_PER_MINUTE = 30
const MINUTE_MS = 60_000

export const Login = z
  .object({
    id: z.string(),
    actor: z.string().openapi({ example: 'telegram:501' }),
    name: z.string(),
    role: z.enum(ROLES),
    csrf: z.string().openapi({ description: 'To be sent as X-CSRF-Token with every request but GET' }),
    expiresAt: instant(),
    profile: z.string(),
    zone: z.string().openapi({ description: 'Time zone in which times are shown to this person: UTC, or what /tz has set' }),
  })
  .openapi('Login')

const SessionRow = z
  .object({
    id: z.string(),
    actor: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    agent: z.string().openapi({ description: 'What the browser says of itself' }),
    createdAt: instant(),
    lastUsedAt: instant(),
    expiresAt: instant(),
  })
  .openapi('Session')
const toRow = ({ createdAt, lastUsedAt, expiresAt, ...row }: SessionState & { readonly role: Role }) => ({
  ...row,
  createdAt: iso(createdAt),
  lastUsedAt: iso(lastUsedAt),
  expiresAt: iso(expiresAt),
})

/** The page behind a login link: the secret after the # reaches us only with a press of its button (S17). */
export function loginPage() {
  const app = new OpenAPIHono<ApiEnv>()
  app.get('/login', (c) =>
    c.html(LOGIN_PAGE, 200, {
      'Content-Security-Policy': LOGIN_POLICY,
      'Referrer-Policy': 'no-referrer',
    }),
  )
  return app
}

export function sessionRoutes(context: ApiContext) {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })
  const common = { tags: ['sessions'], security }
  const toLogin = async ({ id, actor, name, role, csrf, expiresAt }: LiveSession) => ({
    id,
    actor,
    name,
    role,
    csrf,
    expiresAt: iso(expiresAt),
    profile: ports.system.profile,
    zone: (await ports.zones.of(actor)) ?? 'UTC',
  })
  let window = { from: Number.NEGATIVE_INFINITY, count: 0 }

  app.openapi(
    route({
      tags: ['sessions'],
      method: 'post',
      path: '/session',
      summary: 'Log a browser in with the secret of a link, once; the answer sets an HttpOnly cookie',
      request: { body: { required: true, ...content(z.strictObject({ token: z.string().min(20).max(100) })) } },
      responses: { 200: { description: 'Logged in', ...content(Login) } },
    }),
    async (c) => {
      const now = ports.wallNow()
      if (now - window.from >= MINUTE_MS) window = { from: now, count: 0 }
      window.count += 1
      if (window.count > TRIES_PER_MINUTE) throw problem('rate_limited', 'Too many logins within a minute.')
      const session = await ports.sessions.login(c.req.valid('json').token, c.req.header('user-agent') ?? '')
      const requestId = c.get('requestId')
      if (session === undefined) {
        const actor = { id: 'unknown', role: undefined, surface: 'web' as const }
        await ports.audit.note(entryOf({ name: 'login', hidden: [] }, {}, { actor, requestId }, 'forbidden', 'the link is not good'))
        throw problem('unauthorized', 'This link was used before, or its five minutes are over.', {
          hint: 'Get another with /web in the chat, or at the terminal: ballast web',
        })
      }
      const actor = { id: session.actor, name: session.name, role: session.role, surface: 'web' as const }
      await ports.audit.note(entryOf({ name: 'login', hidden: [] }, { session: session.id }, { actor, requestId }, 'done', 'logged in'))
      setCookie(c, SESSION_COOKIE, session.cookie, {
        httpOnly: true,
        sameSite: 'Strict',
        path: '/',
        // Of one that came by TLS it never goes without.
        secure: isSecure(c, context.edge),
        maxAge: Math.floor((session.expiresAt - now) / 1000),
      })
      return c.json(await toLogin(session), 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/session',
      summary: 'Who this browser is logged in as, and its CSRF token',
      responses: { 200: { description: 'Login', ...content(Login) } },
    }),
    async (c) => c.json(await toLogin(ownSession(c.get('key').session)), 200),
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/session',
      summary: 'Log this browser out',
      responses: { 204: { description: 'Logged out' } },
    }),
    async (c) => {
      const { id } = ownSession(c.get('key').session)
      await ports.sessions.end(id)
      const request = requestOf(c, undefined, undefined)
      await ports.audit.note(entryOf({ name: 'logout', hidden: [] }, { session: id }, request, 'done', 'logged out'))
      deleteCookie(c, SESSION_COOKIE, { path: '/' })
      return c.body(null, 204)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'get',
      path: '/sessions',
      summary: 'Browsers that are logged in: one’s own; of an admin everybody’s',
      responses: { 200: { description: 'Logins', ...content(listOf(SessionRow)) } },
    }),
    async (c) => {
      const { actor } = requestOf(c, undefined, undefined)
      const rows = await ports.sessions.list(actor.role === 'admin' ? undefined : actor.id)
      return c.json({ data: rows.map(toRow), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
      ...common,
      method: 'delete',
      path: '/sessions/{id}',
      summary: 'End a login, or all of one’s own with `all`',
      request: { params: z.object({ id: z.string().max(40) }) },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      return runOnce(context, c, 'sessions', { action: 'end', id })
    },
  )
  return app
}

function ownSession(session: LiveSession | undefined): LiveSession {
  if (session === undefined) throw problem('not_found', 'This request came with a key, and not with a login.')
  return session
}
