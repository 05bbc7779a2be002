/**
 * Columns that several tables have.
 */
import { sql } from 'drizzle-orm'
import { bigint } from 'drizzle-orm/pg-core'

export type Json = Readonly<Record<string, unknown>>

/** Milliseconds since 1970. */
export const ms = () => bigint({ mode: 'number' })
export const whole = () => bigint({ mode: 'number' })
export const identity = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity()
/** The database's wall clock, in ms. */
export const wallMs = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`
