/**
 * Routes that do something: all of them run a command of the registry.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import { type ApiEnv, needs } from '../auth.ts'
import { mayAnswer } from '../commands/access/confirm-command.ts'
import type { Command, RoleNeeded, Scope } from '../commands/command.ts'
import { findCommand } from '../commands/parse.ts'
import { type ApiContext, actorOfKey } from '../context.ts'
import { route } from '../query.ts'
import { ConfirmationShape, toConfirmation } from '../shapes/account-shapes.ts'
import { listOf } from '../page.ts'
import { As, because, content, requestOf, results, runOnce, security } from './command-answer.ts'
import { answerCommand, once, onInvalid } from './common.ts'

/** Of a command whose argument `action` decides what it does: the role that each needs. Found by its examples, with one action after the other. */
function rolesByAction(command: Command): Readonly<Record<string, RoleNeeded>> {
  const { properties } = z.toJSONSchema(command.args, { unrepresentable: 'any', io: 'input' })
  const action = properties?.action
  const names = typeof action === 'object' && Array.isArray(action.enum) ? action.enum.filter((each) => typeof each === 'string') : []
  const examples = command.examples.map((line) => command.read(line.split(' ').slice(1)))
  return Object.fromEntries(
    names.flatMap((name) => {
      const raw = examples.map((example) => ({ ...example, action: name })).find((each) => command.args.safeParse(each).success)
      return raw === undefined ? [] : [[name, command.roleFor(raw)]]
    }),
  )
}

export function commandRoutes(context: ApiContext) {
  const { runner, ports } = context
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: onInvalid })

  app.openapi(
    route({
      method: 'get',
      path: '/commands',
      summary: 'List all commands',
      tags: ['commands'],
      security,
      responses: { 200: { description: 'Commands', ...content(listOf(z.record(z.string(), z.unknown()))) } },
    }),
    (c) =>
      c.json(
        {
          data: runner.commands.map((command) => ({
            id: command.name,
            name: command.name,
            aliases: [...command.aliases],
            group: command.group,
            summary: command.summary,
            usage: command.usage,
            examples: [...command.examples],
            role: command.role,
            rolesByAction: rolesByAction(command),
            scope: command.scope,
            changes: command.action !== undefined,
            args: z.toJSONSchema(command.args, { unrepresentable: 'any', io: 'input' }),
          })),
          nextCursor: null,
          hasMore: false,
        },
        200,
      ),
  )

  app.openapi(
    route({
      method: 'post',
      path: '/commands',
      summary: 'Run a command line, as typed in chat: `close BTC 50%`',
      tags: ['commands'],
      security,
      request: { body: { required: true, ...content(z.strictObject({ line: z.string().min(1).max(500), because, as: As.optional() })) } },
      responses: results,
    }),
    async (c) => {
      const { line, as, because: why } = c.req.valid('json')
      const run = async (key: string | undefined) => answerCommand(await runner.runLine(line, requestOf(c, as, key, why)))
      // What only looks may be done as often as it is asked, and needs nothing written.
      const isRead = runner.named(line)?.action === undefined
      const { body: answer, status } = await (isRead ? run(undefined) : once(context, c, { line, as }, false, run))
      return c.json(answer, status)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/commands/{name}',
      summary: 'Run a command with named arguments, or with `text` as typed in chat',
      tags: ['commands'],
      security,
      request: {
        params: z.object({ name: z.string().max(40) }),
        body: {
          required: false,
          ...content(
            z.strictObject({
              args: z.record(z.string(), z.unknown()).optional(),
              text: z.string().max(400).optional(),
              because,
              as: As.optional(),
            }),
          ),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { name } = c.req.valid('param')
      const body = c.req.valid('json') ?? {}
      const { body: answer, status } = await once(context, c, body, false, async (key) => {
        const request = requestOf(c, body.as, key, body.because)
        return answerCommand(
          await (body.args === undefined
            ? runner.runLine(`${name} ${body.text ?? ''}`, request)
            : runner.runArgs(name, body.args, request)),
        )
      })
      return c.json(answer, status)
    },
  )

  const control = (name: 'pause' | 'resume' | 'halt' | 'panic' | 'reconcile', scope: Scope, args: z.ZodType, summary: string): void => {
    app.openapi(
      route({
        method: 'post',
        path: `/control/${name}`,
        summary,
        tags: ['control'],
        security,
        middleware: needs(scope),
        request: { body: { required: name === 'halt', ...content(args) } },
        responses: results,
      }),
      async (c) => {
        const body = (c.req.valid('json') as Readonly<Record<string, unknown>> | undefined) ?? {}
        return runOnce(context, c, name, body)
      },
    )
  }
  const Target = z.string().max(60).optional().openapi({ description: 'all, a strategy or a symbol' })
  const Panicked = z.string().max(60).optional().openapi({ description: 'all, or a symbol' })
  const Reason = z.string().max(200).optional()
  control(
    'pause',
    'control:pause',
    z.strictObject({ target: Target, for: z.string().optional(), reason: Reason }),
    'Stop new entries; exits continue',
  )
  control('resume', 'control:resume', z.strictObject({ target: Target, because }), 'Lift holds, after a confirmation')
  control('halt', 'control:pause', z.strictObject({ reason: z.string().min(1).max(200) }), 'Stop all orders except requested exits')
  control(
    'panic',
    'control:reduce',
    z.strictObject({ target: Panicked, reason: Reason }),
    'Close everything or one symbol and halt it, after a confirmation',
  )
  control(
    'reconcile',
    'control:pause',
    z.strictObject({ action: z.enum(['show', 'fix']).optional(), because }),
    'Compare with Bybit; fix applies the proposed corrections, after a confirmation',
  )

  app.openapi(
    route({
      method: 'get',
      path: '/confirmations',
      summary: 'List pending confirmations',
      tags: ['confirmations'],
      security,
      responses: { 200: { description: 'Cards', ...content(listOf(ConfirmationShape)) } },
    }),
    async (c) => {
      const actor = actorOfKey(c.get('key'), 'rest')
      const rows = (await ports.confirmations.pending()).filter(
        (row) => row.actor === actor.id || mayAnswer(row, findCommand(runner.commands, row.command), actor),
      )
      return c.json({ data: rows.map(toConfirmation), nextCursor: null, hasMore: false }, 200)
    },
  )
  app.openapi(
    route({
      method: 'post',
      path: '/confirmations/{id}',
      summary: 'Answer a confirmation once, in time, as its requester or an admin; 202 with `again` if it asks again',
      tags: ['confirmations'],
      security,
      request: {
        params: z.object({ id: z.string().max(40) }),
        body: {
          required: true,
          ...content(z.strictObject({ decision: z.enum(['yes', 'no']), word: z.string().max(40).optional(), as: As.optional() })),
        },
      },
      responses: results,
    }),
    async (c) => {
      const { id } = c.req.valid('param')
      const { decision, word, as } = c.req.valid('json')
      const { body: answer, status } = await once(context, c, { id, decision, as }, false, async (key) =>
        answerCommand(await runner.answer(id, decision, requestOf(c, as, key), word)),
      )
      return c.json(answer, status)
    },
  )

  return app
}
