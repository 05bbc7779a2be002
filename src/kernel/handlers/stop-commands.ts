/**
 * The commands that only take risk off: they act before anything is decided after a restart, late ones as a pause (S3).
 */
import type { TraderCommand } from '../trader-command.ts'

export const STOP_COMMANDS = ['pause', 'halt', 'panic'] as const satisfies readonly TraderCommand['name'][]
