/**
 * The database of the Ballast that runs here, for what the terminal sets up beside it.
 */
import { type Sql, connectDatabase } from '../../../db/client.ts'
import { sharedUrl } from '../../../db/embedded/embedded.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

/** Address of the database. @param consequence what does not work without one: `, so the bot cannot answer` @throws CliError where none runs */
export function runningDatabaseUrl(context: CliContext, consequence = ''): string {
  const url = context.config().values.databaseUrl ?? sharedUrl(pathsOf(context.dataDir()).root)
  if (url === undefined)
    throw new CliError(EXIT.error, `Ballast is not running here${consequence}.`, 'Start it in another terminal: npm start')
  return url
}

/** @throws CliError where it does not answer */
export async function withDatabase<T>(url: string, run: (sql: Sql) => Promise<T>): Promise<T> {
  const connected = await connectDatabase({ url, max: 2 })
  if (!connected.ok) throw new CliError(EXIT.error, connected.error.sentence, connected.error.next)
  const { sql, close } = connected.value
  try {
    return await run(sql)
  } finally {
    await close()
  }
}
