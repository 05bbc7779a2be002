/**
 * The sentence of a refused signal: what is wrong with the body, and what to do.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/units.ts'
import type { RefusalCode, SignalRefusal } from './signal.ts'

type Figures = SignalRefusal['figures']
const SECOND_MS = 1_000
const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
] as const
/** In the largest unit of which there are two at least. */
const span = (ms: string | number | undefined): string => {
  const [size, unit] = UNITS.find(([each]) => Number(ms) >= 2 * each) ?? [SECOND_MS, 's']
  return `${Math.round(Number(ms) / size)} ${unit}`
}

const SENTENCES: Readonly<Record<RefusalCode, (figures: Figures) => string>> = {
  'body-not-json': ({ begins }) =>
    `The body is no JSON object (${begins}). This source takes JSON: copy the body again from signal source add.`,
  'body-not-text': () => 'The body is JSON, and this source takes one line of words, such as long BTC 1% sl=2%.',
  'body-empty': () => 'The body is empty. Paste the body of signal source add into the message of the alert.',
  placeholder: ({ placeholder, field }) =>
    `${placeholder} in ${field} was not filled in. Is this an alert of a strategy? Placeholders of strategies are filled in there alone.`,
  'field-missing': ({ field }) => `The field ${field} is missing.`,
  'field-unknown': ({ field }) => `The field ${field} is not known. A mistyped name would be left out unseen, so nothing is done.`,
  'field-value': ({ field, value, problem }) => `The field ${field} is '${value}': ${problem}.`,
  'symbol-unreadable': ({ symbol, problem }) => `The symbol ${symbol} ${problem}.`,
  'symbol-market': ({ symbol, named, source }) =>
    `The symbol ${symbol} names ${named}, and this source is for ${source}. Make another source for it.`,
  'symbol-not-allowed': ({ symbol, allowed }) => `This source may not name ${symbol}. Allowed: ${allowed}.`,
  stale: ({ ageMs, maxAgeMs }) =>
    `The entry is ${span(ageMs)} old, and at most ${span(maxAgeMs)} are allowed. Exits are taken whatever their age.`,
  overtaken: ({ olderMs }) => `The entry was sent ${span(olderMs)} before the newest one of its symbol.`,
  'time-ahead': ({ aheadMs }) => `Its time is ${span(aheadMs)} ahead of this machine. Set the clocks.`,
  'exit-part': ({ mode, value }) => `An exit of ${value} (${mode}) cannot be taken: give a part in percent of the position, or a quantity.`,
  rate: ({ perMinute }) => `More than ${perMinute} entries came within a minute.`,
}

export const refusalSentence = ({ code, figures }: SignalRefusal): string => SENTENCES[code](figures)
/** Of a refusal as a table keeps it; its code where that is of another version. */
export const storedRefusalSentence = (code: string, figures: Readonly<Record<string, unknown>>): string => {
  const known = Object.entries(SENTENCES).find(([name]) => name === code)
  if (known === undefined) return code
  const texts = Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)] as const)
  return known[1](Object.fromEntries(texts))
}
