/**
 * `ballast ml models [NAME]`: lines of models as the data directory has them, without a running Ballast.
 */
import type { Command } from 'commander'
import type { ModelLineView, ModelVersion } from '../../ml/champion/line-view.ts'
import { nearestOf } from '../../core/nearest.ts'
import { modelReads } from '../../process/model-reads.ts'
import { pathsOf } from '../../system/paths.ts'
import { contextOf } from '../context.ts'
import { CliError, EXIT } from '../exit.ts'
import { formatCount, formatPercent, formatRatio, formatTime } from '../ui/format.ts'

export function addModels(ml: Command): void {
  ml.command('models')
    .description('list kept models: versions, champion, verdict, expiry, what they have seen')
    .argument('[name]', 'one line of models')
    .action(listModels)
}

function listModels(name: string | undefined, _flags: object, command: Command): void {
  const context = contextOf(command)
  const { out } = context
  const lines = modelReads(pathsOf(context.dataDir()).models).lines()
  const asked = name === undefined ? lines : lines.filter(({ line }) => line === name)
  if (name !== undefined && asked.length === 0) {
    const near = nearestOf(
      name,
      lines.map(({ line }) => line),
    )
    throw new CliError(
      EXIT.notFound,
      `There is no model '${name}'.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      lines.length === 0 ? 'ballast ml fit … --save NAME makes one.' : `There are: ${lines.map(({ line }) => line).join(', ')}.`,
    )
  }
  out.answer({ data: asked }, () => {
    if (asked.length === 0) out.note('No model yet: ballast ml fit … --save NAME makes one.')
    else
      out.table(
        [
          { title: 'model' },
          { title: 'role' },
          { title: 'kind' },
          { title: 'judged' },
          { title: 'rows', align: 'right' },
          { title: 'has seen until' },
          { title: 'expires' },
        ],
        asked.flatMap((view) => view.versions.map((version) => rowOf(view, version))),
      )
    for (const { problem } of asked) if (problem !== null) out.note(`! ${problem}`)
    for (const { versions } of asked) for (const { problem } of versions) if (problem !== null) out.note(`! ${problem}`)
  })
}

function rowOf({ line }: ModelLineView, { version, role, problem, kind, verdict, rows, seenUntil, expiresAt }: ModelVersion): string[] {
  const name = `${line} v${version}`
  if (problem !== null) return [name, role, 'cannot be used', '', '', '', '']
  return [
    name,
    role,
    kind,
    judgedWords(verdict),
    formatCount(rows),
    formatTime(seenUntil),
    expiresAt === null ? 'never' : formatTime(expiresAt),
  ]
}

function judgedWords(verdict: ModelVersion['verdict']): string {
  if (verdict === null) return 'no'
  if (verdict.value === null) return 'refused: nothing can be told'
  const score = verdict.score === 'auc' ? 'AUC' : 'rank correlation'
  return `${verdict.accepted ? 'accepted' : 'refused'}: ${score} ${formatRatio(verdict.value, 4)}, luck ${formatPercent(verdict.luck)}`
}
