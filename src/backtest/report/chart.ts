/**
 * Charts as inline SVG that stretches with the page; what users read is beside it as HTML, so that it keeps its size on a phone.
 * Never loads anything and never needs a script.
 */
import { escapeHtml } from './html.ts'

/** Units of the drawing; it is stretched to the width that there is. */
const WIDTH = 1000
const HEIGHT = 300
const POINTS_MAX = 1000

export interface Line {
  readonly name: string
  /** A class of the style sheet: `main`, `quiet`, `bad`. */
  readonly tone: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** Fills down (or up) to this value. */
  readonly fillTo?: number
}

export interface ChartText {
  readonly title: string
  readonly note?: string
  readonly x: (value: number) => string
  readonly y: (value: number) => string
}

interface Frame {
  readonly x0: number
  readonly x1: number
  readonly y0: number
  readonly y1: number
}

const px = (value: number): string => String(Math.round(value * 10) / 10)
const toX = (f: Frame, x: number): number => (f.x1 > f.x0 ? ((x - f.x0) / (f.x1 - f.x0)) * WIDTH : WIDTH / 2)
const toY = (f: Frame, y: number): number => (f.y1 > f.y0 ? HEIGHT - ((y - f.y0) / (f.y1 - f.y0)) * HEIGHT : HEIGHT / 2)

/** At most about a thousand points, the lowest and the highest of each stretch among them: no spike is lost. */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>): [number, number][] {
  const stretch = Math.ceil(x.length / (POINTS_MAX / 2))
  const points: [number, number][] = []
  for (let from = 0; from < x.length; from += stretch) {
    const end = Math.min(x.length, from + stretch)
    let low = from
    let high = from
    for (let k = from; k < end; k += 1) {
      if ((y[k] as number) < (y[low] as number)) low = k
      if ((y[k] as number) > (y[high] as number)) high = k
    }
    for (const k of low === high ? [low] : low < high ? [low, high] : [high, low]) points.push([x[k] as number, y[k] as number])
  }
  const last = x.length - 1
  if (last >= 0 && points.at(-1)?.[0] !== x[last]) points.push([x[last] as number, y[last] as number])
  return points
}

export function lineChart(text: ChartText, lines: readonly Line[], includeY: readonly number[] = []): string {
  const drawn = lines.filter((line) => line.x.length > 1).map((line) => ({ line, points: thin(line.x, line.y) }))
  if (drawn.length === 0) return empty(text.title)
  const xs = drawn.flatMap(({ points }) => points.map(([x]) => x))
  const ys = [...drawn.flatMap(({ points }) => points.map(([, y]) => y)), ...includeY]
  const frame: Frame = { x0: least(xs), x1: most(xs), y0: least(ys), y1: most(ys) }
  const paths = drawn.map(({ line, points }) => {
    const d = points.map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${px(toX(frame, x))} ${px(toY(frame, y))}`).join('')
    const base = line.fillTo === undefined ? '' : px(toY(frame, line.fillTo))
    const first = points[0] as [number, number]
    const last = points.at(-1) as [number, number]
    const area =
      line.fillTo === undefined
        ? ''
        : `<path class="area ${line.tone}" d="${d}L${px(toX(frame, last[0]))} ${base}L${px(toX(frame, first[0]))} ${base}Z"/>`
    return `${area}<path class="line ${line.tone}" d="${d}"/>`
  })
  const zero = frame.y0 < 0 && frame.y1 > 0 ? `<path class="zero" d="M0 ${px(toY(frame, 0))}H${WIDTH}"/>` : ''
  const legend = drawn.length > 1 ? drawn.map(({ line }) => `<span class="key ${line.tone}">${escapeHtml(line.name)}</span>`).join('') : ''
  return figure(text, frame, zero + paths.join(''), legend)
}

/** Bars side by side, from zero. */
export function barChart(text: ChartText, bars: readonly { readonly from: number; readonly to: number; readonly value: number }[]): string {
  if (bars.length === 0) return empty(text.title)
  const frame: Frame = {
    x0: (bars[0] as { from: number }).from,
    x1: (bars.at(-1) as { to: number }).to,
    y0: 0,
    y1: most(bars.map((b) => b.value)),
  }
  const shapes = bars.map(({ from, to, value }) => {
    const left = toX(frame, from)
    const top = toY(frame, value)
    return `<rect class="${(from + to) / 2 < 0 ? 'bad' : 'good'}" x="${px(left + 1)}" y="${px(top)}" width="${px(Math.max(1, toX(frame, to) - left - 2))}" height="${px(HEIGHT - top)}"/>`
  })
  return figure(text, frame, shapes.join(''), '')
}

export function scatterChart(
  text: ChartText,
  points: readonly { readonly x: number; readonly y: number; readonly isGood: boolean }[],
): string {
  if (points.length === 0) return empty(text.title)
  const frame: Frame = { x0: 0, x1: most(points.map((p) => p.x)), y0: 0, y1: most(points.map((p) => p.y)) }
  // A line without length and with round ends is a dot that stays round when the drawing is stretched.
  const dots = (isGood: boolean): string =>
    points
      .filter((p) => p.isGood === isGood)
      .map((p) => `M${px(toX(frame, p.x))} ${px(toY(frame, p.y))}h0`)
      .join('')
  const shapes = `<path class="dots good" d="${dots(true)}"/><path class="dots bad" d="${dots(false)}"/>`
  return figure(text, frame, shapes, '<span class="key good">won</span><span class="key bad">lost</span>')
}

/** From the gross result down to the net one. The first and the last stand on zero, the others hang where the one before ended. */
export function waterfall(
  title: string,
  steps: readonly { readonly name: string; readonly amount: number; readonly text: string }[],
  note: string,
): string {
  let level = 0
  const spans = steps.map((step, k) => {
    const isTotal = k === 0 || k === steps.length - 1
    const from = isTotal ? 0 : level
    const to = isTotal ? step.amount : level + step.amount
    level = to
    return { ...step, from, to, tone: step.amount < 0 ? 'bad' : 'good' }
  })
  const ends = spans.flatMap((s) => [s.from, s.to, 0])
  const frame: Frame = { x0: 0, x1: spans.length, y0: least(ends), y1: most(ends) }
  const shapes = spans.map((s, k) => {
    const top = Math.min(toY(frame, s.from), toY(frame, s.to))
    const height = Math.max(2, Math.abs(toY(frame, s.from) - toY(frame, s.to)))
    return `<rect class="${s.tone}" x="${px(toX(frame, k) + WIDTH * 0.03)}" y="${px(top)}" width="${px(WIDTH / spans.length - WIDTH * 0.06)}" height="${px(height)}"/>`
  })
  const zero = `<path class="zero" d="M0 ${px(toY(frame, 0))}H${WIDTH}"/>`
  const labels = spans.map((s) => `<span>${escapeHtml(s.name)}<b>${escapeHtml(s.text)}</b></span>`).join('')
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="plot">${svg(title, zero + shapes.join(''))}<div class="steps">${labels}</div></div><p class="note">${escapeHtml(note)}</p></figure>`
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

const svg = (title: string, shapes: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(title)}">${shapes}</svg>`

function figure(text: ChartText, frame: Frame, shapes: string, legend: string): string {
  const middle = (frame.y0 + frame.y1) / 2
  const y = [frame.y1, middle, frame.y0].map((value) => `<span>${escapeHtml(text.y(value))}</span>`).join('')
  const x = [frame.x0, (frame.x0 + frame.x1) / 2, frame.x1].map((value) => `<span>${escapeHtml(text.x(value))}</span>`).join('')
  return `<figure><figcaption>${escapeHtml(text.title)}<span class="legend">${legend}</span></figcaption><div class="plot"><div class="y">${y}</div>${svg(text.title, `<path class="grid" d="M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}"/>${shapes}`)}<div class="x">${x}</div></div>${text.note === undefined ? '' : `<p class="note">${escapeHtml(text.note)}</p>`}</figure>`
}

const empty = (title: string): string =>
  `<figure><figcaption>${escapeHtml(title)}</figcaption><p class="note">Not enough data.</p></figure>`
