/**
 * Lines of models: which version trades, who watches beside it, why it does what it does, and another champion in its place.
 */
import { z } from 'zod'
import { nearestOf } from '../../../src/core/nearest.ts'
import type { StrategyAsk } from '../../../src/kernel/trader-command.ts'
import type { ModelLineView } from '../../../src/ml/champion/line-view.ts'
import { type Command, type CommandContext, alreadyDone, defineAction, defineRead, noArguments, refuse } from '../command.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import { carryOutChange, judgedChange } from '../strategies/strategy-change.ts'
import { duration, short, time } from '../words/format.ts'
import { asideText, predictionFields, scoreText, tradingOf, verdictText, versionText } from './model-words.ts'

const MINUTE_MS = 60_000

const models = defineRead({
  name: 'models',
  aliases: [],
  group: 'Look',
  summary: 'list lines of models: champion, challengers, verdict, expiry, and who trades them',
  usage: '',
  args: z.strictObject({}),
  read: noArguments,
  examples: ['models'],
  role: 'viewer',
  scope: 'strategy:read',
  run: async ({ ports }) => {
    const [lines, rows, account] = [ports.models.lines(), await ports.reads.strategies(), await ports.reads.account()]
    if (lines.length === 0)
      return reply('No model yet', {
        tone: 'ok',
        text: 'A model is fitted from files and kept with: ballast ml fit FEATURES.csv --target label --model gbdt --save NAME',
      })
    const now = account?.updatedTs ?? ports.wallNow()
    return reply('Models', {
      table: {
        columns: [{ title: 'model' }, { title: 'champion' }, { title: 'challengers' }, { title: 'trades', isExtra: true }],
        rows: lines.map(({ line, champion, versions }) => [
          line,
          champion === null ? '–' : `v${champion}`,
          versions
            .filter(({ role }) => role === 'challenger')
            .map(({ version }) => `v${version}`)
            .join(' ') || '–',
          tradingOf(rows, line)
            .map(({ strategy }) => strategy)
            .join(' ') || '–',
        ]),
        rowCommands: lines.map(({ line }) => `/model ${line} show`),
      },
      fields: lines.map((view) => field(view.line, lineText(view, rows, now))),
      buttons: [runs('Refresh', '/models'), ...lines.slice(0, 4).map(({ line }) => runs(line, `/model ${line} show`))],
    })
  },
})

function lineText(view: ModelLineView, rows: Parameters<typeof tradingOf>[0], now: number): string {
  if (view.problem !== null) return untrusted(view.problem)
  const champion = view.versions.find(({ role }) => role === 'champion')
  const traded = tradingOf(rows, view.line).map((trading) => `${trading.strategy} ${asideText(trading, now)}`)
  const head = champion === undefined ? `no champion: /model ${view.line} promote` : versionText(champion)
  return [head, ...(champion === undefined || traded.length > 0 ? traded : ['no strategy trades it'])].join('\n')
}

const ACTIONS = ['show', 'why', 'promote', 'rollback'] as const

const model = defineAction({
  name: 'model',
  aliases: [],
  group: 'Trade and control',
  summary: 'show a line of models, why it predicts what it does, promote another version or roll back',
  usage: '<name> [why | promote [v2] [anyway] | rollback]',
  args: z.strictObject({
    name: z.string().min(1).max(40),
    action: z.enum(ACTIONS).default('show'),
    version: z.coerce.number().int().min(1).optional(),
    anyway: z.boolean().optional(),
  }),
  read: (words) => {
    const [name, action, ...rest] = words.map((word) => word.toLowerCase())
    const found = rest.find((word) => /^v?\d+$/.test(word))
    const others = rest.filter((word) => word !== found && word !== 'anyway')
    return {
      ...(name === undefined ? {} : { name }),
      ...(action === undefined ? {} : { action }),
      ...(found === undefined ? {} : { version: found.replace(/^v/, '') }),
      ...(rest.includes('anyway') ? { anyway: true } : {}),
      ...(others.length > 0 || (action !== 'promote' && rest.length > 0) ? { unexpected: rest.join(' ') } : {}),
    }
  },
  examples: ['model eth', 'model eth why', 'model eth promote v3', 'model eth rollback'],
  role: 'viewer',
  roleFor: ({ action }) => (action === 'show' || action === 'why' ? 'viewer' : 'admin'),
  scope: 'strategy:read',
  scopeFor: ({ action }) => (action === 'show' || action === 'why' ? 'strategy:read' : 'strategy:write'),
  tier: ({ action }, profile) => (action === 'show' || action === 'why' ? 'C0' : profile === 'live' ? 'C2' : 'C1'),
  addsRisk: ({ action }) => action === 'promote' || action === 'rollback',
  plan: async (context, { name, action, version, anyway }) => {
    if (action === 'show' || action === 'why') {
      const view = context.ports.models.lines().find(({ line }) => line === name)
      if (view === undefined) return refuse(unknownModel(context, name))
      return alreadyDone(action === 'show' ? await cardOf(context, view) : await whyOf(context, view))
    }
    const ask: StrategyAsk =
      action === 'rollback'
        ? { type: 'rollback', line: name }
        : { type: 'promote', line: name, ...(version === undefined ? {} : { version }), ...(anyway === true ? { anyway } : {}) }
    return judgedChange(
      context,
      ask,
      false,
      action === 'rollback' ? `Roll ${name} back` : `Promote ${name}${version === undefined ? '' : ` v${version}`}`,
    )
  },
  execute: carryOutChange,
})

function unknownModel({ ports }: CommandContext, name: string): Reply {
  const names = ports.models.lines().map(({ line }) => line)
  const near = nearestOf(name, names)
  return reply(`There is no model ${untrusted(name)}`, {
    tone: 'warn',
    text: names.length === 0 ? 'None was fitted with --save yet.' : `There are: ${names.join(', ')}.`,
    buttons: near === undefined ? [runs('Models', '/models')] : [runs(near, `/model ${near} show`)],
  })
}

async function cardOf({ ports }: CommandContext, view: ModelLineView): Promise<Reply> {
  const [rows, account] = await Promise.all([ports.reads.strategies(), ports.reads.account()])
  const now = account?.updatedTs ?? ports.wallNow()
  const wall = ports.wallNow()
  const trading = tradingOf(rows, view.line)
  const champion = view.versions.find(({ role }) => role === 'champion')
  const [last] = view.changes
  return reply(`${view.line}  ${champion === undefined ? 'no champion' : `v${champion.version}`}`, {
    tone: champion === undefined || champion.problem !== null || trading.some(({ report }) => report.aside !== null) ? 'warn' : 'ok',
    fields: [
      ...(view.problem === null ? [] : [field('Problem', untrusted(view.problem))]),
      ...(champion === undefined ? [] : [field('Judged', verdictText(champion.verdict))]),
      ...(champion === undefined || champion.problem !== null
        ? []
        : [
            field(
              'Made of',
              `${champion.kind}, ${champion.features} features of ${champion.symbols.map(short).join(' ')}, ${champion.intervalMs / MINUTE_MS} min bars, ${champion.rows} rows`,
            ),
            field('Has seen', `until ${time(champion.seenUntil, now)}`),
            field(
              'Expires',
              champion.expiresAt === null
                ? 'never'
                : `${time(champion.expiresAt, wall)}${champion.expiresAt > wall ? ` (in ${duration(champion.expiresAt - wall)})` : ''}`,
            ),
            field('Rests on', champion.importance.map(([name, share]) => `${name} ${(share * 100).toFixed(0)} %`).join(', ')),
            field('File', champion.hash),
          ]),
      ...(trading.length === 0
        ? [field('Traded by', `nobody: /strategy ml add ETH model=${view.line}`)]
        : trading.map((each) => field(each.strategy, asideText(each, now)))),
      ...(last === undefined
        ? []
        : [field('Last change', `${last.action} to v${last.to} by ${untrusted(last.actor)} ${time(last.atMs, wall)}`)]),
    ],
    table: {
      columns: [{ title: '' }, { title: 'version' }, { title: 'model' }, { title: 'live' }],
      rows: view.versions.map((version) => [
        MARKS[version.role],
        `v${version.version}`,
        versionText(version),
        trading
          .flatMap(({ report }) => report.models.filter((each) => each.version === version.version).map(({ score }) => scoreText(score)))
          .join('; ') || '–',
      ]),
    },
    buttons: [runs('Why', `/model ${view.line} why`), runs('Roll back', `/model ${view.line} rollback`), runs('Models', '/models')],
  })
}

const MARKS = { champion: '●', challenger: '○', former: '·' } as const

async function whyOf({ ports }: CommandContext, view: ModelLineView): Promise<Reply> {
  const [rows, account] = await Promise.all([ports.reads.strategies(), ports.reads.account()])
  const now = account?.updatedTs ?? ports.wallNow()
  const trading = tradingOf(rows, view.line)
  if (trading.length === 0)
    return reply(`No strategy trades ${view.line}`, {
      tone: 'warn',
      text: `Nothing is predicted live. Add one: /strategy ml add ETH model=${view.line}`,
      buttons: [runs(view.line, `/model ${view.line} show`)],
    })
  const [first] = trading
  const drift = first?.report.drift ?? null
  return reply(`Why ${view.line}${first?.report.champion === null ? '' : ` v${first?.report.champion?.version}`}`, {
    tone: trading.some(({ report }) => report.aside !== null) ? 'warn' : 'ok',
    fields: [
      ...trading.map((each) => field(each.strategy, asideText(each, now))),
      ...trading.flatMap(predictionFields),
      field(
        'Drift',
        drift === null
          ? 'not known yet'
          : drift.rowsMissing > 0
            ? `can be told in ${drift.rowsMissing} more rows`
            : `${((drift.share ?? 0) * 100).toFixed(0)} % of the importance lies in drifted features`,
      ),
    ],
    ...(drift === null || drift.features.length === 0
      ? {}
      : {
          table: {
            columns: [
              { title: '' },
              { title: 'feature' },
              { title: 'PSI', align: 'right' as const },
              { title: 'usual', align: 'right' as const },
              { title: 'KS', align: 'right' as const },
              { title: 'usual', align: 'right' as const, isExtra: true },
            ],
            rows: drift.features.map((each) => [
              each.isDrifted ? '!' : '',
              each.name,
              each.psi.toFixed(2),
              each.usualPsi.toFixed(2),
              each.ks.toFixed(2),
              each.usualKs.toFixed(2),
            ]),
          },
        }),
    text: 'PSI and KS set the newest rows beside those of the training; usual is what 19 of 20 parts of the training itself stay within.',
    buttons: [runs('Refresh', `/model ${view.line} why`), runs(view.line, `/model ${view.line} show`), runs('Models', '/models')],
  })
}

export const MODEL_COMMANDS: readonly Command[] = [models, model]
