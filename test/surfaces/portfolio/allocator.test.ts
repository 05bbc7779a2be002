/**
 * Capital of strategies on the surfaces and on schedule: shown, confirmed, carried out as settings; nothing while a hold stands.
 */
import { describe, expect, test } from 'vitest'
import { moveOnSchedule } from '../../../api/commands/allocator/schedule.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { AskedBy } from '../../../api/ports/ports.ts'
import type { HoldRow } from '../../../src/journal/row.ts'
import type { TraderCommand } from '../../../src/kernel/trader-command.ts'
import { by, makeWorld } from '../../support/command-world.ts'
import { strategyRowOf as row } from '../../support/strategy-row.ts'
import { refusedAs } from '../../support/refused-as.ts'

const hold: HoldRow = {
  holdId: 'h',
  scope: 'account',
  effect: 'no-entries',
  cause: 'operator',
  actor: 'me',
  reason: '',
  since: 0,
  until: null,
}

/** Two strategies, of which one has 70 % of the equity and the other all of it; a trader that sets what it is told. */
function system() {
  const world = makeWorld()
  const asked: AskedBy[] = []
  world.riskSettings = [{ target: 'strategy trend', key: 'capital', value: '70%', actor: 'me', since: 0, until: null }]
  const ports = {
    ...world.ports,
    reads: { ...world.ports.reads, strategies: async () => [row('trend', 'BTCUSDT'), row('fade', 'ETHUSDT'), row('manual', 'XRPUSDT')] },
    control: {
      ...world.ports.control,
      send: async (command: TraderCommand, who: AskedBy) => {
        const answer = await world.ports.control.send(command, who)
        asked.push(who)
        if (command.name === 'set-limit' && answer?.status === 'done' && command.scope.type === 'strategy')
          world.riskSettings = [
            ...world.riskSettings.filter(({ target }) => target !== `strategy ${(command.scope as { strategy: string }).strategy}`),
            {
              target: `strategy ${command.scope.strategy}`,
              key: 'capital',
              value: command.value ?? null,
              actor: who.actor,
              since: 0,
              until: null,
            },
          ]
        return answer
      },
    },
  }
  return { world, ports, asked, runner: new CommandRunner(ports) }
}
const valuesOf = (sent: readonly TraderCommand[]) =>
  sent.map((command) => (command.name === 'set-limit' ? [command.key, command.value, command.scope] : command.name))
const HALVES = [
  ['capital', '50%', { type: 'strategy', strategy: 'fade' }],
  ['capital', '50%', { type: 'strategy', strategy: 'trend' }],
]

describe('moving capital', () => {
  test('shown with now and then, and set after the yes, what is taken most first, as the allocator', async () => {
    const { world, runner, asked } = system()
    const card = await runner.runLine('/allocator equal', by('admin'))
    expect(card.status).toBe('confirm')
    expect(card.reply.table?.rows).toEqual([
      ['trend', '70%', '50%', '50%'],
      ['fade', '100%', '50%', '50%'],
    ])
    expect(world.sent).toEqual([])
    const { status, reply } = await runner.answer(card.confirmation?.id ?? '', 'yes', by('admin'))
    expect([status, reply.text]).toEqual(['done', 'fade 100% → 50%, trend 70% → 50%'])
    expect(valuesOf(world.sent)).toEqual(HALVES)
    expect(asked.map(({ actor }) => actor)).toEqual(['allocator', 'allocator'])
    expect(world.audit.at(-1)).toMatchObject({ command: 'allocator', decision: 'done', actor: 'telegram:1' })
  })

  test('a dry run is for every viewer, and changes nothing', async () => {
    const { world, runner } = system()
    const { status, reply } = await runner.runLine('/allocator hrp dry-run', by('viewer'))
    expect([status, reply.text]).toEqual(['done', 'Nothing was changed.'])
    expect(world.sent).toEqual([])
    expect((await runner.runLine('/allocator', by('trader'))).status).not.toBe('confirm')
  })

  test('S16 nothing moves while a hold stands, nor after one came between card and yes', async () => {
    const { world, runner } = system()
    const card = await runner.runLine('/allocator equal', by('admin'))
    world.holds = [hold]
    const { status, reply } = await runner.answer(card.confirmation?.id ?? '', 'yes', by('admin'))
    expect([status, reply.text]).toEqual(['refused', 'Stopped: a hold stands on account (operator).'])
    expect((await runner.runLine('/allocator equal', by('admin'))).reply.text).toBe('Not while a hold stands on account (operator).')
    expect(world.sent).toEqual([])
  })

  test('what somebody changed meanwhile is not changed again', async () => {
    const { world, runner } = system()
    const card = await runner.runLine('/allocator equal', by('admin'))
    world.riskSettings = [
      ...world.riskSettings,
      { target: 'strategy fade', key: 'capital', value: '20%', actor: 'me', since: 0, until: null },
    ]
    const { status, reply } = await runner.answer(card.confirmation?.id ?? '', 'yes', by('admin'))
    expect([status, reply.text]).toEqual(['refused', 'Stopped: capital of fade is 20% now and was 100% in the plan. Plan again.'])
    expect(world.sent).toEqual([])
  })

  test('a trader that refuses ends it, and says what was moved', async () => {
    const { world, runner } = system()
    const card = await runner.runLine('/allocator equal', by('admin'))
    world.outcome = refusedAs('safe-mode', 'No.')
    expect((await runner.answer(card.confirmation?.id ?? '', 'yes', by('admin'))).reply.text).toBe('Stopped at fade: No.')
  })
})

describe('capital on schedule', () => {
  test('is moved once a period, with an alert and a row of the audit', async () => {
    const { world, ports } = system()
    await moveOnSchedule(ports)
    await moveOnSchedule(ports)
    expect(valuesOf(world.sent)).toEqual(HALVES)
    expect(world.reported).toEqual(['allocator.moved: Capital by equal: fade 100% → 50%, trend 70% → 50%.'])
    expect(world.audit.at(-1)).toMatchObject({ actor: 'allocator', command: 'allocator', decision: 'done' })
  })

  test('waits for the end of a hold without giving the period away', async () => {
    const { world, ports } = system()
    world.holds = [hold]
    await moveOnSchedule(ports)
    expect([world.sent, world.claimed]).toEqual([[], undefined])
    world.holds = []
    await moveOnSchedule(ports)
    expect(valuesOf(world.sent)).toEqual(HALVES)
  })

  test('off, nothing moves', async () => {
    const { world, ports } = system()
    await moveOnSchedule({ ...ports, system: { ...ports.system, allocator: { ...ports.system.allocator, method: 'off' } } })
    expect([world.sent, world.claimed]).toEqual([[], undefined])
  })

  test('what cannot be planned or carried out is an alert', async () => {
    const impossible = system()
    const { system: facts } = impossible.ports
    await moveOnSchedule({ ...impossible.ports, system: { ...facts, allocator: { ...facts.allocator, least: 0.55 } } })
    expect(impossible.world.reported).toEqual([
      'allocator.failed: Capital was not moved: 2 strategies with at least 55 % each are more than the account.',
    ])
    const silent = system()
    silent.world.outcome = undefined
    await moveOnSchedule(silent.ports)
    expect(silent.world.reported).toEqual(['allocator.failed: Stopped: the trader has not answered; capital of fade is set when it does.'])
  })
})
