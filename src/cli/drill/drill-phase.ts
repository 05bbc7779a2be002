/**
 * What drills share: waiting for a state and measuring how long it took.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Phase {
  readonly name: string
  /** Seconds from the drill's blow; null where it was not reached in time. */
  readonly seconds: number | null
  readonly detail: string
}

export interface DrillOutcome {
  readonly drill: string
  readonly isSafe: boolean
  readonly seconds: number | null
  readonly phases: readonly Phase[]
}

const POLL_MS = 50

/** Asks until `check` answers true; a question that cannot be asked now (the thing is down) counts as no. */
export async function reach(name: string, fromMs: number, limitMs: number, check: () => Promise<string | true>): Promise<Phase> {
  let detail = 'not reached'
  while (performance.now() - fromMs < limitMs) {
    const answer = await check()
    if (answer === true) return { name, seconds: Math.round(performance.now() - fromMs) / 1000, detail: '' }
    detail = answer
    await sleep(POLL_MS)
  }
  return { name, seconds: null, detail }
}

export function outcomeOf(drill: string, phases: readonly Phase[]): DrillOutcome {
  const isSafe = phases.every((phase) => phase.seconds !== null)
  return { drill, isSafe, seconds: isSafe ? Math.max(...phases.map((phase) => phase.seconds ?? 0)) : null, phases }
}

/** `paused 0.1 s, flat 3.1 s, verified` */
export const sentenceOf = (outcome: DrillOutcome): string =>
  [
    ...outcome.phases.map((phase) =>
      phase.seconds === null ? `not ${phase.name} (${phase.detail})` : `${phase.name} ${phase.seconds.toFixed(1)} s`,
    ),
    outcome.isSafe ? 'verified' : 'NOT SAFE',
  ].join(', ')
