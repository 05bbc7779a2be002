/**
 * People of the chats: listed, added, given roles and removed by admins, at once on every surface; the last admin stays (S17).
 */
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { CommandRunner } from '../../api/commands/run/run.ts'
import type { Role } from '../../api/commands/command.ts'
import { accessOf } from '../../bots/access.ts'
import { PostgresChatUsers } from '../../db/access/chat-users.ts'
import { PostgresPeople } from '../../db/access/people.ts'
import { by, makeWorld } from '../support/command-world.ts'
import { makeSeededSystem } from '../support/kernel/seeded-system.ts'

const made = await makeSeededSystem({ bars: 5 })
afterAll(() => made?.stop())

describe.skipIf(made === undefined)('people of the chats', () => {
  const system = made as NonNullable<typeof made>
  const { sql } = system.temporary.database
  const { people } = system.ports
  const runner = new CommandRunner(system.ports)
  const users = new PostgresChatUsers(sql)
  const chat = { id: '1', isPrivate: true }
  const roleOf = async (userId: string): Promise<Role | undefined> => {
    const access = await accessOf('telegram', userId, chat, { admins: [], chats: [] }, users)
    return access.type === 'known' ? access.role : undefined
  }
  const from = async (userId: string) => ({
    requestId: 'r',
    actor: { id: `telegram:${userId}`, role: await roleOf(userId), surface: 'telegram' as const, chat: userId, isPrivateChat: true },
  })
  const say = async (userId: string, line: string) => runner.runLine(line, await from(userId))
  const saySure = async (userId: string, line: string) => {
    const asked = await say(userId, line)
    return asked.confirmation === undefined ? asked : runner.answer(asked.confirmation.id, 'yes', await from(userId), 'sim')
  }
  beforeEach(async () => {
    await sql`delete from chat_users`
    await people.add({ platform: 'telegram', userId: '1', role: 'admin', name: 'ann' })
  })

  test('an admin adds, changes and removes a person with the word typed, and each counts at once', async () => {
    const asked = await say('1', '/user add telegram:2 operator bob')
    expect([asked.reply.title, asked.demand]).toEqual(['Add @bob (telegram:2) as operator?', { type: 'word', word: 'sim' }])
    expect((await runner.answer(asked.confirmation?.id ?? '', 'yes', await from('1'))).code).toBe('word_needed')
    expect(await roleOf('2')).toBeUndefined()
    await runner.answer(asked.confirmation?.id ?? '', 'yes', await from('1'), 'sim')
    expect(await roleOf('2')).toBe('operator')
    expect((await say('2', '/user list')).status).toBe('forbidden')
    await saySure('1', '/user role bob trader')
    expect(await roleOf('2')).toBe('trader')
    expect((await say('1', '/user')).reply.table?.rows).toEqual([
      ['telegram:1', 'ann', 'admin', 'none', 'command'],
      ['telegram:2', 'bob', 'trader', 'none', 'command'],
    ])
    await saySure('1', '/user remove telegram:2')
    expect(
      (await sql<{ summary: string }[]>`select summary from alerts where type = 'user.changed' order by id`).map(({ summary }) => summary),
    ).toEqual([
      '@bob (telegram:2) is now operator, by telegram:1.',
      '@bob (telegram:2) is now trader, by telegram:1.',
      '@bob (telegram:2) is removed, by telegram:1.',
    ])
    expect(await roleOf('2')).toBeUndefined()
    expect((await say('2', '/positions')).status).toBe('forbidden')
  })

  test('what waits for a removed person is void, and their authenticator and private alerts are gone', async () => {
    await people.add({ platform: 'telegram', userId: '2', role: 'trader', name: 'bob' })
    await sql`insert into codes (actor, secret, last_step) values ('telegram:2', 'sealed', 0)`
    await sql`insert into alert_subscriptions (channel, filter, actor) values ('telegram:2', '{}', 'telegram:2'), ('telegram:-9', '{}', 'telegram:2')`
    const asked = await say('2', '/close all')
    expect(asked.status).toBe('confirm')
    await saySure('1', '/user remove bob')
    const answered = await runner.answer(asked.confirmation?.id ?? '', 'yes', by('admin'))
    expect([answered.status, answered.code]).toEqual(['refused', 'confirmation_over'])
    expect(await sql`select 1 from codes where actor = 'telegram:2'`).toHaveLength(0)
    expect(await sql`select channel from alert_subscriptions`).toEqual([{ channel: 'telegram:-9' }])
  })

  test('the last admin is neither removed nor made less, unless the configuration names one', async () => {
    expect((await saySure('1', '/user remove ann')).reply.title).toBe('@ann (telegram:1) is the last admin')
    expect((await saySure('1', '/user role ann trader')).status).toBe('refused')
    expect(await roleOf('1')).toBe('admin')
    const other = new PostgresPeople(sql, { telegram: [], discord: ['7'] })
    expect(await other.remove('telegram', '1')).toBe('done')
    expect((await other.list()).map(({ userId, isConfigured }) => [userId, isConfigured])).toEqual([['7', true]])
  })

  test('of two admins who remove each other at once one stays', async () => {
    await people.add({ platform: 'telegram', userId: '2', role: 'admin', name: 'bob' })
    const outcomes = await Promise.all([people.remove('telegram', '1'), people.remove('telegram', '2')])
    expect([...outcomes].sort()).toEqual(['done', 'last-admin'])
    expect(await people.list()).toHaveLength(1)
  })

  test.each([
    ['/user add bob viewer', 'refused', 'bob is no id'],
    ['/user add telegram:1 viewer', 'refused', '@ann (telegram:1) already exists, as admin'],
    ['/user role nobody viewer', 'refused', 'There is no person nobody'],
    ['/user role ann admin', 'done', '@ann (telegram:1) is already admin'],
    ['/user add telegram:5 owner', 'invalid', 'Invalid command'],
    ['/user remove', 'invalid', 'Invalid command'],
  ])('%s is %s: %s', async (line, status, title) => {
    const result = await say('1', line)
    expect([result.status, result.reply.title]).toEqual([status, title])
  })
})

test('S17: on live a chat needs a code to change people', async () => {
  const world = makeWorld('live')
  const refused = await world.runner.runLine('/user remove telegram:5', by('admin'))
  expect([refused.status, refused.reply.title]).toEqual(['refused', 'user on live needs an authenticator code'])
})
