/**
 * Which column is the volume in coins: where a file has two volumes, money divided by coins must lie between low and high.
 */
import { isTickVolume, keyOf, mayBeBaseVolume, mayBeQuoteVolume } from './column-names.ts'

/** Figures of the first rows by column; NaN where a cell is no number. */
export type Figures = readonly (readonly number[])[]

export interface VolumeChoice {
  /** Column of the volume in coins; undefined where the file has none. */
  readonly volume: number | undefined
  /** Column of the money, which is checked against it row by row. */
  readonly quote: number | undefined
  readonly note?: string
}

/** Money is often rounded: a percent above and below is not a misread column. */
export const QUOTE_TOLERANCE = 0.01
/** Money in one contract, of markets that are settled in coin. */
const CONTRACT_SIZES = [1, 10, 100] as const

/** @returns a choice, or a sentence without its point where the figures contradict every reading. */
export function chooseVolume(
  names: readonly string[],
  figures: Figures,
  prices: { readonly low: number; readonly high: number },
): VolumeChoice | string {
  const isMoneyOnly = names.some((name) => keyOf(name) === 'marketcap')
  const bases = columnsWhere(names, (name) => mayBeBaseVolume(name) && !(isMoneyOnly && keyOf(name) === 'volume'))
  const quotes = columnsWhere(names, (name) => mayBeQuoteVolume(name) || (isMoneyOnly && keyOf(name) === 'volume'))
  const either = [...new Set([...bases, ...quotes])]
  const twice = equalNames(names, bases, figures)
  if (twice !== undefined) return twice
  const fits = (base: number, quote: number): boolean => isMoneyOf(figures, prices, base, quote, 1)
  for (const volume of either) for (const quote of either) if (volume !== quote && fits(volume, quote)) return { volume, quote }
  for (const contracts of bases)
    for (const coins of quotes)
      for (const size of CONTRACT_SIZES)
        if (isMoneyOf(figures, prices, coins, contracts, size))
          return {
            volume: coins,
            quote: undefined,
            note: `'${names[contracts]}' counts contracts of ${size}: the volume is '${names[coins]}'`,
          }
  const [first] = byTrust(names, bases, figures)
  if (first === undefined) {
    const [money] = quotes
    return money === undefined
      ? { volume: undefined, quote: undefined }
      : { volume: undefined, quote: undefined, note: `'${names[money]}' counts money and not coins: it is left out` }
  }
  const rival = quotes.find((quote) => quote !== first && isTold(figures, first) && isTold(figures, quote))
  return rival === undefined
    ? { volume: first, quote: undefined }
    : `'${names[rival]}' divided by '${names[first]}' lies outside low to high: one of them counts contracts or another coin`
}

const columnsWhere = (names: readonly string[], matches: (name: string) => boolean): number[] =>
  names.flatMap((name, at) => (matches(name) ? [at] : []))

/** The same name twice is one volume where the figures agree. */
function equalNames(names: readonly string[], bases: readonly number[], figures: Figures): string | undefined {
  for (const at of bases) {
    const first = bases.find((other) => keyOf(names[other] as string) === keyOf(names[at] as string)) as number
    if (first !== at && figures.some((row) => row[first] !== row[at])) return `two columns mean 'volume' ('${names[at]}') and differ`
  }
  return undefined
}

const isTold = (figures: Figures, at: number): boolean => figures.some((row) => (row[at] as number) > 0)

/** Coins that are counted stand before counts of price changes; what is zero in all rows stands last. */
const byTrust = (names: readonly string[], bases: readonly number[], figures: Figures): number[] => {
  const trust = (at: number): number => (isTold(figures, at) ? 2 : 0) + (isTickVolume(names[at] as string) ? 0 : 1)
  return [...bases].sort((a, b) => trust(b) - trust(a) || a - b)
}

function isMoneyOf(figures: Figures, prices: { low: number; high: number }, base: number, quote: number, size: number): boolean {
  let seen = 0
  for (const row of figures) {
    const coins = row[base] as number
    const money = (row[quote] as number) * size
    if ((coins === 0 && money === 0) || Number.isNaN(coins) || Number.isNaN(money)) continue
    if (!(coins > 0 && liesBetween(money / coins, row[prices.low] as number, row[prices.high] as number))) return false
    seen += 1
  }
  return seen > 0
}

export const liesBetween = (price: number, low: number, high: number): boolean =>
  price >= low * (1 - QUOTE_TOLERANCE) && price <= high * (1 + QUOTE_TOLERANCE)
