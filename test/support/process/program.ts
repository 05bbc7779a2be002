/**
 * The two programs as they are started: bundled from the sources at the start of this test run.
 */
import { join } from 'node:path'
import { inject } from 'vitest'

export const MAIN = join(inject('programDir'), 'main.js')
export const CLI = join(inject('programDir'), 'cli.js')
