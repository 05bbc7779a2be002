/**
 * `limits changes`: who changed which risk setting, when, from what to what and by which way, newest first. Read from the journal, which nobody changes.
 */
import type { RiskChange } from '../../ports/ports.ts'
import type { CommandContext } from '../command.ts'
import { short, time } from '../words/format.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'

const SHOWN = 10
type RiskSettingsShown = CommandContext['ports']['system']['riskSettings']
export const SHOWN_MAX = 50

/** A change with its values as they counted: what the configuration says is resolved, null where nothing was set. */
export interface ShownChange extends Omit<RiskChange, 'from' | 'to'> {
  readonly from: string | null
  readonly to: string | null
  readonly isFromConfigured: boolean
  readonly isToConfigured: boolean
  readonly origin: string
}

const ORIGINS: Readonly<Record<string, string>> = {
  telegram: 'Telegram',
  discord: 'Discord',
  rest: 'REST',
  web: 'web',
  cli: 'terminal',
  worker: 'schedule',
}

/** By the surface of the command; what nobody asked for went back by itself. */
const originOf = ({ surface, actor }: RiskChange): string =>
  surface === null ? (actor === 'timer' ? 'its time was over' : 'not on record') : (ORIGINS[surface] ?? surface)

export function shownChange(change: RiskChange, configured: RiskSettingsShown): ShownChange {
  const { target, key } = change
  const [type = '', ...name] = target.split(' ')
  const values =
    type === 'account' ? configured.account : ((type === 'strategy' ? configured.strategies : configured.symbols)[name.join(' ')] ?? {})
  const own = (values as Readonly<Record<string, string | undefined>>)[key] ?? null
  return {
    ...change,
    from: change.from ?? own,
    to: change.to ?? own,
    isFromConfigured: change.from === null,
    isToConfigured: change.to === null,
    origin: originOf(change),
  }
}

const valueText = (value: string | null, isConfigured: boolean): string =>
  value === null ? 'not set' : isConfigured ? `${untrusted(value)} (configuration)` : untrusted(value)

export async function limitChanges({ ports }: CommandContext, n = SHOWN): Promise<Reply> {
  const [rows, account] = await Promise.all([ports.reads.riskChanges({ limit: n + 1 }), ports.reads.account()])
  const buttons = [runs('Limits', '/limits'), runs('Risk', '/risk')]
  if (rows.length === 0) return reply('Risk settings: no changes', { tone: 'ok', text: 'All are as the configuration has them.', buttons })
  const now = account?.updatedTs ?? rows[0]?.ts ?? 0
  return reply('Changes of risk settings', {
    fields: rows.slice(0, n).map((row) => {
      const { target, key, from, to, isFromConfigured, isToConfigured, actor, origin, ts, until } = shownChange(
        row,
        ports.system.riskSettings,
      )
      const of = target === 'account' ? '' : ` of ${untrusted(short(target.split(' ').slice(1).join(' ')))}`
      const end = until === null ? '' : `, until ${time(until, now)}`
      return field(
        `${untrusted(key)}${of}`,
        `${valueText(from, isFromConfigured)} → ${valueText(to, isToConfigured)}${end}\n${time(ts, now)} by ${untrusted(actor)} (${origin})`,
      )
    }),
    ...(rows.length > n
      ? { text: `Older ones: /limits changes ${Math.min(SHOWN_MAX, n * 2)}, or all by GET /api/v1/risk/limits/changes.` }
      : {}),
    buttons,
  })
}
