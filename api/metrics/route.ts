/**
 * GET /metrics: what Prometheus reads, with a key that has the scope metrics:read (S17: it is never open).
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { type ApiEnv, needs } from '../auth.ts'
import { toWritten } from '../verb-paths.ts'
import type { Metrics } from './registry.ts'

export function metricsRoute(metrics: Metrics) {
  const app = new OpenAPIHono<ApiEnv>()
  app.get('/metrics', needs('metrics:read'), async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }))
  return app
}

/** Times each request of the API by the pattern of its route. */
export const measured = (metrics: Metrics) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const end = metrics.begin()
    await next()
    end(c.req.method, toWritten(routePath(c, -1)), c.res.status)
  })
