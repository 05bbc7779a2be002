/**
 * A reply as Telegram sends it: text with entities, a keyboard, perhaps a photo.
 */
import type { Reply } from '../../api/commands/reply.ts'
import { cutTo, fitted } from '../fit.ts'
import { callbackOf, pageCallback } from '../parse.ts'
import { tablePage } from '../table.ts'

export interface TelegramEntity {
  readonly type: 'bold' | 'pre' | 'italic'
  readonly offset: number
  readonly length: number
}
export interface TelegramButton {
  readonly text: string
  readonly callback_data: string
}
export interface TelegramMessage {
  readonly text: string
  readonly entities: readonly TelegramEntity[]
  readonly keyboard: readonly (readonly TelegramButton[])[]
  readonly photo: Buffer | undefined
}

const TEXT_MAX = 4_096
const CAPTION_MAX = 1_024
const TITLE_MAX = 256
/** Of a message: what is beside it must have room, too. */
const TABLE_MAX = 2_400
/** What a page line takes. */
const PAGE_LINE = 20
const BUTTONS_PER_ROW = 3
const LABEL_MAX = 40

/** Text that counts in UTF-16 units, as entities do. */
class EntityText {
  text = ''
  readonly entities: TelegramEntity[] = []
  private readonly max: number

  constructor(max: number) {
    this.max = max
  }

  add(piece: string, type?: TelegramEntity['type']): this {
    const { room } = this
    if (room <= 0 || piece === '') return this
    const cut = cutTo(piece, room)
    if (type !== undefined) this.entities.push({ type, offset: this.text.length, length: cut.length })
    this.text += cut
    return this
  }

  get room(): number {
    return this.max - this.text.length
  }

  line(piece = '', type?: TelegramEntity['type']): this {
    if (this.text !== '') this.add('\n')
    return this.add(piece, type)
  }
}

/** `line` is the command that made the reply: its page buttons run it again. */
export function renderTelegram(reply: Reply, line: string | undefined, page = 0): TelegramMessage {
  const body = new EntityText(reply.image === undefined ? TEXT_MAX : CAPTION_MAX)
  const shown = reply.table !== undefined && reply.table.rows.length > 0 ? tablePage(reply.table, page) : undefined
  const table = cutTo(shown?.lines.join('\n') ?? '', TABLE_MAX)
  const title = cutTo(reply.title, TITLE_MAX)
  const head = `${reply.badge === '' ? '' : `${reply.badge}  `}`
  const rest = [...reply.fields.map((field) => `${field.name}: ${field.value}`), reply.text ?? '']
  const taken = head.length + title.length + table.length + rest.length + PAGE_LINE
  const lines = fitted(rest, body.room - taken)
  body.line(head).add(title, 'bold')
  for (const line of lines.slice(0, -1)) body.line(line)
  const keyboard: TelegramButton[][] = []
  if (shown !== undefined) {
    body.line(table, 'pre')
    if (shown.pages > 1 && line !== undefined) {
      const row: TelegramButton[] = []
      const back = shown.page > 0 ? pageCallback(line, shown.page - 1) : undefined
      const next = shown.page < shown.pages - 1 ? pageCallback(line, shown.page + 1) : undefined
      if (back !== undefined) row.push({ text: '◀', callback_data: back })
      if (next !== undefined) row.push({ text: '▶', callback_data: next })
      body.line(`page ${shown.page + 1} of ${shown.pages}`, 'italic')
      if (row.length > 0) keyboard.push(row)
    }
  }
  const text = lines.at(-1) ?? ''
  if (text !== '') body.line(text)
  let row: TelegramButton[] = []
  for (const button of reply.buttons) {
    const data = callbackOf(button)
    if (data === undefined) continue
    row.push({ text: button.label.slice(0, LABEL_MAX), callback_data: data })
    if (row.length === BUTTONS_PER_ROW || rowWidth(row) > 36) {
      keyboard.push(row)
      row = []
    }
  }
  if (row.length > 0) keyboard.push(row)
  return {
    text: body.text,
    entities: body.entities,
    keyboard,
    photo: reply.image === undefined ? undefined : Buffer.from(reply.image.base64, 'base64'),
  }
}

const rowWidth = (row: readonly TelegramButton[]): number => row.reduce((sum, b) => sum + b.text.length, 0)
