/**
 * Components with their health; in short only those that are not well, and a word on the others.
 */
import type { HealthPart } from '../data/types.ts'

const SIGNS: Readonly<Record<string, string>> = { ok: '✓', warn: '⚠', down: '✕' }
/** What these report is for programs: /health has it in words. */
const FOR_PROGRAMS = new Set(['bars', 'strategies'])

export function HealthList({ parts, isShort = false }: { readonly parts: readonly HealthPart[]; readonly isShort?: boolean }) {
  const unwell = parts.filter(({ status }) => status !== 'ok')
  const shown = isShort ? unwell : parts
  return (
    <>
      {isShort && unwell.length === 0 ? <p class="won">✓ all {parts.length} components OK</p> : null}
      <ul class="lines">
        {shown.map(({ id, status, detail }) => (
          <li key={id}>
            <span class={status === 'ok' ? '' : 'lost'}>
              {SIGNS[status] ?? '⚠'} {id}
            </span>
            <span class="quiet">
              {status === 'ok' ? (FOR_PROGRAMS.has(id) ? 'ok' : detail || 'ok') : `${status}${detail === '' ? '' : `: ${detail}`}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
