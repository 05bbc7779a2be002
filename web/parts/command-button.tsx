/**
 * Buttons that run a command of the registry; whoever may not run it does not see them.
 */
import type { ComponentChildren } from 'preact'
import { session } from '../data/api.ts'
import { useCell } from '../data/cell.ts'
import { commandNamed, isBusy, registry, run, runLine } from '../data/commands.ts'
import { mayRun } from '../data/roles.ts'

/** Whether who is logged in may run a command, with the action that is among its words. */
export function useMay(command: string, words: readonly string[] = []): boolean {
  const login = useCell(session)
  const rows = useCell(registry)
  return typeof login === 'object' && mayRun(login.role, commandNamed(rows, command), words)
}

interface Asked {
  /** A line as typed in chat, or a command with its arguments. */
  readonly line?: string
  readonly command?: string
  readonly args?: Readonly<Record<string, unknown>>
  readonly tone?: 'plain' | 'main' | 'bad' | 'warn'
  /** For who does not see where the button stands. */
  readonly label?: string
  readonly children: ComponentChildren
}

export function CommandButton({ line, command, args = {}, tone = 'plain', label, children }: Asked) {
  const name = command ?? line?.split(' ')[0] ?? ''
  const may = useMay(name, line === undefined ? (typeof args.action === 'string' ? [args.action] : []) : line.split(' ').slice(1))
  const busy = useCell(isBusy)
  if (!may) return null
  return (
    <button
      type="button"
      class={`button ${tone}`}
      aria-label={label}
      aria-disabled={busy}
      onClick={() => {
        if (!busy) void (line === undefined ? run(name, args) : runLine(line))
      }}
    >
      {children}
    </button>
  )
}
