/**
 * The card of a command, the same as in chat: title, fields, table, picture, text and buttons.
 */
import { useEffect, useState } from 'preact/hooks'
import { isBusy, answerCard, refreshCard, runLine, type Card, openCard } from '../data/commands.ts'
import { useCell } from '../data/cell.ts'
import type { Reply, ReplyButton, ReplyTable, Tone } from '../data/types.ts'

/** Said by a sign as well as by color. */
const SIGNS: Readonly<Record<Tone, string>> = { ok: '✓', info: '', warn: '⚠', bad: '✕' }

export function ReplyCard({
  card,
  isHeaded = true,
  titleId,
}: {
  readonly card: Card
  readonly isHeaded?: boolean
  readonly titleId?: string
}) {
  const { reply, confirmation } = card
  const [word, setWord] = useState('')
  const left = useSecondsLeft(confirmation?.expiresAt)
  const isOver = left === 0
  const demand = confirmation === undefined ? undefined : demandOf(confirmation)
  useLive(card)
  return (
    <div class={`card ${reply.tone}`}>
      {isHeaded ? (
        <header>
          {reply.badge === '' ? null : <span class="badge">{reply.badge}</span>}
          <h2 id={titleId} tabIndex={titleId === undefined ? undefined : -1}>
            {SIGNS[reply.tone] === '' ? '' : `${SIGNS[reply.tone]} `}
            {reply.title}
          </h2>
        </header>
      ) : null}
      {reply.fields.length === 0 ? null : (
        <dl class="fields">
          {reply.fields.map(({ name, value }, at) => (
            <div key={`${name}${at}`}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {reply.table === undefined ? null : <CardTable table={reply.table} title={reply.title} />}
      {reply.image === undefined ? null : (
        <img class="picture" alt={reply.image.alt} src={`data:${reply.image.mime};base64,${reply.image.base64}`} />
      )}
      {reply.text === undefined || reply.text === '' || confirmation !== undefined ? null : <p class="text">{reply.text}</p>}
      {demand === undefined || isOver ? null : (
        <label class="demand">
          {demand.ask}
          <input
            value={word}
            autoComplete="off"
            autoCapitalize="none"
            inputMode={demand.isCode ? 'numeric' : 'text'}
            onInput={(event) => setWord(event.currentTarget.value)}
          />
        </label>
      )}
      {confirmation === undefined || left === undefined ? null : (
        <p class="quiet" role="timer">
          {isOver ? 'Expired: nothing was done.' : `Expires in ${left} s.`}
          {confirmation.waitsForSecond === true ? ' Somebody else has to give the yes.' : ''}
        </p>
      )}
      <Buttons reply={reply} word={word} isOver={isOver} isReady={demand === undefined || word !== ''} />
    </div>
  )
}

function demandOf({ word, code }: NonNullable<Card['confirmation']>): { readonly ask: string; readonly isCode: boolean } | undefined {
  if (code) return { ask: 'Code of your authenticator', isCode: true }
  return word === null ? undefined : { ask: `Type ${word} to confirm`, isCode: false }
}

function Buttons({
  reply,
  word,
  isOver,
  isReady,
}: {
  readonly reply: Reply
  readonly word: string
  readonly isOver: boolean
  readonly isReady: boolean
}) {
  const busy = useCell(isBusy)
  const buttons = isOver ? reply.buttons.filter(({ action }) => action.type === 'command') : reply.buttons
  if (buttons.length === 0) return null
  const press = ({ action }: ReplyButton): void => {
    if (busy) return
    void (action.type === 'command' ? runLine(action.text.replace(/^\//, '')) : answerCard(action.confirmationId, action.decision, word))
  }
  return (
    <div class="row buttons">
      {buttons.map((button) => {
        const isYes = button.action.type === 'answer' && button.action.decision === 'yes'
        const isOff = busy || (isYes && !isReady)
        return (
          <button
            type="button"
            key={button.label}
            class={`button ${isYes ? (button.tone === 'bad' ? 'bad' : 'main') : 'plain'}`}
            aria-disabled={isOff}
            onClick={() => (isOff ? undefined : press(button))}
          >
            {button.label}
          </button>
        )
      })}
    </div>
  )
}

function CardTable({ table, title }: { readonly table: ReplyTable; readonly title: string }) {
  const { columns, rows, total, rowCommands } = table
  const cell = (text: string | undefined, at: number, row: number) => {
    const line = rowCommands?.[row]
    return at === 0 && line !== undefined ? (
      <button type="button" class="link" onClick={() => void runLine(line.replace(/^\//, ''))}>
        {text}
      </button>
    ) : (
      text
    )
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={at} scope="col" class={`${column.align === 'right' ? 'number' : ''} ${column.isExtra === true ? 'extra' : ''}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {columns.map((column, index) => (
                <td key={index} class={`${column.align === 'right' ? 'number' : ''} ${column.isExtra === true ? 'extra' : ''}`}>
                  {cell(row[index], index, at)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {total === undefined ? null : (
          <tfoot>
            <tr>
              {columns.map((column, index) => (
                <td key={index} class={`${column.align === 'right' ? 'number' : ''} ${column.isExtra === true ? 'extra' : ''}`}>
                  {total[index]}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  )
}

const SECOND_MS = 1_000

/** Undefined where there is no end. */
function useSecondsLeft(until: string | undefined): number | undefined {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (until === undefined) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS)
    return () => clearInterval(timer)
  }, [until])
  return until === undefined ? undefined : Math.max(0, Math.ceil((Date.parse(until) - now) / SECOND_MS))
}

/** A card that is live is asked again for as long as it says. */
function useLive(card: Card): void {
  useEffect(() => {
    const { live } = card.reply
    const line = live?.line ?? card.line
    if (live === undefined || line === undefined || openCard.get() !== card) return
    const timer = setTimeout(() => void refreshCard(card, line), live.everySec * SECOND_MS)
    return () => clearTimeout(timer)
  }, [card])
}
