/**
 * The categories that are simulated, how a request names one, and the codes in which each says the same refusal.
 */
import type { Category } from '../../../../market/instrument.ts'
import { type Answer, type Params, refuse, textOf } from '../streams/wire.ts'

export const CATEGORIES: readonly Category[] = ['linear', 'spot']
export const LINEAR_ONLY: readonly Category[] = ['linear']

interface Codes {
  readonly unknownOrder: number
  readonly canceled: number
  readonly filled: number
  readonly balance: number
  readonly duplicate: number
  readonly tooMany: number
}
/** The same refusal has another code in each category. */
export const CODES: Readonly<Record<Category, Codes>> = {
  linear: { unknownOrder: 110001, canceled: 110010, filled: 110008, balance: 110007, duplicate: 110072, tooMany: 110020 },
  spot: { unknownOrder: 170213, canceled: 170142, filled: 170139, balance: 170131, duplicate: 170141, tooMany: 170810 },
}

/** The category of a request, out of those that the endpoint has. */
export function categoryOfRequest(params: Params, categories: readonly Category[]): Category | Answer {
  const name = textOf(params, 'category')
  const category = categories.find((each) => each === name)
  return category ?? refuse(10001, `params error: only category ${categories.join(' and ')} is simulated`)
}
