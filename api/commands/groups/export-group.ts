/**
 * export: the sums of a year of trades, lots or ledger entries, and where the file is.
 */
import { z } from 'zod'
import { LOT_METHODS } from '../../../src/portfolio/lots/tax-lots.ts'
import { type Command, defineRead } from '../command.ts'
import { EXPORTS, exportOf } from '../export/books.ts'
import { money, amount as plainAmount } from '../words/format.ts'
import { field, reply, runs } from '../reply.ts'

export const YEAR_MIN = 2018
export const YEAR_MAX = 2100
const YEAR_WORDS = 'use a year such as 2025'
const Year = z.coerce.number(YEAR_WORDS).int(YEAR_WORDS).min(YEAR_MIN, YEAR_WORDS).max(YEAR_MAX, YEAR_WORDS)

const exported = defineRead({
  name: 'export',
  aliases: [],
  group: 'Look',
  summary: 'sum up trades, tax lots or ledger entries of a year; terminal and REST give the CSV',
  usage: '<trades|lots|ledger|wallet> [year] [fifo|average]',
  args: z.strictObject({
    what: z.enum(EXPORTS),
    year: Year.optional(),
    method: z.enum(LOT_METHODS).default('fifo'),
  }),
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      if (/^\d{4}$/.test(word)) raw.year = word
      else if (LOT_METHODS.some((method) => method === word.toLowerCase())) raw.method = word.toLowerCase()
      else if (raw.what === undefined) raw.what = word.toLowerCase()
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['export lots 2025 fifo', 'export ledger 2025', 'export trades'],
  role: 'viewer',
  scope: 'report:read',
  isPrivate: true,
  run: async ({ ports }, { what, year, method }) => {
    const { table, sums, warnings } = await exportOf(ports, what, year, method)
    const span = year === undefined ? 'all time' : String(year)
    return reply(
      `${what === 'lots' ? `Tax lots (${method})` : what === 'ledger' ? 'Ledger' : what === 'wallet' ? 'Wallet changes' : 'Trades'}  ${span}`,
      {
        fields: [
          field('Rows', String(table.rows.length)),
          ...sums.map(({ name, amount }) => field(name, /^fees/i.test(name) ? `${plainAmount(amount)} USDT` : money(amount))),
          ...warnings.map((warning) => field('Note', warning)),
        ],
        text: `The file, in the terminal: ballast export ${what}${year === undefined ? '' : ` --year ${year}`}${what === 'lots' ? ` --method ${method}` : ''} --out ${what}.csv`,
        buttons: [runs('Trades', '/trades')],
      },
    )
  },
})

export const EXPORT_COMMANDS: readonly Command[] = [exported]
