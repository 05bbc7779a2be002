/**
 * What is asked once more when a card is answered, and what has to be typed with a yes (S3, S17).
 */
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../api/commands/registry.ts'
import { TYPED_TTL_MS } from '../../../api/commands/confirm-rules.ts'
import { CommandRunner } from '../../../api/commands/run/run.ts'
import type { HoldRow, PositionRow } from '../../../src/journal/row.ts'
import { CONFIG_KEYS } from '../../../src/config/config-keys.ts'
import { type World, by, makeWorld, position } from '../../support/command-world.ts'

const xrp: PositionRow = {
  ...position,
  symbol: 'XRPUSDT',
  quantity: '0',
  entryPrice: null,
  markPrice: '0.6',
  stopPrice: null,
  strategy: null,
  tradeNumber: null,
}
const OPEN = 'open long XRP $100 sl=2%'
const pause: HoldRow = {
  holdId: 'pause-account',
  scope: 'account',
  effect: 'no-entries',
  cause: 'operator',
  actor: 'cli',
  reason: '',
  since: 1,
  until: null,
}

/** Asks, lets the market be another, and answers yes. */
async function answerAfter(line: string, change: (world: World) => void, world = makeWorld()) {
  world.positions.push(xrp)
  const asked = await world.runner.runLine(line, by('trader'))
  const id = asked.confirmation?.id ?? ''
  change(world)
  const answer = await world.runner.answer(id, 'yes', by('trader'))
  return { world, id, answer, asked }
}
const priced =
  (markPrice: string) =>
  ({ positions }: World): void => {
    positions.splice(1, 1, { ...xrp, markPrice })
  }

describe('S3: a card that adds risk is about what was seen', () => {
  test.each([
    ['stays', '0.6', false],
    ['goes up by 50 bp', '0.603', false],
    ['goes down by 50 bp', '0.597', false],
    ['goes up by more', '0.60301', true],
    ['goes down by more', '0.59699', true],
    ['is not known any more', '0', false],
  ])('the price %s (%s): asks again is %s', async (_, markPrice, asks) => {
    const { world, answer } = await answerAfter(OPEN, priced(markPrice))
    expect(answer.status).toBe(asks ? 'confirm' : 'done')
    expect(world.sent.map((c) => c.name)).toEqual(asks ? [] : ['open'])
  })

  test('a card that adds risk is about what was seen: it says what moved, names the card that it replaces, and the new card counts from now', async () => {
    const { world, id, answer } = await answerAfter(OPEN, priced('0.6042'))
    expect(answer.reply.text).toContain('XRPUSDT: price moved +0.7 % since you asked: 0.6 → 0.6042.')
    expect(answer.reply.buttons.map((b) => b.label)).toEqual(['Buy XRP', 'Leave it'])
    expect(answer.again).toEqual({
      replaces: id,
      changes: [{ symbol: 'XRPUSDT', what: 'price', from: '0.6', to: '0.6042', driftBps: 70 }],
    })
    expect(world.audit.map((row) => row.decision)).toEqual(['asked', 'asked-again', 'asked'])
    expect((await world.runner.answer(id, 'yes', by('trader'))).reply.title).toBe('This confirmation has expired')
    expect((await world.runner.answer(answer.confirmation?.id ?? '', 'yes', by('trader'))).status).toBe('done')
    expect(world.sent).toHaveLength(1)
  })

  test('a position that came meanwhile asks again, and one that others opened too', async () => {
    const grown = await answerAfter(OPEN, ({ positions }) => void positions.splice(1, 1, { ...xrp, quantity: '50' }))
    expect(grown.answer.reply.text).toContain('XRPUSDT: the position changed since you asked: flat → long 50.')
    const others = await answerAfter(OPEN, ({ positions }) => void positions.splice(1, 1, { ...xrp, externalQuantity: '-7' }))
    expect(others.answer.again?.changes).toEqual([{ symbol: 'XRPUSDT', what: 'position', from: '0', to: '-7', driftBps: null }])
    expect([...grown.world.sent, ...others.world.sent]).toEqual([])
  })

  test('a stop that goes farther away counts from the price that was seen', async () => {
    const { answer } = await answerAfter(
      'sl BTC 62000',
      ({ positions }) => void positions.splice(0, 1, { ...position, markPrice: '63500' }),
    )
    expect(answer.reply.text).toContain('BTCUSDT: price moved -1.2 % since you asked: 64,250 → 63,500.')
  })

  test('another symbol may do what it likes', async () => {
    const { answer } = await answerAfter(
      OPEN,
      ({ positions }) => void positions.splice(0, 1, { ...position, markPrice: '1', quantity: '-9' }),
    )
    expect(answer.status).toBe('done')
  })

  test('the bound is the configuration’s', async () => {
    const made = makeWorld()
    const world = { ...made, runner: new CommandRunner({ ...made.ports, confirm: { maxDriftBps: 5, live: {} } }) }
    expect((await answerAfter(OPEN, priced('0.6004'), world)).answer.status).toBe('confirm')
    expect((await answerAfter(OPEN, priced('0.60024'), makeWorld())).answer.status).toBe('done')
  })

  test('an order that filled meanwhile is not changed unseen', async () => {
    const world = makeWorld()
    let filledQuantity = '0'
    const reads = {
      ...world.ports.reads,
      order: async (id: number) => {
        const row = await world.ports.reads.order(id)
        return row === undefined ? undefined : { ...row, filledQuantity }
      },
    }
    const runner = new CommandRunner({ ...world.ports, reads })
    const asked = await runner.runLine('amend ord_00000000007 limit=63600', by('trader'))
    filledQuantity = '0.02'
    const answer = await runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))
    expect(answer.status).toBe('confirm')
    expect(answer.reply.text).toContain('filled 0, limit 63,500 → 0.05, filled 0.02')
    expect(world.sent).toEqual([])
  })
})

describe('S3: what reduces risk is slowed by a turned side only', () => {
  test.each(['close BTC', 'reduce BTC 50%', 'close all', 'panic', 'tp BTC 70000', 'sl BTC trail 1%'])(
    'what reduces risk is slowed by a turned side only: %s',
    async (line) => {
      const moved = await answerAfter(
        line,
        ({ positions }) => void positions.splice(0, 1, { ...position, quantity: '0.02', markPrice: '50000' }),
      )
      expect(moved.answer.status).toBe('done')
      const turned = await answerAfter(line, ({ positions }) => void positions.splice(0, 1, { ...position, quantity: '-0.05' }))
      expect(turned.answer.status).not.toBe('done')
      expect(turned.answer.reply.text).toContain('BTCUSDT: the position changed side since you asked: long 0.05 → short 0.05.')
      expect(turned.answer.again?.changes).toEqual([{ symbol: 'BTCUSDT', what: 'side', from: '0.05', to: '-0.05', driftBps: null }])
      expect(turned.world.sent.filter((c) => c.name !== 'pause')).toEqual([])
    },
  )
})

describe('S17: one-time codes in chat on live', () => {
  const live = (isEnrolled = true): World => {
    const world = makeWorld('live')
    world.positions.push(xrp)
    world.holds.push(pause)
    world.codeState = { isEnrolled, lockedUntilMs: undefined }
    world.codeVerdict = { type: 'right' }
    return world
  }

  test('one-time codes in chat on live without enrolment each command that adds risk is refused with the way to enrol', async () => {
    for (const line of [OPEN, 'resume', 'amend ord_00000000007 limit=63600']) {
      const world = live(false)
      const { status, reply } = await world.runner.runLine(line, by('admin'))
      expect(status, line).toBe('refused')
      expect(reply.text).toContain('ballast user totp telegram:1')
      expect([world.sent, world.cards.size]).toEqual([[], 0])
    }
  })

  test('enrolled: the card asks, a yes alone is not enough, the code is judged once and then it is done', async () => {
    const world = live()
    const asked = await world.runner.runLine(OPEN, by('trader'))
    expect(asked.demand).toEqual({ type: 'code' })
    expect(asked.reply.text).toContain('with an authenticator code')
    const id = asked.confirmation?.id ?? ''
    expect((asked.confirmation?.expiresAt ?? 0) - world.now).toBe(TYPED_TTL_MS)
    const bare = await world.runner.answer(id, 'yes', by('trader'))
    expect([bare.status, bare.demand, world.codes]).toEqual(['refused', { type: 'code' }, []])
    // The profile's name, which the terminal takes, is no code.
    world.codeVerdict = { type: 'wrong', left: 4 }
    const word = await world.runner.answer(id, 'yes', by('trader'), 'live')
    expect([word.status, word.reply.title]).toEqual(['refused', 'Wrong code. 4 tries left before codes are locked'])
    expect(world.sent).toEqual([])
    world.codeVerdict = { type: 'right' }
    expect((await world.runner.answer(id, 'yes', by('trader'), '123456')).status).toBe('done')
    expect(world.sent.map((c) => c.name)).toEqual(['open'])
    expect((await world.runner.answer(id, 'yes', by('trader'), '123456')).reply.title).toBe('This confirmation has expired')
    expect(world.codes).toEqual(['live', '123456'])
    expect(JSON.stringify(world.audit)).not.toContain('123456')
  })

  test.each([
    ['used', { type: 'used' } as const, 'already used'],
    ['locked', { type: 'locked', untilMs: 1_900_000 } as const, 'locked'],
    ['removed meanwhile', { type: 'none' } as const, 'You have no authenticator'],
  ])('a code that is %s does nothing', async (_, verdict, title) => {
    const world = live()
    const asked = await world.runner.runLine(OPEN, by('trader'))
    world.codeVerdict = verdict
    const answer = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'), '123456')
    expect([answer.status, answer.reply.title.includes(title), world.sent]).toEqual(['refused', true, []])
  })

  test('a price that drifted asks again before the code is used up', async () => {
    const world = live()
    const asked = await world.runner.runLine(OPEN, by('trader'))
    priced('0.7')(world)
    const again = await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'), '123456')
    expect([again.status, again.demand, world.codes]).toEqual(['confirm', { type: 'code' }, []])
  })

  test('a code is the answerer’s own; at the terminal the card takes the word', async () => {
    const world = live()
    const asked = await world.runner.runLine(OPEN, by('trader'))
    const id = asked.confirmation?.id ?? ''
    const cli = by('admin', { surface: 'cli', id: 'key:1' })
    expect(await world.runner.demandFor(id, cli.actor)).toEqual({ type: 'word', word: 'live' })
    expect((await world.runner.answer(id, 'yes', cli, '123456')).status).toBe('refused')
    expect((await world.runner.answer(id, 'yes', cli, 'live')).status).toBe('done')
    expect(world.codes).toEqual([])
  })

  test('what reduces risk needs none, enrolled or not', async () => {
    for (const isEnrolled of [true, false]) {
      const world = live(isEnrolled)
      const asked = await world.runner.runLine('close BTC', by('trader'))
      expect(asked.demand).toBeUndefined()
      expect((await world.runner.answer(asked.confirmation?.id ?? '', 'yes', by('trader'))).status).toBe('done')
    }
  })

  test('a stop that goes farther away needs one too, a nearer one is moved at once', async () => {
    const world = live(false)
    for (const line of ['sl BTC 62000', 'sl BTC trail off']) {
      const { status, reply } = await world.runner.runLine(line, by('trader'))
      expect([status, reply.text]).toEqual(['refused', expect.stringContaining('ballast user totp telegram:1')])
    }
    expect((await world.runner.runLine('sl BTC 63500', by('trader'))).status).toBe('done')
    expect((await world.runner.runLine('sl BTC trail 1%', by('trader'))).demand).toBeUndefined()
    const asked = await live().runner.runLine('sl BTC 62000', by('trader'))
    expect(asked.demand).toEqual({ type: 'code' })
    expect(world.sent).toHaveLength(1)
  })

  test('one-time codes in chat on live: off live a chat is asked for nothing but a tap', async () => {
    const world = makeWorld()
    world.positions.push(xrp)
    const asked = await world.runner.runLine(OPEN, by('trader'))
    expect([asked.status, asked.demand]).toEqual(['confirm', undefined])
  })
})

describe('confirm.live raises a tier and never lowers one', () => {
  const configured = (
    tiers: Readonly<Record<string, 'C1' | 'C2'>>,
    state = { isEnrolled: true, lockedUntilMs: undefined as number | undefined },
  ) => {
    const world = makeWorld('live')
    world.positions.push(xrp)
    world.holds.push(pause)
    world.codeState = state
    world.codeVerdict = { type: 'right' }
    return { world, runner: new CommandRunner({ ...world.ports, confirm: { maxDriftBps: 50, live: tiers } }) }
  }

  test('panic: C2 asks for a code, for the word who has none or is locked, and never refuses', async () => {
    for (const [state, demand] of [
      [{ isEnrolled: true, lockedUntilMs: undefined }, { type: 'code' }],
      [
        { isEnrolled: true, lockedUntilMs: 2_000_000 },
        { type: 'word', word: 'live' },
      ],
      [
        { isEnrolled: false, lockedUntilMs: undefined },
        { type: 'word', word: 'live' },
      ],
    ] as const) {
      const { runner, world } = configured({ panic: 'C2' }, state)
      const asked = await runner.runLine('panic', by('trader'))
      expect([asked.status, asked.demand]).toEqual(['confirm', demand])
      // Entries are held whatever is typed later.
      expect(world.sent.map((c) => c.name)).toEqual(['pause'])
    }
  })

  test('resume: C1 leaves the C2 of its row; what is done at once stays so', async () => {
    const { runner, world } = configured({ resume: 'C1', sl: 'C2', strategy: 'C2', cancel: 'C2' })
    const cli = by('admin', { surface: 'cli' })
    expect((await runner.runLine('resume', cli)).demand).toEqual({ type: 'word', word: 'live' })
    expect((await runner.runLine('sl BTC 63500', cli)).status).toBe('done')
    expect((await runner.runLine('strategy ema-cross off', cli)).status).toBe('done')
    expect((await runner.runLine('cancel ord_00000000007', cli)).status).toBe('done')
    expect(world.sent.map((c) => c.name)).toEqual(['protect', 'strategy', 'cancel'])
  })

  test('confirm.live raises a tier and never lowers one: off live it changes nothing', async () => {
    const world = makeWorld('demo')
    const runner = new CommandRunner({ ...world.ports, confirm: { maxDriftBps: 50, live: { close: 'C2' } } })
    expect((await runner.runLine('close BTC', by('trader'))).demand).toBeUndefined()
  })

  test('every command that asks has its key, and no other', () => {
    // Done at once; and a rebalance, a reload, another champion and a change of people are C2 on live as they are, so that nothing could raise them.
    const without = ['pause', 'halt', 'note', 'tag', 'rebalance', 'reload', 'model', 'user', 'web', 'sessions', 'tz']
    // They only say who is told of what.
    const telling = ['ack', 'alert', 'alerts', 'quiet', 'resolve', 'silence', 'report', 'subscribe', 'unsilence', 'unsubscribe']
    const asking = COMMANDS.filter((c) => c.action !== undefined && ![...without, ...telling].includes(c.name)).map((c) => c.name)
    const keys = CONFIG_KEYS.map((key) => key.path).filter((path) => path.startsWith('confirm.live.'))
    expect(keys.map((path) => path.slice('confirm.live.'.length)).sort()).toEqual(asking.sort())
  })
})

describe('totp verify', () => {
  const dm = (over = {}) => by('viewer', { isPrivateChat: true, ...over })

  test('totp verify says whether it is enrolled, and judges a code; in a group it does neither', async () => {
    const world = makeWorld('live')
    expect((await world.runner.runLine('totp verify', dm())).reply.text).toContain('ballast user totp telegram:1')
    world.codeState = { isEnrolled: true, lockedUntilMs: undefined }
    expect((await world.runner.runLine('totp verify', dm())).reply.title).toBe('Your authenticator is enrolled')
    world.codeVerdict = { type: 'right' }
    expect((await world.runner.runLine('totp verify 654 321', dm())).reply.title).toBe('Your code is correct')
    expect(world.codes).toEqual(['654321'])
    expect((await world.runner.runLine('totp verify 654321', dm({ isPrivateChat: false }))).reply.title).toBe('Only in a private chat')
    expect((await world.runner.runLine('totp verify 654321', by('admin', { surface: 'cli' }))).reply.title).toBe(
      'Authenticator codes are used in chats only',
    )
    expect(world.codes).toHaveLength(1)
    expect(JSON.stringify(world.audit)).not.toContain('654321')
  })
})
