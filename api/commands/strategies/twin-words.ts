/**
 * What the live twin found, in words: causes by name, and each difference in a sentence.
 */
import type { TwinDifferenceRow, TwinNote } from '../../ports/twin-ports.ts'
import { RISK_RULES } from '../../../src/risk/denial.ts'
import { denialSentence } from '../../../src/risk/denial-sentence.ts'
import { duration, time } from '../words/format.ts'
import { untrusted } from '../reply.ts'

/** By code, short enough for a column on a phone. */
const CAUSE_NAMES: Readonly<Record<string, string>> = {
  slippage: 'slippage',
  trigger: 'stop timing',
  fee: 'fees',
  funding: 'funding',
  size: 'size',
  'partly-filled': 'partial fill',
  'missed-bar': 'missed bar',
  denied: 'risk denial',
  hold: 'hold',
  mode: 'switched off',
  universe: 'universe',
  hand: 'by hand',
  'not-filled': 'not filled',
  flattened: 'flattened',
  exchange: 'by Bybit',
  'carried-in': 'earlier trade',
  'twin-denied': 'twin denied',
  'knock-on': 'knock-on',
  unexplained: 'unexplained',
}
export const causeName = (code: string): string => CAUSE_NAMES[code] ?? code

const ACTS: Readonly<Record<string, string>> = {
  'close-position': 'closed it',
  'place-orders': 'opened it',
  'change-order': 'changed its order',
  'cancel-orders': 'canceled its order',
  'change-protection': 'moved its stop or target',
  'start-algorithm': 'worked an order',
  'adopt-external': 'adopted it',
  panic: 'hit panic',
  'outside-signal': 'signaled it from outside',
  'outside Ballast': 'closed it outside Ballast',
}
const ENDS: Readonly<Record<string, string>> = {
  signal: 'a signal',
  stop: 'its stop',
  'take-profit': 'its target',
  open: 'nothing yet',
  operator: 'a person',
  flatten: 'a flatten',
}
const endOf = (reason: string | number | undefined): string => ENDS[String(reason)] ?? untrusted(String(reason))

const OUTCOMES: Readonly<Record<string, string>> = {
  rejected: 'was rejected',
  canceled: 'was canceled',
  expired: 'expired',
  'never-arrived': 'never arrived',
}

/** Why, in a clause that stands alone. */
export function whyText(row: TwinDifferenceRow, now: number): string {
  const { code, figures: f, symbol, worseBp } = row
  switch (code) {
    case 'slippage': {
      const bp = Math.abs(worseBp ?? 0).toFixed(1)
      const late = typeof f.lateMs === 'number' ? `, decided ${duration(f.lateMs)} after the close` : ''
      return `${bp} bp ${(worseBp ?? 0) < 0 ? 'better' : 'worse'} than the twin${late}`
    }
    case 'trigger':
      return `ended by ${endOf(f.live)}, the twin by ${endOf(f.twin)}: inside a bar the twin sees high and low only`
    case 'fee':
      return 'other fees than the twin assumes'
    case 'funding':
      return 'other funding than the twin assumes'
    case 'size':
      return `held ${f.live}, the twin ${f.twin}: other equity, drawdown or loss left of the day, or the lot`
    case 'partly-filled':
      return `filled ${f.live} of ${f.twin}`
    case 'missed-bar':
      return 'the trader was away, or the bar came late'
    case 'denied':
    case 'twin-denied': {
      const rule = RISK_RULES.find((each) => each === f.rule)
      const sentence = rule === undefined ? `${f.rule}` : denialSentence(symbol, { rule, figures: f }).replace(`${symbol}: `, '')
      return code === 'denied' ? sentence : `the twin’s own risk denied it: ${sentence}`
    }
    case 'hold':
      return `entries were on hold${f.reason === undefined || f.reason === '' ? '' : `: ${untrusted(String(f.reason))}`}`
    case 'mode':
      return `the strategy was ${f.mode}`
    case 'universe':
      return 'the symbol was outside the universe'
    case 'hand':
      return `${f.actor === undefined ? 'someone' : untrusted(String(f.actor))} ${ACTS[String(f.act)] ?? untrusted(String(f.act))}`
    case 'not-filled':
      return `the entry ${OUTCOMES[String(f.outcome)] ?? f.outcome}${f.detail === '' || f.detail === undefined ? '' : ` (${untrusted(String(f.detail))})`}`
    case 'flattened':
      return 'a breaker or a panic closed it'
    case 'exchange':
      return `Bybit ended it (${endOf(f.live)})`
    case 'carried-in':
      return `#${f.trade} from before the window was still open`
    case 'knock-on':
      return f.trade === undefined
        ? `the twin was still in its trade of ${time(Number(f.since), now)}`
        : `#${f.trade} was still open, the twin had left it`
    default:
      return 'unexplained: the journal holds no reason'
  }
}

const PARTS: Readonly<Record<TwinDifferenceRow['part'], string>> = {
  entry: 'entry',
  exit: 'exit',
  size: 'size',
  fee: 'fee',
  funding: 'funding',
  missing: 'twin only',
  extra: 'live only',
}
export const partName = (part: TwinDifferenceRow['part']): string => PARTS[part]

export function noteText({ code, figures: f }: TwinNote, now: number): string {
  switch (code) {
    case 'begins-later':
      return `Begins ${time(Number(f.began), now)}, when this code and these parameters began here.`
    case 'other-terms':
      return `Begins ${time(Number(f.began), now)}, when Bybit changed the steps of a symbol.`
    case 'carried-in':
      return `${f.trades === 1 ? 'A trade' : `${f.trades} trades`} from before the window ${f.trades === 1 ? 'is' : 'are'} left out.`
    case 'twin-denials':
      return `Risk denied the twin ${Object.entries(f)
        .map(([rule, times]) => `${times} × ${rule}`)
        .join(', ')}.`
    case 'twin-failed':
      return `The twin stopped: ${untrusted(String(f.failure))}`
  }
}
