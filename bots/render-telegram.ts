/**
 * A reply as Telegram sends it: text with entities, a keyboard, perhaps a photo.
 * Never builds markup out of text: what a person or a strategy wrote cannot become formatting.
 */
import type { Reply } from '../api/commands/reply.ts'
import { callbackOf, pageCallback } from './parse.ts'
import { tablePage } from './table.ts'

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
    const room = this.max - this.text.length
    if (room <= 0 || piece === '') return this
    const cut = piece.length > room ? `${piece.slice(0, Math.max(0, room - 1)).replace(/[\ud800-\udbff]$/, '')}…` : piece
    if (type !== undefined) this.entities.push({ type, offset: this.text.length, length: cut.length })
    this.text += cut
    return this
  }

  line(piece = '', type?: TelegramEntity['type']): this {
    if (this.text !== '') this.add('\n')
    return this.add(piece, type)
  }
}

/** `line` is the command that made the reply: its page buttons run it again. */
export function renderTelegram(reply: Reply, line: string | undefined, page = 0): TelegramMessage {
  const body = new EntityText(reply.image === undefined ? TEXT_MAX : CAPTION_MAX)
  body.line(`${reply.badge === '' ? '' : `${reply.badge}  `}`).add(reply.title, 'bold')
  for (const field of reply.fields) body.line(`${field.name}: ${field.value}`)
  const keyboard: TelegramButton[][] = []
  if (reply.table !== undefined && reply.table.rows.length > 0) {
    const shown = tablePage(reply.table, page)
    body.line(shown.lines.join('\n'), 'pre')
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
  if (reply.text !== undefined && reply.text !== '') body.line(reply.text)
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
