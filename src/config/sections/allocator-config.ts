/**
 * The section `allocator` of the configuration: how capital is shared among strategies, and whether that is done on schedule.
 */
import { z } from 'zod'
import { ALLOCATOR_METHODS, type AllocatorMethod, type AllocatorRules } from '../../portfolio/allocator/plan.ts'
import { PERIOD_UNITS, type PeriodUnit } from '../../portfolio/results/calendar-periods.ts'

const fractionOf = (text: string): number => Number(text.slice(0, -1)) / 100
const isShare = (text: string): boolean => /^\d{1,3}(\.\d)? ?%$/.test(text) && fractionOf(text) >= 0.01 && fractionOf(text) <= 1

const share = (fallback: string, besides = '') =>
  z.string().refine(isShare).default(fallback).describe(`a percentage from 1% to 100%, such as ${fallback}${besides}`)

export const allocatorSection = z
  .strictObject({
    method: z
      .enum(['off', ...ALLOCATOR_METHODS])
      .default('off')
      .describe(`off, or one of ${ALLOCATOR_METHODS.join(', ')}: capital is moved among strategies on schedule`),
    every: z.enum(PERIOD_UNITS).default('week').describe('day, week or month (UTC)'),
    least: share('5%', ', and at most allocator.most'),
    most: share('50%'),
    step: share('20%'),
    drawdown: share('20%'),
  })
  .refine(({ least, most }) => fractionOf(least) <= fractionOf(most), { path: ['least'] })
  .prefault({})

/** With fractions in place of percentages. */
export const allocatorSettings = ({
  method,
  every,
  ...shares
}: z.infer<typeof allocatorSection>): Omit<AllocatorRules, 'method'> & {
  readonly method: AllocatorMethod | 'off'
  readonly every: PeriodUnit
} => ({
  method,
  every,
  least: fractionOf(shares.least),
  most: fractionOf(shares.most),
  step: fractionOf(shares.step),
  drawdown: fractionOf(shares.drawdown),
})
