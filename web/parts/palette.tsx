/**
 * The command palette: every command of the registry that one may run, and every page, by keyboard.
 */
// biome-ignore-all lint/a11y: a combobox keeps the focus in its input and names the chosen option, by the ARIA pattern of that name
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { session } from '../data/api.ts'
import { Cell, useCell } from '../data/cell.ts'
import { registry, runLine } from '../data/commands.ts'
import { type Suggestion, isComplete, suggestionsFor } from '../data/suggest.ts'

const isOpenCell = new Cell(false)
export const openPalette = (): void => isOpenCell.set(true)

export function Palette() {
  const isOpen = useCell(isOpenCell)
  const login = useCell(session)
  const commands = useCell(registry)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const dialog = useRef<HTMLDialogElement>(null)
  const input = useRef<HTMLInputElement>(null)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return
      event.preventDefault()
      isOpenCell.set(!isOpenCell.get())
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  // Before the next key: what is typed at once after Ctrl-K belongs into the palette.
  useLayoutEffect(() => {
    if (!isOpen) {
      dialog.current?.close()
      return
    }
    setTyped('')
    setAt(0)
    if (dialog.current?.open === false) dialog.current.showModal()
    input.current?.focus()
  }, [isOpen])

  const role = typeof login === 'object' ? login.role : 'viewer'
  const suggestions = suggestionsFor(typed, commands, role)
  const chosen = suggestions[Math.min(at, suggestions.length - 1)]
  const close = (): void => isOpenCell.set(false)

  const take = (suggestion: Suggestion | undefined): void => {
    if (suggestion === undefined) return
    if (suggestion.type === 'page') {
      close()
      location.hash = suggestion.address
      return
    }
    const { row } = suggestion
    const [first = '', ...rest] = typed.trim().split(/\s+/)
    const isNamed = [row.name, ...row.aliases].includes(first.replace(/^\//, '').toLowerCase())
    const line = isNamed ? [row.name, ...rest].join(' ') : row.name
    if (!isComplete(line, row)) {
      setTyped(`${row.name} `)
      input.current?.focus()
      return
    }
    close()
    void runLine(line)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((at + step + suggestions.length) % Math.max(1, suggestions.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      take(chosen)
    } else if (event.key === 'Tab' && chosen?.type === 'command' && !typed.includes(' ')) {
      event.preventDefault()
      setTyped(`${chosen.row.name} `)
    }
  }

  return (
    <dialog
      ref={dialog}
      class="dialog palette"
      aria-label="Commands"
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClick={(event) => {
        if (event.target === dialog.current) close()
      }}
    >
      <input
        ref={input}
        role="combobox"
        aria-label="Command or page"
        aria-expanded="true"
        aria-controls="suggestions"
        aria-activedescendant={chosen === undefined ? undefined : `suggestion-${suggestions.indexOf(chosen)}`}
        placeholder="close BTC 50%, pause, why 12, chart …"
        autoComplete="off"
        spellcheck={false}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="suggestions" role="listbox" aria-label="Commands and pages">
        {suggestions.map((suggestion, index) => (
          <li
            key={suggestion.title}
            id={`suggestion-${index}`}
            role="option"
            aria-selected={suggestion === chosen}
            onClick={() => take(suggestion)}
          >
            <strong>{suggestion.title}</strong>
            {suggestion.type === 'page' ? null : (
              <>
                {' '}
                <code>{suggestion.row.usage}</code>
                <span class="quiet">{suggestion.row.summary}</span>
              </>
            )}
          </li>
        ))}
      </ul>
      {suggestions.length === 0 ? <p class="quiet">No command and no page is called so.</p> : null}
      {chosen?.type === 'command' && chosen.row.examples.length > 0 ? (
        <p class="quiet">For example: {chosen.row.examples.slice(0, 3).join(' · ')}</p>
      ) : null}
    </dialog>
  )
}
