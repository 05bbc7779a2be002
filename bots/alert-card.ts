/**
 * An alert as a reply: what happened, in the figures that matter, with the buttons that help.
 */
import { amount, money, price, signed } from '../api/commands/format.ts'
import { type Button, type Field, type Reply, type Tone, field, reply, runs, untrusted } from '../api/commands/reply.ts'

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

/** Severities that are reported in chat; P5 is for logs. */
export const isTold = (severity: string): boolean => severity !== 'P5'

export function alertCard(alert: AlertToTell, badge: string): Reply {
  const mark = isTrade(alert) ? tradeMark(alert) : (MARKS[alert.severity] ?? '')
  const at = new Date(alert.ts).toISOString()
  return {
    ...reply(`${mark === '' ? '' : `${mark}  `}${untrusted(alert.summary)}`, {
      tone: toneOf(alert),
      fields: fieldsOf(alert),
      text: `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`,
      buttons: buttonsOf(alert),
    }),
    badge,
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
  const buttons: Button[] = []
  if (number !== undefined) buttons.push(runs('Why', `/why ${number}`))
  if (alert.symbol !== null && isTrade(alert)) buttons.push(runs('Chart', `/chart ${alert.symbol}`))
  if (alert.type === 'position.unprotected' && alert.symbol !== null)
    buttons.push(runs(`Close ${alert.symbol}`, `/close ${alert.symbol}`, 'bad'))
  if (alert.type.startsWith('risk.') || alert.type.startsWith('panic'))
    buttons.push(runs('Status', '/status'), runs('Positions', '/positions'))
  const { symbol } = alert
  if (alert.type === 'external.reduced' && symbol !== null)
    buttons.push(runs('Keep out', `/pause ${symbol}`), runs('Re-enter', `/resume ${symbol}`))
  if (alert.type === 'external.position' && symbol !== null)
    buttons.push(runs(`Adopt ${symbol}`, `/adopt ${symbol}`), runs('Ignore it', `/ignore ${symbol}`))
  if ((alert.type === 'liquidation.near' || alert.type === 'adl.rank_high') && symbol !== null)
    buttons.push(runs('Reduce 50 %', `/close ${symbol} 50%`), runs(`Close ${symbol}`, `/close ${symbol}`, 'bad'))
  else if (alert.type === 'liquidation.near') buttons.push(runs('Positions', '/positions'), runs('Risk', '/risk'))
  if (alert.type === 'account.flow' || alert.type === 'account.unexplained') {
    buttons.push(runs('Flows', '/flows'), runs('Balance', '/balance'))
    if (alert.type === 'account.unexplained') buttons.push(runs('Resume', '/resume'))
  } else if (/^(key|account|clock|exchange|ip_ban|rate_limit)\b/.test(alert.type))
    buttons.push(runs('Health', '/health'), runs('Status', '/status'))
  if (alert.type === 'stop.moved_outside' && symbol !== null) buttons.push(runs(symbol, `/positions ${symbol}`))
  if (alert.type === 'position.oversold' && symbol !== null) buttons.push(runs(symbol, `/positions ${symbol}`), runs('Trades', '/trades'))
  if (alert.type === 'symbol.delisting' && symbol !== null) buttons.push(runs(`Close ${symbol}`, `/close ${symbol}`, 'bad'))
  if (alert.type === 'reconcile.mismatch') buttons.push(runs('Show', '/reconcile'), runs('Fix', '/reconcile fix'), runs('Pause', '/pause'))
  if (alert.type === 'report.daily') buttons.push(runs('Days', '/daily'), runs('PnL', '/pnl 7d'))
  if (alert.type.startsWith('allocator.')) buttons.push(runs('Capital', '/allocator dry-run'))
  return buttons
}

export const missedCard = (badge: string, count: number, critical: number): Reply => ({
  ...reply(`You missed ${count} messages, ${critical} of them critical`, {
    tone: critical > 0 ? 'bad' : 'warn',
    text: critical > 0 ? 'The critical ones follow.' : 'None of them was critical.',
    buttons: [runs('Status', '/status'), runs('Trades', '/trades')],
  }),
  badge,
})
