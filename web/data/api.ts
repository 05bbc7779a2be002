/**
 * Requests to the API of this page's own host, by the cookie of the login: what is asked, and what went wrong, as values.
 */
import { type Result, err, ok } from '../../src/core/result.ts'
import { Cell } from './cell.ts'
import type { Login, Reply } from './types.ts'

export interface Problem {
  /** 0: nobody answered. */
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly hint?: string
  /** Of a command that was refused: the card that says why. */
  readonly reply?: Reply
}

/** `asking` until it is known; `out`: nobody is logged in. */
export const session = new Cell<Login | 'asking' | 'out'>('asking')

const UNAUTHORIZED = 401
const NOBODY: Problem = { status: 0, code: 'unreachable', detail: 'Ballast does not answer.', hint: 'It may be starting again' }

export const get = <T>(path: string): Promise<Result<T, Problem>> => ask<T>('GET', path, undefined)

/** @param onceKey makes the request count once, however often it is sent */
export const send = <T>(method: string, path: string, body?: unknown, onceKey?: string): Promise<Result<T, Problem>> =>
  ask<T>(method, path, body, onceKey)

async function ask<T>(method: string, path: string, body: unknown, onceKey?: string): Promise<Result<T, Problem>> {
  const login = session.get()
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(typeof login === 'object' && method !== 'GET' ? { 'X-CSRF-Token': login.csrf } : {}),
    ...(onceKey === undefined ? {} : { 'Idempotency-Key': onceKey }),
  }
  try {
    const response = await fetch(`/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await response.text()
    if (response.ok) return ok((text === '' ? undefined : JSON.parse(text)) as T)
    if (response.status === UNAUTHORIZED) session.set('out')
    return err(problemOf(response.status, text))
  } catch {
    // No answer, or one that was cut off.
    return err(NOBODY)
  }
}

/** The problem that the API has described, or one for what a proxy between has said. */
export function problemOf(status: number, text: string): Problem {
  try {
    const { code, detail, hint, reply } = JSON.parse(text) as Partial<Problem>
    if (typeof code === 'string' && typeof detail === 'string')
      return { status, code, detail, ...(hint === undefined ? {} : { hint }), ...(reply === undefined ? {} : { reply }) }
  } catch {
    // Not JSON: said below.
  }
  return { status, code: 'http', detail: `The answer was ${status}, from something between here and Ballast.` }
}

export async function loadSession(): Promise<void> {
  const answer = await get<Login>('/session')
  if (answer.ok) session.set(answer.value)
  else if (answer.error.status !== UNAUTHORIZED) setTimeout(() => void loadSession(), AGAIN_MS)
}
const AGAIN_MS = 2_000

/** A key that no other request has, also where the page did not come by TLS. */
export const freshKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
