/**
 * What a part of a page shows where there is nothing to show yet: empty, loading, failed, old.
 */
import type { ComponentChildren } from 'preact'
import type { Problem } from '../data/api.ts'
import type { Read } from '../data/read.ts'
import { duration } from '../data/show.ts'

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) => (
  <div class="state">
    <p class="state-title">{title}</p>
    {children === undefined ? null : <p class="quiet">{children}</p>}
  </div>
)

export const Loading = ({ rows = 3 }: { readonly rows?: number }) => (
  <div class="loading" role="status">
    <span class="hidden">Loading</span>
    {Array.from({ length: rows }, (_, at) => (
      <span class="loading-row" key={at} aria-hidden="true" />
    ))}
  </div>
)

export const Failed = ({ problem }: { readonly problem: Problem }) => (
  <div class="state state-bad" role="alert">
    <p class="state-title">⚠ {problem.detail}</p>
    {problem.hint === undefined ? null : <p class="quiet">{problem.hint}</p>}
  </div>
)

/** What was read, or why not; what was read before stays, and says how old it is. */
export function Loaded<T>({
  read,
  rows,
  children,
}: {
  readonly read: Read<T>
  readonly rows?: number
  readonly children: (data: T) => ComponentChildren
}) {
  const { data, problem, at } = read
  if (data === undefined)
    return problem === undefined ? <Loading {...(rows === undefined ? {} : { rows })} /> : <Failed problem={problem} />
  return (
    <>
      {problem === undefined || at === undefined ? null : (
        <p class="old" role="status">
          ⚠ {duration(Date.now() - at)} old: {problem.detail}
        </p>
      )}
      {children(data)}
    </>
  )
}
