/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation (Bailey, Borwein, Lopez de Prado and Zhu 2017,
 * The Probability of Backtest Overfitting): how often the best trial of one half of the blocks is no better than the median in the other.
 */
export const CSCV_BLOCKS = 16
const HALF = CSCV_BLOCKS / 2
/** Rows that a block must have, so that the smallest one has a deviation at all. */
const BLOCK_ROWS_MIN = 2

interface BlockSums {
  readonly rows: number
  /** By trial. */
  readonly sum: Float64Array
  readonly squares: Float64Array
}

/**
 * Share of splits whose logit is 0 or less; undefined for fewer than two trials or 32 rows. A column a trial. Blocks follow each other
 * in time; where the rows do not divide by 16 the first blocks are one row longer. Equal trials share the mean of their ranks.
 */
export function overfittingProbability(trials: readonly Float64Array[]): number | undefined {
  const rows = trials[0]?.length ?? 0
  if (trials.length < 2 || rows < CSCV_BLOCKS * BLOCK_ROWS_MIN) return undefined
  const blocks = blockSums(trials, rows)
  const inside = new Float64Array(trials.length)
  const outside = new Float64Array(trials.length)
  let splits = 0
  let overfit = 0
  for (let mask = 0; mask < 1 << CSCV_BLOCKS; mask += 1) {
    if (bitsOf(mask) !== HALF) continue
    sharpesOf(blocks, mask, inside)
    sharpesOf(blocks, ~mask, outside)
    splits += 1
    if (logitOf(outside, indexOfMax(inside)) <= 0) overfit += 1
  }
  return overfit / splits
}

function blockSums(trials: readonly Float64Array[], rows: number): BlockSums[] {
  const short = Math.floor(rows / CSCV_BLOCKS)
  const longer = rows % CSCV_BLOCKS
  let start = 0
  return Array.from({ length: CSCV_BLOCKS }, (_, block) => {
    const end = start + short + (block < longer ? 1 : 0)
    const parts = trials.map((trial) => trial.subarray(start, end))
    const count = end - start
    start = end
    return {
      rows: count,
      sum: Float64Array.from(parts, (part) => part.reduce((sum, value) => sum + value, 0)),
      squares: Float64Array.from(parts, (part) => part.reduce((sum, value) => sum + value * value, 0)),
    }
  })
}

function bitsOf(mask: number): number {
  let bits = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits += 1
  return bits
}

/** The Sharpe ratio of each trial over the blocks whose bit is set. */
function sharpesOf(blocks: readonly BlockSums[], mask: number, out: Float64Array): void {
  const chosen = blocks.filter((_, block) => ((mask >> block) & 1) === 1)
  const rows = chosen.reduce((sum, block) => sum + block.rows, 0)
  for (let trial = 0; trial < out.length; trial += 1) {
    let sum = 0
    let squares = 0
    for (const block of chosen) {
      sum += block.sum[trial] as number
      squares += block.squares[trial] as number
    }
    out[trial] = sharpeOfSums(rows, sum, squares)
  }
}

/** Where nothing varies the sign decides: a trial that stood still is 0, and a sure gain beats all. */
function sharpeOfSums(rows: number, sum: number, squares: number): number {
  const mean = sum / rows
  const variance = (squares - mean * sum) / (rows - 1)
  if (variance > 1e-13 * (squares / rows)) return mean / Math.sqrt(variance)
  return mean === 0 ? 0 : mean > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
}

function indexOfMax(values: Float64Array): number {
  let best = 0
  for (let at = 1; at < values.length; at += 1) if ((values[at] as number) > (values[best] as number)) best = at
  return best
}

/** ln(w / (1 - w)) of the relative rank w = rank / (N + 1), rank 1 the worst. */
function logitOf(values: Float64Array, at: number): number {
  const value = values[at] as number
  let below = 0
  let equal = 0
  for (const other of values) {
    if (other < value) below += 1
    else if (other === value) equal += 1
  }
  const relative = (below + (equal + 1) / 2) / (values.length + 1)
  return Math.log(relative / (1 - relative))
}
