/**
 * Pictures as SVG text: candles with fills and levels, and equity with its drawdown.
 * Never needs a browser, and never says with color alone what it says.
 */
export interface ChartCandle {
  readonly ts: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
}
export interface ChartMark {
  readonly ts: number
  readonly price: number
  readonly side: 1 | -1
}
export interface ChartLevel {
  readonly name: string
  readonly price: number
  readonly color: string
}

const WIDTH = 960
const COLORS = {
  back: '#11161d',
  grid: '#232c38',
  text: '#aebaca',
  strong: '#e8eef6',
  up: '#2eb67d',
  down: '#e5534b',
  line: '#58a6ff',
  stop: '#e5534b',
  target: '#2eb67d',
  entry: '#d6a549',
}
export const CHART_COLORS = COLORS

const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`)
const text = (x: number, y: number, value: string, size = 15, color = COLORS.text, anchor = 'start'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-family="DejaVu Sans" font-size="${size}" fill="${color}" text-anchor="${anchor}">${escapeXml(value)}</text>`
const line = (x1: number, y1: number, x2: number, y2: number, color: string, width = 1, dash = ''): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${color}" stroke-width="${width}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`
const frame = (height: number, body: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"><rect width="100%" height="100%" fill="${COLORS.back}"/>${body.join('')}</svg>`

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number): string => String(n).padStart(2, '0')

/** `05 Jan 14:30` in UTC, or only the day over long spans. */
function timeLabel(at: number, spanMs: number): string {
  const date = new Date(at)
  const day = `${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]}`
  return spanMs > 6 * 86_400_000 ? day : `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
}

/** Steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function niceSteps(low: number, high: number, count: number): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = raw / power
  const step = (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power
  const steps: number[] = []
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) steps.push(at)
  return steps
}

const decimalsFor = (step: number): number => Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)))
const grouped = (value: number, decimals: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

export function candleSvg(
  title: string,
  candles: readonly ChartCandle[],
  marks: readonly ChartMark[],
  levels: readonly ChartLevel[],
): string {
  const height = 540
  const [left, right, top, bottom] = [16, 104, 56, 40]
  const prices = [...candles.flatMap((c) => [c.high, c.low]), ...levels.map((l) => l.price)]
  const low = Math.min(...prices)
  const high = Math.max(...prices)
  const pad = (high - low) * 0.04 || high * 0.001
  const y = (price: number): number => top + ((high + pad - price) / (high - low + 2 * pad)) * (height - top - bottom)
  const slot = (WIDTH - left - right) / Math.max(1, candles.length)
  const x = (k: number): number => left + (k + 0.5) * slot
  const first = candles[0]?.ts ?? 0
  const last = candles[candles.length - 1]?.ts ?? 0
  const body: string[] = [text(left, 34, title, 21, COLORS.strong)]
  const steps = niceSteps(low, high, 6)
  const decimals = decimalsFor((steps[1] ?? high) - (steps[0] ?? low) || 1)
  for (const step of steps) {
    body.push(line(left, y(step), WIDTH - right, y(step), COLORS.grid))
    body.push(text(WIDTH - right + 8, y(step) + 5, grouped(step, decimals), 14))
  }
  for (let k = 0; k < 5; k++) {
    const at = Math.min(candles.length - 1, Math.floor(((k + 0.5) * candles.length) / 5))
    const candle = candles[at]
    if (candle !== undefined) body.push(text(x(at), height - 14, timeLabel(candle.ts, last - first), 14, COLORS.text, 'middle'))
  }
  const width = Math.max(1, slot * 0.64)
  candles.forEach((candle, k) => {
    const isUp = candle.close >= candle.open
    const color = isUp ? COLORS.up : COLORS.down
    body.push(line(x(k), y(candle.high), x(k), y(candle.low), color))
    const boxTop = y(Math.max(candle.open, candle.close))
    const boxHeight = Math.max(1, Math.abs(y(candle.open) - y(candle.close)))
    // Rising candles are hollow, falling ones are full: readable without color.
    body.push(
      `<rect x="${(x(k) - width / 2).toFixed(1)}" y="${boxTop.toFixed(1)}" width="${width.toFixed(1)}" height="${boxHeight.toFixed(1)}" fill="${isUp ? COLORS.back : color}" stroke="${color}"/>`,
    )
  })
  for (const level of levels) {
    body.push(line(left, y(level.price), WIDTH - right, y(level.price), level.color, 1.5, '7 5'))
    body.push(text(left + 4, y(level.price) - 5, level.name, 13, level.color))
  }
  const stepMs = candles.length > 1 ? (last - first) / (candles.length - 1) : 1
  for (const mark of marks) {
    const k = (mark.ts - first) / stepMs
    if (k < -0.5 || k > candles.length - 0.5) continue
    const at = x(Math.max(0, Math.min(candles.length - 1, Math.round(k))))
    const tip = y(mark.price)
    const color = mark.side === 1 ? COLORS.up : COLORS.down
    const away = mark.side === 1 ? 1 : -1
    body.push(
      `<path d="M${at.toFixed(1)} ${tip.toFixed(1)} l-7 ${away * 13} l14 0 z" fill="${color}" stroke="${COLORS.strong}" stroke-width="1"/>`,
    )
    body.push(text(at, tip + away * 28 + (away === 1 ? 4 : 0), mark.side === 1 ? 'B' : 'S', 12, COLORS.strong, 'middle'))
  }
  return frame(height, body)
}

export interface EquityPoint {
  readonly ts: number
  readonly equity: number
}

export function equitySvg(
  title: string,
  subtitle: string,
  points: readonly EquityPoint[],
  closes: readonly { readonly ts: number; readonly pnl: number }[],
): string {
  const height = 560
  const [left, right, top] = [16, 104, 74]
  const upper = { top, bottom: 330 }
  const middle = { top: 350, bottom: 430 }
  const lower = { top: 450, bottom: 520 }
  const first = points[0]?.ts ?? 0
  const last = points[points.length - 1]?.ts ?? first + 1
  const x = (at: number): number => left + ((at - first) / Math.max(1, last - first)) * (WIDTH - left - right)
  const values = points.map((p) => p.equity)
  const low = Math.min(...values)
  const high = Math.max(...values)
  const scale = (value: number, from: number, to: number, box: { readonly top: number; readonly bottom: number }): number =>
    to > from ? box.bottom - ((value - from) / (to - from)) * (box.bottom - box.top) : (box.top + box.bottom) / 2
  const body: string[] = [text(left, 34, title, 21, COLORS.strong), text(left, 58, subtitle, 15)]
  const steps = niceSteps(low, high, 5)
  const decimals = decimalsFor((steps[1] ?? high) - (steps[0] ?? low) || 1)
  for (const step of steps) {
    const at = scale(step, low, high, upper)
    body.push(line(left, at, WIDTH - right, at, COLORS.grid), text(WIDTH - right + 8, at + 5, grouped(step, decimals), 14))
  }
  const path = points.map((p, k) => `${k === 0 ? 'M' : 'L'}${x(p.ts).toFixed(1)} ${scale(p.equity, low, high, upper).toFixed(1)}`).join('')
  body.push(`<path d="${path}" fill="none" stroke="${COLORS.line}" stroke-width="2"/>`)
  let peak = Number.NEGATIVE_INFINITY
  const depths = points.map((p) => {
    peak = Math.max(peak, p.equity)
    return peak > 0 ? p.equity / peak - 1 : 0
  })
  const deepest = Math.min(0, ...depths)
  const under = points.map((p, k) => `L${x(p.ts).toFixed(1)} ${scale(depths[k] ?? 0, deepest || -0.01, 0, middle).toFixed(1)}`).join('')
  body.push(
    `<path d="M${left} ${middle.top}${under}L${(WIDTH - right).toFixed(1)} ${middle.top}Z" fill="${COLORS.down}" fill-opacity="0.35"/>`,
  )
  body.push(text(left, middle.top - 4, 'drawdown', 13), text(WIDTH - right + 8, middle.bottom, `${(deepest * 100).toFixed(2)} %`, 14))
  const most = Math.max(1e-9, ...closes.map((c) => Math.abs(c.pnl)))
  const zero = (lower.top + lower.bottom) / 2
  body.push(text(left, lower.top - 2, 'result per trade', 13), line(left, zero, WIDTH - right, zero, COLORS.grid))
  for (const close of closes) {
    const size = (Math.abs(close.pnl) / most) * ((lower.bottom - lower.top) / 2)
    body.push(line(x(close.ts), zero, x(close.ts), close.pnl >= 0 ? zero - size : zero + size, close.pnl >= 0 ? COLORS.up : COLORS.down, 3))
  }
  for (let k = 0; k < 5; k++) {
    const at = first + ((k + 0.5) / 5) * (last - first)
    body.push(text(x(at), height - 12, timeLabel(at, last - first), 14, COLORS.text, 'middle'))
  }
  return frame(height, body)
}
