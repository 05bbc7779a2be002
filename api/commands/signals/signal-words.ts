/**
 * A signal that came in, in words: what it asked, and what became of it.
 */
import { storedRefusalSentence } from '../../../src/signals-in/refusal-sentence.ts'
import type { SignalRow } from '../../ports/signal-ports.ts'
import { duration } from '../words/format.ts'
import { type Field, field, untrusted } from '../reply.ts'

const BODY_SHOWN = 120

export function resultText({ verdict, code, figures, duplicateOf, outcome }: SignalRow): string {
  switch (verdict) {
    case 'refused':
      return `refused: ${storedRefusalSentence(code ?? '', figures)}`
    case 'duplicate':
      return `a duplicate of #${duplicateOf ?? ''}: nothing was done again`
    case 'paper':
      return 'on paper: recorded, not sent'
    case 'accepted': {
      const again = duplicateOf === null ? '' : `again, as #${duplicateOf}: `
      return `${again}${outcome === null ? 'waits for the trader' : `${outcome.status === 'done' ? '' : `${outcome.status}: `}${outcome.text}`}`
    }
  }
}

export function signalField(row: SignalRow, now: number): Field {
  const what = row.wish === null ? 'not understood' : `${row.wish} ${row.symbol ?? ''}`
  const body = row.verdict === 'refused' ? [untrusted(row.body).slice(0, BODY_SHOWN)] : []
  return field(
    `#${row.id} ${what}, ${untrusted(row.source)}`,
    [untrusted(resultText(row)), ...body, `${duration(Math.max(0, now - row.receivedAt))} ago`].join('\n'),
  )
}
