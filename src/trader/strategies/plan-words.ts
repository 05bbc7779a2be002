/**
 * What a change of the list of strategies does, a line for each strategy: what changes, and what becomes of its state, entries and positions.
 */
import { type InstrumentIndex, lots } from '../../core/units.ts'
import type { StrategyConfig } from '../../kernel/config.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type Instrument, formatPrice, formatQuantity } from '../../market/instrument.ts'
import { type Changed, type ChangedStrategy, type PlanDifference, codeOf } from './plan-difference.ts'

export function planWords(kernel: Kernel, { added, changed, removed }: PlanDifference, closes: boolean): readonly string[] {
  return [
    ...added.map(
      (strategy) =>
        `${strategy.id}: added${onWords(symbolsOf(kernel, strategy))} (${codeOf(strategy)}). It enters on its next fresh signal.`,
    ),
    ...changed.map((each) => changedWords(kernel, each, closes)),
    ...removed.map(
      (strategy) =>
        `${strategy.id}: removed from ${symbolsOf(kernel, strategy)}. Its entries are canceled.${heldWords(kernel, strategy.instruments, closes ? closed : unowned)}`,
    ),
  ]
}

function changedWords(kernel: Kernel, { before, after, what }: ChangedStrategy, closes: boolean): string {
  const parts = what.map((which) => changeWords(kernel, which, before, after))
  const isAnew = what.includes('code') || what.includes('parameters')
  const kept = after.instruments.filter((i) => before.instruments.includes(i))
  const left = before.instruments.filter((i) => !after.instruments.includes(i))
  return [
    `${after.id}: ${parts.join('; ')}.`,
    ...(isAnew ? [' It starts from scratch over earlier bars, and its entries are canceled.'] : []),
    heldWords(kernel, kept, (stop) => `stays with it, with its stop${stop}`),
    heldWords(kernel, left, closes ? closed : unowned),
  ].join('')
}

function changeWords(kernel: Kernel, which: Changed, before: StrategyConfig, after: StrategyConfig): string {
  switch (which) {
    case 'code':
      return `code ${codeOf(before)} to ${codeOf(after)}`
    case 'parameters':
      return paramsWords(before.params, after.params)
    case 'symbols':
      return `symbols ${symbolsOf(kernel, before)} to ${symbolsOf(kernel, after)}`
    case 'execution':
      return 'execution of its entries'
    case 'universe':
      return after.universe === undefined ? 'no universe any more, entries in all its symbols' : 'universe'
  }
}

/** As `fast 20 to 9, slow 50 to 30`. */
function paramsWords(before: unknown, after: unknown): string {
  const [was, now] = [recordOf(before), recordOf(after)]
  const names = [...new Set([...Object.keys(was), ...Object.keys(now)])]
  return names
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(now[name]))
    .map((name) => `${name} ${shown(was[name])} to ${shown(now[name])}`)
    .join(', ')
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const shown = (value: unknown): string => (value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value))

/** Symbols that are new to this trader have no number yet: the last line names them. */
const onWords = (symbols: string): string => (symbols === '' ? '' : ` on ${symbols}`)

const symbolsOf = (kernel: Kernel, { instruments }: StrategyConfig): string =>
  instruments.map((i) => kernel.config.instruments[i]?.symbol ?? '').join(' ')

const closed = (): string => 'is closed'
const unowned = (stop: string): string => `keeps its stop${stop}, and no strategy closes it`

/** @param words what becomes of it, given ` at` and the price of its stop */
function heldWords(kernel: Kernel, instruments: readonly InstrumentIndex[], words: (stop: string) => string): string {
  return instruments
    .flatMap((i) => {
      const held = kernel.portfolio.positionLots(i)
      if (held === 0) return []
      const instrument = kernel.config.instruments[i] as Instrument
      const stop = kernel.portfolio.stopOf(i)
      const at = stop === undefined ? '' : ` at ${formatPrice(instrument, stop)}`
      const side = held > 0 ? 'long' : 'short'
      return [` ${instrument.symbol} ${side} ${formatQuantity(instrument, lots(Math.abs(held)))} ${words(at)}.`]
    })
    .join('')
}
