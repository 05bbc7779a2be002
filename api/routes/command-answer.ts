/**
 * What every route that runs a command has in common: who asks, and the shape of the answer.
 */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { ACT_AS } from '../../src/core/key-names.ts'
import type { ApiEnv } from '../auth.ts'
import { ROLES, SURFACES } from '../commands/command.ts'
import { type Reply, TONES } from '../commands/reply.ts'
import type { CommandRequest } from '../commands/run/result.ts'
import { type ActAs, type ApiContext, actorOfKey } from '../context.ts'
import { problem } from '../problem.ts'
import { answerCommand, once } from './common.ts'

/** For the OpenAPI document alone: replies are made by commands, and checked by their type. */
const text = { type: 'string' as const }
const REPLY = {
  type: 'object' as const,
  description: 'The reply, the same on every surface',
  required: ['title', 'badge', 'tone', 'fields', 'buttons'],
  properties: {
    title: text,
    badge: text,
    tone: { type: 'string' as const, enum: [...TONES] },
    text,
    fields: {
      type: 'array' as const,
      items: { type: 'object' as const, required: ['name', 'value'], properties: { name: text, value: text } },
    },
    table: {
      type: 'object' as const,
      required: ['columns', 'rows'],
      properties: {
        columns: { type: 'array' as const, items: { type: 'object' as const, required: ['title'], properties: { title: text } } },
        rows: { type: 'array' as const, items: { type: 'array' as const, items: text } },
      },
    },
    buttons: {
      type: 'array' as const,
      items: { type: 'object' as const, required: ['label', 'action'], properties: { label: text, action: { type: 'object' as const } } },
    },
  },
}

export const Result = z
  .object({
    status: z.string(),
    command: z.string().nullable(),
    refusal: z
      .object({ code: z.string(), figures: z.record(z.string(), z.union([z.string(), z.number()])) })
      .optional()
      .openapi({ description: 'Why the trader refused: a code that stays, such as no-position or day-loss, and the figures that decided' }),
    code: z.string().openapi({ description: 'As status, or why it was not done, such as word_needed' }),
    reply: z.custom<Reply>((value) => typeof value === 'object' && value !== null).openapi(REPLY),
    confirmation: z
      .object({
        id: z.string(),
        expiresAt: z.string(),
        preview: z.record(z.string(), z.unknown()),
        word: z.string().nullable().openapi({ description: 'Word to send as `word` with a yes' }),
        code: z.boolean().openapi({ description: 'True if an authenticator code must be sent as `word`' }),
        waitsForSecond: z.boolean().openapi({ description: 'True if somebody else has to give the yes' }),
      })
      .optional(),
    actions: z.array(z.string()).optional().openapi({ description: 'What was handed to the trader: follow each with GET /actions/{id}' }),
    again: z
      .object({
        replaces: z.string(),
        changes: z.array(
          z.object({
            symbol: z.string(),
            what: z.enum(['side', 'position', 'price']),
            from: z.string(),
            to: z.string(),
            driftBps: z.number().nullable(),
          }),
        ),
      })
      .optional()
      .openapi({ description: 'The market or position changed since the confirmation: nothing was done, and `confirmation` asks again' }),
  })
  .openapi('CommandResult')
export const content = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } })
export const results = {
  200: { description: 'Done', ...content(Result) },
  202: { description: 'Queued, or a pending confirmation: answer with POST /confirmations/{id}', ...content(Result) },
}
export const security = [{ key: [] }]

/** A list that is given whole. */
export const all = <T extends z.ZodType>(item: T) => z.object({ data: z.array(item), nextCursor: z.null(), hasMore: z.literal(false) })

/** The number of a row in a path. @param list where they are found */
export const rowNumber = (list: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `use a number that ${list} names`)
    .openapi({ example: '7' })

/** Why a request is made: of a program the words that its owner reads later. */
export const because = z.string().trim().min(1).max(200).optional().openapi({
  description: 'Why, in your words: kept in the audit, and with an entry, where /why shows it',
  example: 'the trend of the hour has turned',
})

/** For whom a service key (the bots') asks. */
export const As = z.strictObject({
  id: z.string().min(1).max(80),
  role: z.enum(ROLES).optional(),
  surface: z.enum(SURFACES),
  chat: z.string().max(80).optional(),
  name: z.string().max(120).optional(),
  /** Wall-clock ms at which the user sent it. */
  askedAtMs: z.number().int().optional(),
})

export function requestOf(
  c: Context<ApiEnv>,
  as: z.infer<typeof As> | undefined,
  idempotencyKey: string | undefined,
  why?: string,
): CommandRequest {
  const key = c.get('key')
  const common = { requestId: c.get('requestId'), idempotencyKey, autoConfirm: key.autoConfirm, because: why }
  if (as === undefined) {
    const surface = c.req.header('x-ballast-surface') === 'cli' ? 'cli' : 'rest'
    // A person in a browser is judged by their role alone, as in chat.
    return { ...common, actor: actorOfKey(key, surface), scopes: key.session === undefined ? key.scopes : undefined }
  }
  if (!key.scopes.includes(ACT_AS)) throw problem('forbidden_scope', `This key lacks the scope ${ACT_AS}.`)
  const actor: ActAs = as
  return { ...common, actor: { ...actor, role: actor.role, apiKeyId: key.id }, askedAtMs: as.askedAtMs }
}

export interface Asked {
  readonly command: string
  readonly args: object
  /** What the Idempotency-Key stands for. */
  readonly content: unknown
  readonly needsKey?: boolean
  readonly because?: string | undefined
}
/** Runs a command of the registry for a request, once for each Idempotency-Key. */
export const runAsked = (
  context: ApiContext,
  c: Context<ApiEnv>,
  { command, args, content: stands, needsKey = false, because: why }: Asked,
) =>
  once(context, c, stands, needsKey, async (key) =>
    answerCommand(await context.runner.runArgs(command, args, requestOf(c, undefined, key, why))),
  )

/**
 * A route that runs a command of the registry, once for each Idempotency-Key.
 * @param given arguments by name, as every surface gives them, and perhaps why
 */
export async function runOnce(
  context: ApiContext,
  c: Context<ApiEnv>,
  command: string,
  given: Readonly<Record<string, unknown>> & { readonly because?: string | undefined },
  isKeyRequired = false,
) {
  const { because: why, ...args } = given
  const { body, status } = await runAsked(context, c, { command, args, content: given, needsKey: isKeyRequired, because: why })
  return c.json(body, status)
}
