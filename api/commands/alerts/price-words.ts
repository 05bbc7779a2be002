/**
 * Levels as people read them.
 */
import { groupDigits } from '../../../src/core/decimal.ts'

/** `70,000`, `-1,200.5` */
export const groupedNumber = (text: string): string => (text.startsWith('-') ? `-${groupDigits(text.slice(1))}` : groupDigits(text))
