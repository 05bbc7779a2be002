/**
 * The HTTP application: what stands before every request, and the routes.
 */
import { randomUUID } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { type ApiEnv, REQUESTS_PER_MINUTE, authenticate, limitRate } from './auth.ts'
import { checkEdge } from './edge.ts'
import type { ApiContext } from './context.ts'
import { databaseDown, guardDatabase } from './database-guard.ts'
import { DOCS_PAGE } from './docs-page.ts'
import { tagAnswers } from './entity-tag.ts'
import { onError, onNotFound, problem } from './problem.ts'
import { withOperationNames } from './operation-names.ts'
import { RefusalNotes } from './refusals.ts'
import { withProblems } from './problem-answers.ts'
import { auditRoutes } from './routes/audit-routes.ts'
import { allocatorRoutes } from './routes/allocator-routes.ts'
import { accountRoutes } from './routes/account-routes.ts'
import { marketRoutes } from './routes/market-routes.ts'
import { type Streams, streamRoutes } from './routes/stream-routes.ts'
import { asyncApi } from './stream/asyncapi.ts'
import { EventTail } from './stream/event-tail.ts'
import { Tickets } from './stream/tickets.ts'
import { configRoutes } from './routes/config-routes.ts'
import { logRoutes } from './routes/log-routes.ts'
import { actionRoutes } from './routes/action-routes.ts'
import { backtestRoutes } from './routes/backtest-routes.ts'
import { pickFields } from './picked-fields.ts'
import { optimizationRoutes } from './routes/optimization-routes.ts'
import { commandRoutes } from './routes/command-routes.ts'
import { mcpRoute } from './mcp/mcp-route.ts'
import { keyRoutes } from './routes/key-routes.ts'
import { limitRoutes } from './routes/limit-routes.ts'
import { orderRoutes } from './routes/order-routes.ts'
import { positionRoutes } from './routes/position-routes.ts'
import { portfolioRoutes } from './routes/portfolio-routes.ts'
import { readRoutes } from './routes/read-routes.ts'
import { reportRoutes } from './routes/report-routes.ts'
import { resultRoutes } from './routes/result-routes.ts'
import { twinRoutes } from './routes/strategies/twin-routes.ts'
import { riskRoutes } from './routes/risk-routes.ts'
import { measured, metricsRoute } from './metrics/route.ts'
import { loginPage, sessionRoutes } from './routes/session-routes.ts'
import { alertRoutes } from './routes/alerting/alert-routes.ts'
import { ruleRoutes } from './routes/alerting/rule-routes.ts'
import { webhookRoutes } from './routes/alerting/webhook-routes.ts'
import { signalRoutes } from './routes/alerting/signal-routes.ts'
import { routedPath, withWrittenPaths } from './verb-paths.ts'
import { webRoutes } from './web-files.ts'
import { clockText, silenceOf } from './commands/silence.ts'

const BODY_MAX = 256 * 1024
/** Open to who has no key. */
const OPEN_PATHS = new Set(['/api/v1/version', '/api/v1/time'])
/** A login needs the database, and no key. */
const isLogin = (method: string, path: string): boolean => method === 'POST' && path === '/api/v1/session'

export const makeStreams = ({ ports }: ApiContext): Streams => ({ tail: new EventTail(ports.reads), tickets: new Tickets(ports.wallNow) })

export function makeApp(context: ApiContext, streams: Streams = makeStreams(context)): OpenAPIHono<ApiEnv> {
  const { ports } = context
  const app = new OpenAPIHono<ApiEnv>({ getPath: routedPath })
  const failed = onError((requestId, cause) =>
    context.log(`request ${requestId} failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`),
  )
  const refusals = new RefusalNotes(ports, context.edge, context.log)
  app.onError((cause, c) => {
    refusals.note(cause, c)
    const trouble = context.database.troubleOf(cause)
    // Reported once by who watches the database, and not with each request's stack.
    return trouble === undefined
      ? failed(cause, c)
      : failed(databaseDown(trouble, context.database.downSinceMs(), c.req.method !== 'GET'), c)
  })
  app.notFound(onNotFound)

  app.use(async (c, next) => {
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : `req_${randomUUID()}`
    c.set('requestId', requestId)
    c.header('X-Request-Id', requestId)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Cache-Control', 'no-store')
    checkEdge(c, context.edge)
    // No name and no figure holds a zero byte, and the database takes none.
    if (/%00|\0/.test(c.req.url)) throw problem('validation_failed', 'The path or query contains a zero byte (%00).')
    await next()
  })

  const isOpen = (path: string): boolean => OPEN_PATHS.has(path)
  const databaseGuard = guardDatabase(context.database, isOpen)
  app.use('/api/v1/*', databaseGuard)
  app.use('/readyz', databaseGuard)
  app.use('/metrics', databaseGuard)

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', async (c) => {
    const missing = await whatIsMissing(context)
    if (missing.length > 0) throw problem('not_ready', `Not ready: ${missing.join('; ')}.`, { more: { missing } })
    return c.json({ status: 'ready' })
  })
  app.get('/docs', (c) =>
    c.html(DOCS_PAGE, 200, {
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'",
    }),
  )

  if (context.metrics !== undefined) app.use('/api/v1/*', measured(context.metrics))
  const guard = authenticate(context.keys, ports.sessions, context.edge, context.log)
  const limit = limitRate(REQUESTS_PER_MINUTE, ports.wallNow)
  app.use(
    '/api/v1/*',
    bodyLimit({ maxSize: BODY_MAX, onError: () => Promise.reject(problem('too_large', 'The body may have at most 256 kB.')) }),
  )
  app.use(
    '/api/v1/*',
    createMiddleware<ApiEnv>(async (c, next) => {
      if (isOpen(c.req.path) || isLogin(c.req.method, c.req.path)) return next()
      return guard(c, () => limit(c, next).then(() => undefined))
    }),
  )
  app.use(
    '/api/v1/*',
    createMiddleware<ApiEnv>(async (c, next) => {
      // A body that is left unread would do something else than it says: pause everything in place of one symbol.
      const hasBody = Number(c.req.header('content-length') ?? 0) > 0 || c.req.header('transfer-encoding') !== undefined
      const type = c.req.header('content-type')
      if (hasBody && !/^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(type ?? ''))
        throw problem(
          'unsupported_media_type',
          `The body came as ${(type ?? 'nothing named').slice(0, 60)}. Send it as JSON, with the header Content-Type: application/json.`,
        )
      await next()
    }),
  )
  app.use(
    '/api/v1/*',
    createMiddleware<ApiEnv>(async (c, next) => {
      await next()
      // Whoever has changed something sees it at once, whether or not its event was heard of.
      if (c.req.method !== 'GET') context.held?.forget()
    }),
  )
  app.use('/metrics', guard, limit)
  app.use('/api/v1/*', tagAnswers)
  app.use('/api/v1/*', pickFields)
  app.route('/api/v1', readRoutes(context))
  app.route('/api/v1', riskRoutes(context))
  app.route('/api/v1', positionRoutes(context))
  app.route('/api/v1', orderRoutes(context))
  app.route('/api/v1', actionRoutes(context))
  app.route('/api/v1', streamRoutes(context, streams))
  app.route('/api/v1', marketRoutes(context))
  app.route('/api/v1', accountRoutes(context))
  app.route('/api/v1', configRoutes(context))
  app.route('/api/v1', logRoutes(context))
  app.route('/api/v1', backtestRoutes(context))
  app.route('/api/v1', optimizationRoutes(context))
  app.route('/api/v1', reportRoutes(context))
  app.route('/api/v1', resultRoutes(context))
  app.route('/api/v1', twinRoutes(context))
  app.route('/api/v1', commandRoutes(context))
  app.route('/api/v1', keyRoutes(context))
  app.route('/api/v1', auditRoutes(context))
  app.route('/', loginPage())
  if (context.metrics !== undefined) app.route('/', metricsRoute(context.metrics))
  app.route('/', webRoutes(context.web))
  app.route('/api/v1', sessionRoutes(context))
  app.route('/api/v1', limitRoutes(context))
  app.route('/api/v1', portfolioRoutes(context))
  app.route('/api/v1', allocatorRoutes(context))
  app.route('/api/v1', signalRoutes(context))
  app.route('/api/v1', alertRoutes(context))
  app.route('/api/v1', ruleRoutes(context))
  app.route('/api/v1', webhookRoutes(context))
  app.route('/api/v1', mcpRoute(context))

  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'tk_<profile>_<id>_<secret>',
  })
  const described = {
    openapi: '3.1.0',
    info: {
      title: 'Ballast',
      version: ports.system.version,
      description:
        'Decimals are strings, times are RFC 3339 in UTC, errors are problem+json. Lists are newest first, with `nextCursor` while `hasMore`.',
    },
  }
  app.get('/openapi.json', (c) => c.json(withOperationNames(withProblems(withWrittenPaths(app.getOpenAPI31Document(described))))))
  app.get('/asyncapi.json', (c) => c.json(asyncApi(ports.system.version)))
  return app
}

/** What is between this process and trading, in words; empty when it is ready. */
export async function whatIsMissing({ ports }: ApiContext): Promise<readonly string[]> {
  const { reads, wallNow } = ports
  if (!(await reads.ping())) return ['the database does not answer']
  const [account, health] = await Promise.all([reads.account(), reads.health()])
  const part = (name: string) => health.find((each) => each.part === name)
  const trader = part('trader')
  const missing: string[] = []
  const silence = silenceOf(health, wallNow())
  if (trader === undefined) missing.push('the trader has not reported yet')
  else if (silence !== undefined)
    missing.push(`the trader has not been running since ${clockText(silence.sinceMs)} UTC: ballast panic --direct flattens without it`)
  else if (trader.status === 'down') missing.push(`the trader is down (${trader.detail})`)
  if (account === undefined) missing.push('the trader has not reported the account yet')
  if (part('reconcile')?.status !== 'ok') missing.push('the account is not reconciled')
  for (const each of health) if (each.part.startsWith('stream-') && each.status !== 'ok') missing.push(`${each.part} is ${each.status}`)
  return missing
}
