/**
 * The sentence of an alert: what happened, and what can be done about it.
 * An alert of an older journal carries its sentence with it, and so does a notice of the trader.
 */
import { assertNever } from '../core/assert.ts'
import type { AlertCode, AlertData, FlowFigures } from '../kernel/alert.ts'
import type { AlertRaised } from '../kernel/fact.ts'
import { FLOW_WORDS } from '../kernel/flow-kind.ts'

const VENUE = 'Bybit'

type Sentences = { readonly [C in AlertCode]: (data: AlertData[C], symbol: string) => string }

const SENTENCES: Sentences = {
  'stop.kept': ({ stop, asked }, symbol) =>
    `${symbol}: the stop stays at ${stop} for the whole position. The entry asked for ${asked}, which is farther away: move it with /sl ${symbol}.`,
  'order.rejected': (data, symbol) => {
    if (data.by === 'risk') return `${symbol}: an exit was refused (${data.rule}). The position keeps its stop.`
    const why = data.isNothingLeft ? ' Most likely its stop was quicker: the account is being read.' : ''
    return `${symbol}: ${VENUE} rejected the ${data.role} #${data.orderId} (${data.code} ${data.detail}).${why}`
  },
  'external.reduced': ({ quantity, cause, left, isPriceUnknown, strategy }, symbol) => {
    const booked = isPriceUnknown
      ? 'No execution gives the price: it is booked at the mark, and what the wallet shows beyond it as a correction.'
      : 'It is booked as your close.'
    return `${symbol}: ${quantity} of ours was closed outside Ballast (${cause}), ${left === undefined ? 'all of it' : `${left} is left`}. ${booked} ${symbol}${strategy === undefined ? ' is' : ` and ${strategy} are`} closing-only: keep out (/pause ${symbol}) or re-enter (/resume ${symbol}).`
  },
  'external.position': ({ side, quantity, cause, isObserving }, symbol) =>
    `${symbol}: ${side} ${quantity} on ${VENUE} is not Ballast's (${cause}). ${
      isObserving
        ? 'It is shown, and counted by risk.'
        : `It is counted by risk and left alone. Entries on ${symbol} are held until /adopt ${symbol} (ours from then on, with a stop) or /ignore ${symbol} (stays yours, entries go on).`
    }`,
  'external.order': ({ side, quantity, price }, symbol) =>
    `${symbol}: ${side} ${quantity}${price === undefined ? '' : ` at ${price}`} is not Ballast's. It is counted by risk and left alone.`,
  'symbol.delisted': ({ quantity, isSettled }, symbol) =>
    isSettled
      ? `${symbol} has ended on ${VENUE}: the position of ${quantity} was settled. No new position can be opened in it.`
      : `${symbol}: ${VENUE} does not list it any more, and ${quantity} of ours is gone with it. It is booked as closed (delisted) at the last mark; what the wallet shows beyond it is booked as a correction. Everything else goes on.`,
  'symbol.delisting': ({ status, hasPosition }, symbol) =>
    status === 'closed'
      ? `${symbol} is not listed on ${VENUE} any more: it is treated as closed and takes no entries.${hasPosition ? ' Its position stays in the books until the account has been read.' : ''}`
      : `${symbol} is ${status} on ${VENUE}: no entries.${hasPosition ? ` A position is open; exits go on. Close it with /close ${symbol} while it can be traded.` : ''}`,
  'stop.moved_outside': (data, symbol) => {
    if (data.change === 'removed') return `${symbol}: the stop was removed outside Ballast. Setting it again at ${data.to}.`
    const moved = `${symbol}: the stop was moved outside Ballast from ${data.from} to ${data.to}`
    return data.change === 'tighter'
      ? `${moved}: tighter, so it counts from now on.`
      : `${moved}: looser, so it is set back. Use /sl ${symbol} to loosen it.`
  },
  'panic.started': ({ actor }, symbol) =>
    symbol === ''
      ? `PANIC by ${actor}: entries are held, positions are being closed.`
      : `PANIC by ${actor}: entries on ${symbol} are held, its position is being closed.`,
  'risk.max_drawdown_hit': ({ tier, drawdown, limit }) =>
    `drawdown ${percent(drawdown)} reached the ${tier} line of ${percent(limit)}: ${
      tier === 'red' ? 'positions are being closed, trading is halted.' : 'no new entries, exits go on.'
    }`,
  'risk.day_loss_hit': ({ lost, limit }) =>
    `the day has lost ${lost} USDT of the ${limit} USDT that it may lose: no new entries until a person resumes; stops and exits go on.`,
  'risk.open_past_day': ({ open, left }) =>
    `Open positions may lose ${open} USDT at their stops, more than the ${left} USDT that the day may still lose since that money left. No entry passes until it fits again: move stops nearer, or close a part.`,
  'strategy.error': ({ strategy, failure }) => `${strategy} stopped: ${failure}. Its position keeps its stop.`,
  'strategy.changed': ({ strategy }) =>
    `${strategy} has other code, other parameters or bars of another length than before, has missed bars in safe mode, or its symbol counts in other steps: it starts anew. A position that it holds keeps its stop.`,
  'reconcile.mismatch': ({ event }, symbol) =>
    `${symbol}: ${VENUE} reported ${event} for an order that cannot have it. Entries on ${symbol} are held.`,
  'position.adl': ({ quantity }, symbol) =>
    `${symbol}: ${VENUE} reduces it to cover others (ADL), ${quantity} at market. Pending entries are canceled.`,
  'position.liquidated': ({ quantity }, symbol) =>
    `${symbol}: ${VENUE} liquidates it, ${quantity} at market. Pending entries are canceled.`,
  'account.flow': (flow) => {
    const text = flowText(flow)
    const effect = flow.isMoney ? 'It is no result: peak and day move with it.' : 'It does not change the equity that risk counts with.'
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}. ${effect}`
  },
  'account.unexplained': ({ amount, coin }) =>
    `${amount} ${coin} moved and the transaction log of ${VENUE} does not say why. It is booked as unexplained, not as a result. Entries are held until an admin has looked at it: /flows, then /resume.`,
  'position.unprotected': ({ act, seconds }, symbol) => {
    switch (act) {
      case 'close-now':
        return `${symbol} has no stop on ${VENUE} and the price is through it: closing at market.`
      case 'close-late':
        return `${symbol} has had no stop on ${VENUE} for ${seconds} s: closing at market.`
      case 'repair':
        return `${symbol} has no stop on ${VENUE} for ${seconds} s. Setting it again; closed at 30 s.`
      default:
        return assertNever(act)
    }
  },
  'position.dust': ({ quantity, coin }, symbol) =>
    `${symbol}: ${quantity} ${coin} is less than ${VENUE} sells at once. It stays in the account and no longer counts as a position.`,
  'position.oversold': ({ quantity, coin }, symbol) =>
    `${symbol}: ${quantity} ${coin} were sold beyond what Ballast held. The proceeds are booked as yours.`,
  'instrument.changed': (data, symbol) => {
    switch (data.change) {
      case 'trading':
        return `${symbol} is trading again on ${VENUE}.`
      case 'limits':
        return `${VENUE} changed ${data.limits.join(', ')} of ${symbol}; in force at once.`
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
  const places = moved.map(({ what, orderId, from, to }) => (what === 'stop' ? `its stop ${from} → ${to}` : `order #${orderId} to ${to}`))
  return [
    `${VENUE} changed the steps of ${symbol} (${steps.join(', ')}). Ballast counts in the new ones from here on; its strategy starts anew from the candles.`,
    ...(places.length === 0 ? [] : [`Moved to the safe side: ${places.join(', ')}.`]),
    ...(rest === undefined
      ? []
      : [
          `The position of ${rest.held} is no whole number of the new step: ${rest.counted} is counted and can be closed, the rest stays at the exchange.`,
        ]),
  ].join(' ')
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
