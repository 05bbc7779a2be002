/**
 * A reply as Discord sends it: one embed, buttons, perhaps a file, all within Discord's limits.
 */
import type { Field, Reply, Tone } from '../../api/commands/reply.ts'
import { cutTo, fitted } from '../fit.ts'
import { callbackOf, pageCallback } from '../parse.ts'
import { tablePage } from '../table.ts'

export interface DiscordButton {
  readonly type: 2
  readonly style: 1 | 2 | 3 | 4
  readonly label: string
  readonly custom_id: string
}
export interface DiscordMessage {
  readonly embeds: readonly {
    readonly title: string
    readonly description?: string
    readonly color: number
    readonly fields: readonly { readonly name: string; readonly value: string; readonly inline: boolean }[]
    readonly image?: { readonly url: string }
  }[]
  readonly components: readonly { readonly type: 1; readonly components: readonly DiscordButton[] }[]
  readonly allowed_mentions: { readonly parse: readonly [] }
  readonly file: { readonly name: string; readonly data: Buffer } | undefined
}

const COLORS: Readonly<Record<Tone, number>> = { ok: 0x2e_b6_7d, info: 0x58_a6_ff, warn: 0xd6_a5_49, bad: 0xe5_53_4b }
const STYLES: Readonly<Record<Tone, 1 | 2 | 3 | 4>> = { ok: 3, info: 2, warn: 1, bad: 4 }
const TITLE_MAX = 256
const DESCRIPTION_MAX = 3_200
const FIELDS_MAX = 25
const NAME_MAX = 100
const VALUE_MAX = 1_000
/** Discord takes 6,000 of all texts together. */
const TOTAL_MAX = 5_900
const TABLE_MAX = 2_400
const PER_ROW = 5
const ROWS_MAX = 5
const TABLE_COLUMNS = 56
const TABLE_ROWS = 15
/** Discord refuses an empty name or value: a space of no width stands for it. */
const BLANK = '\u200b'

/** A backslash that lost the letter it stood before. */
const whole = (text: string): string => text.replace(/(?<!\\)(?:\\\\)*\\(?=…?$)/, (found) => found.slice(1))
const closed = (text: string, max: number): string => whole(cutTo(text, max))

/** At most so many as Discord takes; the last says how many are missing. */
function shownFields(fields: readonly Field[]): { readonly name: string; readonly value: string; readonly inline: boolean }[] {
  const hidden = fields.length - FIELDS_MAX
  const shown = hidden > 0 ? [...fields.slice(0, FIELDS_MAX - 1), { name: 'More', value: `${hidden + 1} not shown` }] : fields
  return shown.map((field) => ({
    name: closed(plain(field.name), NAME_MAX) || BLANK,
    value: closed(plain(field.value), VALUE_MAX) || BLANK,
    inline: field.value.length <= 24,
  }))
}

/** Backslash before what Discord would take for markup. */
const plain = (text: string): string => text.replace(/([\\*_~`|>#[\]()<@])/g, '\\$1')

export function renderDiscord(reply: Reply, line: string | undefined, page = 0): DiscordMessage {
  const parts: string[] = []
  const rows: DiscordButton[][] = []
  if (reply.table !== undefined && reply.table.rows.length > 0) {
    const shown = tablePage(reply.table, page, TABLE_COLUMNS, TABLE_ROWS)
    // A code block ends at three backticks: none can stand inside.
    parts.push(`\`\`\`\n${cutTo(shown.lines.join('\n'), TABLE_MAX).replaceAll('```', "'''")}\n\`\`\``)
    if (shown.pages > 1 && line !== undefined) {
      const row: DiscordButton[] = []
      const back = shown.page > 0 ? pageCallback(line, shown.page - 1) : undefined
      const next = shown.page < shown.pages - 1 ? pageCallback(line, shown.page + 1) : undefined
      if (back !== undefined) row.push({ type: 2, style: 2, label: '◀', custom_id: back })
      if (next !== undefined) row.push({ type: 2, style: 2, label: '▶', custom_id: next })
      parts.push(`page ${shown.page + 1} of ${shown.pages}`)
      if (row.length > 0) rows.push(row)
    }
  }
  let row: DiscordButton[] = []
  for (const button of reply.buttons) {
    const data = callbackOf(button)
    if (data === undefined) continue
    row.push({ type: 2, style: STYLES[button.tone ?? 'info'], label: button.label.slice(0, 80), custom_id: data })
    if (row.length === PER_ROW) {
      rows.push(row)
      row = []
    }
  }
  if (row.length > 0) rows.push(row)
  const title = closed(`${reply.badge === '' ? '' : `${reply.badge}  `}${plain(reply.title)}`, TITLE_MAX)
  const fields = shownFields(reply.fields)
  // A table stands as it is: what is said below it gives way.
  const table = parts.join('\n')
  const text = reply.text === undefined ? '' : closed(plain(reply.text), Math.max(0, DESCRIPTION_MAX - table.length - 1))
  const description = [table, text].filter((part) => part !== '').join('\n')
  const names = fields.reduce((sum, { name }) => sum + name.length, 0)
  const values = fitted(
    fields.map(({ value }) => value),
    Math.max(0, TOTAL_MAX - title.length - description.length - names),
  )
  return {
    embeds: [
      {
        title,
        ...(description === '' ? {} : { description }),
        color: COLORS[reply.tone],
        fields: fields.map((field, k) => ({ ...field, value: whole(values[k] ?? '') || BLANK })),
        ...(reply.image === undefined ? {} : { image: { url: 'attachment://chart.png' } }),
      },
    ],
    components: rows.slice(0, ROWS_MAX).map((components) => ({ type: 1, components })),
    allowed_mentions: { parse: [] },
    file: reply.image === undefined ? undefined : { name: 'chart.png', data: Buffer.from(reply.image.base64, 'base64') },
  }
}

/** What the client library takes: nobody is mentioned. */
export function payloadOf(message: DiscordMessage) {
  return {
    embeds: message.embeds.map((embed) => ({ ...embed, fields: [...embed.fields] })),
    components: message.components.map((row) => ({ type: row.type, components: [...row.components] })),
    allowedMentions: { parse: [] },
    files: message.file === undefined ? [] : [{ attachment: message.file.data, name: message.file.name }],
  }
}
