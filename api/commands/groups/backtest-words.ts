/**
 * What asking for a backtest and for a search over parameters have in common.
 */
import { z } from 'zod'
import { MODEL_NAMES } from '../../../src/venue/sim/models/model-names.ts'
import { DAY_MS } from '../../../src/core/units.ts'
import type { Backtest, QueueIsDown } from '../../ports/ports.ts'
import type { CommandContext } from '../command.ts'
import { type Reply, reply, runs, untrusted } from '../reply.ts'
import { resolveSymbol } from '../symbol.ts'

export const Param = /^([A-Za-z]\w*)=(\S+)$/
/** A model of the simulation: `sim.latency=250ms`. */
export const ModelParam = /^sim\.(\w+)=(\S+)$/
export const ModelsShape = z.partialRecord(z.enum(MODEL_NAMES), z.string().max(40))
export const Range = /^(\d{1,4}d|\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2})$/

/** Symbol and time of a run. Stored candles may be of symbols that are not traded. */
export async function askedSeries(
  context: CommandContext,
  strategy: string,
  symbol: string,
  range: string | undefined,
): Promise<{ readonly symbol: string; readonly from?: number; readonly to?: number }> {
  const resolved = await resolveSymbol(context, symbol, `/backtest ${strategy} {}`)
  return { symbol: 'problem' in resolved ? symbol.toUpperCase() : resolved.symbol, ...rangeOf(range, await marketNow(context)) }
}

function rangeOf(text: string | undefined, now: number): { readonly from?: number; readonly to?: number } {
  if (text === undefined) return {}
  const days = /^(\d+)d$/.exec(text)
  // Whole days, so that the same question a minute later is the same run.
  if (days !== null) return { from: Math.floor(now / DAY_MS) * DAY_MS - Number(days[1]) * DAY_MS }
  const [from = '', to = ''] = text.split('..')
  return { from: Date.parse(from), to: Date.parse(to) + DAY_MS }
}

/** Days are counted back from the market's time: the simulator's is not ours. */
async function marketNow({ ports }: CommandContext): Promise<number> {
  return (await ports.reads.account())?.updatedTs ?? ports.wallNow()
}

/** @param why a sentence, or that the queue is away */
export function notQueued(why: string | QueueIsDown, list: string, command: string): Reply {
  if (typeof why === 'string') return reply('Not queued', { tone: 'warn', text: why, buttons: [runs(list, command)] })
  return reply('Not queued: the queue does not answer', {
    tone: 'bad',
    text: `${untrusted(why.detail)}. Trading does not need it. Try again when it is back; ballast doctor shows its address.`,
    buttons: [runs('Health', '/health')],
  })
}

/** How runs of one kind are listed, shown and canceled. */
export interface RunWords {
  /** `Backtests` */
  readonly title: string
  /** `/backtest` */
  readonly command: string
  readonly none: string
  readonly example: string
}

export async function cancelRun({ ports }: CommandContext, id: string | undefined, { title, command }: RunWords): Promise<Reply> {
  const buttons = [runs(title, `${command} list`)]
  if (id === undefined) return reply('Which one?', { tone: 'warn', text: `${command} cancel <id>`, buttons })
  const isCanceled = await ports.backtests.cancel(id)
  return reply(isCanceled ? `${untrusted(id)} is canceled` : `${untrusted(id)} is not running`, {
    tone: isCanceled ? 'ok' : 'warn',
    buttons,
  })
}

export function listOfRuns(rows: readonly Backtest[], { title, command, none, example }: RunWords): Reply {
  if (rows.length === 0) return reply(none, { text: `Try: ${example}` })
  return reply(title, {
    table: {
      columns: [{ title: 'id' }, { title: 'strategy' }, { title: 'symbol' }, { title: 'state' }, { title: '%', align: 'right' }],
      rows: rows.map((row) => [
        row.id,
        String(row.spec.strategy ?? ''),
        String(row.spec.symbol ?? ''),
        row.status,
        (row.progress * 100).toFixed(0),
      ]),
      rowCommands: rows.map((row) => `${command} ${row.id}`),
    },
    buttons: rows.slice(0, 4).map((row) => runs(row.id, `${command} ${row.id}`)),
  })
}
