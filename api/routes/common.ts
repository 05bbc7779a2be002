/**
 * What several routes share: the refusal of what is not valid, the status, and a command's result as an HTTP answer.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hook } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ApiEnv } from '../auth.ts'
import type { CommandPorts } from '../commands/command.ts'
import { reply } from '../commands/reply.ts'
import type { CommandResult } from '../commands/run/result.ts'
import type { ApiContext } from '../context.ts'
import { toId } from '../ids.ts'
import type { StoredAction } from '../ports/action-ports.ts'
import { problem } from '../problem.ts'
import { type Status, toConfirmation, toStatus } from '../shapes/account-shapes.ts'

/** A request that does not fit its schema: every place named. */
export const onInvalid: Hook<unknown, ApiEnv, string, unknown> = (result) => {
  if (result.success) return
  const issues = result.error.issues
  const place = result.target === 'json' ? 'body' : result.target === 'param' ? 'path' : result.target
  throw problem('validation_failed', issues.map((issue) => `${issue.path.join('.') || place}: ${issue.message}`).join('; '), {
    errors: issues.map((issue) => ({ pointer: `/${issue.path.join('/')}`, message: issue.message, code: issue.code ?? 'invalid' })),
  })
}

export async function statusOf({ reads, system, wallNow }: CommandPorts): Promise<Status> {
  const [account, holds, strategies, health] = await Promise.all([reads.account(), reads.holds(), reads.strategies(), reads.health()])
  return toStatus({ account, holds, strategies, health, profile: system.profile, version: system.version, wallNowMs: wallNow() })
}

/** A command's result as a body: the same for every path by which it came. */
export function commandBody(result: CommandResult) {
  const { status, code, reply, confirmation, command, demand, again, refusal, actions = [] } = result
  return {
    status,
    code,
    command: command ?? null,
    reply,
    ...(refusal === undefined ? {} : { refusal }),
    ...(confirmation === undefined
      ? {}
      : {
          confirmation: {
            id: confirmation.id,
            expiresAt: toConfirmation(confirmation).expiresAt,
            preview: confirmation.preview,
            word: demand?.type === 'word' ? demand.word : null,
            code: demand?.type === 'code',
            waitsForSecond: result.waitsForSecond === true,
          },
        }),
    ...(actions.length === 0 ? {} : { actions: actions.map((id) => toId('act', id)) }),
    ...(again === undefined ? {} : { again: { replaces: again.replaces, changes: [...again.changes] } }),
  }
}

/** 200 done, 202 queued or waiting for an answer; every refusal is a problem that carries the reply. */
export function answerCommand(result: CommandResult): { readonly status: 200 | 202; readonly body: ReturnType<typeof commandBody> } {
  const { status, reply } = result
  const sentence = [reply.title, reply.text].filter((text) => text !== undefined).join(': ')
  const extra = {
    more: {
      commandStatus: status,
      commandCode: result.code,
      ...(result.refusal === undefined ? {} : { refusal: result.refusal }),
      reply,
      ...(result.actions === undefined || result.actions.length === 0 ? {} : { actions: result.actions.map((id) => toId('act', id)) }),
      ...(result.demand === undefined ? {} : { demand: result.demand.type }),
    },
  }
  switch (status) {
    case 'done':
      return { status: 200, body: commandBody(result) }
    case 'queued':
    case 'confirm':
      return { status: 202, body: commandBody(result) }
    case 'refused':
      throw problem(result.code === 'confirmation_over' ? 'confirm_expired' : 'refused', sentence, extra)
    case 'failed':
      throw problem('command_failed', sentence, extra)
    case 'invalid':
      throw problem('validation_failed', sentence, extra)
    case 'forbidden':
      throw problem('forbidden_scope', sentence, extra)
    case 'unknown':
      throw problem('not_found', sentence, extra)
  }
}

/** What is kept of an answer that may be given again: a secret is in the first one alone. */
function kept<Body extends object>(body: Body): Body {
  if (!('reply' in body) || typeof body.reply !== 'object' || body.reply === null || !('isSecret' in body.reply)) return body
  return {
    ...body,
    reply: { ...body.reply, fields: [], text: 'It was shown once, in the first answer. Rotate the source for another one.' },
  }
}

const DONE_TRIES = 20
const DONE_EVERY_MS = 250

/** What the first request has handed to the trader before its process died: told, and not done again. */
async function whatWasDone<Body extends object, Status extends 200 | 202>(
  { actions }: CommandPorts,
  c: Context<ApiEnv>,
  key: string,
): Promise<{ readonly status: Status; readonly body: Body } | undefined> {
  const read = (): Promise<readonly StoredAction[]> => actions.ofRequest(c.get('key').id, key)
  let rows = await read()
  for (let tries = 0; tries < DONE_TRIES && rows.some(({ outcome }) => outcome === null); tries += 1) {
    await sleep(DONE_EVERY_MS)
    rows = await read()
  }
  if (rows.length === 0) return undefined
  c.header('Idempotency-Replayed', 'true')
  const is = (status: StoredAction['status']): boolean => rows.some((row) => row.status === status)
  const status = is('failed') ? 'failed' : is('pending') || is('taken') ? 'queued' : is('refused') ? 'refused' : 'done'
  const text = rows.map(({ outcome }) => outcome?.text ?? 'The trader has not responded yet.').join(' ')
  const answer = answerCommand({ status, code: status, reply: reply('As first asked', { text }), actions: rows.map(({ id }) => id) })
  // Each route that gives a key to a command answers with its result.
  const { body }: { readonly body: object } = answer
  return { status: answer.status as Status, body: body as Body }
}

/** Where a program looks how far it is. */
function located<Answer extends { readonly body: object }>(c: Context<ApiEnv>, answer: Answer): Answer {
  const { body } = answer
  const [first] = 'actions' in body && Array.isArray(body.actions) ? (body.actions as readonly unknown[]) : []
  if (typeof first === 'string') c.header('Location', `/api/v1/actions/${first}`)
  return answer
}

const KEY_MAX = 255

/**
 * Runs a request once for each Idempotency-Key (24 h). Without a key it just runs, unless one is required.
 * @param content what the key stands for: another content under the same key is refused
 */
export async function once<Body extends object, Status extends 200 | 202>(
  { idempotency, ports }: ApiContext,
  c: Context<ApiEnv>,
  content: unknown,
  isRequired: boolean,
  run: (key: string | undefined) => Promise<{ readonly status: Status; readonly body: Body }>,
): Promise<{ readonly status: Status; readonly body: Body }> {
  const key = c.req.header('idempotency-key')
  if (key === undefined || key === '') {
    if (isRequired) throw problem('idempotency_missing', 'Send an Idempotency-Key header with a unique value for each new request.')
    return located(c, await run(undefined))
  }
  if (key.length > KEY_MAX) throw problem('validation_failed', `An Idempotency-Key has at most ${KEY_MAX} characters.`)
  const { id } = c.get('key')
  const hash = createHash('sha256')
    .update(`${c.req.method} ${c.req.path}\n${JSON.stringify(content)}`)
    .digest('hex')
  const state = await idempotency.begin(id, key, hash)
  if (state.type === 'mismatch') throw problem('idempotency_mismatch', 'This Idempotency-Key was used for another request. Use a new one.')
  if (state.type === 'in-flight')
    throw problem('idempotency_in_flight', 'The first request with this Idempotency-Key is still in progress.')
  if (state.type === 'replay') {
    c.header('Idempotency-Replayed', 'true')
    // What is there was written below, under the same content.
    return located(c, { status: state.status as Status, body: state.body as Body })
  }
  try {
    const answer = (state.type === 'interrupted' ? await whatWasDone<Body, Status>(ports, c, key) : undefined) ?? (await run(key))
    await idempotency.finish(id, key, answer.status, kept(answer.body))
    return located(c, answer)
  } catch (cause) {
    await idempotency.abandon(id, key)
    throw cause
  }
}
