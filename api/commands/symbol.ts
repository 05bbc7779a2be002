/**
 * From what operators write to a symbol: BTC, btc/usdt, BTCUSDT, BTC-SPOT, spot:BTC, #12.
 */
import { nearestOf } from '../../src/core/nearest.ts'
import { isSpotSymbol, spotSymbolOf } from '../../src/market/instrument.ts'
import { readSymbol } from '../../src/market/symbol-text.ts'
import type { CommandContext } from './command.ts'
import { type Reply, reply, runs, untrusted } from './reply.ts'

export type Resolved = { readonly symbol: string } | { readonly problem: Reply }

/** Symbols that this account knows: its strategies' and its positions'. */
export async function knownSymbols(context: Pick<CommandContext, 'ports'>): Promise<readonly string[]> {
  const { reads } = context.ports
  const [strategies, positions] = await Promise.all([reads.strategies(), reads.positions(true)])
  return [...new Set([...strategies.map((s) => s.symbol), ...positions.map((p) => p.symbol)])].sort()
}

/** The known symbol that a text names, or undefined where it names none. */
export function symbolIn(known: readonly string[], text: string): string | undefined {
  const exact = text.toUpperCase()
  if (known.includes(exact)) return exact
  const { plain, isSpot } = readSymbol(text)
  const pairs = [plain, `${plain}USDT`, `${plain}USDC`]
  // Without a word a pair is the perpetual, where that is traded.
  const candidates = [...(isSpot ? [] : pairs), ...pairs.map(spotSymbolOf)]
  const named = candidates.find((candidate) => known.includes(candidate))
  if (named !== undefined) return named
  // BONK is 1000BONKUSDT where it is the only one: a contract of many coins is named after one.
  const ofMany = known.filter((symbol) => candidates.includes(symbol.replace(/^10+(?=[A-Z])/, '')))
  return ofMany.length === 1 ? ofMany[0] : undefined
}

/** `line` is what a button says with the symbol in place of `{}`: `/close {} 50%`. */
export async function resolveSymbol(context: Pick<CommandContext, 'ports'>, text: string, line: string): Promise<Resolved> {
  const number = tradeNumberOf(text)
  if (number !== undefined) {
    const trade = await context.ports.reads.trade(number)
    return trade === undefined
      ? { problem: reply(`There is no trade #${number}.`, { tone: 'warn', buttons: [runs('Trades', '/trades')] }) }
      : { symbol: trade.symbol }
  }
  const known = await knownSymbols(context)
  const named = symbolIn(known, text)
  if (named !== undefined) return { symbol: named }
  const { plain, isSpot } = readSymbol(text)
  const begun = plain === '' ? [] : known.filter((symbol) => symbol.startsWith(plain) && (!isSpot || isSpotSymbol(symbol)))
  if (begun.length === 1) return { symbol: begun[0] as string }
  const offered =
    begun.length > 0
      ? begun
      : [nearestOf(plain, [...known, ...known.map((s) => s.replace(/USD[TC]$/, ''))])].flatMap((near) =>
          known.filter((s) => near !== undefined && s.startsWith(near)),
        )
  return {
    problem: reply(begun.length > 1 ? `${untrusted(text)} matches several symbols.` : `Ballast does not trade ${untrusted(text)}.`, {
      tone: 'warn',
      text: known.length === 0 ? 'No symbol is traded yet.' : `Traded: ${known.join(', ')}.`,
      buttons: offered.slice(0, 5).map((symbol) => runs(symbol, line.replace('{}', symbol))),
    }),
  }
}

/** 12 of `#12`. */
export function tradeNumberOf(text: string): number | undefined {
  const match = /^#(\d{1,9})$/.exec(text)
  return match === null ? undefined : Number(match[1])
}
