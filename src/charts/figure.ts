/**
 * Charts of a page as inline SVG that stretches with it; what people read stands beside it as HTML, so that it keeps its size on a phone.
 */
import { extent, max } from 'd3-array'
import { type ScaleLinear, scaleLinear } from 'd3-scale'
import { area, line } from 'd3-shape'
import { escapeHtml } from './markup.ts'
import { type Line, thin } from './thin.ts'

/** Units of the drawing; it is stretched to the width that there is. */
const WIDTH = 1000
const HEIGHT = 300
/** About as many steps as an end of a scale is rounded to. */
const STEPS = 4

export interface NamedLine extends Line {
  readonly name: string
  /** A class of the style sheet: `main`, `quiet`, `bad`. */
  readonly tone: string
  /** Fills down (or up) to this value. */
  readonly fillTo?: number
}

export interface ChartText {
  readonly title: string
  readonly note?: string
  readonly x: (value: number) => string
  readonly y: (value: number) => string
}

interface Scales {
  readonly x: ScaleLinear<number, number>
  readonly y: ScaleLinear<number, number>
}

const px = (value: number): string => String(Math.round(value * 10) / 10)
const scalesOf = (x: readonly [number, number], y: readonly [number, number]): Scales => ({
  x: scaleLinear(x, [0, WIDTH]),
  y: scaleLinear(y, [HEIGHT, 0]),
})
const spanOf = (values: readonly number[]): [number, number] => {
  const [low = 0, high = 0] = extent(values)
  return [low, high]
}

export function lineChart(text: ChartText, lines: readonly NamedLine[], includeY: readonly number[] = []): string {
  const drawn = lines.filter((one) => one.x.length > 1).map((one) => ({ one, points: thin(one) }))
  if (drawn.length === 0) return empty(text.title)
  const all = drawn.flatMap(({ points }) => points)
  const scales = scalesOf(spanOf(all.map(([x]) => x)), spanOf([...all.map(([, y]) => y), ...includeY]))
  scales.y.nice(STEPS)
  const toX = ([x]: [number, number]): number => scales.x(x)
  const toY = ([, y]: [number, number]): number => scales.y(y)
  const paths = drawn.map(({ one, points }) => {
    const filled = one.fillTo === undefined ? undefined : area(toX, scales.y(one.fillTo), toY).digits(1)(points)
    const drawnLine = `<path class="line ${one.tone}" d="${line(toX, toY).digits(1)(points)}"/>`
    return filled === undefined ? drawnLine : `<path class="area ${one.tone}" d="${filled}"/>${drawnLine}`
  })
  const legend = drawn.length > 1 ? drawn.map(({ one }) => `<span class="key ${one.tone}">${escapeHtml(one.name)}</span>`).join('') : ''
  return figure(text, scales, zeroLine(scales) + paths.join(''), legend)
}

/** Where zero lies between the ends. */
function zeroLine({ y }: Scales): string {
  const [low = 0, high = 0] = y.domain()
  return low < 0 && high > 0 ? `<path class="zero" d="M0 ${px(y(0))}H${WIDTH}"/>` : ''
}

/** Bars side by side, from zero. */
export function barChart(text: ChartText, bars: readonly { readonly from: number; readonly to: number; readonly value: number }[]): string {
  if (bars.length === 0) return empty(text.title)
  const ends = [(bars[0] as { from: number }).from, (bars.at(-1) as { to: number }).to] as const
  const scales = scalesOf(ends, [0, max(bars, (bar) => bar.value) ?? 0])
  scales.y.nice(STEPS)
  const shapes = bars.map(({ from, to, value }) => {
    const left = scales.x(from)
    const top = scales.y(value)
    return `<rect class="${(from + to) / 2 < 0 ? 'bad' : 'good'}" x="${px(left + 1)}" y="${px(top)}" width="${px(Math.max(1, scales.x(to) - left - 2))}" height="${px(HEIGHT - top)}"/>`
  })
  return figure(text, scales, shapes.join(''), '')
}

export function scatterChart(
  text: ChartText,
  points: readonly { readonly x: number; readonly y: number; readonly isGood: boolean }[],
): string {
  if (points.length === 0) return empty(text.title)
  const scales = scalesOf([0, max(points, (p) => p.x) ?? 0], [0, max(points, (p) => p.y) ?? 0])
  scales.y.nice(STEPS)
  // A line without length and with round ends is a dot that stays round when the drawing is stretched.
  const dots = (isGood: boolean): string =>
    points
      .filter((p) => p.isGood === isGood)
      .map((p) => `M${px(scales.x(p.x))} ${px(scales.y(p.y))}h0`)
      .join('')
  const shapes = `<path class="dots good" d="${dots(true)}"/><path class="dots bad" d="${dots(false)}"/>`
  return figure(text, scales, shapes, '<span class="key good">won</span><span class="key bad">lost</span>')
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
  const { x, y } = scalesOf([0, spans.length], spanOf(spans.flatMap((s) => [s.from, s.to, 0])))
  const shapes = spans.map((s, k) => {
    const top = Math.min(y(s.from), y(s.to))
    const height = Math.max(2, Math.abs(y(s.from) - y(s.to)))
    return `<rect class="${s.tone}" x="${px(x(k) + WIDTH * 0.03)}" y="${px(top)}" width="${px(WIDTH / spans.length - WIDTH * 0.06)}" height="${px(height)}"/>`
  })
  const zero = `<path class="zero" d="M0 ${px(y(0))}H${WIDTH}"/>`
  const labels = spans.map((s) => `<span>${escapeHtml(s.name)}<b>${escapeHtml(s.text)}</b></span>`).join('')
  return `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="plot">${svg(title, zero + shapes.join(''))}<div class="steps">${labels}</div></div><p class="note">${escapeHtml(note)}</p></figure>`
}

const svg = (title: string, shapes: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(title)}">${shapes}</svg>`

function figure(text: ChartText, scales: Scales, shapes: string, legend: string): string {
  const labels = (values: readonly number[], say: (value: number) => string): string =>
    values.map((value) => `<span>${escapeHtml(say(value))}</span>`).join('')
  const x = labels([0, WIDTH / 2, WIDTH].map(scales.x.invert), text.x)
  const y = labels([0, HEIGHT / 2, HEIGHT].map(scales.y.invert), text.y)
  return `<figure><figcaption>${escapeHtml(text.title)}<span class="legend">${legend}</span></figcaption><div class="plot"><div class="y">${y}</div>${svg(text.title, `<path class="grid" d="M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}"/>${shapes}`)}<div class="x">${x}</div></div>${text.note === undefined ? '' : `<p class="note">${escapeHtml(text.note)}</p>`}</figure>`
}

const empty = (title: string): string =>
  `<figure><figcaption>${escapeHtml(title)}</figcaption><p class="note">Not enough data.</p></figure>`
