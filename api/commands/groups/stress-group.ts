/**
 * stress: what a crash, a storm or an outage would do to what is open now.
 */
import { z } from 'zod'
import { SCENARIO_NAMES, SHOCKS, type ScenarioName } from '../../../src/risk/stress/scenarios.ts'
import type { Liquidation, StressResult } from '../../../src/risk/stress/stress.ts'
import { type Command, defineRead, inOrder } from '../command.ts'
import { asOf, money, percent, plainPercent, price, short, signed } from '../words/format.ts'
import { type Field, type Reply, field, reply, runs } from '../reply.ts'
import { type StressReport, stressReportOf } from '../reports/stress-report.ts'
import { noAccount } from './account-group.ts'

const TITLES: Readonly<Record<ScenarioName, string>> = {
  'btc-crash': `BTC -${SHOCKS.btcMove * 100} %`,
  'btc-rally': `BTC +${SHOCKS.btcMove * 100} %`,
  'vol-double': `vol x${SHOCKS.volatilityMultiple}`,
  'correlation-one': 'corr to 1',
  'funding-spike': 'funding',
  outage: `outage ${SHOCKS.outageHours} h`,
}
const WORDS: Readonly<Record<ScenarioName, string>> = {
  'btc-crash': `BTC falls by ${SHOCKS.btcMove * 100} % and each symbol by its beta times as much.`,
  'btc-rally': `BTC rises by ${SHOCKS.btcMove * 100} % and each symbol by its beta times as much.`,
  'vol-double': `The 1-in-100 day at ${SHOCKS.volatilityMultiple} times the volatility of the last 30 days; correlations stay as they were.`,
  'correlation-one': 'The 1-in-100 day of each symbol, all against you at once: hedges do not help.',
  'funding-spike': `Every perpetual pays ${SHOCKS.fundingRate * 100} % funding ${SHOCKS.fundingSettlements} times, whichever side it is on.`,
  outage: `Bybit does not answer for ${SHOCKS.outageHours} hours: prices move against you at ${SHOCKS.volatilityMultiple} times the usual volatility, and no stop fills before it is over.`,
}
/** What traders call them. */
const ALSO: Readonly<Record<string, ScenarioName>> = {
  crash: 'btc-crash',
  btc: 'btc-crash',
  rally: 'btc-rally',
  vol: 'vol-double',
  volatility: 'vol-double',
  correlation: 'correlation-one',
  corr: 'correlation-one',
  funding: 'funding-spike',
}

const stress = defineRead({
  name: 'stress',
  aliases: [],
  group: 'Look',
  summary: 'show what a crash, a volatility storm, funding or an outage would do to open positions',
  usage: `[${SCENARIO_NAMES.join('|')}]`,
  args: z.strictObject({
    scenario: z
      .string()
      .max(40)
      .transform((text) => ALSO[text.toLowerCase()] ?? text.toLowerCase())
      .pipe(z.enum(SCENARIO_NAMES, { error: `use ${SCENARIO_NAMES.join(', ')}` }))
      .optional(),
  }),
  read: inOrder('scenario'),
  examples: ['stress', 'stress btc-crash', 'stress outage'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  run: async ({ ports }, { scenario }) => {
    const report = await stressReportOf(ports)
    if (report === undefined) return noAccount()
    if (report.book.positions.length === 0)
      return reply('Stress: no position is open', {
        text: 'There is nothing to lose but the balance itself.',
        buttons: [runs('Risk', '/risk')],
      })
    const one = report.results.find((result) => result.scenario === scenario)
    return one === undefined ? overview(report, ports.system.profile) : detail(report, one, ports.system.profile)
  },
})

function overview(report: StressReport, profile: string): Reply {
  const { results } = report
  const worst = results.reduce((a, b) => (b.loss > a.loss ? b : a))
  return reply('Stress', {
    tone: toneOf(results),
    fields: [
      field('Worst', `${TITLES[worst.scenario]}: ${lossText(worst)}`),
      ...results.flatMap(({ scenario, liquidation }) =>
        liquidation === null ? [] : [field('Liquidated', `${TITLES[scenario]}: ${liquidationText(liquidation)}`)],
      ),
      ...nearestOf(report),
      ...(results[0] === undefined
        ? []
        : [field('Margin ratio', `${ratioText(results[0].marginRatioBefore)} now; Bybit liquidates at 100 %`)]),
      field('As of', asOf(report.ts, profile)),
    ],
    table: {
      columns: [{ title: 'scenario' }, { title: 'USDT', align: 'right' }, { title: 'margin', align: 'right' }],
      rows: results.map((result) => [TITLES[result.scenario], signed(text(-result.loss), 0), ratioText(result.marginRatioAfter)]),
      rowCommands: results.map(({ scenario }) => `/stress ${scenario}`),
    },
    text: ['Estimates if no stop holds.', ...report.notes].join(' '),
    buttons: [runs(TITLES[worst.scenario], `/stress ${worst.scenario}`), runs('Positions', '/positions'), runs('Risk', '/risk')],
  })
}

function detail(report: StressReport, result: StressResult, profile: string): Reply {
  const { moves, lossAtStops, marginRatioBefore, marginRatioAfter, liquidation } = result
  return reply(`Stress: ${TITLES[result.scenario]}`, {
    tone: toneOf([result]),
    fields: [
      field('If no stop holds', lossText(result)),
      field('With stops filled', lossAtStops === null ? 'no stop fills in an outage' : `est. ${money(text(-lossAtStops))}`),
      field('Margin ratio', `${ratioText(marginRatioBefore)} now, ${ratioText(marginRatioAfter)} after; Bybit liquidates at 100 %`),
      field('Liquidated', liquidation === null ? 'no' : liquidationText(liquidation)),
      ...nearestOf(report),
      field('As of', asOf(report.ts, profile)),
    ],
    table: {
      columns: [{ title: 'sym' }, { title: 'move', align: 'right' }, { title: 'USDT', align: 'right' }],
      rows: moves.map(({ symbol, move, pnl }) => [short(symbol), percent(move, 1), signed(text(pnl), 0)]),
    },
    text: [WORDS[result.scenario], ...report.notes].join(' '),
    buttons: [runs('All scenarios', '/stress'), runs('Positions', '/positions')],
  })
}

const toneOf = (results: readonly StressResult[]): 'bad' | 'warn' | 'info' =>
  results.some(({ liquidation }) => liquidation !== null)
    ? 'bad'
    : results.some(({ lossFraction }) => (lossFraction ?? 1) > WARN_FRACTION)
      ? 'warn'
      : 'info'
const WARN_FRACTION = 0.1

/** Decimal text of a float, without an exponent. */
const text = (value: number): string => value.toFixed(2)
const ratioText = (ratio: number | null): string => (ratio === null ? 'gone' : plainPercent(ratio, 1))
const lossText = ({ loss, lossFraction }: StressResult): string =>
  `est. ${money(text(-loss))}${lossFraction === null ? '' : ` (${percent(-lossFraction, 1)} of equity)`}`
const PRICE_DIGITS = 6
const priceText = (value: number): string => price(String(Number(value.toPrecision(PRICE_DIGITS))))
const liquidationText = ({ symbol, price: at, part }: Liquidation): string =>
  part === 0 ? `at once, ${symbol} first` : `${symbol} first, est. at ${priceText(at)}, ${plainPercent(part, 0)} of the way`

function nearestOf({ alone }: StressReport): Field[] {
  const [nearest] = alone
  return nearest === undefined
    ? [field('Nearest liquidation', 'none, while the other prices stand still')]
    : [field('Nearest liquidation', `${nearest.symbol} est. at ${priceText(nearest.price)}, ${plainPercent(nearest.distance, 1)} away`)]
}

export const STRESS_COMMANDS: readonly Command[] = [stress]
