/**
 * The labels by name, each read from a spec by its own schema.
 */
import { z } from 'zod'
import { issueWords } from '../../core/issue-words.ts'
import { nearestOf } from '../../core/nearest.ts'
import { type Result, err, ok } from '../../core/result.ts'
import { type MakeLabels, horizon } from './label.ts'
import { direction, nextReturn, nextVolatility } from './returns.ts'
import { trendScan } from './trend-scan.ts'
import { tripleBarrier } from './triple-barrier.ts'

interface LabelKind {
  readonly summary: string
  /** Its parameters with what they are unless given. */
  readonly defaults: string
  readonly read: (given: Readonly<Record<string, unknown>>) => Result<MakeLabels, string>
}

/** Reads what stands beside `use`. */
function kind<Shape extends z.ZodType>(summary: string, schema: Shape, make: (rules: z.infer<Shape>) => MakeLabels): LabelKind {
  return {
    summary,
    defaults: Object.entries(z.record(z.string(), z.union([z.number(), z.string()])).parse(schema.parse({})))
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    read: (given) => {
      const parsed = schema.safeParse(given)
      if (parsed.success) return ok(make(parsed.data))
      const [issue] = parsed.error.issues
      return err(`${[...(issue?.path ?? []).map(String), issue === undefined ? 'is invalid' : issueWords(issue)].join(' ')}`)
    },
  }
}

const volatilities = z.number().positive().max(1_000)

export const LABELS: Readonly<Record<string, LabelKind>> = {
  return: kind('log return over `horizon` bars', z.strictObject({ horizon: horizon.default(1) }), (r) => nextReturn(r.horizon)),
  direction: kind(
    '1 where the close is more than `band` higher after `horizon` bars, 0 where it is that much lower, no sample in between',
    z.strictObject({ horizon: horizon.default(1), band: z.number().min(0).max(1).default(0) }),
    (r) => direction(r.horizon, r.band),
  ),
  'triple-barrier': kind(
    '1 where the upper of two barriers is touched first, 0 for the lower; after `horizon` bars the side of the return',
    z.strictObject({
      horizon: horizon.default(24),
      up: volatilities.default(1),
      down: volatilities.default(1),
      period: z.int().min(2).max(100_000).default(100),
      timeout: z.enum(['side', 'none']).default('side'),
    }),
    tripleBarrier,
  ),
  'trend-scan': kind(
    '1 where the clearest line through the next `shortest` to `longest` closes rises, 0 where it falls',
    z
      .strictObject({ shortest: z.int().min(2).max(10_000).default(5), longest: z.int().min(2).max(10_000).default(20) })
      .refine(({ shortest, longest }) => shortest <= longest, 'shortest must not be above longest'),
    (r) => trendScan(r.shortest, r.longest),
  ),
  volatility: kind('standard deviation of the next `horizon` log returns', z.strictObject({ horizon: horizon.min(2).default(24) }), (r) =>
    nextVolatility(r.horizon),
  ),
}

/** Problems are sentences without a full stop. */
export function readLabel({ use, ...given }: { readonly use: string; readonly [key: string]: unknown }): Result<MakeLabels, string> {
  const found = Object.hasOwn(LABELS, use) ? LABELS[use] : undefined
  if (found === undefined) {
    const nearest = nearestOf(use, Object.keys(LABELS))
    return err(`label: there is no label '${use}'${nearest === undefined ? '' : `: did you mean ${nearest}?`}`)
  }
  const read = found.read(given)
  return read.ok ? read : err(`label ${use}: ${read.error}`)
}
