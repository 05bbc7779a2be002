/**
 * `ballast audit verify`: whether each row of the audit follows the one before it, read from the database itself. Exit code 10 where one does not.
 */
import { brokenSentence, verifiedText } from '../../../api/commands/access/audit-command.ts'
import { verifyAudit } from '../../../db/access/audit.ts'
import { openDatabase } from '../../../db/open.ts'
import { pathsOf } from '../../system/paths.ts'
import type { CliContext } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'

export async function runAuditVerify(context: CliContext): Promise<void> {
  const { out } = context
  const opened = await openDatabase({ dataDir: context.dataDir(), databaseUrl: context.config().values.databaseUrl, max: 2 })
  if (!opened.ok) throw new CliError(EXIT.error, opened.error.sentence, opened.error.next)
  try {
    const check = await verifyAudit(opened.value.sql, pathsOf(context.dataDir()).auditHead)
    const broken = brokenSentence(check)
    const { rows, older, head } = check
    out.answer({ rows, older, head: head ?? null, broken: check.broken === undefined ? null : { ...check.broken, sentence: broken } }, () =>
      out.line(broken === undefined ? out.style('good', verifiedText(check)) : out.style('bad', broken)),
    )
    if (broken !== undefined) process.exitCode = EXIT.checksFailed
  } finally {
    await opened.value.close()
  }
}
