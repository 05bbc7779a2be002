/**
 * Models in words: what a version is, how it was judged, and what its running strategy reports.
 */
import { z } from 'zod'
import type { StrategyRow } from '../../../src/journal/row.ts'
import type { ModelVersion } from '../../../src/ml/champion/line-view.ts'
import { type Field, field, untrusted } from '../reply.ts'
import { time } from '../words/format.ts'

const number = z.number().nullable()
/** What the strategy says of itself (strategy/builtin/ml/report.ts); rows of an older version may lack parts. */
const shape = z.object({
  line: z.string(),
  aside: z.object({ code: z.string(), since: z.number(), values: z.record(z.string(), z.union([z.number(), z.string()])) }).nullable(),
  champion: z.object({ version: z.number(), distanceMax: z.number() }).nullable(),
  markets: z.array(
    z.object({
      market: z.string(),
      prediction: number,
      expectedBps: number,
      distance: number,
      parts: z.array(z.object({ name: z.string(), value: z.number(), part: z.number() })),
    }),
  ),
  drift: z
    .object({
      rowsMissing: z.number(),
      share: number,
      features: z.array(
        z.object({
          name: z.string(),
          psi: z.number(),
          ks: z.number(),
          usualPsi: z.number(),
          usualKs: z.number(),
          importance: z.number(),
          isDrifted: z.boolean(),
        }),
      ),
    })
    .nullable(),
  models: z.array(
    z.object({
      version: z.number(),
      score: z.object({ rows: z.number(), accuracy: z.number(), correlation: number, brier: number }).nullable(),
    }),
  ),
})

export interface Trading {
  readonly strategy: string
  readonly report: z.infer<typeof shape>
}

/** The strategies that trade a line, each with what it reports. */
export function tradingOf(rows: readonly StrategyRow[], line: string): readonly Trading[] {
  return rows.flatMap(({ strategy, report }) => {
    const parsed = shape.safeParse(report)
    return parsed.success && parsed.data.line === line ? [{ strategy, report: parsed.data }] : []
  })
}

/** As `gbdt, accepted: AUC 0.541, luck 0.3 %`. */
export function versionText({ problem, kind, verdict }: ModelVersion): string {
  if (problem !== null) return untrusted(problem)
  return `${kind}, ${verdictText(verdict)}`
}

export function verdictText(verdict: ModelVersion['verdict']): string {
  if (verdict === null) return 'not judged'
  const word = verdict.accepted ? 'accepted' : 'refused'
  if (verdict.value === null) return `${word}: nothing can be told`
  return `${word}: ${verdict.score === 'auc' ? 'AUC' : 'rank correlation'} ${verdict.value.toFixed(3)}, luck ${verdict.luck === null ? '–' : `${(verdict.luck * 100).toFixed(1)} %`}`
}

const CODES: Readonly<Record<string, string>> = {
  'no-model': 'there is no champion, or its file cannot be used',
  'no-side': 'what it predicts says no side',
  expired: 'it has expired',
  drift: 'features have left what it was trained on',
  outlier: 'the market is unlike all that it was trained on',
}

export function asideText({ report: { aside } }: Trading, now: number): string {
  if (aside === null) return 'takes entries'
  return `no entries: ${CODES[aside.code] ?? untrusted(aside.code)}, since ${time(aside.since, now)}`
}

const signedText = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`

/** The newest prediction of each market, and what moved it most. */
export function predictionFields({ report }: Trading): readonly Field[] {
  const most = report.champion?.distanceMax
  return report.markets.map(({ market, prediction, expectedBps, distance, parts }) => {
    if (prediction === null) return field(market, 'not known yet')
    const far = distance === null || most === undefined ? '' : `; distance ${distance.toFixed(2)} of ${most.toFixed(2)}`
    const said = `${prediction.toPrecision(4)}${expectedBps === null ? '' : ` (${signedText(expectedBps, 1)} bp)`}${far}`
    const why = parts.map(({ name, value, part }) => `${name} ${Number(value.toPrecision(3))} adds ${signedText(part, 3)}`)
    return field(market, [said, ...why].join('\n'))
  })
}

/** What counts of all models that watch: rows whose label is known by now, share of right sides, correlation. */
export const scoreText = (score: Trading['report']['models'][number]['score']): string =>
  score === null
    ? 'no live label yet'
    : `${score.rows} live rows, ${(score.accuracy * 100).toFixed(1)} % right, correlation ${score.correlation === null ? '–' : score.correlation.toFixed(3)}`
