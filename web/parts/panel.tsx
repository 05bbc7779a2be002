/**
 * A part of a page under a heading of its own, with what can be done about all of it.
 */
import type { ComponentChildren } from 'preact'

export const Panel = ({
  title,
  actions,
  children,
  isWide = false,
  isDouble = false,
}: {
  readonly title: string
  readonly actions?: ComponentChildren
  readonly children: ComponentChildren
  /** Over the whole row; over two columns where there are three. */
  readonly isWide?: boolean
  readonly isDouble?: boolean
}) => (
  <section class={`panel ${isWide ? 'wide' : ''} ${isDouble ? 'double' : ''}`}>
    <header>
      <h2>{title}</h2>
      {actions === undefined ? null : <div class="row">{actions}</div>}
    </header>
    {children}
  </section>
)
