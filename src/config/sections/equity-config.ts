/**
 * The section `equity` of the configuration: for how long equity is kept by the minute and by the hour.
 */
import { z } from 'zod'

const DAYS_MAX = 3_650

const days = (fallback: number, besides = '') =>
  z
    .number()
    .int()
    .min(2)
    .max(DAYS_MAX)
    .default(fallback)
    .describe(`a whole number of days from 2 to ${DAYS_MAX}, such as ${fallback}${besides}`)

export const equitySection = z
  .strictObject({ minuteDays: days(90), hourDays: days(730, ', and at least equity.minuteDays') })
  .refine(({ minuteDays, hourDays }) => minuteDays <= hourDays, {
    path: ['hourDays'],
  })
  .prefault({})
