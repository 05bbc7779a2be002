/**
 * The webhook on a port of its own, with raw requests: who is let in, what is read, and that letters survive.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Telegraf } from 'telegraf'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HooksPort } from '../../api/hooks/hooks-port.ts'
import { freePorts } from '../../test/support/process/installation.ts'
import { listenForUpdates } from './webhook.ts'

const SECRET = 'a-secret-of-the-test'
const heard: string[] = []
let port = 0
let stop: (() => Promise<void>) | undefined

beforeAll(async () => {
  const bot = new Telegraf('1234567:no-token', { telegram: { webhookReply: false } })
  bot.botInfo = { id: 1, is_bot: true, first_name: 'b', username: 'b' } as NonNullable<typeof bot.botInfo>
  bot.on('message', ({ message }) => void ('text' in message && heard.push(message.text)))
  port = (await freePorts(1))[0] as number
  const hooks = new HooksPort(port)
  stop = await listenForUpdates(bot, { secret: SECRET, take: (path, handler) => hooks.openPath(path, handler) })
})
afterAll(() => stop?.())
beforeEach(() => {
  heard.length = 0
})

const update = (text: string): Buffer =>
  Buffer.from(JSON.stringify({ update_id: 1, message: { message_id: 1, date: 1, text, chat: { id: 1 }, from: { id: 1 } } }))

/** Writes the parts of a request one after the other, each in a packet of its own; answers the status. */
async function send(head: readonly string[], parts: readonly Buffer[]): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const part of parts) {
    await new Promise((resolve) => socket.write(part, resolve))
    // The server's turn of the loop, so that it reads this part alone.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(answer.toString().split(' ')[1])
}
const headOf = (line: string, length: number | undefined, secret: string | undefined): string[] => [
  `${line} HTTP/1.1`,
  'host: x',
  ...(secret === undefined ? [] : [`x-telegram-bot-api-secret-token: ${secret}`]),
  ...(length === undefined ? ['transfer-encoding: chunked'] : [`content-length: ${length}`]),
]

test('an update with the secret is handled', async () => {
  const body = update('/status')
  expect(await send(headOf('POST /telegram', body.length, SECRET), [body])).toBe(200)
  expect(heard).toEqual(['/status'])
})

test('a letter that lies across two packets stays whole', async () => {
  const body = update('цена')
  const middle = body.indexOf(Buffer.from('ц')) + 1
  expect(await send(headOf('POST /telegram', body.length, SECRET), [body.subarray(0, middle), body.subarray(middle)])).toBe(200)
  expect(heard).toEqual(['цена'])
})

describe('answers without reading the body', () => {
  test.each([
    ['401 without the secret', 'POST /telegram', 100, undefined, 401],
    ['401 with another secret', 'POST /telegram', 100, `${SECRET}2`, 401],
    ['404 on another path', 'POST /other', 100, SECRET, 404],
    ['404 to another method', 'PUT /telegram', 100, SECRET, 404],
    ['413 where it is larger than an update', 'POST /telegram', 262_145, SECRET, 413],
    ['413 where its length is not told', 'POST /telegram', undefined, SECRET, 413],
  ])('%s', async (_, line, length, secret, status) => {
    expect(await send(headOf(line, length, secret), [])).toBe(status)
    expect(heard).toEqual([])
  })
})

test('what is no JSON is refused', async () => {
  expect(await send(headOf('POST /telegram', 4, SECRET), [Buffer.from('{"a"')])).toBe(415)
})
