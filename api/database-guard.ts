/**
 * Answers for a database that does not: each request that needs it ends within two seconds, with the way past it.
 */
import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './auth.ts'
import type { DatabaseState } from './context.ts'
import { type ProblemError, problem } from './problem.ts'
import { DIRECT_NEXT, databaseText } from './commands/silence.ts'

export const databaseDown = (trouble: string, sinceMs: number | undefined, isWrite: boolean): ProblemError =>
  problem('database_down', databaseText(trouble, sinceMs, isWrite), { hint: DIRECT_NEXT })

/** @param isFree paths that need no database */
export const guardDatabase = (database: DatabaseState, isFree: (path: string) => boolean) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (isFree(c.req.path)) return next()
    const isWrite = c.req.method !== 'GET'
    const since = database.downSinceMs()
    // What never reached it was not taken.
    if (since !== undefined) throw databaseDown('does not answer', since, false)
    let takeBack = (): void => {}
    const lost = new Promise<true>((resolve) => {
      takeBack = database.onDown(() => resolve(true))
    })
    const isLost = await Promise.race([next().then(() => false), lost])
    takeBack()
    if (isLost) throw databaseDown('does not answer', database.downSinceMs(), isWrite)
  })
