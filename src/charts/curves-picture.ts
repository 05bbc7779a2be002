/**
 * How much a trade may lose: by the balance, and what a drawdown makes of it.
 */
import { scaleLinear, scaleLog } from 'd3-scale'
import { line as path } from 'd3-shape'
import { CHART_COLORS as COLORS, LEFT, RIGHT, line, picture, text } from './picture.ts'

export interface CurvesPicture {
  readonly subtitle: string
  /** Balance and the fraction of it that a trade may lose, ascending. */
  readonly byBalance: readonly (readonly [balance: number, fraction: number])[]
  /** Drawdown as a fraction, and the factor on the risk, ascending. */
  readonly byDrawdown: readonly (readonly [drawdown: number, factor: number])[]
  /** Balances that the curve changes at. */
  readonly marks: readonly number[]
  readonly lines: readonly { readonly name: string; readonly at: number; readonly isBad: boolean }[]
}

const HEIGHT = 640
const UPPER = { top: 96, bottom: 320 }
const LOWER = { top: 386, bottom: 600 }

export function curvesPicture({ subtitle, byBalance, byDrawdown, marks, lines }: CurvesPicture): string {
  const balances = byBalance.map(([balance]) => balance)
  const x = scaleLog([balances[0] ?? 1, balances.at(-1) ?? 10], [LEFT + 40, RIGHT])
  const most = Math.max(...byBalance.map(([, fraction]) => fraction))
  const r = scaleLinear([0, most], [UPPER.bottom, UPPER.top]).nice(4)
  const deepest = byDrawdown.at(-1)?.[0] ?? 1
  const d = scaleLinear([0, deepest], [LEFT + 40, RIGHT])
  const factor = scaleLinear([0, 1], [LOWER.bottom, LOWER.top])
  const rLine = path<readonly [number, number]>(
    ([balance]) => x(balance),
    ([, fraction]) => r(fraction),
  ).digits(1)
  const dLine = path<readonly [number, number]>(
    ([drawdown]) => d(drawdown),
    ([, value]) => factor(value),
  ).digits(1)
  const percent = (value: number, digits: number): string => `${(value * 100).toFixed(digits)} %`
  return picture(HEIGHT, [
    text(LEFT, 34, 'Risk of one trade', 21, COLORS.strong),
    text(LEFT, 58, subtitle, 15),
    text(LEFT, UPPER.top - 14, 'by balance, USDT', 14),
    ...r
      .ticks(4)
      .flatMap((value) => [line(LEFT, r(value), RIGHT, r(value), COLORS.grid), text(RIGHT + 8, r(value) + 5, percent(value, 2), 14)]),
    ...marks.map((at) => line(x(at), UPPER.top, x(at), UPPER.bottom, COLORS.entry, 1, '4 4')),
    `<path d="${rLine(byBalance)}" fill="none" stroke="${COLORS.line}" stroke-width="2.5"/>`,
    ...[...new Set([balances[0] ?? 1, ...marks, balances.at(-1) ?? 10])].map((at) =>
      text(x(at), UPPER.bottom + 22, at.toLocaleString('en-US'), 14, COLORS.text, 'middle'),
    ),
    text(LEFT, LOWER.top - 14, 'multiplied by, at a smoothed drawdown', 14),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
      line(LEFT, factor(value), RIGHT, factor(value), COLORS.grid),
      text(RIGHT + 8, factor(value) + 5, value.toFixed(2), 14),
    ]),
    ...lines.flatMap(({ name, at, isBad }) => [
      line(d(at), LOWER.top, d(at), LOWER.bottom, isBad ? COLORS.stop : COLORS.entry, 1, '4 4'),
      text(d(at), LOWER.bottom + 22, `${name} ${percent(at, at * 100 === Math.round(at * 100) ? 0 : 1)}`, 14, COLORS.text, 'middle'),
    ]),
    `<path d="${dLine(byDrawdown)}" fill="none" stroke="${COLORS.line}" stroke-width="2.5"/>`,
  ])
}
