/**
 * Whether a database that is run elsewhere answers now: asked once for the line that a start prints. The parts keep asking for themselves.
 */
import { makeClient } from '../../db/client.ts'

const LIMIT_SEC = 3

export async function databaseAnswers(url: string): Promise<boolean> {
  const sql = makeClient({ url, max: 1, connectTimeoutSec: LIMIT_SEC })
  try {
    await sql`select 1`
    return true
  } catch {
    // Which of the many reasons it is, the part that needs it reports.
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}
