/**
 * A signal in free text, by the rules that Cornix gives its channels: a pair, Buy or Entry, targets, and a Stop. Nothing enters without a stop.
 */
import { type Result, err, ok } from '../../core/result.ts'
import { amount, placeholderIn, refuseCode, refuseMissing, refuseValue } from '../fields.ts'
import { type Ceiling, type OutsideSignal, type SignalBody, type SignalRefusal, outsideSignal } from '../signal.ts'

const PAIR = /(?:^|\s)#?([A-Z0-9]{1,15}\/?(?:USDT|USDC|USD))(?:\.P)?(?=\s|$|:)/im
const SECTIONS = [
  ['stop', /^\W*(?:stop(?:[\s-]*loss)?(?:\s*targets?)?)\b/i],
  ['targets', /^\W*(?:take[\s-]*profits?(?:\s*targets?)?|targets?|tp\s?\d*|sell(?:\s*targets?)?)\b/i],
  ['entries', /^\W*(?:entry|entries|entry\s*targets?|buy|enter)\b/i],
  ['leverage', /^\W*lev(?:erage)?\b/i],
  ['amount', /^\W*(?:amount(?:\s*per\s*trade)?|risk(?:\s*management)?|rm)\b/i],
] as const
type Section = (typeof SECTIONS)[number][0]
/** `1)`, `1.` and `1 -` count lines, and are no prices. */
const NUMBERING = /^\s*\d{1,2}\s*[).:-]\s+/
const PRICE = /\d+(?:\.\d+)?/g
const SHOWN_MAX = 60

export function readCornix(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  if (body.type === 'json') return refuseCode('body-not-text')
  const text = body.text.trim()
  if (text === '') return refuseCode('body-empty')
  const placeholder = placeholderIn(text)
  if (placeholder !== undefined) return err(placeholder)
  const pair = PAIR.exec(text)?.[1]
  if (pair === undefined) return refuseMissing('pair, such as BTC/USDT')
  const closing = /^\W*(?:close|cancel)\b/im.exec(text)
  if (closing !== null) return ok(outsideSignal({ symbol: pair, wish: /cancel/i.test(closing[0]) ? 'cancel' : 'flat' }))
  const lines = sectionsOf(text, pair)
  const entries = pricesOf(lines.entries)
  const stops = pricesOf(lines.stop)
  const targets = pricesOf(lines.targets)
  const [stop] = stops
  if (lines.entries.length === 0) return refuseMissing('Entry')
  if (stop === undefined) return refuseMissing('Stop')
  if (stops.length > 1) return refuseValue('Stop', lines.stop.join(' ').slice(0, SHOWN_MAX), 'has more than one price')
  const isZone = /\b(zone|range|between)\b/i.test(lines.entries.join(' '))
  if (/\b(above|below)\b/i.test(lines.entries.join(' ')))
    return refuseValue('Entry', lines.entries.join(' ').slice(0, SHOWN_MAX), 'waits for a breakout, which is not supported')
  if (entries.length > (isZone ? 2 : 1))
    return refuseValue(
      'Entry',
      lines.entries.join(' ').slice(0, SHOWN_MAX),
      'has several prices: Ballast enters once. Give one price, or a zone',
    )
  return sided(text, pair, { entries, stop, targets, ceiling: ceilingOf(lines.amount) })
}

interface Prices {
  readonly entries: readonly string[]
  readonly stop: string
  readonly targets: readonly string[]
  readonly ceiling: Ceiling | undefined
}

/** The side is said, or follows from stop and target; both must agree. Of a zone the end that the market reaches first is the limit. */
function sided(text: string, symbol: string, { entries, stop, targets, ceiling }: Prices): Result<OutsideSignal, SignalRefusal> {
  const said = /\b(long|short)\b/i.exec(text)?.[1]?.toLowerCase()
  const reference = Number(entries[0] ?? targets[0] ?? Number.NaN)
  const found = Number.isNaN(reference) ? undefined : Number(stop) < reference ? 'long' : 'short'
  const wish = said === 'long' || said === 'short' ? said : found
  if (wish === undefined) return refuseMissing('Long or Short')
  if (found !== undefined && found !== wish) return refuseValue('Stop', stop, `is on the wrong side of ${wish} at ${String(reference)}`)
  const sorted = [...entries].sort((a, b) => Number(a) - Number(b))
  return ok(
    outsideSignal({
      symbol,
      wish,
      limit: wish === 'long' ? sorted.at(-1) : sorted[0],
      stop,
      targets: targets.map((at) => ({ at, share: undefined })),
      ceiling,
    }),
  )
}

function sectionsOf(text: string, pair: string): Readonly<Record<Section, string[]>> {
  const found: Record<Section, string[]> = { stop: [], targets: [], entries: [], leverage: [], amount: [] }
  let current: Section | undefined
  for (const line of text.replace(pair, '').split(/\r?\n/)) {
    const head = SECTIONS.find(([, form]) => form.test(line))
    if (head !== undefined) {
      current = head[0]
      // Of an amount its head says what it is of.
      found[current].push(current === 'amount' ? line : line.replace(head[1], ''))
    } else if (line.trim() === '') current = undefined
    else if (current !== undefined) found[current].push(line.replace(NUMBERING, ''))
  }
  return found
}

const pricesOf = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => (line.match(PRICE) ?? []).filter((price) => amount.safeParse(price).success))

/** `Amount: 5%` is of equity; where the line speaks of risk, what may be lost. */
function ceilingOf(lines: readonly string[]): Ceiling | undefined {
  const value = /(\d+(?:\.\d+)?)\s*%/.exec(lines.join(' '))?.[1]
  return value === undefined ? undefined : { mode: /risk/i.test(lines.join(' ')) ? 'risk' : 'equity', value }
}
