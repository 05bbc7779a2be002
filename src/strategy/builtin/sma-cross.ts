/**
 * sma-cross: long while the fast simple average of closes is above the slow one, else flat; a tie is flat.
 */
import { z } from 'zod'
import { type Sma, compareSma, isSmaReady, makeSma, smaValue, updateSma } from '../../indicators/averages/sma.ts'
import { priceFloat } from '../../market/instrument.ts'
import { defineStrategy } from '../strategy.ts'

const params = z
  .object({
    fast: z.coerce.number().int().min(1).max(5000).default(10).describe('bars of the fast average'),
    slow: z.coerce.number().int().min(2).max(5000).default(50).describe('bars of the slow average'),
  })
  .strict()
  .refine((p) => p.fast < p.slow, { message: 'fast must be smaller than slow' })

interface State {
  readonly fast: Sma
  readonly slow: Sma
}

export const smaCross = defineStrategy<z.infer<typeof params>, State>({
  name: 'sma-cross',
  version: 1,
  summary: 'Long while SMA(fast) > SMA(slow), else flat.',
  params,
  protection: 'position-stop',
  givesStop: false,
  warmup: (p) => p.slow,
  init: (p) => ({ fast: makeSma(p.fast), slow: makeSma(p.slow) }),
  onBar(context, state) {
    const close = context.bars.close(0)
    updateSma(state.fast, close)
    updateSma(state.slow, close)
    if (!isSmaReady(state.slow)) return
    const isAbove = compareSma(state.fast, state.slow) > 0
    if (isAbove === context.position > 0) return
    context.signal({
      side: isAbove ? 1 : 0,
      strength: 1,
      reason: {
        rule: isAbove ? 'fast above slow' : 'fast not above slow',
        values: { fast: priceFloat(context.instrument, smaValue(state.fast)), slow: priceFloat(context.instrument, smaValue(state.slow)) },
      },
    })
  },
})
