/**
 * Order books of 200 symbols: text of a frame, through shape check and mirror, to the spread that a decision reads; as fast as it goes, and paced.
 */
import { fork } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { QuoteBoard } from '../src/trader/market/quote-board.ts'
import { Random } from '../src/core/random.ts'
import { instrumentIndex, lots, ticks } from '../src/core/units.ts'
import { type Instrument, formatPrice, formatQuantity, makeInstrument } from '../src/market/instrument.ts'
import type { BookMirror } from '../src/market/order-book.ts'
import { BookFeed } from '../src/venue/bybit/stream/book-feed.ts'
import { BybitClient, SYMBOLS_PER_CONNECTION } from '../src/venue/bybit/http/client.ts'
import { StreamReader } from '../src/venue/bybit/stream/stream.ts'
import type { VenueHandlers } from '../src/venue/port/venue.ts'

const SYMBOLS = 200
const DEPTH = 50
const UPDATES = 400
const PER_SECOND = 20
const ROUNDS = 5
const PACED_S = 10
const BATCH_MS = 5

/** Ticks and lots of the four largest perpetuals. */
const GRIDS = [
  ['0.1', '0.001', 640_000],
  ['0.01', '0.01', 320_000],
  ['0.001', '0.1', 152_000],
  ['0.0001', '0.1', 6_200],
] as const

const instruments: readonly Instrument[] = Array.from({ length: SYMBOLS }, (_, k) => {
  const [tickSize, lotSize] = GRIDS[k % GRIDS.length] as (typeof GRIDS)[number]
  return makeInstrument({ index: instrumentIndex(k), venue: 'bench', symbol: `COIN${k}USDT`, tickSize, lotSize })
})

interface SymbolFrames {
  readonly texts: readonly string[]
  /** Best bid in ticks at the end; the best ask is one above. */
  readonly bid: number
}

/** A snapshot and deltas of some twelve sizes each; every fifth moves the whole book by a tick. */
function framesOf(instrument: Instrument): SymbolFrames {
  const random = new Random(1 + instrument.index)
  let bid = (GRIDS[instrument.index % GRIDS.length] as (typeof GRIDS)[number])[2] as number
  const size = (): string => formatQuantity(instrument, lots(1 + random.below(90_000)))
  const row = (price: number, text: string): [string, string] => [formatPrice(instrument, ticks(price)), text]
  const frame = (type: string, k: number, b: unknown, a: unknown): string => {
    const ts = 1_750_000_000_000 + k * 50
    return JSON.stringify({
      topic: `orderbook.${DEPTH}.${instrument.symbol}`,
      type,
      ts,
      data: { s: instrument.symbol, b, a, u: 100_000 + k, seq: 140_000_000_000_000 + k * 7 },
      cts: ts - 3,
    })
  }
  const side = (sign: number): [string, string][] => Array.from({ length: DEPTH }, (_, k) => row(sign < 0 ? bid - k : bid + 1 + k, size()))
  const texts = [frame('snapshot', 0, side(-1), side(1))]
  for (let k = 1; k <= UPDATES; k++) {
    const b: [string, string][] = []
    const a: [string, string][] = []
    if (random.next() < 0.2) {
      const up = random.next() < 0.5
      const top = bid
      bid += up ? 1 : -1
      if (up) {
        b.push(row(bid, size()), row(top - DEPTH + 1, '0'))
        a.push(row(bid, '0'), row(bid + DEPTH, size()))
      } else {
        b.push(row(top, '0'), row(bid - DEPTH + 1, size()))
        a.push(row(top, size()), row(top + DEPTH, '0'))
      }
    }
    for (let n = 0; n < 6; n++) {
      // Most changes are near the top.
      const at = Math.floor(DEPTH * random.next() ** 2)
      b.push(row(bid - at, size()))
      a.push(row(bid + 1 + at, size()))
    }
    texts.push(frame('delta', k, b, a))
  }
  return { texts, bid }
}

const handlersOf = (board: QuoteBoard, mirrors: BookMirror[]): VenueHandlers => ({
  position: () => {},
  wallet: () => {},
  report: () => {},
  bar: () => {},
  quote: () => {},
  book: (mirror) => {
    board.book(mirror)
    mirrors.push(mirror)
  },
  stream: () => {},
  odd: (symbol, detail) => {
    throw new Error(`${symbol}: ${detail}`)
  },
})

/** `mirrors` gets each book as it becomes live. */
function readerOf(board: QuoteBoard, mirrors: BookMirror[] = []): StreamReader {
  const handlers = handlersOf(board, mirrors)
  const renew = (topics: readonly string[]): void => {
    throw new Error(`${topics.join()} was lost`)
  }
  const books = new BookFeed(DEPTH, { handlers, renew, steadyMs: () => performance.now() })
  books.add(instruments)
  return new StreamReader({ byName: new Map(instruments.map((i) => [i.symbol, i])) }, books, handlers)
}

const bookFrame = z.object({
  topic: z.string(),
  type: z.enum(['snapshot', 'delta']),
  ts: z.number(),
  data: z.object({
    s: z.string(),
    b: z.array(z.tuple([z.string(), z.string()])),
    a: z.array(z.tuple([z.string(), z.string()])),
    u: z.number(),
    seq: z.number(),
  }),
})

/** All frames, symbol after symbol within an instant, as they would come. */
function interleaved(all: readonly SymbolFrames[]): string[] {
  const texts: string[] = []
  for (let k = 0; k <= UPDATES; k++) for (const { texts: own } of all) texts.push(own[k] as string)
  return texts
}

/** Updates a second of one way to take all frames. */
function rateOf(texts: readonly string[], make: () => (text: string) => void): number {
  const take = make()
  const startMs = performance.now()
  for (const text of texts) take(text)
  return (texts.length / (performance.now() - startMs)) * 1_000
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] as number
const us = (ms: number): string => (ms * 1_000).toFixed(1)
const mb = (bytes: number): string => (bytes / 1e6).toFixed(1)

function percentiles(delays: Float64Array): string {
  const sorted = delays.toSorted()
  const at = (p: number): string => us(sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] as number)
  return `p50 ${at(0.5)} us   p99 ${at(0.99)} us   p99.9 ${at(0.999)} us   max ${at(1)} us`
}

/** What a decision reads after every single update, which is more than any strategy asks for. */
const spreadAfter = (board: QuoteBoard, instrument: Instrument): number => board.spreadTicks(instrument.index)

function throughput(all: readonly SymbolFrames[], texts: readonly string[]): void {
  const ways: Readonly<Record<string, () => (text: string) => void>> = {
    'JSON.parse alone (floor)': () => (text) => void JSON.parse(text),
    'parse, check by hand, mirror, spread': () => {
      const board = new QuoteBoard(SYMBOLS)
      const reader = readerOf(board)
      let k = 0
      let sum = 0
      return (text) => {
        reader.frame(JSON.parse(text))
        sum += spreadAfter(board, instruments[k % SYMBOLS] as Instrument)
        k += 1
        if (k === texts.length && sum !== texts.length) throw new Error(`spreads add up to ${sum}, not to one tick an update`)
      }
    },
    'the same with a zod schema before it': () => {
      const reader = readerOf(new QuoteBoard(SYMBOLS))
      return (text) => {
        const frame: unknown = JSON.parse(text)
        bookFrame.parse(frame)
        reader.frame(frame)
      }
    },
  }
  const names = Object.keys(ways)
  const rates = new Map<string, number[]>(names.map((name) => [name, []]))
  // The first two rounds warm up; the ways take turns, so that a busy moment meets them all.
  for (let round = -2; round < ROUNDS; round++)
    for (const name of names) {
      const rate = rateOf(texts, ways[name] as () => (text: string) => void)
      if (round >= 0) rates.get(name)?.push(rate)
    }
  const floor = median(rates.get(names[0] as string) ?? [])
  for (const name of names) {
    const rate = median(rates.get(name) ?? [])
    console.log(
      `${name.padEnd(40)} ${Math.round(rate).toLocaleString('en-US').padStart(9)} updates/s   ${us(1_000 / rate).padStart(6)} us each   ` +
        `${(rate / floor).toFixed(2)} of the floor   ${((SYMBOLS * PER_SECOND * 100) / rate).toFixed(1)} % of a core at ${SYMBOLS * PER_SECOND}/s`,
    )
  }
  const board = new QuoteBoard(SYMBOLS)
  const mirrors: BookMirror[] = []
  const reader = readerOf(board, mirrors)
  const delays = new Float64Array(texts.length)
  texts.forEach((text, k) => {
    const startMs = performance.now()
    reader.frame(JSON.parse(text))
    spreadAfter(board, instruments[k % SYMBOLS] as Instrument)
    delays[k] = performance.now() - startMs
  })
  console.log(`${'one update, back to back'.padEnd(40)} ${percentiles(delays)}`)
  for (const { bid } of all) if (mirrors.shift()?.bid !== bid) throw new Error('a mirror is not the book that the frames were made from')
}

/** 4,000 updates a second for ten seconds: the share of a core, without what an idle loop takes. */
async function paced(texts: readonly string[]): Promise<void> {
  const run = async (take: (text: string) => void): Promise<number> => {
    const perBatch = (SYMBOLS * PER_SECOND * BATCH_MS) / 1_000
    let next = 0
    const startMs = performance.now()
    const cpu = process.cpuUsage()
    while (performance.now() - startMs < PACED_S * 1_000) {
      await new Promise((resolve) => setTimeout(resolve, BATCH_MS))
      const due = Math.min(texts.length, Math.floor(((performance.now() - startMs) / BATCH_MS) * perBatch))
      for (; next < due; next++) take(texts[next] as string)
    }
    const used = process.cpuUsage(cpu)
    return (used.user + used.system) / 1e6 / ((performance.now() - startMs) / 1_000)
  }
  const board = new QuoteBoard(SYMBOLS)
  const reader = readerOf(board)
  const delays: number[] = []
  const idle = await run(() => {})
  const busy = await run((text) => {
    const startMs = performance.now()
    reader.frame(JSON.parse(text))
    spreadAfter(board, instruments[delays.length % SYMBOLS] as Instrument)
    delays.push(performance.now() - startMs)
  })
  console.log(
    `${`paced at ${SYMBOLS * PER_SECOND}/s, in process`.padEnd(40)} ${((busy - idle) * 100).toFixed(1)} % of a core (idle loop ${(idle * 100).toFixed(1)} %)   ${percentiles(Float64Array.from(delays))}`,
  )
}

/** The same over loopback through bybit-api and four connections; another process sends. */
async function overTheWire(): Promise<void> {
  const child = fork(process.argv[1] as string, ['serve'])
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number)))
  const url = `ws://127.0.0.1:${port}`
  const client = new BybitClient({
    credentials: undefined,
    restUrl: `http://127.0.0.1:${port}`,
    publicStreamUrl: `${url}/v5/public/linear`,
    privateStreamUrl: `${url}/v5/private`,
    timeoutMs: 5_000,
    recvWindowMs: 5_000,
  })
  const board = new QuoteBoard(SYMBOLS)
  const reader = readerOf(board)
  let up = 0
  let updates = 0
  client.open(
    { public: instruments.map((i) => `orderbook.${DEPTH}.${i.symbol}`), private: [] },
    {
      frame: (_stream, frame) => {
        reader.frame(frame)
        spreadAfter(board, instruments[updates % SYMBOLS] as Instrument)
        updates += 1
      },
      state: (_stream, state) => {
        if (state === 'up') up += 1
      },
    },
  )
  while (up < SYMBOLS / SYMBOLS_PER_CONNECTION || board.booksHealth().detail !== `${SYMBOLS} of ${SYMBOLS} live`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  const startMs = performance.now()
  const cpu = process.cpuUsage()
  const before = updates
  await new Promise((resolve) => setTimeout(resolve, PACED_S * 1_000))
  const used = process.cpuUsage(cpu)
  const seconds = (performance.now() - startMs) / 1_000
  const { detail } = board.booksHealth()
  console.log(
    `${'the same through bybit-api and sockets'.padEnd(40)} ${(((used.user + used.system) / 1e6 / seconds) * 100).toFixed(1)} % of a core   ` +
      `${Math.round((updates - before) / seconds)} updates/s over ${up} connections   books: ${detail}   resident ${mb(process.memoryUsage().rss)} MB`,
  )
  await client.close()
  child.kill()
}

/** The sending process: each connection gets the frames of the symbols that it asks for, twenty a second each. */
function serve(): void {
  const bySymbol = new Map(instruments.map((i) => [i.symbol, framesOf(i).texts]))
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  server.on('connection', (socket: WebSocket) => {
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { op: string; args?: string[]; req_id?: string }
      if (frame.op === 'ping') socket.send(JSON.stringify({ success: true, ret_msg: 'pong', conn_id: 'c', op: 'ping' }))
      if (frame.op !== 'subscribe') return
      socket.send(JSON.stringify({ success: true, ret_msg: '', op: 'subscribe', req_id: frame.req_id, conn_id: 'c' }))
      const own = (frame.args ?? []).map((topic) => bySymbol.get(topic.slice(topic.lastIndexOf('.') + 1)) ?? [])
      for (const texts of own) socket.send(texts[0] as string)
      const startMs = performance.now()
      let sent = 0
      const timer = setInterval(() => {
        const due = Math.min(own.length * UPDATES, Math.floor(((performance.now() - startMs) / 1_000) * PER_SECOND * own.length))
        for (; sent < due; sent++) socket.send(own[sent % own.length]?.[1 + Math.floor(sent / own.length)] as string)
      }, BATCH_MS)
      socket.on('close', () => clearInterval(timer))
    })
  })
  server.on('listening', () => process.send?.((server.address() as AddressInfo).port))
}

async function main(): Promise<void> {
  console.log(
    `${new Date().toISOString()}  ${cpus()[0]?.model ?? ''} x ${cpus().length}  load ${loadavg()[0]?.toFixed(2)}  node ${process.version}`,
  )
  const all = instruments.map(framesOf)
  const texts = interleaved(all)
  const bytes = texts.reduce((sum, text) => sum + text.length, 0)
  console.log(
    `${SYMBOLS} symbols, ${texts.length.toLocaleString('en-US')} frames of depth ${DEPTH}, ${Math.round(bytes / texts.length)} bytes on average`,
  )
  const before = process.memoryUsage()
  const kept = readerOf(new QuoteBoard(SYMBOLS))
  for (const { texts: own } of all) kept.frame(JSON.parse(own[0] as string))
  console.log(`mirrors of all symbols: ${mb(process.memoryUsage().arrayBuffers - before.arrayBuffers)} MB in arrays`)
  throughput(all, texts)
  await paced(texts)
  await overTheWire()
}

if (process.argv[2] === 'serve') serve()
else {
  await main()
  process.exit(0)
}
