/**
 * What a trader asks of the exchange before it may trade: an answer, a clock that agrees, the leverage that risk wants.
 * Never gives up at the first silence, and never touches leverage while in a position (S12).
 */
import { COUNTRY_CODE, COUNTRY_NEXT, errorWords } from '../venue/port/error.ts'
import type { TradedVenue } from '../venue/port/venue.ts'
import { type Result, err } from '../core/result.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Instrument } from '../market/instrument.ts'

import { CLOCK_AHEAD_MAX_MS, CLOCK_BEHIND_MAX_MS } from './safety/preconditions.ts'
import type { WallClock } from '../system/wall-clock.ts'

export interface BootFailure {
  readonly sentence: string
  readonly next: string
  readonly exitCode?: number
}

type Log = (level: 'info' | 'warn' | 'error', text: string) => void

const CLOCK_WARN_MS = 500
/** The exit codes that docs/commands.md lists. */
const EXIT_AUTH = 4
const EXIT_UNREACHABLE = 5
const ATTEMPTS_MAX = 20
const RETRY_MS = 500
/** Only then is the wait reported: an exchange that is just starting needs no message. */
const TOLD_AFTER_MS = 3_000

export const keyRefused = (detail: string): BootFailure => ({
  exitCode: EXIT_AUTH,
  sentence: `Bybit rejected the API key (${detail}).`,
  next: 'Check the key, its environment and its IP addresses.',
})

/** Bybit refuses what is stamped a second ahead, or older than its window: better said at the start than order by order. */
export async function refusedClock(venue: TradedVenue, log: Log): Promise<BootFailure | undefined> {
  const skew = await venue.clockSkewMs()
  if (!skew.ok) return undefined
  const seconds = (Math.abs(skew.value) / 1000).toFixed(1)
  const side = skew.value > 0 ? 'ahead of' : 'behind'
  if (skew.value < CLOCK_AHEAD_MAX_MS && skew.value > -CLOCK_BEHIND_MAX_MS) {
    if (Math.abs(skew.value) > CLOCK_WARN_MS) log('warn', `this machine's clock is ${seconds} s ${side} the exchange's`)
    return undefined
  }
  return {
    sentence: `This machine's clock is ${seconds} s ${side} the exchange's, so it would reject every order.`,
    next: 'Set the clock by NTP (timedatectl set-ntp true), then start again.',
  }
}

/** Readings at boot are tried for a while: the exchange may be starting too. */
export async function untilAnswered<T>(
  wallClock: WallClock,
  ask: () => Promise<Result<T, { readonly type: string; readonly code: string; readonly detail: string }>>,
  waits: (detail: string) => void = () => {},
): Promise<Result<T, BootFailure>> {
  const begunMs = wallClock.steadyMs()
  let isTold = false
  for (let attempt = 0; ; attempt++) {
    const answer = await ask()
    if (answer.ok) return answer
    const { type, code, detail } = answer.error
    if (type === 'auth') return err(keyRefused(`${code} ${detail}`))
    if (type === 'clock')
      return err({
        sentence: `Bybit rejected this machine’s clock (${code} ${detail}).`,
        next: 'Set this machine’s clock by NTP, then start again.',
      })
    if (code === COUNTRY_CODE) return err({ exitCode: EXIT_UNREACHABLE, sentence: `${detail}.`, next: COUNTRY_NEXT })
    if (type === 'invalid-request')
      return err({
        sentence: detail.endsWith('?') ? detail : `${detail}.`,
        next: 'Fix it in strategies[].symbols or manual.symbols.',
      })
    if (attempt >= ATTEMPTS_MAX)
      return err({
        exitCode: EXIT_UNREACHABLE,
        sentence: `The exchange does not answer (${errorWords({ code, detail })}).`,
        next: 'Check the network or the simulator, then start again.',
      })
    if (!isTold && wallClock.steadyMs() - begunMs >= TOLD_AFTER_MS) {
      isTold = true
      waits(errorWords({ code, detail }))
    }
    await wallClock.sleep(RETRY_MS)
  }
}

/** Leverage is set by us, never while in a position (S12). */
export async function setLeverages(kernel: Kernel, instruments: readonly Instrument[], venue: TradedVenue, log: Log): Promise<void> {
  for (const instrument of instruments) {
    if (instrument.status === 'closed' || kernel.portfolio.positionLots(instrument.index) !== 0) continue
    const set = await venue.setLeverage(instrument.index, kernel.limits.leverageOf(instrument.index))
    if (!set.ok) log('warn', `leverage of ${instrument.symbol}: ${errorWords(set.error)}`)
  }
}
