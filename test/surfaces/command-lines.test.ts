/**
 * A thousand command lines; ten thousand: command-lines.prove.ts.
 */
import { test } from 'vitest'
import { fuzzLines } from '../support/command-fuzz.ts'

test('1,000 command lines: no throw, nothing done without its card, and each refusal a sentence', () => fuzzLines(1_000), 60_000)
