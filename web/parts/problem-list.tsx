/**
 * Open alerts, the worst first, with what to do about each.
 */
import type { AlertProblem } from '../data/types.ts'
import { CommandButton } from './command-button.tsx'
import { Words } from './words.tsx'

export const ProblemList = ({ problems }: { readonly problems: readonly AlertProblem[] }) => (
  <ul class="problems">
    {problems.map(({ number, severity, summary, next, status, ackedBy, count, actions }) => (
      <li key={number} class={`problem severity-${severity.toLowerCase()}`}>
        <p>
          <span class="severity">{severity}</span> {summary}
          {count > 1 ? <span class="quiet"> ×{count}</span> : null}
        </p>
        {next === null ? null : (
          <p class="quiet">
            <Words text={next} />
          </p>
        )}
        <div class="row">
          {status === 'acked' ? (
            <span class="quiet">✓ acknowledged{ackedBy === null ? '' : ` by ${ackedBy}`}</span>
          ) : (
            <CommandButton command="ack" args={{ id: number }} label={`Acknowledge alert ${number}`}>
              Acknowledge
            </CommandButton>
          )}
          <CommandButton command="resolve" args={{ id: number }} label={`Resolve alert ${number}`}>
            Resolve
          </CommandButton>
          {actions
            .filter(({ command }) => !/^\/?(ack|resolve)\b/.test(command))
            .map(({ label, command }) => (
              <CommandButton key={command} line={command.replace(/^\//, '')}>
                {label}
              </CommandButton>
            ))}
        </div>
      </li>
    ))}
  </ul>
)
