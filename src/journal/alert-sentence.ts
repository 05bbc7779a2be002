/**
 * The sentence of an alert: what happened, and what can be done about it.
 * An alert of an older journal carries its sentence with it, and so does a notice of the trader.
 */
import { assertNever } from '../core/assert.ts'
import { ts } from '../core/units.ts'
import { utcText } from '../core/utc.ts'
import type { AlertCode, AlertData, FlowFigures } from '../kernel/alert.ts'
import type { AlertRaised } from '../kernel/fact.ts'
import { FLOW_WORDS } from '../kernel/flow-kind.ts'

const VENUE = 'Bybit'

type Sentences = { readonly [C in AlertCode]: (data: AlertData[C], symbol: string) => string }

const SENTENCES: Sentences = {
  'stop.kept': ({ stop, asked }, symbol) =>
    `${symbol}: the stop stays at ${stop} for the whole position. The entry asked for ${asked}, which is farther away. To move it: /sl ${symbol}.`,
  'order.rejected': (data, symbol) => {
    if (data.by === 'risk') return `${symbol}: an exit was refused (${data.rule}). The position keeps its stop.`
    const why = data.isNothingLeft ? ' Its stop probably filled first: the account is being read.' : ''
    return `${symbol}: ${VENUE} rejected the ${data.role} #${data.orderId} (${data.code} ${data.detail}).${why}`
  },
  'external.reduced': ({ quantity, cause, left, isPriceUnknown, strategy }, symbol) => {
    const booked = isPriceUnknown
      ? 'No execution gives the price, so it is booked at the mark price, and any difference in the wallet as a correction.'
      : 'It is booked as your close.'
    return `${symbol}: ${quantity} of Ballast's position was closed outside Ballast (${cause}), ${left === undefined ? 'all of it' : `${left} is left`}. ${booked} ${symbol}${strategy === undefined ? ' is' : ` and ${strategy} are`} closing-only now. Keep out with /pause ${symbol}, or allow entries with /resume ${symbol}.`
  },
  'external.position': ({ side, quantity, cause, isObserving }, symbol) =>
    `${symbol}: ${side} ${quantity} on ${VENUE} was not opened by Ballast (${cause}). ${
      isObserving
        ? 'It is shown and counts toward risk limits.'
        : `It counts toward risk limits and is left untouched. Entries on ${symbol} are on hold until /adopt ${symbol} (Ballast takes it over, with a stop) or /ignore ${symbol} (it stays yours, entries continue).`
    }`,
  'external.order': ({ side, quantity, price }, symbol) =>
    `${symbol}: ${side} ${quantity}${price === undefined ? '' : ` at ${price}`} was not placed by Ballast. It counts toward risk limits and is left untouched.`,
  'symbol.delisted': ({ quantity, isSettled }, symbol) =>
    isSettled
      ? `${symbol} has expired on ${VENUE}: the position of ${quantity} was settled. No new position can be opened in it.`
      : `${symbol} is no longer listed on ${VENUE}, and Ballast's position of ${quantity} is gone with it. It is booked as closed (delisted) at the last mark price, and any difference in the wallet as a correction. Other symbols keep trading.`,
  'symbol.delisting': ({ status, hasPosition }, symbol) =>
    status === 'closed'
      ? `${symbol} is no longer listed on ${VENUE}: it is treated as closed, and entries are blocked.${hasPosition ? ' Its position is kept on record until the account has been read.' : ''}`
      : `${symbol} is ${status} on ${VENUE}: entries are blocked.${hasPosition ? ` A position is open and exits still work. Close it with /close ${symbol} while it can be traded.` : ''}`,
  'stop.moved_outside': (data, symbol) => {
    if (data.change === 'removed') return `${symbol}: the stop was removed outside Ballast. Restoring it at ${data.to}.`
    const moved = `${symbol}: the stop was moved outside Ballast from ${data.from} to ${data.to}`
    return data.change === 'tighter'
      ? `${moved}. It is tighter, so Ballast keeps it.`
      : `${moved}. It is looser, so Ballast moves it back. To loosen it: /sl ${symbol}.`
  },
  'signal.exit_dropped': ({ source, signal, hold }, symbol) =>
    `${symbol}: signal ${signal} from ${source} closes the position, and the hold ${hold} lets no strategy exit. The position keeps its stop. Close it yourself: /close ${symbol}.`,
  'panic.started': ({ actor }, symbol) =>
    symbol === ''
      ? `PANIC by ${actor}: entries are on hold, positions are being closed.`
      : `PANIC by ${actor}: entries on ${symbol} are on hold, its position is being closed.`,
  'risk.max_drawdown_hit': ({ tier, drawdown, limit }) =>
    `Drawdown of ${percent(drawdown)} reached the ${tier} line of ${percent(limit)}: ${
      tier === 'red' ? 'positions are being closed, trading is halted.' : 'entries are on hold, exits continue.'
    }`,
  'risk.day_loss_hit': (data) => lossSentence('Daily', data),
  'risk.week_loss_hit': (data) => lossSentence('Weekly', data),
  'risk.loss_streak': ({ count, limit, of }) =>
    `${count} losing trades in a row${of === undefined ? '' : ` of ${of}`} reached the limit of ${limit}: entries${of === undefined ? '' : ` of ${of}`} are on hold, stops and exits continue. To trade again after the pause: /resume${of === undefined ? '' : ` ${of}`}.`,
  'risk.execution_storm': (data, symbol) =>
    data.kind === 'rejected'
      ? `${VENUE} rejected ${data.count} orders within 10 minutes: entries are on hold, stops and exits continue. Look for the reason in /orders and the alerts before /resume.`
      : `${symbol}: the last five fills slipped ${data.bps} bp on average: its entries are on hold, stops and exits continue. To trade it again after the pause: /resume ${symbol}.`,
  'risk.limit_near': ({ key, used, limit, part, of }) =>
    `${Math.floor(part * 100)} % of ${key}${of === undefined ? '' : ` of ${of}`} is used: ${used} of ${limit}${UNITS[key] ?? ''}. ${NEXT[key]}`,
  'risk.open_past_day': ({ open, left }) =>
    `After that withdrawal, open positions risk ${open} USDT at their stops, more than the ${left} USDT left of the daily loss limit. Entries are denied until it fits: tighten stops or close part of a position.`,
  'strategy.error': ({ strategy, failure }) => `${strategy} stopped: ${failure}. Its position keeps its stop.`,
  'strategy.changed': ({ strategy }) =>
    `${strategy} restarts from scratch: its code, parameters, bar interval or the steps of its symbol changed, or it missed bars in safe mode. Its position keeps its stop.`,
  'strategy.aside': (data) => asideSentence(data),
  'strategies.changed': ({ added, changed, removed, actor }) => {
    const parts = [
      ...(added.length === 0 ? [] : [`${added.join(', ')} added`]),
      ...(changed.length === 0 ? [] : [`${changed.join(', ')} changed`]),
      ...(removed.length === 0 ? [] : [`${removed.join(', ')} removed`]),
    ]
    const rest =
      removed.length === 0 ? '' : ' Entries of what was removed are canceled; its positions keep their stops, and no strategy closes them.'
    return `Strategies: ${parts.join('; ')}, by ${actor}.${rest}`
  },
  'reconcile.mismatch': ({ event }, symbol) =>
    `${symbol}: ${VENUE} reported ${event}, which contradicts the order's state. Entries on ${symbol} are on hold.`,
  'position.adl': ({ quantity }, symbol) =>
    `${symbol}: ${VENUE} reduces the position by auto-deleveraging (ADL), ${quantity} at market. Pending entries are canceled.`,
  'position.liquidated': ({ quantity }, symbol) =>
    `${symbol}: ${VENUE} liquidates the position, ${quantity} at market. Pending entries are canceled.`,
  'account.flow': (flow) => {
    const text = flowText(flow)
    const effect = flow.isMoney
      ? 'It does not count as profit or loss: equity peak and day result are adjusted.'
      : 'It does not change the equity used for risk limits.'
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${effect}`
  },
  'account.unexplained': ({ amount, coin }) =>
    `${amount} ${coin} moved without an entry in ${VENUE}'s transaction log. It is booked as unexplained, not as profit or loss. Entries are on hold until an admin checks it: /flows, then /resume.`,
  'position.unprotected': ({ act, seconds }, symbol) => {
    switch (act) {
      case 'close-now':
        return `${symbol} is unprotected: no stop on ${VENUE}, and the price is already beyond it. Closing at market.`
      case 'close-late':
        return `${symbol} has been unprotected for ${seconds} s, without a stop on ${VENUE}. Closing at market.`
      case 'repair':
        return `${symbol} is unprotected: no stop on ${VENUE} for ${seconds} s. Setting it again; the position is closed after 30 s.`
      default:
        return assertNever(act)
    }
  },
  'position.dust': ({ quantity, coin }, symbol) =>
    `${symbol}: ${quantity} ${coin} is below ${VENUE}'s minimum order size. It stays in the account and no longer counts as a position.`,
  'position.oversold': ({ quantity, coin }, symbol) =>
    `${symbol}: ${quantity} ${coin} more were sold than Ballast held. The proceeds are booked as yours.`,
  'instrument.changed': (data, symbol) => {
    switch (data.change) {
      case 'trading':
        return `${symbol} is trading again on ${VENUE}.`
      case 'limits':
        return `${VENUE} changed ${data.limits.join(', ')} of ${symbol}, effective immediately.`
      case 'steps':
        return stepsSentence(data, symbol)
      default:
        return assertNever(data)
    }
  },
}

function stepsSentence(
  { tick, lot, moved, rest }: Extract<AlertData['instrument.changed'], { readonly change: 'steps' }>,
  symbol: string,
): string {
  const steps = [
    ...(tick[0] === tick[1] ? [] : [`price ${tick[0]} → ${tick[1]}`]),
    ...(lot[0] === lot[1] ? [] : [`quantity ${lot[0]} → ${lot[1]}`]),
  ]
  const places = moved.map(({ what, orderId, from, to }) => (what === 'order' ? `order #${orderId} to ${to}` : `${what} ${from} → ${to}`))
  return [
    `${VENUE} changed the steps of ${symbol} (${steps.join(', ')}). Ballast uses the new ones from now on; its strategy restarts from the candles.`,
    ...(places.length === 0 ? [] : [`Rounded to the safe side: ${places.join(', ')}.`]),
    ...(rest === undefined
      ? []
      : [
          `The position of ${rest.held} is not a multiple of the new step: ${rest.counted} is tracked and can be closed, the rest stays at the exchange.`,
        ]),
  ].join(' ')
}

type NearKey = AlertData['risk.limit_near']['key']
const UNITS: Readonly<Partial<Record<NearKey, string>>> = {
  dayLoss: ' USDT',
  weekLoss: ' USDT',
  gross: ' USDT',
  net: ' USDT',
  openPositions: ' symbols',
}
const HELD = 'At the limit entries are put on hold; stops and exits continue.'
const DENIED = 'What would pass the limit is denied; nothing is closed.'
const NEXT: Readonly<Record<NearKey, string>> = {
  dayLoss: HELD,
  weekLoss: HELD,
  drawdownOrange: HELD,
  drawdownRed: 'At the limit all positions are closed and trading is halted.',
  gross: DENIED,
  net: DENIED,
  openPositions: DENIED,
}

const lossSentence = (
  window: 'Daily' | 'Weekly',
  { lost, limit, of }: { readonly lost: string; readonly limit: string; readonly of?: string },
): string => {
  const whose = of === undefined ? '' : ` of ${of}`
  return `${window} loss${whose} of ${lost} USDT reached the limit of ${limit} USDT: entries${whose} are on hold, stops and exits continue. To trade again: /resume${of === undefined ? '' : ` ${of}`}.`
}

/** Kind, amount and coin: `transfer out: -2000 USDT`. */
function flowText({ kind, named, amount, coin, symbol }: FlowFigures): string {
  const word = FLOW_WORDS[kind]
  return `${named === undefined || named === '' ? word : `${word} (${named})`}: ${amount} ${coin}${symbol === undefined ? '' : ` on ${symbol}`}`
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

/** @param symbol of the alert's instrument; '' where it is about the account */
export function alertSentence(fact: AlertRaised, symbol: string): string {
  if (fact.summary !== undefined) return fact.summary
  const sentence = SENTENCES[fact.alert as AlertCode] as ((data: unknown, symbol: string) => string) | undefined
  return sentence === undefined ? fact.alert : sentence(fact.data, symbol)
}

/** The reasons of the strategies that come with Ballast; of another's own word nothing more is known. */
function asideSentence({ strategy, code, ...figures }: AlertData['strategy.aside']): string {
  const model = `${figures['model']}${figures['version'] === undefined ? '' : ` v${figures['version']}`}`
  const why = `Exits and stops go on. /model ${figures['model']} why`
  switch (code) {
    case 'no-model':
      return `${strategy} takes no entries: there is no champion of ${model}, or its file cannot be used. ${why}`
    case 'no-side':
      return `${strategy} takes no entries: ${model} predicts ${figures['target']}, which says no side. ${why}`
    case 'expired':
      return `${strategy} takes no entries: ${model} expired ${utcText(ts(Number(figures['expired'])))}. Exits and stops go on. Fit it again, then promote it: /model ${figures['model']} promote`
    case 'drift':
      return `${strategy} takes no entries: features with ${wholePercent(figures['share'])} of the importance of ${model} have left what it was trained on, ${figures['feature']} first; ${wholePercent(figures['most'])} are allowed. ${why}`
    case 'outlier':
      return `${strategy} takes no entries for some bars: the market is unlike all that ${model} was trained on. ${why}`
    default:
      return `${strategy} takes no entries (${code}). Exits and stops go on.`
  }
}

const wholePercent = (part: number | string | undefined): string => `${Math.round(Number(part) * 100)} %`
