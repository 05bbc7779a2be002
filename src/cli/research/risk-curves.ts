/**
 * `ballast risk curves`: how the risk of a trade follows the balance and the drawdown, by the configured settings.
 */
import { writeFileSync } from 'node:fs'
import { CASH_ONE, cash } from '../../core/units.ts'
import { riskOf } from '../../config/sections/risk-config.ts'
import { type CurvesPicture, curvesPicture } from '../../charts/curves-picture.ts'
import { pngOf } from '../../system/png.ts'
import { decayFactor, scaledFraction } from '../../risk/sizing.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

const BALANCES = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000]
const BAR = 20

export async function riskCurves(context: CliContext, png: string | undefined): Promise<void> {
  const { out } = context
  const { values } = context.config()
  const risk = riskOf(values.profile, values.risk)
  if (!risk.ok) throw new CliError(EXIT.config, risk.error.sentence, risk.error.next)
  const { limits, sizing, settings } = risk.value
  if (sizing.type !== 'risk' || settings === undefined) throw new CliError(EXIT.config, 'This profile does not size by risk.')
  const { scaling, decay } = sizing
  const { yellow, orange, red } = limits.drawdown
  const fractionAt = (balance: number): number =>
    Math.min(scaledFraction(scaling, cash(balance * CASH_ONE), cash(0)), limits.tradeLossFractionMax)
  const factorAt = (drawdown: number): number => decayFactor(decay, drawdown, yellow, red)
  const byBalance = BALANCES.map((balance) => ({ balance, fraction: fractionAt(balance), loss: balance * fractionAt(balance) }))
  const byDrawdown = Array.from({ length: 11 }, (_, k) => (red * k) / 10).map((drawdown) => ({ drawdown, factor: factorAt(drawdown) }))
  const { account } = settings
  const subtitle = `balanceScaling ${account.balanceScaling}, ${account.riskMax} to ${account.riskMin}; drawdownDecay ${account.drawdownDecay}`
  if (png !== undefined) {
    const picture = await pngOf(
      curvesPicture({ ...finely(fractionAt, factorAt, red), subtitle, marks: marksOf(scaling), lines: linesOf(yellow, orange, red) }),
    )
    try {
      writeFileSync(png, picture)
    } catch (cause) {
      throw new CliError(
        EXIT.error,
        `${png} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
        'Choose another file.',
      )
    }
  }
  out.answer({ scaling: account.balanceScaling, decay: account.drawdownDecay, byBalance, byDrawdown }, () => {
    out.line(`Risk of one trade, profile ${values.profile}: ${subtitle}`)
    out.line('')
    const most = Math.max(...byBalance.map(({ fraction }) => fraction))
    for (const { balance, fraction, loss } of byBalance)
      out.line(
        `${balance.toLocaleString('en-US').padStart(9)} USDT  ${(fraction * 100).toFixed(2).padStart(5)} %  ${bar(fraction / most)}  ${loss.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).padStart(9)} USDT`,
      )
    out.line('')
    out.line('multiplied by, at a smoothed drawdown of')
    for (const { drawdown, factor } of byDrawdown)
      out.line(
        `${(drawdown * 100).toFixed(1).padStart(9)} %     ${factor.toFixed(3)}    ${bar(factor)}${nameOf(drawdown, yellow, orange, red)}`,
      )
    if (png !== undefined) out.line(`\nWritten: ${png}`)
  })
}

const bar = (part: number): string => '█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░')

const linesOf = (yellow: number, orange: number, red: number): CurvesPicture['lines'] => [
  { name: 'yellow', at: yellow, isBad: false },
  { name: 'orange', at: orange, isBad: false },
  { name: 'red', at: red, isBad: true },
]

function nameOf(drawdown: number, ...tiers: readonly number[]): string {
  const names = ['yellow', 'orange', 'red']
  const at = tiers.findIndex((tier) => Math.abs(tier - drawdown) < 1e-9)
  return at < 0 ? '' : `  ${names[at]} line`
}

function marksOf(scaling: Parameters<typeof scaledFraction>[0]): number[] {
  if (scaling.type === 'constant') return []
  const low = scaling.balanceLow / CASH_ONE
  return scaling.type === 'linear' ? [low, scaling.balanceHigh / CASH_ONE] : [low, low + scaling.halfLife / CASH_ONE]
}

/** Points for a picture: balances in equal steps of their logarithm, drawdowns to the red line. */
function finely(fractionAt: (balance: number) => number, factorAt: (drawdown: number) => number, red: number) {
  const byBalance = Array.from({ length: 241 }, (_, k) => 100 * 10 ** ((k / 240) * Math.log10(5_000))).map(
    (balance) => [balance, fractionAt(balance)] as const,
  )
  const byDrawdown = Array.from({ length: 201 }, (_, k) => (red * k) / 200).map((drawdown) => [drawdown, factorAt(drawdown)] as const)
  return { byBalance, byDrawdown }
}
