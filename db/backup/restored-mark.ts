/**
 * What a restore leaves in the database for the trader: the tag of orders from then on, the tags before it, and whether the hold stands.
 */
import { z } from 'zod'
import type { Sql } from '../client.ts'

export const RESTORED_KEY = 'restored'

const mark = z.object({
  tag: z.string(),
  earlier: z.array(z.object({ tag: z.string(), below: z.number().int() })).readonly(),
  file: z.string(),
  /** Wall-clock ms. */
  backupAt: z.number(),
  restoredAt: z.number(),
  /** Until the trader has put entries on hold for it. */
  isPending: z.boolean(),
})
export type RestoredMark = z.infer<typeof mark>

/** Undefined: this database was never restored. */
export async function readRestored(sql: Sql): Promise<RestoredMark | undefined> {
  const [row] = await sql<{ value: unknown }[]>`select value from meta where key = ${RESTORED_KEY}`
  return row === undefined ? undefined : mark.parse(row.value)
}

/** The hold that follows from it stands in the journal. */
export async function noteHeld(sql: Sql): Promise<void> {
  await sql`update meta set value = value || '{"isPending": false}'::jsonb where key = ${RESTORED_KEY}`
}
