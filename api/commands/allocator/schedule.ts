/**
 * Capital moved on schedule, since the configuration asks for it: one plan a day, week or month of market time.
 * Never twice for one period, and never while a hold stands: then it waits, within the period.
 */
import { periodStart } from '../../../src/portfolio/results/calendar-periods.ts'
import type { CommandPorts } from '../command.ts'
import { ALLOCATOR, capitalObstacle, capitalPlanOf, carryOut, movesOf, movesText } from './capital.ts'

/** Looks whether a move is due, and makes it. */
export async function moveOnSchedule(ports: CommandPorts): Promise<void> {
  const { method, every } = ports.system.allocator
  if (method === 'off') return
  const account = await ports.reads.account()
  if (account === undefined || (await capitalObstacle(ports)) !== undefined) return
  const ts = account.updatedTs
  const period = periodStart(every, ts)
  if (!(await ports.portfolio.allocator.claim(period))) return
  const { allocator } = ports.portfolio
  const found = await capitalPlanOf(ports, method)
  if (!found.ok) return allocator.report('allocator.failed', `Capital was not moved: ${found.error}`, { method, every }, ts)
  const moves = movesOf(found.value.plan)
  if (moves.length === 0) return
  const requestId = `allocator-${period}`
  const { done, stopped } = await carryOut(ports, moves, { actor: ALLOCATOR, surface: 'worker', role: 'admin', requestId })
  const detail = { method, every, planned: [...moves], done: [...done] }
  const said = done.length === 0 ? '' : `Capital by ${method}: ${movesText(done)}.`
  const summary = [said, stopped].filter((text) => text !== undefined && text !== '').join(' ')
  await ports.audit.note({
    actor: ALLOCATOR,
    surface: 'worker',
    command: 'allocator',
    args: detail,
    role: 'admin',
    decision: stopped === undefined ? 'done' : 'failed',
    result: summary,
    requestId,
  })
  await allocator.report(stopped === undefined ? 'allocator.moved' : 'allocator.failed', summary, detail, ts)
}
