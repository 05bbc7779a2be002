/**
 * For tests without API keys: nobody asks with one.
 */
import type { KeySpending } from '../../src/kernel/trader-command.ts'

export const NO_KEYS: KeySpending = { check: async () => undefined, spend: async () => undefined }
