/**
 * Ten thousand command lines.
 */
import { test } from 'vitest'
import { fuzzLines } from '../support/command-fuzz.ts'

test('10,000 command lines: no throw, nothing done without its card, and each refusal a sentence', () => fuzzLines(10_000), 300_000)
