/**
 * POST /hooks/<source>/<secret>: a signal from outside. It is kept before it is answered, and carried out after.
 * Never takes a body that is larger than a signal, never says whether a source or its secret is wrong, and answers 5xx only where the same
 * body may be sent again.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readSignal } from '../../src/signals-in/read-signal.ts'
import { refusalSentence } from '../../src/signals-in/refusal-sentence.ts'
import { type SignalRefusal, isExitWish } from '../../src/signals-in/signal.ts'
import { toId } from '../ids.ts'
import type { Arrival, OpenSource, SignalIntake, Taken } from '../ports/signal-ports.ts'
import { MinuteCount } from './minute-count.ts'
import { isWithin, senderAddress } from '../commands/signals/networks.ts'
import { signalBody } from '../commands/signals/signal-body.ts'
import { type SignedHead, signedHead } from './standard-webhooks.ts'

export const HOOKS_PATH = '/hooks'
const ROUTE = /^\/hooks\/([0-9a-f]{12})(?:\/([\w-]{16,100}))?$/
const BODY_MAX = 16_384
/** Below the 3 s after which TradingView gives up. */
const ANSWER_MS = 2_500
const ENTRIES_PER_MINUTE = 60
/** From one address; a right secret passes all the same: many senders share the addresses of TradingView. */
const WRONG_PER_MINUTE = 20
const HOUR_MS = 3_600_000
const ADDRESSES_MAX = 1_000

export interface SignalHookPorts {
  readonly intake: SignalIntake
  /** Proxies of ours before the port that add to X-Forwarded-For. */
  readonly proxyHops: number
  readonly wallNow: () => number
  readonly log: (text: string) => void
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
}
const refusedAs = (status: number, code: string, detail: string, headers?: Answer['headers']): Answer => ({
  status,
  body: { status: 'rejected', code, detail },
  ...(headers === undefined ? {} : { headers }),
})
const UNKNOWN = refusedAs(404, 'unknown', 'There is no such source, or its secret is another one.')
const TOO_LARGE = refusedAs(413, 'too-large', `A signal has at most ${BODY_MAX} bytes.`)
const AWAY = refusedAs(503, 'unavailable', 'Ballast cannot keep the signal now. Send it again.', { 'retry-after': '5' })

export class SignalHook {
  private readonly ports: SignalHookPorts
  private readonly entries = new MinuteCount(ENTRIES_PER_MINUTE)
  private readonly keptFull = new MinuteCount(1)
  private readonly wrong = new MinuteCount(WRONG_PER_MINUTE)
  private readonly reported = new Map<string, number>()

  constructor(ports: SignalHookPorts) {
    this.ports = ports
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const work = this.answer(request).catch((cause: unknown): Answer => {
      this.ports.log(`a signal could not be kept: ${cause instanceof Error ? cause.message : String(cause)}`)
      return AWAY
    })
    void withinTime(work).then(({ status, body, headers }) => {
      // What of a body was not read is not waited for.
      if (!request.complete) response.setHeader('connection', 'close')
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
      response.end(`${JSON.stringify(body)}\n`)
    })
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const { intake, proxyHops, wallNow } = this.ports
    const route = ROUTE.exec((request.url ?? '').split('?', 1)[0] ?? '')
    if (request.method !== 'POST') return refusedAs(405, 'method', 'Signals are sent with POST.', { allow: 'POST' })
    const forwarded = request.headers['x-forwarded-for']
    const address = senderAddress(request.socket.remoteAddress, Array.isArray(forwarded) ? forwarded.join(',') : forwarded, proxyHops)
    if (route === null) return this.unknown(address)
    const source = await intake.open(route[1] ?? '')
    const secret = route[2]
    const head = secret === undefined ? signedHead(request.headers, wallNow()) : undefined
    if (source === undefined || (secret === undefined ? head === undefined : !source.opens(secret))) return this.unknown(address)
    if (source.networks !== null && !isWithin(address, source.networks))
      return refusedAs(
        403,
        'network',
        `This source may not send from ${address}.${proxyHops === 0 ? ' Behind a proxy, set hooks.proxyHops.' : ''}`,
      )
    const type = (request.headers['content-type'] ?? 'text/plain').split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (type !== 'application/json' && type !== 'text/plain') return refusedAs(415, 'content-type', 'Send application/json or text/plain.')
    const body = await bodyOf(request)
    if (body === undefined) return TOO_LARGE
    if (head !== undefined && !source.signed(head.message(body), head.signatures)) return this.unknown(address)
    return this.take(source, body, head)
  }

  /** The first of a minute is kept, so that the list says it; a storm fills no table. */
  private async tooMany(source: OpenSource, arrival: Arrival): Promise<Answer> {
    const why: SignalRefusal = { code: 'rate', figures: { perMinute: ENTRIES_PER_MINUTE } }
    if (!this.keptFull.isFull(source.id, arrival.atMs)) {
      this.keptFull.note(source.id, arrival.atMs)
      await this.ports.intake.refuse(source, arrival, why)
    }
    return refusal(refusedAs(429, 'rate', '', { 'retry-after': '60' }), why)
  }

  /** The same answer whatever was wrong; who tries again and again is reported once an hour. */
  private unknown(address: string): Answer {
    const { intake, wallNow, log } = this.ports
    const now = wallNow()
    this.wrong.note(address, now)
    if (this.wrong.isFull(address, now) && (this.reported.get(address) ?? 0) + HOUR_MS <= now) {
      if (this.reported.size >= ADDRESSES_MAX) this.reported.clear()
      this.reported.set(address, now)
      intake.reportWrongSecrets(address, WRONG_PER_MINUTE, now).catch((cause: unknown) => {
        log(`wrong secrets from ${address} could not be reported: ${cause instanceof Error ? cause.message : String(cause)}`)
      })
    }
    return UNKNOWN
  }

  private async take(source: OpenSource, body: string, head: SignedHead | undefined): Promise<Answer> {
    const atMs = this.ports.wallNow()
    const read = readSignal(source.format, signalBody(body), source.market)
    const isExit = read.ok && isExitWish(read.value.wish)
    if (!isExit && this.entries.isFull(source.id, atMs)) return this.tooMany(source, { read, body, atMs })
    if (!isExit) this.entries.note(source.id, atMs)
    // What a sender repeats has the same id: it tells twins apart where the body does not.
    const named = read.ok && head !== undefined ? { ...read, value: { ...read.value, id: read.value.id ?? head.id } } : read
    const arrival: Arrival = { read: named, body, atMs }
    return answerOf(source, await this.ports.intake.receiveSignal(source, arrival))
  }
}

function answerOf(source: OpenSource, { id, judgment }: Taken): Answer {
  switch (judgment.type) {
    case 'accepted':
      return { status: 202, body: { id: toId('sig', id), status: 'accepted', mode: source.mode } }
    case 'duplicate':
      return { status: 200, body: { id: toId('sig', judgment.of), status: 'duplicate' } }
    case 'refused':
      return refusal({ status: 422, body: { id: toId('sig', id), status: 'rejected', code: judgment.refusal.code } }, judgment.refusal)
  }
}
const refusal = (answer: Answer, why: SignalRefusal): Answer => ({
  ...answer,
  body: { ...answer.body, detail: refusalSentence(why), figures: why.figures },
})

/** As it came, up to the most that a signal has; undefined where it has more. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_MAX) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > BODY_MAX) return undefined
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function withinTime(work: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(AWAY), ANSWER_MS)
  })
  const answer = await Promise.race([work, late])
  clearTimeout(timer)
  return answer
}
