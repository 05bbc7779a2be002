/**
 * The trader's side of a queue of commands in memory: takes what is asked for and leaves the rest.
 */
import type { QueuedCommand, TraderCommand } from '../../src/kernel/trader-command.ts'

export function takeNamed(queue: QueuedCommand[], names?: readonly TraderCommand['name'][]): readonly QueuedCommand[] {
  const taken = queue.filter(({ command }) => names === undefined || names.includes(command.name))
  for (const each of taken) queue.splice(queue.indexOf(each), 1)
  return taken
}
