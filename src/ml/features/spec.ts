/**
 * A wish for features as users write it: functions with lists of parameters, intervals and lags, and the label that is learned.
 */
import { z } from 'zod'
import { issueWords } from '../../core/issue-words.ts'
import { type Result, err, ok } from '../../core/result.ts'

const several = <Each extends z.ZodType>(each: Each) => z.array(each).min(1).max(100)

const featureWish = z.strictObject({
  /** Name of a function of the catalog. */
  use: z.string().min(1),
  /** Short for a list of the parameter `period`. */
  periods: several(z.number()).optional(),
  params: z.record(z.string(), z.union([z.number(), several(z.number())])).optional(),
  /** Of the outputs, those that are wanted; all unless said. */
  outputs: several(z.string()).optional(),
  /** As `1h`; the interval of the bars unless said. */
  intervals: several(z.string()).optional(),
  /** Bars of the interval ago; 0, the newest, unless said. */
  lags: several(z.int().min(0).max(10_000)).optional(),
  /** Another symbol whose feature it is; the sample's own unless said. */
  of: z.string().optional(),
  /** The symbol that a function compares with. */
  with: z.string().optional(),
})

const featureSpec = z.strictObject({
  features: z.array(featureWish).min(1).max(1_000),
  label: z.looseObject({ use: z.string().min(1) }).optional(),
})

export type FeatureWish = z.infer<typeof featureWish>
export type FeatureSpec = z.infer<typeof featureSpec>

/** What is wrong is said with its place: `features 2: use is empty`. */
export function readFeatureSpec(value: unknown): Result<FeatureSpec, string> {
  const parsed = featureSpec.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const [issue] = parsed.error.issues
  if (issue === undefined) return err('is no feature spec')
  const [list, at, ...rest] = issue.path.map(String)
  const place = [list, at === undefined ? undefined : /^\d+$/.test(at) ? String(Number(at) + 1) : at, ...rest]
    .filter((each) => each !== undefined)
    .join(' ')
  return err(`${place === '' ? 'the spec' : place} ${issueWords(issue)}`)
}
