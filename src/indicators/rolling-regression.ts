/**
 * Least squares of y on x over the last `period` pairs, kept up to date in constant time: y = intercept + slope x.
 * Sums are taken around the first pair of the window's last renewal and renewed once a window, so that rounding does not gather.
 */
export interface Regression {
  readonly period: number
  readonly xs: number[]
  readonly ys: number[]
  at: number
  count: number
  originX: number
  originY: number
  sumX: number
  sumY: number
  sumXx: number
  sumXy: number
  sumYy: number
}

export interface Line {
  readonly slope: number
  readonly intercept: number
  /** Standard deviation of the residuals, ddof 0. */
  readonly deviation: number
  /** Of x and y, -1 to 1; 0 where y does not move. */
  readonly correlation: number
}

/** `period` >= 3 pairs. */
export const makeRegression = (period: number): Regression => ({
  period,
  xs: new Array<number>(period).fill(0),
  ys: new Array<number>(period).fill(0),
  at: 0,
  count: 0,
  originX: 0,
  originY: 0,
  sumX: 0,
  sumY: 0,
  sumXx: 0,
  sumXy: 0,
  sumYy: 0,
})

/** Takes the next pair; the oldest leaves once the window is full. */
export function updateRegression(regression: Regression, x: number, y: number): void {
  const { period, xs, ys, at } = regression
  if (regression.count === period) add(regression, xs[at] as number, ys[at] as number, -1)
  xs[at] = x
  ys[at] = y
  if (regression.count < period) regression.count += 1
  regression.at = at + 1 === period ? 0 : at + 1
  if (regression.at === 0 || regression.count === 1) renew(regression, x, y)
  else add(regression, x, y, 1)
}

export const isRegressionReady = (regression: Regression): boolean => regression.count === regression.period

/** The line through the window; undefined while not ready, and where x does not move. */
export function lineOf(regression: Regression): Line | undefined {
  if (!isRegressionReady(regression)) return undefined
  const { period: n, sumX, sumY, sumXx, sumXy, sumYy, originX, originY } = regression
  const varX = sumXx / n - (sumX / n) ** 2
  const varY = Math.max(0, sumYy / n - (sumY / n) ** 2)
  if (!(varX > 1e-18)) return undefined
  const covariance = sumXy / n - (sumX / n) * (sumY / n)
  const slope = covariance / varX
  return {
    slope,
    intercept: originY + sumY / n - slope * (originX + sumX / n),
    deviation: Math.sqrt(Math.max(0, varY - slope * covariance)),
    correlation: varY > 1e-18 ? covariance / Math.sqrt(varX * varY) : 0,
  }
}

function add(regression: Regression, x: number, y: number, sign: 1 | -1): void {
  const [dx, dy] = [x - regression.originX, y - regression.originY]
  regression.sumX += sign * dx
  regression.sumY += sign * dy
  regression.sumXx += sign * dx * dx
  regression.sumXy += sign * dx * dy
  regression.sumYy += sign * dy * dy
}

function renew(regression: Regression, x: number, y: number): void {
  regression.originX = x
  regression.originY = y
  regression.sumX = regression.sumY = regression.sumXx = regression.sumXy = regression.sumYy = 0
  for (let k = 0; k < regression.count; k++) add(regression, regression.xs[k] as number, regression.ys[k] as number, 1)
}
