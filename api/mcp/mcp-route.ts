/**
 * `/api/v1/mcp`: the MCP endpoint (Streamable HTTP, without sessions), behind the same key, rate and body limits as every other route.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import type { ApiEnv } from '../auth.ts'
import { type ApiContext, actorOfKey } from '../context.ts'
import { problem } from '../problem.ts'
import { mcpServer } from './mcp-server.ts'

/** With one of these a key could answer its own cards elsewhere. */
const ACTS = /^(admin|(trade|control|strategy|backtest|alerts|report):(?!read))/

export function mcpRoute(context: ApiContext) {
  const app = new OpenAPIHono<ApiEnv>()
  app.all('/mcp', async (c) => {
    const key = c.get('key')
    if (!key.scopes.includes('agent') && key.scopes.some((scope) => ACTS.test(scope)))
      throw problem('forbidden_scope', 'This key could confirm what it asks.', {
        hint: 'An agent gets a key of its own: ballast api keys create --name NAME --preset agent, or read-only',
      })
    const server = mcpServer({
      runner: context.runner,
      ports: context.ports,
      request: { actor: actorOfKey(key, 'agent'), scopes: key.scopes, requestId: c.get('requestId') },
    })
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    return transport.handleRequest(c.req.raw)
  })
  return app
}
