/**
 * Models: lines with champion and challengers, how they do live, and why they predict what they do.
 */
import { CommandCard } from '../parts/command-card.tsx'
import { Panel } from '../parts/panel.tsx'

export function Models() {
  return (
    <Panel title="Models" isWide>
      <CommandCard line="models" isHeaded={false} />
    </Panel>
  )
}
