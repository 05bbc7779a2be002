/**
 * A world without a live twin and without a canary: nothing has been traded in it.
 */
import type { Canaries, TwinProblem } from '../../api/ports/twin-ports.ts'

export const NO_TWIN: TwinProblem = { problem: 'refused', sentence: 'No bar has closed here yet.', next: 'Try again in a minute.' }

export const NO_CANARIES: Canaries = {
  start: async () => NO_TWIN,
  find: async () => undefined,
  candidate: async () => undefined,
  watch: async () => undefined,
  end: async () => false,
}
