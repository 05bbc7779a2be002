/**
 * The section `backup` of the configuration: how often the database is backed up by itself, and how many of these are kept.
 */
import { z } from 'zod'
import { parseDuration } from '../../core/duration.ts'
import { HOUR_MS } from '../../core/units.ts'

const KEEP_MAX = 1_000
const isRhythm = (text: string): boolean => text === 'off' || (parseDuration(text) ?? 0) >= HOUR_MS

export const backupSection = z
  .strictObject({
    every: z.string().refine(isRhythm).default('1d').describe('off, or a span of an hour or more, such as 1d or 6h'),
    keep: z.number().int().min(1).max(KEEP_MAX).default(7).describe(`a whole number from 1 to ${KEEP_MAX}, such as 7`),
  })
  .prefault({})

export type BackupSettings = z.infer<typeof backupSection>

/** Undefined: no backup is made on schedule. */
export const everyMsOf = ({ every }: BackupSettings): number | undefined => parseDuration(every)
