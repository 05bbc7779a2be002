/**
 * What the exchange lists of the instruments now against what the kernel counts with, as inputs for the journal.
 */
import type { Ts } from '../core/units.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Instrument, InstrumentSpec } from '../market/instrument.ts'
import { changedLimits, hasSameSteps, hasSameTiers, termsOf, withTerms } from '../market/instrument-terms.ts'
import type { InstrumentChanged } from '../trading/event.ts'

/** steps: prices or quantities count otherwise, and all that is held in them must be converted. */
export type NewsKind = 'none' | 'limits' | 'steps'

export function newsOf(known: Instrument, listed: InstrumentSpec | undefined): NewsKind {
  if (listed === undefined) return 'none'
  const next = withTerms(known, termsOf(listed))
  if (!hasSameSteps(known, next)) return 'steps'
  return changedLimits(known, next).length > 0 || !hasSameTiers(known, next) ? 'limits' : 'none'
}

/**
 * At a start, when nothing is under way and no stream is open: what has changed since the journal last heard of it.
 * @param listed by number; undefined where the symbol is not listed any more
 */
export function newsAtStart(kernel: Kernel, listed: readonly (InstrumentSpec | undefined)[], now: Ts): InstrumentChanged[] {
  return kernel.config.instruments.flatMap((known): InstrumentChanged[] => {
    const { index: instrument } = known
    const spec = listed[instrument]
    const last = kernel.portfolio.toldStatus(instrument)
    if (spec === undefined) return last === 'closed' ? [] : [{ type: 'instrument-changed', instrument, status: 'closed', ts: now }]
    const status = kernel.portfolio.instrumentStatus(instrument)
    return newsOf(known, spec) === 'none' ? [] : [{ type: 'instrument-changed', instrument, status, terms: termsOf(spec), ts: now }]
  })
}

/** The instruments as they count after the news. */
export const afterNews = (kernel: Kernel, news: readonly InstrumentChanged[]): readonly Instrument[] =>
  kernel.config.instruments.map((known) => {
    const terms = news.find((each) => each.instrument === known.index)?.terms
    return terms === undefined ? known : withTerms(known, terms)
  })

/** Whether nothing that is known is told otherwise: margin tiers, of which nothing was known. */
export function isFirstReading({ config }: Kernel, { instrument, terms }: InstrumentChanged): boolean {
  const known = config.instruments[instrument]
  if (known === undefined || terms === undefined) return false
  const next = withTerms(known, terms)
  return known.tiers.length === 0 && hasSameSteps(known, next) && changedLimits(known, next).length === 0
}

/** Whether two readings tell the same. */
export const isSameNews = (a: InstrumentChanged, b: InstrumentChanged): boolean =>
  a.instrument === b.instrument && a.status === b.status && JSON.stringify(a.terms) === JSON.stringify(b.terms)
