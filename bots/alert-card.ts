/**
 * An alert as a reply: what happened, in the figures that matter, with the buttons that help.
 */
import { amount, money, price, signed } from '../api/commands/words/format.ts'
import type { AlertProblem } from '../src/alerts/problem.ts'
import { type Button, type Field, type Reply, type Tone, field, reply, runs, untrusted } from '../api/commands/reply.ts'
import { actionsOf } from '../src/alerts/catalogue.ts'

export interface AlertToTell {
  readonly id: number
  readonly type: string
  readonly severity: string
  readonly symbol: string | null
  readonly summary: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly ts: number
}

const TONES: Readonly<Record<string, Tone>> = { P1: 'bad', P2: 'bad', P3: 'warn', P4: 'info', P5: 'info' }
const MARKS: Readonly<Record<string, string>> = { P1: '🚨 P1', P2: '❗ P2', P3: '⚠️ P3', P4: '', P5: '' }

export interface CardParts {
  /** Number by which it is acknowledged; undefined of an event. */
  readonly problem?: number | undefined
  readonly isSilent?: boolean
}

export function alertCard(alert: AlertToTell, badge: string, { problem, isSilent }: CardParts = {}): Reply {
  const mark = isTrade(alert) ? tradeMark(alert) : (MARKS[alert.severity] ?? '')
  const at = new Date(alert.ts).toISOString()
  return {
    ...reply(`${mark === '' ? '' : `${mark}  `}${untrusted(alert.summary)}`, {
      tone: toneOf(alert),
      fields: fieldsOf(alert),
      text: `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`,
      buttons: [...buttonsOf(alert), ...(problem === undefined ? [] : [runs(`Acknowledge #${problem}`, `/ack ${problem}`)])],
    }),
    badge,
    ...(isSilent === true ? { isSilent } : {}),
  }
}

const isExit = ({ type }: AlertToTell): boolean => type === 'exit.filled' || type === 'exit.partial'
const isTrade = (alert: AlertToTell): boolean => alert.type === 'entry.filled' || isExit(alert)
const hasLost = (alert: AlertToTell): boolean => text(alert, 'pnl')?.startsWith('-') === true

/** An entry shows where it goes, an exit what it made: neither looks like the other. */
function tradeMark(alert: AlertToTell): string {
  if (!isExit(alert)) return text(alert, 'side') === '-1' ? '▼' : '▲'
  const pnl = text(alert, 'pnl')
  return `${hasLost(alert) ? '❌' : '✅'}${pnl === undefined ? '' : ` ${money(pnl)}`}`
}

function toneOf(alert: AlertToTell): Tone {
  if (isExit(alert)) return hasLost(alert) ? 'warn' : 'ok'
  return TONES[alert.severity] ?? 'info'
}

const text = (alert: AlertToTell, key: string): string | undefined => {
  const value = alert.detail[key]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function fieldsOf(alert: AlertToTell): Field[] {
  const fields: Field[] = []
  const push = (name: string, value: string | undefined): void => {
    if (value !== undefined) fields.push(field(name, untrusted(value)))
  }
  if (alert.type === 'agent.asks')
    for (const line of text(alert, 'figures')?.split('\n') ?? []) {
      const at = line.indexOf(': ')
      if (at > 0) push(line.slice(0, at), line.slice(at + 2))
    }
  if (!isTrade(alert)) return fields
  push('trade', withMark(alert))
  push('strategy', text(alert, 'strategy'))
  if (alert.type === 'entry.filled') {
    push('stop', priceText(alert, 'stop'))
    const planned = text(alert, 'plannedLoss')
    push('planned loss', planned === undefined ? undefined : `${amount(planned)} USDT if the stop fills at its price`)
    return fields
  }
  const pnl = text(alert, 'pnl')
  const r = text(alert, 'resultR')
  const ofPart = alert.type === 'exit.partial' ? ' with this part' : ''
  push('result', pnl === undefined ? undefined : `${money(pnl)}${r === undefined ? ofPart : ` (${signed(r)} R)`}`)
  if (alert.type === 'exit.partial') {
    push('left', text(alert, 'left'))
    push('stop', priceText(alert, 'stop') ?? 'none on Bybit')
  }
  return fields
}

const priceText = (alert: AlertToTell, key: string): string | undefined => {
  const value = text(alert, key)
  return value === undefined ? undefined : price(value)
}

const withMark = (alert: AlertToTell): string | undefined => {
  const number = text(alert, 'tradeNumber')
  return number === undefined ? undefined : `#${number}`
}

function buttonsOf(alert: AlertToTell): Button[] {
  const number = text(alert, 'tradeNumber')
  return [
    ...answersOf(alert),
    ...(number === undefined ? [] : [runs('Why', `/why ${number}`)]),
    ...actionsOf(alert).map(({ label, line, isRisky }) => runs(label, line, isRisky === true ? 'bad' : undefined)),
  ]
}

/** Of a card that waits for a person. */
function answersOf(alert: AlertToTell): Button[] {
  const confirmationId = text(alert, 'confirmId')
  if (confirmationId === undefined) return []
  return (['yes', 'no'] as const).map((decision) => ({
    label: untrusted(text(alert, decision) ?? decision),
    action: { type: 'answer', confirmationId, decision },
    ...(decision === 'yes' ? { tone: 'bad' } : {}),
  }))
}

/** @param urgent how many were told one by one, since they are critical */
export const missedCard = (badge: string, count: number, urgent: number): Reply => ({
  ...reply(`You missed ${count} ${count === 1 ? 'message' : 'messages'}`, {
    tone: urgent > 0 ? 'bad' : 'warn',
    text: urgent > 0 ? `${urgent} critical ${urgent === 1 ? 'one was' : 'ones were'} sent one by one.` : 'None of them was critical.',
    buttons: [runs('Open alerts', '/alerts'), runs('Status', '/status'), runs('Trades', '/trades')],
  }),
  badge,
})

export interface HeldAlert {
  readonly severity: string
  readonly why: string
  readonly type: string
  readonly summary: string
}
const LINES_MAX = 12

/** What was held back: by type, the last sentence of each. */
export function digestCard(badge: string, held: readonly HeldAlert[]): Reply {
  const byType = new Map<string, { readonly count: number; readonly last: HeldAlert }>()
  for (const last of held) byType.set(last.type, { count: (byType.get(last.type)?.count ?? 0) + 1, last })
  const groups = [...byType.values()].sort((a, b) => a.last.severity.localeCompare(b.last.severity) || b.count - a.count)
  const reasons = [...new Set(held.map(({ why }) => why))].filter((why) => why !== '').join(', ')
  return {
    ...reply(`${held.length} alerts in one`, {
      tone: groups.some(({ last }) => last.severity === 'P2') ? 'bad' : 'info',
      fields: groups
        .slice(0, LINES_MAX)
        .map(({ count, last }) =>
          field(`${count > 1 ? `${count} times ` : ''}${last.type}`, `${last.severity} ${untrusted(last.summary)}`),
        ),
      text: [...(groups.length > LINES_MAX ? [`${groups.length - LINES_MAX} more types`] : []), `Held back: ${reasons}.`].join('. '),
      buttons: [runs('Open alerts', '/alerts'), runs('History', '/alerts history')],
    }),
    badge,
    isSilent: true,
  }
}

/** P1 that nobody has acknowledged. */
export const openCard = (badge: string, problems: readonly AlertProblem[], isEscalated: boolean): Reply => ({
  ...reply(`🚨 ${problems.length === 1 ? 'A P1 alert is' : `${problems.length} P1 alerts are`} not acknowledged`, {
    tone: 'bad',
    fields: problems
      .slice(0, LINES_MAX)
      .map(({ id, type, summary, count }) => field(`#${id} ${type}${count > 1 ? ` (${count} times)` : ''}`, untrusted(summary))),
    text: isEscalated ? 'Passed on to you: nobody has acknowledged it in time.' : 'Told every ten minutes until somebody does.',
    buttons: [
      ...(problems.length === 1
        ? problems.flatMap((problem) => actionsOf(problem).map(({ label, line }) => runs(label, line, 'bad'))).slice(0, 3)
        : []),
      runs(
        problems.length === 1 ? `Acknowledge #${problems[0]?.id}` : 'Acknowledge all',
        problems.length === 1 ? `/ack ${problems[0]?.id}` : '/ack all',
      ),
      runs('Open alerts', '/alerts'),
    ],
  }),
  badge,
})

/** A message of before, once somebody has seen what it says, or it is over. */
export function settledCard(sent: Reply, { status, ackedBy, endedBy }: AlertProblem): Reply {
  const word = status === 'acked' ? `Acknowledged by ${untrusted(ackedBy ?? '')}` : `Over (${untrusted(endedBy ?? '')})`
  return {
    ...sent,
    tone: status === 'over' ? 'ok' : sent.tone,
    text: [sent.text, word].filter((part) => part !== undefined).join('\n'),
    buttons: sent.buttons.filter(({ action }) => action.type !== 'command' || !action.text.startsWith('/ack')),
  }
}
