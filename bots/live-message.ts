/**
 * A message that follows its command for a while: edited with the newest answer each time that it says something else.
 */
import type { Reply } from '../api/commands/reply.ts'
import type { CommandResult } from '../api/commands/run/result.ts'
import type { Timers } from './timers.ts'

/** For the last figures of a message, where the platform asks to wait. */
const LAST_FIGURES_MS = 120_000

export interface LivePorts {
  readonly timers: Timers
  readonly nowMs: () => number
  /** The command's answer now. */
  readonly ask: () => Promise<CommandResult>
  /** Edits the message; answers whether the platform took it. */
  readonly show: (newest: Reply) => Promise<boolean>
  readonly failed: (thrown: unknown) => void
}

/** @param first what the message says already; a reply without `live` is not followed */
export function keepLive(first: Reply, { timers, nowMs, ask, show, failed }: LivePorts): void {
  const { live } = first
  if (live === undefined) return
  const untilMs = nowMs() + live.ttlSec * 1000
  let shown = JSON.stringify(first)
  const refresh = async (): Promise<void> => {
    const { reply } = await ask()
    const newest = JSON.stringify(reply)
    // What was not taken is shown with the next figures, which are newer than a repetition would be.
    const isShown = newest === shown || (await show(reply))
    if (isShown) shown = newest
    const isWatched = reply.live !== undefined && nowMs() < untilMs
    if (isWatched || (!isShown && nowMs() < untilMs + LAST_FIGURES_MS)) again()
  }
  const again = (): void => timers.later(live.everySec * 1000, () => void refresh().catch(failed))
  again()
}
