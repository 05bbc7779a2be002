/**
 * A world without a live twin: nothing has been traded in it.
 */
import type { TwinProblem } from '../../api/ports/twin-ports.ts'

export const NO_TWIN: TwinProblem = { problem: 'refused', sentence: 'No bar has closed here yet.', next: 'Try again in a minute.' }
