/**
 * Where cards are shown: a dialog for what asks or is long, notices for what was done.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { answerCard, dismiss, notices, openCard } from '../data/commands.ts'
import { useCell } from '../data/cell.ts'
import { place } from '../data/places.ts'
import { ReplyCard } from './reply-card.tsx'

export function CardDialog() {
  const card = useCell(openCard)
  const dialog = useRef<HTMLDialogElement>(null)
  const isOpen = card !== undefined
  const title = card?.reply.title
  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal()
    if (!isOpen) dialog.current?.close()
  }, [isOpen])
  // What a card has become is read out, and Tab goes on from there.
  useEffect(() => {
    if (title !== undefined) dialog.current?.querySelector<HTMLElement>('#card-title')?.focus()
  }, [title])
  const close = (): void => {
    const { confirmation } = openCard.get() ?? {}
    openCard.set(undefined)
    // Whoever leaves a question has said no.
    if (confirmation !== undefined) void answerCard(confirmation.id, 'no', undefined)
  }
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="card-title"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      {card === undefined ? null : (
        <>
          <button type="button" class="close" aria-label="Close" onClick={close}>
            ✕
          </button>
          <ReplyCard card={card} key={card.confirmation?.id} titleId="card-title" />
        </>
      )}
    </dialog>
  )
}

/** What went well is read in this time; what did not stays until it is dismissed. */
const READ_MS = 8_000

export function Notices() {
  const rows = useCell(notices)
  const { page } = useCell(place)
  const [isHeld, setHeld] = useState(false)
  useEffect(() => notices.set([]), [page])
  useEffect(() => {
    const passing = rows.find(({ reply }) => reply.tone === 'ok' || reply.tone === 'info')
    if (passing === undefined || isHeld) return
    const timer = setTimeout(() => dismiss(passing.id), READ_MS)
    return () => clearTimeout(timer)
  }, [rows, isHeld])
  return (
    <div class="notices" role="status" aria-live="polite">
      {rows.map((notice) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: it only stays while it is looked at
        <div
          class="notice"
          key={notice.id}
          onMouseEnter={() => setHeld(true)}
          onMouseLeave={() => setHeld(false)}
          onFocusIn={() => setHeld(true)}
          onFocusOut={() => setHeld(false)}
        >
          <button type="button" class="close" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
            ✕
          </button>
          <ReplyCard card={notice} />
        </div>
      ))}
    </div>
  )
}
