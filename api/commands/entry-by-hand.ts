/**
 * An entry by hand in words: its arguments, the command that they make, and how it is shown; for `open`, which sends it, and `whatif`, which
 * only looks.
 */
import { z } from 'zod'
import { parseDuration } from '../../src/core/duration.ts'
import type { CommandOutcome, OpenCommand } from '../../src/kernel/trader-command.ts'
import { isSpotSymbol } from '../../src/market/instrument.ts'
import { parseExecution } from '../../src/trading/algorithms/execution.ts'
import { assessmentFields } from './words/assessment-words.ts'
import { type CommandContext, options } from './command.ts'
import { coinOf } from './words/format.ts'
import { type Field, type Reply, field, reply, untrusted } from './reply.ts'
import { resolveSymbol } from './symbol.ts'

const PRICE = /^([+-]?\d+(\.\d+)?%|\d+(\.\d+)?)$/
export const PRICE_WORD = z.string().max(30).regex(PRICE, 'use a price such as 64250, or a distance such as 2%')
const TIMES = ['gtc', 'ioc', 'fok', 'post-only'] as const

const OPTIONS_USAGE = '[tp=4%,8%] [limit=] [at=] [or=] [tif=] [for=] [algo=twap:30m]'
const ENTRY_USAGE = '<long|short> <sym> <$100|1%|0.05BTC>'
export const OPEN_USAGE = `${ENTRY_USAGE} sl=<price|2%> ${OPTIONS_USAGE}`
/** A question needs no stop: the answer says what it is worth. */
export const WHATIF_USAGE = `${ENTRY_USAGE} [sl=<price|2%>] ${OPTIONS_USAGE}`

export const OpenArgs = z.strictObject({
  side: z.enum(['long', 'short']),
  symbol: z.string().min(1).max(30),
  size: z
    .string()
    .max(30)
    .refine((text) => !/^0+$/.test(text), "the shell replaced the $1 of $100: put '$100' in quotes, or use 100usdt")
    .regex(
      /^(\$\d+(\.\d+)?|\d{1,2}(\.\d{1,4})?%|\d+(\.\d+)?[A-Za-z]+)$/,
      'use a size such as $100 or 100usdt, 1% (of equity lost at the stop) or 0.05BTC',
    ),
  limit: PRICE_WORD.optional(),
  at: PRICE_WORD.optional(),
  or: PRICE_WORD.optional(),
  sl: PRICE_WORD,
  tp: z.string().max(80).optional(),
  tif: z.enum(TIMES).optional(),
  for: z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'use a time such as 30min, 2h or 1d')
    .optional(),
  algo: z.string().max(40).optional(),
})
export const WhatIfArgs = OpenArgs.extend({ sl: PRICE_WORD.optional() })
export const readOpen = (words: readonly string[]): Record<string, unknown> => options(words, 'side', 'symbol', 'size')

/** The command, or what stands against making one. `line` is what a button says with the symbol in place of `{}`. */
export async function openCommandOf(
  context: Pick<CommandContext, 'ports'>,
  args: z.infer<typeof WhatIfArgs>,
  line: string,
): Promise<OpenCommand | Reply> {
  const resolved = await resolveSymbol(context, args.symbol, line)
  if ('problem' in resolved) return resolved.problem
  const { symbol } = resolved
  if (args.algo !== undefined) {
    const execution = parseExecution(args.algo)
    if (typeof execution === 'string') return reply(untrusted(execution), { tone: 'warn' })
    if (args.or !== undefined || args.at !== undefined || args.tp !== undefined)
      return reply('An execution algorithm does not accept at=, or= or tp=', {
        tone: 'warn',
        text: 'Set the target with /tp after it is filled.',
      })
  }
  const size = sizeOf(args.size, symbol)
  if (size === undefined)
    return reply(`${untrusted(args.size)} has no unit`, {
      tone: 'warn',
      text: `Use 0.05${coinOf(symbol)}, $100, or 1% of equity lost at the stop.`,
    })
  const forMs = args.for === undefined ? undefined : parseDuration(args.for)
  return {
    name: 'open',
    symbol,
    side: args.side,
    ...size,
    ...(args.sl === undefined ? {} : { stop: args.sl }),
    ...(args.limit === undefined ? {} : { limit: args.limit }),
    ...(args.at === undefined ? {} : { trigger: args.at }),
    ...(args.or === undefined ? {} : { or: args.or }),
    ...(args.tp === undefined ? {} : { targets: args.tp.split(',') }),
    ...(args.tif === undefined ? {} : { timeInForce: args.tif }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(args.algo === undefined ? {} : { execution: args.algo }),
  }
}

/** 0.05BTC is coins only where BTC is what is bought. */
function sizeOf(text: string, symbol: string): Pick<OpenCommand, 'quantity' | 'notional' | 'riskPercent'> | undefined {
  if (text.startsWith('$')) return { notional: text.slice(1) }
  if (text.endsWith('%')) return { riskPercent: text.slice(0, -1) }
  const money = /^(\d+(?:\.\d+)?)usdt$/i.exec(text)
  if (money !== null) return { notional: money[1] as string }
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text)
  return match !== null && (match[2] as string).toUpperCase() === coinOf(symbol).toUpperCase()
    ? { quantity: match[1] as string }
    : undefined
}

/** What was asked, what would go out, and its assessment. `judged`: what the trader says of it; undefined where it has said nothing. */
export function orderFields(command: OpenCommand, size: string, judged: CommandOutcome | undefined): Field[] {
  const kind = command.execution ?? (command.limit === undefined ? (command.trigger === undefined ? 'market' : 'when reached') : 'limit')
  const place = `at market, on Bybit ${isSpotSymbol(command.symbol) ? 'as the entry fills' : 'with the entry'}`
  return [
    field(
      'Order',
      `${command.side} ${command.symbol} ${untrusted(size)}, ${kind}${command.limit === undefined ? '' : ` ${command.limit}`}`,
    ),
    ...(command.trigger === undefined ? [] : [field('Triggers at', command.trigger)]),
    ...(command.or === undefined ? [] : [field('Or', `when ${command.or} is reached: one or the other`)]),
    ...(judged?.figures ?? []).map(({ name, value }) => field(name, value)),
    ...(command.stop === undefined
      ? []
      : [field(judged === undefined ? 'Stop' : 'Stop is', judged === undefined ? `${command.stop}, ${place}` : place)]),
    ...(command.targets === undefined || judged !== undefined
      ? []
      : [field('Targets', command.targets.map((t) => untrusted(t)).join(', '))]),
    ...(judged?.risk === undefined ? [] : assessmentFields(judged.risk)),
  ]
}
