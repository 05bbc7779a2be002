/**
 * A parameter that is true or false, as a value of JSON or as the word behind `--param`.
 */
import { z } from 'zod'

const WORDS: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['false', false],
])

export const flagParam = (fallback: boolean) => z.preprocess((value) => WORDS.get(value) ?? value, z.boolean()).default(fallback)
