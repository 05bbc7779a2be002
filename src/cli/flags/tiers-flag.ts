/**
 * Margin tiers of a run: those of the simulated exchange, or of a file with what Bybit answers.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { isSpotSymbol } from '../../market/instrument.ts'
import { type TierTerms, readTiers } from '../../market/margin-tiers.ts'
import { simTiers } from '../../venue/sim/models/costs.ts'
import { CliError, EXIT } from '../exit.ts'

const SIMULATED = 'simulated'
const LEVERAGE_MAX = 100

/** A row of docs/v5/market/risk-limit of Bybit. */
const row = z.object({
  symbol: z.string(),
  riskLimitValue: z.coerce.string(),
  maintenanceMargin: z.coerce.string(),
  mmDeduction: z.coerce.string().transform((text) => (text === '' ? '0' : text)),
  maxLeverage: z.coerce.number(),
})
const rows = z.union([z.array(row), z.object({ result: z.object({ list: z.array(row) }) }).transform(({ result }) => result.list)])

/** @throws CliError that says what is wrong with the file. */
export function tiersOf(text: string | undefined, symbol: string): { readonly tiers?: readonly TierTerms[] } {
  if (text === undefined || isSpotSymbol(symbol)) return {}
  if (text === SIMULATED) return { tiers: simTiers(LEVERAGE_MAX) }
  const found = rowsOf(text).filter((each) => each.symbol === symbol)
  if (found.length === 0) throw new CliError(EXIT.usage, `--risk-tiers: ${text} has no tiers of ${symbol}.`, 'Add its rows to the file.')
  const tiers = found
    .map(({ riskLimitValue, maintenanceMargin, mmDeduction, maxLeverage }) => ({
      valueMax: riskLimitValue,
      maintenanceRate: maintenanceMargin,
      deduction: mmDeduction,
      leverageMax: maxLeverage,
    }))
    .sort((a, b) => Number(a.valueMax) - Number(b.valueMax))
  if (readTiers(tiers) !== undefined) return { tiers }
  throw new CliError(
    EXIT.usage,
    `--risk-tiers: the tiers of ${symbol} in ${text} do not ascend.`,
    'Rates and values grow from tier to tier.',
  )
}

function rowsOf(path: string): z.infer<typeof rows> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new CliError(
      EXIT.usage,
      `--risk-tiers '${path}' is neither the word ${SIMULATED} nor a file.`,
      `Example: --risk-tiers ${SIMULATED}.`,
    )
  }
  const parsed = rows.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  throw new CliError(
    EXIT.usage,
    `--risk-tiers: ${path} is not a list of tiers.`,
    'Each needs symbol, riskLimitValue, maintenanceMargin, mmDeduction and maxLeverage, as Bybit’s /v5/market/risk-limit answers.',
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
