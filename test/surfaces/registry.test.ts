/**
 * The registry as a whole: every command has its help, its examples are understood, no text makes it throw or act, roles hold.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Command, ROLES, type Role, hasRole } from '../../api/commands/command.ts'
import { findCommand, parseArgs, parseObject, splitLine } from '../../api/commands/parse.ts'
import { COMMANDS } from '../../api/commands/registry.ts'
import { CommandRunner } from '../../api/commands/run/run.ts'
import { by, makeWorld } from '../support/command-world.ts'

describe('the list', () => {
  test('names and aliases are unique, and issue by issue all asked commands are there', () => {
    const names = COMMANDS.flatMap((command) => [command.name, ...command.aliases])
    expect(new Set(names).size).toBe(names.length)
    const asked =
      'start help id status positions orders trades universe trade why whynot audit whatif note tag export balance flows pnl daily weekly monthly performance exposure funding risk stats measures stress strategies strategy reload compare pause resume close cancel open sl tp amend algos algo adopt ignore rebalance allocator reconcile panic halt backtest optimize chart health version totp key limits set signal signals alerts ack resolve silence unsilence silences quiet subscribe unsubscribe subscriptions webhook alert user confirm web sessions tz report models model'.split(
        ' ',
      )
    expect(COMMANDS.map((command) => command.name).sort()).toEqual(asked.sort())
  })

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s has a summary, fits a menu line, and its examples are understood',
    (name, command) => {
      // 256 characters is Telegram's bound, 100 Discord's.
      expect(command.summary.length).toBeGreaterThan(10)
      expect(command.summary.length).toBeLessThanOrEqual(100)
      expect(name).toMatch(/^[a-z]{1,32}$/)
      expect(command.examples.length).toBeGreaterThanOrEqual(command.usage === '' ? 1 : 2)
      for (const example of command.examples) {
        const { name: word, rest } = splitLine(example)
        expect(findCommand(COMMANDS, word)).toBe(command)
        expect(parseArgs(command, rest), example).toMatchObject({ ok: true })
      }
    },
  )

  test('help shows each command that a role may use and no other, and explains each', async () => {
    const { runner } = makeWorld()
    for (const role of [undefined, ...ROLES]) {
      const { reply } = await runner.runLine('/help', by(role))
      const shown = reply.fields.flatMap((f) => f.value.split(' ').map((word) => word.slice(1))).sort()
      expect(shown).toEqual(
        COMMANDS.filter((command) => hasRole(role, command.role))
          .map((command) => command.name)
          .sort(),
      )
    }
    for (const command of COMMANDS)
      expect((await runner.runLine(`/help ${command.name}`, by('admin'))).reply.fields.map((f) => f.name)).toContain('Examples')
  })
})

describe('arguments as an object', () => {
  test('whatever a program sends, the answer is in Ballast’s words', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>('', 'x', 'BTC', 0, -1, 1e9, true, null, [], {}, 'y'.repeat(5_000), ['a'], { a: 1 }),
      fc.string(),
    )
    const cases = COMMANDS.map((command) =>
      fc.record({ command: fc.constant(command), args: fc.dictionary(fc.constantFrom(...namesOf(command), 'odd'), value) }),
    )
    fc.assert(
      fc.property(fc.oneof(...cases), ({ command, args }) => {
        const parsed = parseObject(command, args)
        if (!parsed.ok) expect(parsed.problem).not.toMatch(/Invalid|Too (small|big)|Unrecognized|expected|received|undefined|NaN/)
      }),
      { numRuns: 2_000 },
    )
  })
})

const namesOf = (command: Command): string[] => Object.keys('shape' in command.args ? (command.args.shape as object) : {})

describe('text from outside', () => {
  test('2,000 texts: no throw, no command to the trader without a role for it, and nothing added', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        ...COMMANDS.flatMap((c) => [c.name, ...c.aliases]),
        'BTC',
        '50%',
        '$100',
        'all',
        '#3',
        '"',
        "'",
        '@bot',
        '--',
        'for',
        '2h',
        '\u0000',
        '🙂',
        '../..',
        "'; drop table orders;--",
      ),
      fc.string({ unit: 'binary', maxLength: 30 }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 8 }), fc.constantFrom(undefined, 'viewer' as const), async (words, role) => {
        const { runner, sent } = makeWorld()
        const result = await runner.runLine(`/${words.join(' ')}`, by(role))
        expect(result.reply.badge).toBe('⚙️ SIM')
        expect(result.reply.title.length).toBeGreaterThan(0)
        expect(sent).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test('an admin who types nonsense changes nothing that adds risk', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const { runner, sent } = makeWorld()
        await runner.runLine(text, by('admin'))
        expect(sent.filter((command) => command.name !== 'pause' && command.name !== 'halt')).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('an unknown command offers the nearest as a button and does not run it', async () => {
    const { runner, sent } = makeWorld()
    const result = await runner.runLine('/pausee', by('admin'))
    expect(result.status).toBe('unknown')
    expect(result.reply.buttons[0]).toEqual({ label: '/pause', action: { type: 'command', text: '/pause' } })
    expect(sent).toEqual([])
  })
})

describe('names of other programs', () => {
  test.each([
    ['/entries', '/performance all strategy'],
    ['/deals', '/positions'],
    ['/count', '/positions'],
    ['/forceexit all', '/close all'],
    ['/forceenter BTC/USDT', '/help open'],
    ['/mute', '/silences'],
    ['/whitelist', '/strategies'],
    ['/logs 20', '/health'],
  ])('%s is reported as %s, and nothing is done', async (line, ours) => {
    const { runner, sent } = makeWorld()
    const { status, reply } = await runner.runLine(line, by('admin'))
    expect([status, sent]).toEqual(['unknown', []])
    expect(reply.title).toBe(`There is no ${line.split(' ')[0]}; use ${ours}`)
    expect(reply.buttons[0]).toEqual({ label: ours, action: { type: 'command', text: ours } })
    // What is offered is understood.
    expect((await runner.runLine(ours, by('admin'))).status).not.toMatch(/unknown|invalid/)
  })

  test.each(['/show_config', '/config'])('%s says where it is done', async (line) => {
    const { reply } = await makeWorld().runner.runLine(line, by('admin'))
    expect(reply.text).toMatch(/[Uu]se the terminal of the machine .*ballast /)
  })

  test('what a role may not use is not offered to it, and a stranger learns nothing', async () => {
    const { runner } = makeWorld()
    expect(JSON.stringify((await runner.runLine('/forceexit all', by('viewer'))).reply)).not.toContain('"/close all"')
    expect((await runner.runLine('/entries', by(undefined))).reply.title).toBe('There is no command /entries')
  })

  test.each(['/stop', '/stopentry', '/stopbuy'])('%s pauses, and moves no stop', async (line) => {
    const { runner, sent } = makeWorld()
    expect((await runner.runLine(line, by('operator'))).status).toBe('done')
    expect(sent).toEqual([{ name: 'pause', scope: { type: 'account' }, reason: '' }])
  })
})

describe('people are called by name', () => {
  const told = async (actor: Parameters<typeof by>[1]) => {
    const world = makeWorld()
    const asked: string[] = []
    const send = world.ports.control.send
    const control = {
      ...world.ports.control,
      send: async (command: never, as: { readonly actor: string }) => {
        asked.push(as.actor)
        return send(command, as as never)
      },
    }
    await new CommandRunner({ ...world.ports, control }).runLine('/pause', by('operator', actor))
    return [asked[0], world.audit[0]?.actor]
  }
  test.each([
    [{ name: 'ann' }, '@ann', 'telegram:1'],
    [{ name: 'trader\n trader' }, '@trader  trader', 'telegram:1'],
    [{ id: 'key:3fffb7c9', surface: 'rest', name: 'grafana', apiKeyId: '3fffb7c9' }, 'key grafana', 'key:3fffb7c9'],
    [{ id: 'key:3fffb7c9', surface: 'cli', name: 'admin', apiKeyId: '3fffb7c9' }, 'the terminal', 'key:3fffb7c9'],
    [{}, 'telegram:1', 'telegram:1'],
  ] as const)('%j is %s, and the record has the id', async (actor, called, id) => expect(await told(actor)).toEqual([called, id]))
})

describe('roles', () => {
  const lines: readonly (readonly [line: string, lowest: Role])[] = [
    ['status', 'viewer'],
    ['positions', 'viewer'],
    ['why BTC', 'viewer'],
    ['strategy ema-cross', 'viewer'],
    ['pause', 'operator'],
    ['halt news', 'operator'],
    ['strategy ema-cross off', 'operator'],
    ['backtest list', 'operator'],
    ['strategy ema-cross on', 'trader'],
    ['resume', 'trader'],
    ['close BTC', 'trader'],
    ['cancel all', 'trader'],
    ['panic', 'trader'],
    ['reconcile', 'operator'],
    ['reconcile fix', 'trader'],
    ['adopt BTC', 'trader'],
    ['ignore BTC', 'trader'],
  ]
  test.each(lines.flatMap(([line, lowest]) => [undefined, ...ROLES].map((role) => [line, role, hasRole(role, lowest)] as const)))(
    '%s by %s: allowed %s',
    async (line, role, isAllowed) => {
      const { runner, sent } = makeWorld()
      const { status } = await runner.runLine(line, by(role))
      expect(status === 'forbidden').toBe(!isAllowed)
      if (!isAllowed) expect(sent).toEqual([])
    },
  )

  test('scopes of a key bound it as well as its role', async () => {
    const { runner, sent } = makeWorld()
    const request = { ...by('admin'), scopes: ['trade:read'] }
    expect((await runner.runLine('positions', request)).status).toBe('done')
    expect((await runner.runLine('pause', request)).status).toBe('forbidden')
    expect(sent).toEqual([])
  })
})
