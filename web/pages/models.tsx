/**
 * Models: what the registry knows of them; where it knows none, that they are not there yet.
 */
import { useCell } from '../data/cell.ts'
import { commandNamed, registry } from '../data/commands.ts'
import { CommandCard } from '../parts/command-card.tsx'
import { Panel } from '../parts/panel.tsx'
import { Empty } from '../parts/states.tsx'

const NAMES = ['models', 'model', 'ml'] as const

export function Models() {
  const commands = useCell(registry)
  const found = NAMES.find((name) => commandNamed(commands, name) !== undefined)
  return (
    <Panel title="Models" isWide>
      {found === undefined ? (
        <Empty title="Models are not in this version">
          Strategies here decide by rules. What research there is, from sweeps to the test for overfitting, is in docs/research.md; its
          results are on the page Backtests.
        </Empty>
      ) : (
        <CommandCard line={found} />
      )}
    </Panel>
  )
}
