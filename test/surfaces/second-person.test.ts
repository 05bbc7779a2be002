/**
 * A second person confirms what opens more than a sum, on any surface; an exit never waits for one (S2, S3).
 */
import { describe, expect, test } from 'vitest'
import type { Role } from '../../api/commands/command.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { type World, by, makeWorld } from '../support/command-world.ts'
import type { MemoryAlerts } from '../support/memory-alerts.ts'

const ABOVE = 10_000

interface Room {
  readonly world: World
  readonly runner: CommandRunner
  readonly raised: readonly string[]
}
function makeRoom(profile = 'sim', above: number | null = ABOVE): Room {
  const world = makeWorld(profile)
  const runner = new CommandRunner({
    ...world.ports,
    confirm: { maxDriftBps: 50, live: {}, twoPersonAbove: above ?? undefined },
    system: { ...world.ports.system, allowsChatEntry: true },
  })
  return { world, runner, raised: (world.ports.alerts as MemoryAlerts).raised }
}
const person = (name: string, role: Role = 'trader', surface: 'telegram' | 'discord' | 'cli' | 'rest' = 'telegram') =>
  by(role, { id: `${surface}:${name}`, name, surface, isPrivateChat: true })
const ann = person('ann')

/** An entry of so much, asked by ann. */
async function asked({ world, runner }: Room, notional: string) {
  world.preview = { status: 'done', text: '', notional, figures: [{ name: 'Quantity', value: '0.5 BTC' }] }
  return runner.runLine('/open long BTC 0.5BTC sl=2%', ann)
}

describe('a second person', () => {
  test.each([
    ['10000', false],
    ['10000.00000001', true],
    ['250000', true],
    ['9999.99', false],
  ])('an entry of %s USDT takes one: %s', async (notional, isForTwo) => {
    const room = makeRoom()
    const { confirmation } = await asked(room, notional)
    const own = await room.runner.answer(confirmation?.id ?? '', 'yes', ann)
    expect([own.code, room.world.sent.length]).toEqual(isForTwo ? ['second_person_needed', 0] : ['done', 1])
    expect(room.raised.length).toBe(isForTwo ? 1 : 0)
  })

  test.each([
    ['another trader in another chat', person('bob'), 'done'],
    ['an admin at the terminal', person('carl', 'admin', 'cli'), 'done'],
    ['a trading key over REST', person('desk', 'trader', 'rest'), 'done'],
    ['an operator', person('olga', 'operator'), 'forbidden'],
    ['a viewer', person('vera', 'viewer'), 'forbidden'],
    ['the asker at the terminal, as admin', by('admin', { id: 'telegram:ann', name: 'x', surface: 'cli' }), 'forbidden'],
    ['the asker on the other platform, by name', person('Ann', 'admin', 'discord'), 'forbidden'],
  ])('S3 of an entry above the sum: %s', async (_who, answering, status) => {
    const room = makeRoom()
    const { confirmation } = await asked(room, '250000')
    const answer = await room.runner.answer(confirmation?.id ?? '', 'yes', answering)
    expect([answer.status, room.world.sent.length]).toEqual([status, status === 'done' ? 1 : 0])
  })

  test('the others are told, see the card as the asker did, and have ten minutes', async () => {
    const room = makeRoom()
    const card = await asked(room, '250000')
    const id = card.confirmation?.id ?? ''
    expect(card.reply.text).toBe(
      `A second person with the role trader has to confirm it, here, with /confirm ${id}, or at the terminal with: ballast confirm ${id}; expires in 10 min`,
    )
    expect(room.raised).toEqual([expect.stringMatching(/^confirm.second_needed: ann asks: Buy 0.5 BTC\?/)])
    expect((await room.runner.runLine('/confirm', ann)).reply.title).toBe('Nothing waits for your yes')
    expect((await room.runner.runLine('/confirm', person('vera', 'viewer'))).reply.title).toBe('Nothing waits for your yes')
    expect((await room.runner.runLine('/confirm', person('bob'))).reply.fields).toEqual([
      { name: id, value: 'Buy 0.5 BTC?\nann, 10 min left' },
    ])
    const shown = await room.runner.runLine(`/confirm ${id}`, person('bob'))
    expect([shown.status, shown.reply.title, shown.reply.buttons.map(({ label }) => label)]).toEqual([
      'confirm',
      'Buy 0.5 BTC?',
      ['Buy BTC', 'Leave it'],
    ])
    expect((await room.runner.runLine(`/confirm ${id}`, ann)).status).toBe('forbidden')
    expect((await room.runner.answer(id, 'no', ann)).status).toBe('done')
    expect((await room.runner.runLine(`/confirm ${id}`, person('bob'))).code).toBe('confirmation_over')
  })

  test('on live the second person gives their own code', async () => {
    const room = makeRoom('live')
    room.world.codeState = { isEnrolled: true, lockedUntilMs: undefined }
    const { confirmation } = await asked(room, '250000')
    const id = confirmation?.id ?? ''
    expect((await room.runner.answer(id, 'yes', person('bob'))).code).toBe('code_needed')
    room.world.codeVerdict = { type: 'right' }
    expect((await room.runner.answer(id, 'yes', ann, '123456')).code).toBe('second_person_needed')
    expect((await room.runner.answer(id, 'yes', person('bob'), '123456')).status).toBe('done')
  })

  test('a size that the trader has not said takes one, and without the key nothing does', async () => {
    const room = makeRoom()
    expect((await room.runner.runLine('/open long BTC 0.5BTC sl=2%', ann)).reply.text).toContain('A second person')
    const off = makeRoom('sim', null)
    const { confirmation } = await asked({ ...off, raised: [] }, '250000000')
    expect((await off.runner.answer(confirmation?.id ?? '', 'yes', ann)).status).toBe('done')
  })

  test('S3 when the market has moved, the second person’s card takes a second person again', async () => {
    const room = makeRoom()
    const { confirmation } = await asked(room, '250000')
    const [row] = room.world.positions
    if (row !== undefined) room.world.positions = [{ ...row, markPrice: '66000' }]
    const again = await room.runner.answer(confirmation?.id ?? '', 'yes', person('bob'))
    expect(again.status).toBe('confirm')
    expect((await room.runner.answer(again.confirmation?.id ?? '', 'yes', person('bob'))).code).toBe('second_person_needed')
    expect((await room.runner.answer(again.confirmation?.id ?? '', 'yes', ann)).status).toBe('done')
  })

  test.each(['/close BTC', '/close all', '/panic', '/sl BTC 63500', '/sl BTC 62000', '/cancel all', '/pause', '/halt x', '/resume'])(
    'S2 %s never takes one, however low the sum is',
    async (line) => {
      const room = makeRoom('sim', 0)
      const first = await room.runner.runLine(line, person('ann', 'admin'))
      expect(first.reply.text ?? '').not.toContain('second person')
      if (first.confirmation === undefined) return
      expect((await room.runner.answer(first.confirmation.id, 'yes', person('ann', 'admin'), 'sim')).status).toBe('done')
    },
  )

  test('an order that is made larger counts by what it adds', async () => {
    const room = makeRoom()
    expect((await room.runner.runLine('/amend ord_00000000007 qty=0.2', ann)).reply.text).not.toContain('second person')
    expect((await room.runner.runLine('/amend ord_00000000007 qty=0.25', ann)).reply.text).toContain('second person')
    expect((await room.runner.runLine('/amend ord_00000000007 qty=0.01', ann)).reply.text).not.toContain('second person')
  })
})
