/**
 * The moments at which a recovery test kills the trader, by name: before, during and after each call that leaves the process.
 */
import type { OutlivingPorts } from '../../../src/process/roles/role-context.ts'
import { writeSync } from 'node:fs'
import type { Journal } from '../../../src/journal/journal.ts'
import type { CommandQueue } from '../../../src/kernel/trader-command.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import type { KernelInput } from '../../../src/kernel/input.ts'
import type { Transport } from '../../../src/venue/bybit/http/transport.ts'

/**
 * What the trader does in between changes nothing that outlives it. So these calls, each with its moments, are all the states that a kill
 * can leave behind: a decision that was made but not written is `journal.facts.before`, an answer that was not written `send.entry.after`.
 */
const CALLS = [
  'journal.load',
  'journal.opening',
  'journal.bars',
  'journal.accepted',
  'journal.fill',
  'journal.ended',
  'journal.adopted',
  'journal.command',
  'journal.reconciled',
  'journal.watch',
  'journal.decision',
  'journal.request',
  'journal.work',
  'journal.facts',
  'snapshot',
  'send.entry',
  'send.exit',
  'send.cancel',
  'send.stop',
  'send.amend',
  'lookup.order',
  'lookup.fills',
  'account.orders',
  'account.fills',
  'account.positions',
  'account.wallet',
  'command.complete',
] as const
type Call = (typeof CALLS)[number]

/** in-flight: the call has left this process and its answer has not come back. */
const MOMENTS = ['before', 'in-flight', 'after'] as const
type CrashPointName = `${Call}.${(typeof MOMENTS)[number]}`

export const CRASH_POINTS: readonly CrashPointName[] = CALLS.flatMap((call) => MOMENTS.map((moment) => `${call}.${moment}` as const))

/** Enough for the bytes to leave, less than a commit with its fsync takes. */
const IN_FLIGHT_MS = 2

export class CrashPoint {
  private readonly name: CrashPointName
  private left: number

  constructor(name: CrashPointName, count: number) {
    this.name = name
    this.left = count
  }

  /** A call that is under several names, where it carries several things at once. */
  async around<T>(calls: readonly Call[], run: () => Promise<T>): Promise<T> {
    for (const call of calls) if (this.isDue(`${call}.before`)) die(this.name)
    const answer = run()
    if (calls.some((call) => this.isDue(`${call}.in-flight`))) {
      setTimeout(() => die(this.name), IN_FLIGHT_MS)
      // Nothing of the answer may be acted on before the end.
      return new Promise(() => {})
    }
    const value = await answer
    for (const call of calls) if (this.isDue(`${call}.after`)) die(this.name)
    return value
  }

  private isDue(name: CrashPointName): boolean {
    if (name !== this.name) return false
    this.left -= 1
    return this.left === 0
  }
}

/** As by `kill -9`: no handler runs, nothing is flushed, and not one more line of this process is executed. */
function die(name: CrashPointName): never {
  writeSync(2, `killed at ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
  for (;;);
}

/** From `send.entry.before`, or `send.entry.before:3` for the third time. */
export function crashPointOf(text: string): CrashPoint {
  const [, point, count = '1'] = /^([a-z.-]+)(?::([1-9]\d{0,5}))?$/.exec(text) ?? []
  const name = CRASH_POINTS.find((each) => each === point)
  if (name === undefined) throw new Error(`${text} names no point that the trader passes`)
  return new CrashPoint(name, Number(count))
}

/** What of a trader outlives it, with the point in its way. */
export const withCrash =
  (crash: CrashPoint) =>
  ({ journal, commands, transport }: OutlivingPorts): OutlivingPorts => ({
    journal: journalWithCrashes(journal, crash),
    commands: queueWithCrashes(commands, crash),
    transport: transportWithCrashes(transport, crash),
  })

export function journalWithCrashes(journal: Journal, crash: CrashPoint): Journal {
  return {
    register: (wanted) => journal.register(wanted),
    load: (before) => crash.around(['journal.load'], () => journal.load(before)),
    setAside: (seq) => journal.setAside(seq),
    appendInputs: (inputs) => crash.around(callsOf(inputs, callOfInput), () => journal.appendInputs(inputs)),
    appendFacts: (facts, changes) =>
      crash.around(facts.length === 0 ? ['journal.facts'] : callsOf(facts, ({ fact }) => callOfFact(fact)), () =>
        journal.appendFacts(facts, changes),
      ),
    saveSnapshot: (seq, state) => crash.around(['snapshot'], () => journal.saveSnapshot(seq, state)),
  }
}

const callsOf = <T>(items: readonly T[], callOf: (item: T) => Call): readonly Call[] => [...new Set(items.map(callOf))]

function callOfInput(input: KernelInput): Call {
  switch (input.type) {
    case 'wallet-adjusted':
      return 'journal.opening'
    case 'bars-closed':
      return 'journal.bars'
    case 'order-accepted':
      return 'journal.accepted'
    case 'order-filled':
      return 'journal.fill'
    case 'order-rejected':
    case 'order-canceled':
    case 'order-expired':
    case 'order-never-arrived':
      return 'journal.ended'
    case 'order-adopted':
      return 'journal.adopted'
    case 'reconciled':
      return 'journal.reconciled'
    case 'close-position':
    case 'cancel-orders':
    case 'place-orders':
    case 'change-order':
    case 'change-protection':
    case 'start-algorithm':
    case 'steer-algorithm':
    case 'panic':
    case 'set-strategy-mode':
    case 'add-hold':
    case 'lift-hold':
      return 'journal.command'
    default:
      return 'journal.watch'
  }
}

function callOfFact(fact: KernelFact): Call {
  switch (fact.type) {
    case 'order-submitted':
      return 'journal.decision'
    case 'cancel-requested':
    case 'stop-requested':
    case 'amend-requested':
      return 'journal.request'
    case 'algorithm-started':
    case 'algorithm-changed':
    case 'algorithm-ended':
      return 'journal.work'
    default:
      return 'journal.facts'
  }
}

function transportWithCrashes(transport: Transport, crash: CrashPoint): Transport {
  const { trade } = transport
  return {
    call: (method, path, params) => {
      const call = callOfRequest(path, params)
      const run = (): ReturnType<Transport['call']> => transport.call(method, path, params)
      return call === undefined ? run() : crash.around([call], run)
    },
    trade:
      trade === undefined
        ? undefined
        : (op, body) => {
            const call = callOfRequest(`/v5/${op.replace('.', '/')}`, body)
            return call === undefined ? trade(op, body) : crash.around([call], () => trade(op, body))
          },
    open: (topics, handlers) => transport.open(topics, handlers),
    renew: (topics) => transport.renew(topics),
    openMore: (topics) => transport.openMore(topics),
    close: () => transport.close(),
  }
}

function callOfRequest(path: string, params: Parameters<Transport['call']>[2]): Call | undefined {
  const isLookup = params['orderLinkId'] !== undefined
  switch (path) {
    case '/v5/order/create':
      return params['reduceOnly'] === true ? 'send.exit' : 'send.entry'
    case '/v5/order/cancel':
      return 'send.cancel'
    case '/v5/order/amend':
      return 'send.amend'
    case '/v5/position/trading-stop':
      return 'send.stop'
    case '/v5/order/realtime':
    case '/v5/order/history':
      return isLookup ? 'lookup.order' : 'account.orders'
    case '/v5/execution/list':
      return isLookup ? 'lookup.fills' : 'account.fills'
    case '/v5/position/list':
      return 'account.positions'
    case '/v5/account/wallet-balance':
      return 'account.wallet'
    default:
      return undefined
  }
}

function queueWithCrashes(queue: CommandQueue, crash: CrashPoint): CommandQueue {
  return {
    spending: queue.spending,
    claimCommands: (names) => queue.claimCommands(names),
    complete: (id, outcome) => crash.around(['command.complete'], () => queue.complete(id, outcome)),
    onArrival: (callback, onReturn) => queue.onArrival(callback, onReturn),
  }
}
