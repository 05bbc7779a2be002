/**
 * Which symbols a rebalance is about and what each shall weigh.
 * Never touches a symbol that a strategy owns: each symbol has one owner (S4).
 */
import { METHODS, type Method } from '../../../src/portfolio/allocation/allocate.ts'
import { WEIGHT_ONE, wholeWeights } from '../../../src/portfolio/rebalance/weight.ts'
import type { CommandContext } from '../command.ts'
import { type Reply, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'
import { type RebalanceArgs, millionths, readWeights } from './args.ts'

const MANUAL = 'manual'

export interface Target {
  readonly symbol: string
  /** Millionths of equity, signed. */
  readonly weight: number
}
export interface Targets {
  readonly targets: readonly Target[]
  /** Where they come from, in words. */
  readonly origin: string
}

const isMethod = (what: RebalanceArgs['what']): what is Method => METHODS.some((method) => method === what)
const warn = (title: string, text?: string): Reply =>
  reply(title, { tone: 'warn', ...(text === undefined ? {} : { text }), buttons: [runs('Positions', '/positions')] })

/** Symbols that are traded by hand, by name. */
async function manualSymbols({ ports }: CommandContext): Promise<readonly string[]> {
  const [strategies, positions] = await Promise.all([ports.reads.strategies(), ports.reads.positions(true)])
  const owned = new Set(strategies.map(({ symbol }) => symbol))
  return positions.filter(({ symbol, strategy }) => !owned.has(symbol) && (strategy ?? MANUAL) === MANUAL).map(({ symbol }) => symbol)
}

async function ownerOf({ ports }: CommandContext, symbol: string): Promise<string> {
  const [strategies, positions] = await Promise.all([ports.reads.strategies(), ports.reads.positions()])
  return (
    strategies.find((row) => row.symbol === symbol)?.strategy ?? positions.find((row) => row.symbol === symbol)?.strategy ?? 'nobody here'
  )
}

export async function targetsOf(context: CommandContext, args: RebalanceArgs): Promise<Targets | Reply> {
  if (isMethod(args.what)) return byMethod(context, args, args.what)
  if (args.weights === undefined)
    return warn(
      'What shall the portfolio be?',
      `Give weights (/rebalance BTC=0.5,ETH=0.3) or a method (/rebalance erc BTC,ETH): ${METHODS.join(', ')}.`,
    )
  const given = readWeights(args.weights)
  if (typeof given === 'string') return warn(given)
  const symbols = await resolveAll(
    context,
    given.map(({ name }) => name),
  )
  if (!Array.isArray(symbols)) return symbols as Reply
  return { targets: symbols.map((symbol, at) => ({ symbol, weight: given[at]?.weight ?? 0 })), origin: 'given weights' }
}

async function byMethod(context: CommandContext, args: RebalanceArgs, method: Method): Promise<Targets | Reply> {
  if (args.weights !== undefined) return warn('Give weights or a method, not both')
  const symbols = args.symbols === undefined ? await manualSymbols(context) : await resolveAll(context, args.symbols.split(','))
  if (!Array.isArray(symbols)) return symbols as Reply
  if (symbols.length === 0)
    return warn('No symbol is traded by hand', 'Add symbols to manual.symbols in the configuration; strategies own theirs.')
  const { interval, bars, cov: covariance } = args
  const found = await context.ports.portfolio.weights({ method, symbols, covariance, interval, bars })
  if (!found.ok) return warn('There are no weights', found.error)
  const gross = millionths(args.gross)
  return {
    targets: symbols.map((symbol, at) => ({
      symbol,
      weight: Math.floor(((wholeWeights(found.value.weights)[at] as number) * gross) / WEIGHT_ONE),
    })),
    origin: `${method} over ${found.value.rows} returns of ${interval} candles, ${covariance} covariance`,
  }
}

/** Symbols of the names, all traded by hand and each once. */
async function resolveAll(context: CommandContext, names: readonly string[]): Promise<string[] | Reply> {
  const manual = new Set(await manualSymbols(context))
  const symbols: string[] = []
  for (const name of names) {
    const resolved = await resolveSymbol(context, name, '/positions {}')
    if ('problem' in resolved) return resolved.problem
    const { symbol } = resolved
    if (!manual.has(symbol))
      return warn(
        `${symbol} belongs to ${untrusted(await ownerOf(context, symbol))} (symbol-owned)`,
        'Each symbol has one owner, and a rebalance trades those of manual. Leave it out, or add a free symbol to manual.symbols in the configuration.',
      )
    if (symbols.includes(symbol)) return warn(`${symbol} is named twice`)
    symbols.push(symbol)
  }
  return symbols
}
