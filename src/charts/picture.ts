/**
 * What pictures share: one width, colors, a frame, and axes with round steps.
 */
import { type ScaleLinear, scaleUtc } from 'd3-scale'
import { utcText } from '../core/utc.ts'
import { DAY_MS, ts } from '../core/units.ts'
import { escapeHtml } from './markup.ts'

export const WIDTH = 960
export const LEFT = 16
/** The prices stand right of it. */
export const RIGHT = WIDTH - 104
const LABELS = 6
/** Half of the widest label of time. */
const LABEL_HALF = 46

export const CHART_COLORS = {
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

export const px = (value: number): string => value.toFixed(1)

export const text = (x: number, y: number, value: string, size = 15, color = CHART_COLORS.text, anchor = 'start'): string =>
  `<text x="${px(x)}" y="${px(y)}" font-family="DejaVu Sans" font-size="${size}" fill="${color}" text-anchor="${anchor}">${escapeHtml(value)}</text>`

export const line = (x1: number, y1: number, x2: number, y2: number, color: string, width = 1, dash = ''): string =>
  `<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" stroke="${color}" stroke-width="${width}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`

export const picture = (height: number, body: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"><rect width="100%" height="100%" fill="${CHART_COLORS.back}"/>${body.join('')}</svg>`

/** Grid lines and their values on the right. */
export function valueAxis(y: ScaleLinear<number, number>, count: number): string[] {
  const format = y.tickFormat(count, ',f')
  return y.ticks(count).flatMap((value) => {
    const at = y(value)
    return [line(LEFT, at, RIGHT, at, CHART_COLORS.grid), text(RIGHT + 8, at + 5, format(value), 14)]
  })
}

/** Times at round hours or days; `x` says where an instant stands. */
export function timeAxis(first: number, last: number, x: (at: number) => number, baseline: number): string[] {
  return scaleUtc()
    .domain([first, last])
    .ticks(LABELS)
    .map(Number)
    .filter((at) => x(at) >= LABEL_HALF && x(at) <= RIGHT)
    .map((at) => text(x(at), baseline, timeLabel(at, last - first), 14, CHART_COLORS.text, 'middle'))
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `05 Jan 14:30` in UTC, or only the day over long spans. */
function timeLabel(at: number, spanMs: number): string {
  const utc = utcText(ts(at))
  const day = `${utc.slice(8, 10)} ${MONTHS[Number(utc.slice(5, 7)) - 1]}`
  return spanMs > 6 * DAY_MS ? day : `${day} ${utc.slice(11, 16)}`
}
