/**
 * The trader's command handler over a kernel bench: what is submitted is given to it at once, and nothing waits unless a test says so.
 */
import { ts } from '../../../src/core/units.ts'
import type { KernelFact } from '../../../src/kernel/fact.ts'
import type { KernelInput } from '../../../src/kernel/input.ts'
import { CommandHandler } from '../../../src/trader/commands/command-handler.ts'
import { NO_PLANS } from '../fixed-plans.ts'
import { NO_KEYS } from '../no-keys.ts'
import type { Bench } from './kernel-run.ts'

type Ports = ConstructorParameters<typeof CommandHandler>[0]

/** @param facts what the kernel says is added to these */
export function commandHandlerOn(bench: Bench, facts: KernelFact[], more: Partial<Ports> = {}): CommandHandler {
  const give = (input: KernelInput): KernelFact[] => {
    const given = bench.give(input)
    facts.push(...given)
    return given
  }
  return new CommandHandler({
    spending: NO_KEYS,
    plans: NO_PLANS,
    takerRate: () => undefined,
    checkConditions: () => undefined,
    isObserving: false,
    kernel: bench.kernel,
    now: () => ts(bench.now),
    preflight: async () => [],
    submit: async (inputs) => {
      for (const input of inputs()) give(input)
      return 1
    },
    ask: async (input) => ({ seq: 1, facts: give(input()) }),
    verifyFlat: async () => '',
    tellVerdict: () => {},
    sleep: async () => {},
    best: () => undefined,
    compare: async () => [],
    reconcile: () => {},
    ...more,
  })
}
