/**
 * What is read by GET: at once from what was read before, then anew, again every so often, after each action, and when the connection is back.
 */
import { useEffect } from 'preact/hooks'
import type { Result } from '../../src/core/result.ts'
import { type Problem, get } from './api.ts'
import { Cell, useCell } from './cell.ts'
import { stream } from './stream.ts'

export interface Read<T> {
  readonly data: T | undefined
  /** Of the last try. */
  readonly problem: Problem | undefined
  /** Wall-clock ms at which the data came. */
  readonly at: number | undefined
}
const NOTHING: Read<never> = { data: undefined, problem: undefined, at: undefined }
const reads = new Map<string, Cell<Read<unknown>>>()
/** Goes up with each action: what was read before may be old. */
export const actions = new Cell(0)
export const noteAction = (): void => actions.set(actions.get() + 1)

export function afterAnswer<T>(before: Read<T>, answer: Result<T, Problem>, now: number): Read<T> {
  return answer.ok ? { data: answer.value, problem: undefined, at: now } : { ...before, problem: answer.error }
}

const cellOf = (path: string): Cell<Read<unknown>> => {
  const known = reads.get(path) ?? new Cell<Read<unknown>>(NOTHING)
  reads.set(path, known)
  return known
}

async function refresh(path: string): Promise<void> {
  const cell = cellOf(path)
  const answer = await get<unknown>(path)
  cell.set(afterAnswer(cell.get(), answer, Date.now()))
}

const USUAL_MS = 15_000

export function useRead<T>(path: string, everyMs = USUAL_MS): Read<T> {
  const cell = cellOf(path)
  const { count } = useCell(stream.connection)
  const acted = useCell(actions)
  useEffect(() => {
    const read = (): void => {
      if (!document.hidden) void refresh(path)
    }
    read()
    const timer = setInterval(read, everyMs)
    document.addEventListener('visibilitychange', read)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', read)
    }
  }, [path, everyMs, count, acted])
  return useCell(cell) as Read<T>
}
