/**
 * A part of a page under a heading of its own, with what can be done about all of it.
 */
import type { ComponentChildren } from 'preact'

export const Panel = ({
  title,
  actions,
  children,
  isWide = false,
}: {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
  readonly isWide?: boolean
}) => (
  <section class={isWide ? 'panel wide' : 'panel'}>
    <header>
      <h2>{title}</h2>
      {actions === undefined ? null : <div class="row">{actions}</div>}
    </header>
    {children}
  </section>
)
