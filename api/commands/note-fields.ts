/**
 * Notes and tags of trades as they are shown.
 */
import type { TradeNote } from '../ports/portfolio-ports.ts'
import { type Field, field, untrusted } from './reply.ts'

const SHOWN = 5

export const noteFields = (note: TradeNote | undefined): Field[] =>
  note === undefined
    ? []
    : [
        ...(note.tags.length === 0 ? [] : [field('Tags', note.tags.map(untrusted).join(', '))]),
        ...(note.note === '' ? [] : [field('Note', untrusted(note.note))]),
      ]

/** A line a trade, below a list of trades; '' where nobody wrote anything. */
export function notesText(notes: readonly TradeNote[]): string {
  const written = notes.filter(({ note, tags }) => note !== '' || tags.length > 0).sort((a, b) => b.tradeNumber - a.tradeNumber)
  const lines = written
    .slice(0, SHOWN)
    .map(({ tradeNumber, note, tags }) =>
      untrusted(`#${tradeNumber} ${[tags.map((tag) => `[${tag}]`).join(' '), note].filter((part) => part !== '').join(' ')}`),
    )
  return [...lines, ...(written.length > SHOWN ? [`and notes on ${written.length - SHOWN} more`] : [])].join('\n')
}
