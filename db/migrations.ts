/**
 * The migrations of this installation: where they are, and which there are.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvariantError } from '../src/core/assert.ts'

const JOURNAL = join('meta', '_journal.json')

/** `when` is the number by which a database knows it. */
export interface Migration {
  readonly when: number
  readonly tag: string
}

/** Found upward from this file, which is `db/migrations.ts` in the sources and `dist/*.js` in the bundle. */
export function migrationsFolder(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const folder = join(directory, 'db', 'migrations')
    if (existsSync(join(folder, JOURNAL))) return folder
    const parent = dirname(directory)
    if (parent === directory) throw new InvariantError('db/migrations is missing from this installation')
    directory = parent
  }
}

/** Oldest first. */
export const knownMigrations = (): readonly Migration[] =>
  (JSON.parse(readFileSync(join(migrationsFolder(), JOURNAL), 'utf8')) as { entries: readonly Migration[] }).entries

/** Its statements, in order. */
export const statementsOf = ({ tag }: Migration): readonly string[] =>
  readFileSync(join(migrationsFolder(), `${tag}.sql`), 'utf8').split('--> statement-breakpoint')
