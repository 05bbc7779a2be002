/**
 * webhook: the owner of symbols that are traded by signals from outside. It decides nothing by itself: what a source sends is given to the
 * kernel as an input of its own, and is sized and judged like any signal.
 */
import { z } from 'zod'
import { defineStrategy } from '../strategy.ts'

const params = z.object({}).strict()

/** The strategy that sources of signals may name. */
export const WEBHOOK = 'webhook'

export const webhook = defineStrategy<z.infer<typeof params>, object>({
  name: WEBHOOK,
  version: 1,
  summary: 'Trades what a signal source outside sends; decides nothing by itself.',
  params,
  protection: 'position-stop',
  givesStop: true,
  warmup: () => 0,
  init: () => ({}),
  onBar() {
    // Its signals come from outside.
  },
})
