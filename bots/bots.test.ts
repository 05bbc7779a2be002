/**
 * The parts of the bots that need no platform: lines, buttons, tables, rendering, access, the outbox.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Button, type Reply, reply } from '../api/commands/reply.ts'
import { type ChatUser, type ChatUsers, accessOf } from './access.ts'
import { alertCard } from './alert-card.ts'
import { type Delivery, type DeliveryRows, Outbox, type SendResult } from './outbox.ts'
import { callbackOf, commandLineOf, pageCallback, parseCallback } from './parse.ts'
import { renderDiscord } from './discord/render.ts'
import { renderTelegram } from './telegram/render.ts'
import { PHONE_COLUMNS, tablePage } from './table.ts'

const anyText = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('_*[]<>&`|~\\', '@everyone', '```', 'x'.repeat(5_000)),
)
const anyButton: fc.Arbitrary<Button> = fc.record({
  label: anyText,
  action: fc.oneof(
    fc.record({ type: fc.constant('command' as const), text: anyText }),
    fc.record({
      type: fc.constant('answer' as const),
      confirmationId: fc.stringMatching(/^[\w-]{8,12}$/),
      decision: fc.constantFrom('yes' as const, 'no' as const),
    }),
  ),
})
const anyReply: fc.Arbitrary<Reply> = fc
  .record({
    title: anyText,
    fields: fc.array(fc.record({ name: anyText, value: anyText }), { maxLength: 30 }),
    rows: fc.array(fc.array(anyText, { minLength: 3, maxLength: 3 }), { maxLength: 40 }),
    text: anyText,
    buttons: fc.array(anyButton, { maxLength: 30 }),
  })
  .map(({ title, fields, rows, text, buttons }) => ({
    ...reply(title, { fields, text, buttons, table: { columns: [{ title: 'a' }, { title: 'b', align: 'right' }, { title: 'c' }], rows } }),
    badge: '⚙️ SIM',
  }))

describe('lines and buttons', () => {
  test.each([
    ['/positions', 'positions'],
    ['/Close@ballast_bot  ETH   50%', 'close ETH 50%'],
    ['/status@other_bot', undefined],
    ['hello', undefined],
    ['  /pnl 7d ', 'pnl 7d'],
  ])('lines and buttons: %s', (text, line) => expect(commandLineOf(text, 'ballast_bot')).toBe(line))

  test('a button comes back as what it was, or is left out', () => {
    fc.assert(
      fc.property(anyButton, (button) => {
        const data = callbackOf(button)
        if (data === undefined) return
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64)
        const parsed = parseCallback(data)
        if (button.action.type === 'answer')
          expect(parsed).toEqual({ type: 'answer', confirmationId: button.action.confirmationId, decision: button.action.decision })
      }),
    )
  })

  test.each(['', 'c:', 'c:abc:maybe', 'z:1', 'p:x:status', 'c:a b:y'])('data that is not ours is nothing: %s', (data) =>
    expect(parseCallback(data)).toBeUndefined(),
  )

  test('a page names its command', () =>
    expect(parseCallback(pageCallback('trades 40', 2) ?? '')).toEqual({ type: 'page', page: 2, line: 'trades 40' }))
})

describe('rendering', () => {
  test('Telegram: text within 4,096 units, entities inside it, buttons within 64 bytes', () => {
    fc.assert(
      fc.property(anyReply, (given) => {
        const message = renderTelegram(given, 'trades')
        expect(message.text.length).toBeLessThanOrEqual(4_096)
        for (const entity of message.entities) {
          expect(entity.offset).toBeGreaterThanOrEqual(0)
          expect(entity.offset + entity.length).toBeLessThanOrEqual(message.text.length)
        }
        for (const button of message.keyboard.flat()) {
          expect(Buffer.byteLength(button.callback_data)).toBeLessThanOrEqual(64)
          expect(button.text.length).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test('what a strategy wrote is text, never markup', () => {
    const message = renderTelegram({ ...reply('<b>x</b>', { text: '_*[link](http://x)*_' }), badge: '' }, undefined)
    expect(message.text).toContain('<b>x</b>')
    expect(message.text).toContain('_*[link](http://x)*_')
    expect(message.entities.every((e) => e.type === 'bold' && e.offset === 0)).toBe(true)
  })

  test('Discord: within the limits of embeds and components, nobody mentioned', () => {
    fc.assert(
      fc.property(anyReply, (given) => {
        const message = renderDiscord(given, 'trades')
        const embed = message.embeds[0]
        expect(embed?.title.length).toBeLessThanOrEqual(256)
        expect(embed?.description?.length ?? 0).toBeLessThanOrEqual(4_096)
        expect(embed?.fields.length).toBeLessThanOrEqual(25)
        for (const field of embed?.fields ?? []) {
          expect(field.name.length).toBeGreaterThan(0)
          expect(field.name.length).toBeLessThanOrEqual(256)
          expect(field.value.length).toBeGreaterThan(0)
          expect(field.value.length).toBeLessThanOrEqual(1_024)
        }
        expect(message.components.length).toBeLessThanOrEqual(5)
        for (const row of message.components) {
          expect(row.components.length).toBeLessThanOrEqual(5)
          for (const button of row.components) expect(button.custom_id.length).toBeLessThanOrEqual(100)
        }
        expect(message.allowed_mentions.parse).toEqual([])
      }),
    )
  })

  test('a table fits a phone, shows eight rows a page, and cuts no cell', () => {
    const cell = fc.stringMatching(/^[a-z0-9.,+-]{0,30}$/)
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: -3, max: 9 }),
        (rows, page) => {
          const shown = tablePage(
            { columns: [{ title: 'sym' }, { title: 'note', isExtra: true }, { title: 'x' }, { title: 'y' }], rows },
            page,
          )
          const text = shown.lines.join('\n')
          for (const line of shown.lines) expect([...line].length).toBeLessThanOrEqual(PHONE_COLUMNS)
          const own = rows.slice(shown.page * 8, shown.page * 8 + 8)
          for (const row of own) for (const at of [0, 2, 3]) if ((row[at] ?? '').length < 30) expect(text).toContain(row[at])
          expect(shown.page).toBeLessThan(shown.pages)
          expect(shown.pages).toBe(Math.max(1, Math.ceil(rows.length / 8)))
        },
      ),
    )
  })

  test('what has no room beside the rest stands below it, with its numbers whole', () => {
    const columns = [
      { title: 'sym' },
      { title: 's' },
      { title: 'size', align: 'right' as const },
      { title: 'uPnL', align: 'right' as const },
    ]
    const rows = [['1000000MOGUSDT-SPOT', 'L', '123,456,789.5', '+1,234,567.89']]
    expect(tablePage({ columns, rows }, 0).lines).toEqual(['sym s size uPnL', '1000000MOGUSDT-SPOT L', ' 123,456,789.5 +1,234,567.89'])
  })

  test('a long field gives way, and those after it are whole', () => {
    const fields = [
      { name: 'Signal', value: 'x'.repeat(5_000) },
      { name: 'Sizing', value: 'equity 10000' },
      { name: 'Gates', value: '23 passed' },
      { name: 'Result', value: '-37.04 USDT' },
    ]
    const telegram = renderTelegram({ ...reply('Why', { fields, text: 'the end' }), badge: '' }, undefined).text
    const discord = renderDiscord({ ...reply('Why', { fields, text: 'the end' }), badge: '' }, undefined).embeds[0]
    for (const part of ['equity 10000', '23 passed', '-37.04 USDT', 'the end']) {
      expect(telegram).toContain(part)
      expect(JSON.stringify(discord)).toContain(part)
    }
  })

  test('Discord: 6,000 characters in all, and what has no room is counted', () => {
    const fields = Array.from({ length: 30 }, (_, k) => ({ name: `f${k}`, value: '_'.repeat(400) }))
    const [embed] = renderDiscord({ ...reply('a_'.repeat(200), { fields, text: '*'.repeat(3_000) }), badge: '' }, undefined).embeds
    const size = [embed?.title, embed?.description, ...(embed?.fields ?? []).flatMap(({ name, value }) => [name, value])].reduce(
      (sum, text) => sum + (text?.length ?? 0),
      0,
    )
    expect(size).toBeLessThanOrEqual(6_000)
    expect(embed?.fields.at(-1)).toMatchObject({ name: 'More', value: '6 not shown' })
    for (const text of [embed?.title, embed?.description, embed?.fields[0]?.value]) expect(text).not.toMatch(/[^\\]\\…?$/)
  })
})

describe('S17: access', () => {
  const people: ChatUser[] = [{ platform: 'telegram', userId: '7', role: 'trader', name: 'seven' }]
  const users: ChatUsers = {
    find: async (platform, userId) => people.find((p) => p.platform === platform && p.userId === userId),
    list: async () => people,
    put: async () => {},
  }
  const nobody = { admins: [], chats: [] }
  test.each([
    ['an empty list means nobody', '1', { id: '1', isPrivate: true }, nobody, { type: 'unknown-user' }],
    ['an admin of the configuration', '1', { id: '1', isPrivate: true }, { admins: ['1'], chats: [] }, { type: 'known', role: 'admin' }],
    ['a known user in private is uncapped', '7', { id: '7', isPrivate: true }, nobody, { type: 'known', role: 'trader' }],
    ['a group that is not listed', '7', { id: '-1', isPrivate: false }, nobody, { type: 'unlisted-chat' }],
    [
      'a listed group caps at operator',
      '7',
      { id: '-1', isPrivate: false },
      { admins: [], chats: ['-1'] },
      { type: 'known', role: 'operator' },
    ],
    [
      'a listed group with its own cap',
      '7',
      { id: '-1', isPrivate: false },
      { admins: [], chats: ['-1:viewer'] },
      { type: 'known', role: 'viewer' },
    ],
    ['a cap never raises', '7', { id: '-1', isPrivate: false }, { admins: [], chats: ['-1:admin'] }, { type: 'known', role: 'trader' }],
    [
      'membership of a group is not a role',
      '8',
      { id: '-1', isPrivate: false },
      { admins: [], chats: ['-1:admin'] },
      { type: 'unknown-user' },
    ],
  ])('access: %s', async (_name, userId, chat, list, expected) =>
    expect(await accessOf('telegram', userId, chat, list, users)).toEqual(expected),
  )
})

describe('outbox', () => {
  const isMild = ({ severity }: Delivery): boolean => severity !== 'P1' && severity !== 'P2'
  class Rows implements DeliveryRows {
    readonly rows: (Delivery & { status: string; nextAtMs: number; error: string })[] = []
    nowMs = 0
    add(channel: string, severity: string, title: string, createdAtMs = 0): void {
      this.rows.push({
        id: this.rows.length + 1,
        channel,
        severity,
        payload: { ...reply(title), badge: '' },
        attempts: 0,
        createdAtMs,
        alertId: this.rows.length + 1,
        status: 'pending',
        nextAtMs: 0,
        error: '',
      })
    }
    async dueChannels() {
      for (const r of this.rows) if (r.status === 'refused' && r.nextAtMs <= this.nowMs) this.set(r.id, { status: 'pending' })
      const channels = new Set(this.rows.filter((r) => r.status === 'pending').map((r) => r.channel))
      return [...channels].filter((c) =>
        this.rows.filter((r) => r.channel === c && r.status === 'pending').every((r) => r.nextAtMs <= this.nowMs),
      )
    }
    async pending(channel: string, limit: number) {
      const waiting = this.rows.filter((r) => r.channel === channel && r.status === 'pending')
      return waiting.sort((a, b) => Number(isMild(a)) - Number(isMild(b)) || a.id - b.id).slice(0, limit)
    }
    async backlog(channel: string, beforeMs: number) {
      const mild = this.rows.filter((r) => r.channel === channel && r.status === 'pending' && isMild(r))
      return { ids: mild.map((r) => r.id), old: mild.filter((r) => r.createdAtMs < beforeMs).length }
    }
    async setAside(id: number, delayMs: number, detail: string) {
      this.set(id, { status: 'refused', nextAtMs: this.nowMs + delayMs, error: detail })
    }
    async move(channel: string, to: string) {
      for (const r of this.rows.filter((x) => x.channel === channel && x.status === 'pending')) this.set(r.id, { channel: to })
    }
    private set(id: number, change: Partial<Rows['rows'][number]>): void {
      const at = this.rows.findIndex((r) => r.id === id)
      this.rows[at] = { ...(this.rows[at] as Rows['rows'][number]), ...change }
    }
    async sent(id: number) {
      this.set(id, { status: 'sent' })
    }
    async postpone(channel: string, id: number, delayMs: number, detail: string) {
      const row = this.rows.find((r) => r.id === id)
      this.set(id, { attempts: (row?.attempts ?? 0) + 1, error: detail })
      for (const r of this.rows.filter((x) => x.channel === channel && x.status === 'pending'))
        this.set(r.id, { nextAtMs: this.nowMs + delayMs })
    }
    async fail(id: number, detail: string) {
      this.set(id, { status: 'failed', error: detail })
    }
    async drop(ids: readonly number[], detail: string) {
      for (const id of ids) this.set(id, { status: 'dropped', error: detail })
    }
  }
  function make(rows: Rows, answer: (channel: string, title: string, count: number) => SendResult) {
    const told: string[] = []
    const news: string[] = []
    let count = 0
    const outbox = new Outbox({
      rows,
      send: async (channel, card) => {
        count += 1
        const result = answer(channel, card.title, count)
        if (result.type === 'sent') told.push(`${channel} ${card.title}`)
        return result
      },
      missedCard: (missed, critical) => ({ ...reply(`missed ${missed}, ${critical} critical`), badge: '' }),
      refused: async ({ channel }, detail) => void news.push(`${channel} refused ${detail}`),
      accepted: async (channel) => void news.push(`${channel} accepted`),
      moved: async () => {},
      nowMs: () => rows.nowMs,
      log: () => {},
    })
    return { outbox, told, news }
  }
  const sent: SendResult = { type: 'sent', messageRef: '1' }

  test('outbox: in order within a chat, urgent first', async () => {
    const rows = new Rows()
    for (const [severity, title] of [
      ['P4', 'a'],
      ['P4', 'b'],
      ['P1', 'c'],
    ] as const)
      rows.add('t:1', severity, title)
    const { outbox, told } = make(rows, () => sent)
    await outbox.flush()
    expect(told).toEqual(['t:1 c', 't:1 a', 't:1 b'])
  })

  test('429 waits as long as Telegram asks and loses nothing; other chats continue', async () => {
    const rows = new Rows()
    rows.add('t:1', 'P4', 'a')
    rows.add('t:2', 'P4', 'x')
    const { outbox, told } = make(rows, (channel, _title, count) =>
      channel === 't:1' && count <= 2 && rows.nowMs === 0 ? { type: 'retry-after', ms: 3_000 } : sent,
    )
    await outbox.flush()
    expect(told).toEqual(['t:2 x'])
    rows.nowMs = 2_999
    await outbox.flush()
    expect(told).toEqual(['t:2 x'])
    rows.nowMs = 3_000
    await outbox.flush()
    expect(told).toEqual(['t:2 x', 't:1 a'])
  })

  test('what a chat refuses is given up and reported; P1 and P2 are kept, tried again in five minutes, and told when it takes them', async () => {
    const rows = new Rows()
    rows.add('t:1', 'P4', 'a')
    rows.add('t:1', 'P1', 'b')
    let isRefusing = true
    const { outbox, told, news } = make(rows, () => (isRefusing ? { type: 'refused', detail: '403 Forbidden' } : sent))
    await outbox.flush()
    expect(rows.rows.map(({ status }) => status)).toEqual(['failed', 'refused'])
    expect(news).toEqual(['t:1 refused 403 Forbidden', 't:1 refused 403 Forbidden'])
    isRefusing = false
    rows.nowMs = 299_999
    await outbox.flush()
    expect(told).toEqual([])
    rows.nowMs = 300_000
    await outbox.flush()
    expect(told).toEqual(['t:1 b'])
    expect(news.at(-1)).toBe('t:1 accepted')
  })

  test('no answer is tried again later, then later still; a P4 is given up after twelve times, a P1 never (S14)', async () => {
    const rows = new Rows()
    rows.add('t:1', 'P1', 'a')
    rows.add('t:2', 'P4', 'b')
    let isUp = false
    const { outbox, told } = make(rows, () => (isUp ? sent : { type: 'failed', detail: 'timeout' }))
    for (let round = 0; round < 300; round++) {
      await outbox.flush()
      rows.nowMs += 60_000
    }
    expect(rows.rows.map(({ status }) => status)).toEqual(['pending', 'failed'])
    expect(rows.rows[1]?.attempts).toBe(11)
    isUp = true
    await outbox.flush()
    expect(told).toEqual(['t:1 a'])
  })

  test('after an outage one card says what was missed, whatever its number; the critical ones come before it, one by one', async () => {
    const rows = new Rows()
    for (let k = 0; k < 214; k++) rows.add('t:1', k % 40 === 5 ? 'P1' : 'P4', `m${k}`, k * 1_000)
    rows.nowMs = 300_000
    const { outbox, told } = make(rows, () => sent)
    await outbox.flush()
    expect(told).toEqual(['t:1 m5', 't:1 m45', 't:1 m85', 't:1 m125', 't:1 m165', 't:1 m205', 't:1 missed 208, 6 critical'])
    expect(rows.rows.filter((r) => r.status === 'dropped').length).toBe(208)
  })

  test('a P1 behind hundreds of others is the next message', async () => {
    const rows = new Rows()
    for (let k = 0; k < 600; k++) rows.add('t:1', 'P4', `m${k}`)
    rows.add('t:1', 'P1', 'urgent')
    const { outbox, told } = make(rows, () => sent)
    await outbox.flush()
    expect(told[0]).toBe('t:1 urgent')
    expect(told).toHaveLength(601)
  })

  test('a group that became a supergroup has its messages under the new address', async () => {
    const rows = new Rows()
    rows.add('t:1', 'P4', 'a')
    rows.add('t:1', 'P1', 'b')
    const { outbox, told } = make(rows, (channel) => (channel === 't:1' ? { type: 'moved', to: 't:9' } : sent))
    await outbox.flush()
    expect(told).toEqual(['t:9 b', 't:9 a'])
  })
})

describe('alerts', () => {
  const told = (type: string, summary: string, detail: Readonly<Record<string, unknown>>) =>
    alertCard({ id: 1, type, severity: 'P4', symbol: 'BTCUSDT', summary, detail: { tradeNumber: 12, ...detail }, ts: 0 }, '⚙️ SIM')

  test('an exit begins with what it made, and carries its figures and a Why', () => {
    const card = told('exit.filled', 'CLOSED long 0.05 BTCUSDT @ 64,880.1, signal', {
      pnl: '1031.18',
      resultR: '0.3100',
      strategy: 'ema-cross',
    })
    expect(card.title).toBe('✅ +1,031.18 USDT  CLOSED long 0.05 BTCUSDT @ 64,880.1, signal')
    expect(card.fields).toContainEqual({ name: 'result', value: '+1,031.18 USDT (+0.31 R)' })
    expect(card.buttons.map((b) => b.label)).toContain('Why')
    expect(told('exit.filled', 'CLOSED short', { pnl: '-8.09' }).title).toBe('❌ -8.09 USDT  CLOSED short')
  })

  test('an entry looks like none, and says which way it goes', () => {
    const entry = told('entry.filled', 'OPENED short 0.05 BTCUSDT @ 64,880.1', { side: -1, stop: '65500', plannedLoss: '31.5' })
    expect(entry.title).toBe('▼  OPENED short 0.05 BTCUSDT @ 64,880.1')
    expect(entry.fields).toContainEqual({ name: 'stop', value: '65,500' })
    expect(entry.fields).toContainEqual({ name: 'planned loss', value: '31.50 USDT if the stop fills at its price' })
  })

  test('a part that was closed says what is left, and its stop', () => {
    const part = told('exit.partial', 'REDUCED long 0.02 BTCUSDT @ 64,880.1, operator', { pnl: '4.3', left: '0.03', stop: '63000' })
    expect(part.fields).toEqual([
      { name: 'trade', value: '#12' },
      { name: 'result', value: '+4.30 USDT with this part' },
      { name: 'left', value: '0.03' },
      { name: 'stop', value: '63,000' },
    ])
  })
})
