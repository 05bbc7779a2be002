/**
 * Inputs that the journal has and no decision of: what a crash left behind is decided at the next start, in the order of the journal.
 */
import type { KernelInput } from '../kernel/input.ts'
import { hungWords } from '../kernel/handlers/strategy-modes.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Recovered } from './recovery.ts'
import type { TradedInstruments } from './traded-instruments.ts'
import type { TraderOptions } from './trader-options.ts'
import type { TraderParts } from './trader-parts.ts'

type Undecided = Recovered['undecided'][number]

export interface UndecidedPorts {
  readonly options: TraderOptions
  readonly kernel: Kernel
  readonly parts: TraderParts
  readonly instruments: TradedInstruments
  readonly now: () => KernelInput['ts']
  /** One was set aside: no entry goes out until the hold that follows from that stands. */
  readonly setsAside: () => void
}

/**
 * Decides them, and stops the strategy that ended the process before this one.
 * An input that has ended the process time and again is booked and no more, and an operator looks (S13). The hold that follows from that is the
 * caller's to set: a decision on a later row would count the earlier ones as decided.
 * @param lastSeq of the journal
 * @returns what was set aside, in words
 */
export async function decideUndecided(undecided: readonly Undecided[], lastSeq: number, ports: UndecidedPorts): Promise<readonly string[]> {
  const { driver } = ports.parts
  let setAside: readonly string[] = []
  await driver.alone(async () => {
    const hung = await bookHung(ports)
    await driver.begin(hung?.seq ?? lastSeq)
    setAside = await finish(undecided, hung, ports)
  })
  return setAside
}

async function finish(undecided: readonly Undecided[], hung: Undecided | undefined, ports: UndecidedPorts): Promise<readonly string[]> {
  const { options, kernel, parts, instruments, setsAside } = ports
  const { recovering, log } = options
  const { driver } = parts
  if (options.restored !== undefined) {
    // They were decided after the backup, and what came of them is at the exchange: deciding them again would send it twice.
    for (const each of undecided) {
      await instruments.useTermsOf(each.input, kernel, parts)
      driver.setAside(each)
    }
    setsAside()
    if (hung !== undefined) await driver.finish([hung])
    return []
  }
  if (hung !== undefined || recovering === undefined) {
    const changed = undecided.findLastIndex(({ input }) => input.type === 'instrument-changed')
    for (const each of undecided.slice(0, changed + 1)) {
      await instruments.useTermsOf(each.input, kernel, parts)
      await driver.finish([each])
    }
    await driver.finish([...undecided.slice(changed + 1), ...(hung === undefined ? [] : [hung])])
    return []
  }
  const setAside: string[] = []
  for (const each of undecided) {
    if (recovering.isSetAside(each.seq)) {
      const what = `input ${each.seq} (${each.input.type})`
      log('error', `${what} ended the trader each time it was decided: it is booked and set aside, entries are on hold`)
      await instruments.useTermsOf(each.input, kernel, parts)
      driver.setAside(each)
      setsAside()
      setAside.push(what)
      continue
    }
    recovering.begin(each.seq)
    await instruments.useTermsOf(each.input, kernel, parts)
    await driver.finish([each])
  }
  recovering.end()
  return setAside
}

/** The strategy in which the process before this one ended decides nothing any more, the input that it ended on neither. */
async function bookHung({ options, kernel, now }: UndecidedPorts): Promise<Undecided | undefined> {
  const { suspect, journal, log, wallClock } = options
  const run = kernel.runs.find((r) => r !== undefined && r.strategy === suspect?.strategy)
  if (suspect === undefined || run === undefined || run.mode === 'errored') return undefined
  const input: KernelInput = { type: 'strategy-hung', strategy: run.strategy, how: suspect.how, ts: now() }
  // That input is decided once more, in the same transaction as this one and before it: without the strategy.
  for (const each of kernel.runs) if (each?.strategy === run.strategy) each.mode = 'errored'
  log('error', `${run.strategy} is stopped: ${hungWords(suspect)}; other strategies keep trading. Its position keeps its stop.`)
  for (;;) {
    const seq = await journal.appendInputs([input])
    if (seq.ok) return { seq: seq.value, input }
    log('warn', `database: ${seq.error.detail}`)
    await wallClock.sleep(500)
  }
}
