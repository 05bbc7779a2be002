/**
 * measures: how risky the account, a strategy or a symbol has been, in the figures of the field.
 */
import { z } from 'zod'
import { type Command, type CommandContext, defineRead } from '../command.ts'
import { asOf, plainPercent, short } from '../words/format.ts'
import { levelFields, levelText, measureFields, missingText, toneOfLevel } from '../words/measure-words.ts'
import { type Book, type MeasuredScope, type MeasuresReport, bookOf, partsOf, reportOf } from '../reports/measures-report.ts'
import { type Reply, type Table, field, reply, runs, untrusted } from '../reply.ts'
import { scopeOf } from '../scope.ts'
import { noAccount } from './account-group.ts'

const PARTS_MAX = 12

const measures = defineRead({
  name: 'measures',
  aliases: ['var', 'sharpe'],
  group: 'Look',
  summary: 'show VaR, Sharpe, drawdown, beta and risk level of the account, a strategy or a symbol',
  usage: '[strategy|sym]',
  args: z.strictObject({ what: z.string().min(1).max(60).optional() }),
  read: ([what, ...more]) => ({ ...(what === undefined ? {} : { what }), ...(more.length === 0 ? {} : { unexpected: more.join(' ') }) }),
  examples: ['measures', 'measures ema-cross', 'measures BTC'],
  role: 'viewer',
  scope: 'account:read',
  isPrivate: true,
  run: async (context, { what }) => {
    const scope = await scopeOf(context, what, '/measures {}')
    if ('problem' in scope) return scope.problem
    const book = await bookOf(context.ports)
    return book === undefined ? noAccount() : cardOf(context, book, reportOf(book, scope))
  },
})

async function cardOf({ ports }: CommandContext, book: Book, report: MeasuresReport): Promise<Reply> {
  const { scope, stride, judgement, exposure, series, notes } = report
  const title = scope.type === 'portfolio' ? 'Risk measures' : `Risk measures of ${untrusted(scope.name)}`
  const image = await ports.charts?.measures({ title, stride, series })
  const parts = scope.type === 'portfolio' ? partsOf(book) : { strategies: [], symbols: [] }
  const missing = series.ts.length === 0 ? undefined : missingText(report.measures)
  const from = series.ts[0]
  return reply(title, {
    tone: toneOfLevel(judgement),
    fields: [
      ...levelFields(judgement),
      ...measureFields(report.measures, stride === 'day' ? 'a day' : 'an hour'),
      ...(exposure.hhi === null
        ? []
        : [
            field(
              'Exposure',
              `${plainPercent(exposure.gross / book.equity, 0)} of equity, net ${plainPercent(exposure.net / book.equity, 0)}`,
            ),
            ...(scope.type === 'portfolio' && exposure.hhi < 1
              ? [field('HHI', `${exposure.hhi.toFixed(2)}, as ${(exposure.effectiveSymbols ?? 1).toFixed(1)} equal positions`)]
              : []),
          ]),
      ...(from === undefined
        ? []
        : [
            field(
              'Basis',
              `${report.measures.returns} ${stride === 'day' ? 'daily' : 'hourly'} returns from ${asOf(from, ports.system.profile)}`,
            ),
          ]),
    ],
    ...(parts.strategies.length + parts.symbols.length === 0 ? {} : { table: tableOf(book, parts) }),
    ...(missing === undefined && notes.length === 0 ? {} : { text: [...notes, ...(missing === undefined ? [] : [missing])].join(' ') }),
    ...(image === undefined ? {} : { image }),
    buttons: [
      ...parts.strategies.slice(0, 3).map((name) => runs(name, `/measures ${name}`)),
      ...(scope.type === 'portfolio' ? [] : [runs('Account', '/measures')]),
      runs('Risk', '/risk'),
    ],
  })
}

/** Level and deepest drawdown of each strategy and symbol. */
function tableOf(book: Book, { strategies, symbols }: ReturnType<typeof partsOf>): Table {
  const row = (scope: MeasuredScope, name: string): string[] => {
    const { judgement, measures: own } = reportOf(book, scope)
    return [
      name,
      judgement.level === null ? '–' : levelText(judgement).toLowerCase(),
      own.maxDrawdown === null ? '–' : plainPercent(own.maxDrawdown, 1),
    ]
  }
  return {
    columns: [{ title: 'part' }, { title: 'level' }, { title: 'max DD', align: 'right' }],
    rows: [
      ...strategies.slice(0, PARTS_MAX).map((name) => row({ type: 'strategy', name }, untrusted(name))),
      ...symbols.slice(0, PARTS_MAX).map((name) => row({ type: 'symbol', name }, short(name))),
    ],
  }
}

export const MEASURES_COMMANDS: readonly Command[] = [measures]
