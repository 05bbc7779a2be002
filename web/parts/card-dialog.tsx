/**
 * Where cards are shown: a dialog for what asks or is long, notices for what was done.
 */
import { useEffect, useRef } from 'preact/hooks'
import { answerCard, dismiss, notices, openCard } from '../data/commands.ts'
import { useCell } from '../data/cell.ts'
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

export function Notices() {
  const rows = useCell(notices)
  return (
    <div class="notices" role="status" aria-live="polite">
      {rows.map((notice) => (
        <div class="notice" key={notice.id}>
          <button type="button" class="close" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
            ✕
          </button>
          <ReplyCard card={notice} />
        </div>
      ))}
    </div>
  )
}
