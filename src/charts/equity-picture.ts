/**
 * Equity, its drawdown and the result of each trade, one above the other over the same time, as a picture.
 */
import { extent, max, min } from 'd3-array'
import { scaleLinear } from 'd3-scale'
import { area, line as path } from 'd3-shape'
import { CHART_COLORS as COLORS, LEFT, RIGHT, line, picture, text, timeAxis, valueAxis } from './picture.ts'
import { thin } from './thin.ts'

export interface EquityPicture {
  readonly title: string
  readonly subtitle: string
  /** At least two, ascending. */
  readonly ts: ArrayLike<number>
  readonly equity: ArrayLike<number>
  /** Below the highest equity until then, as a fraction of it: 0 or less. */
  readonly depths: ArrayLike<number>
  readonly closes: readonly { readonly ts: number; readonly pnl: number }[]
}

const HEIGHT = 560
const EQUITY = { top: 74, bottom: 330 }
const DEPTH = { top: 350, bottom: 430 }
const RESULT = { top: 450, bottom: 520 }

export function equityPicture({ title, subtitle, ts, equity, depths, closes }: EquityPicture): string {
  const first = ts[0] ?? 0
  const last = ts[ts.length - 1] ?? 0
  const x = scaleLinear([first, last], [LEFT, RIGHT])
  const points = thin({ x: ts, y: equity })
  const [low = 0, high = 0] = extent(points, ([, value]) => value)
  const money = scaleLinear([low, high], [EQUITY.bottom, EQUITY.top])
  const under = thin({ x: ts, y: depths })
  const deepest = min(under, ([, value]) => value) ?? 0
  const depth = scaleLinear([deepest || -0.01, 0], [DEPTH.bottom, DEPTH.top])
  const most = max(closes, (close) => Math.abs(close.pnl)) || 1
  const result = scaleLinear([-most, most], [RESULT.bottom, RESULT.top])
  const equityLine = path<[number, number]>(
    ([at]) => x(at),
    ([, value]) => money(value),
  ).digits(1)
  const depthArea = area<[number, number]>(
    ([at]) => x(at),
    DEPTH.top,
    ([, value]) => depth(value),
  ).digits(1)
  return picture(HEIGHT, [
    text(LEFT, 34, title, 21, COLORS.strong),
    text(LEFT, 58, subtitle, 15),
    ...valueAxis(money, 5),
    `<path d="${equityLine(points)}" fill="none" stroke="${COLORS.line}" stroke-width="2"/>`,
    `<path d="${depthArea(under)}" fill="${COLORS.down}" fill-opacity="0.35"/>`,
    text(LEFT, DEPTH.top - 4, 'drawdown', 13),
    text(RIGHT + 8, DEPTH.bottom, `${(deepest * 100).toFixed(2)} %`, 14),
    text(LEFT, RESULT.top - 2, 'result of each trade', 13),
    line(LEFT, result(0), RIGHT, result(0), COLORS.grid),
    ...closes.map(({ ts: at, pnl }) => line(x(at), result(0), x(at), result(pnl), pnl >= 0 ? COLORS.up : COLORS.down, 3)),
    ...timeAxis(first, last, x, HEIGHT - 12),
  ])
}
