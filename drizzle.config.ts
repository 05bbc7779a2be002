/**
 * Where drizzle-kit finds the schema and writes migrations: `npx drizzle-kit generate`.
 * Never used at run time: migrations are applied at start by db/migrate.ts.
 */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({ dialect: 'postgresql', schema: './db/schema/*.ts', out: './db/migrations', casing: 'snake_case' })
