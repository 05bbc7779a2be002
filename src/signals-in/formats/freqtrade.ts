/**
 * What a freqtrade bot tells its webhook, in the fields of the body that Ballast prints for it: its trades are mirrored.
 */
import { z } from 'zod'
import { type Result, ok } from '../../core/result.ts'
import { readFields, refuseCode, refuseValue, word } from '../fields.ts'
import { type OutsideSignal, type SignalBody, type SignalRefusal, type Wish, outsideSignal } from '../signal.ts'

const TYPES = ['entry', 'entry_fill', 'entry_cancel', 'exit', 'exit_fill'] as const
const Body = z.object({ type: z.enum(TYPES), trade_id: word, pair: word, direction: word.nullish(), is_final_exit: word.nullish() })

export function readFreqtrade(body: SignalBody): Result<OutsideSignal, SignalRefusal> {
  const read = readFields(Body, body)
  if (!read.ok) return read
  const { type, trade_id: trade, pair, direction } = read.value
  // freqtrade fills in {name}: what it does not know stays as it is.
  for (const [field, value] of Object.entries({ pair, direction: direction ?? '', trade_id: trade }))
    if (/^\{\w+\}$/.test(value)) return refuseValue(field, value, 'was not filled in: freqtrade does not give it for this event')
  const side = direction == null ? 'long' : direction.toLowerCase()
  if (side !== 'long' && side !== 'short') return refuseValue('direction', side, 'must be one of Long, Short')
  // How much of a position here a part of one there is cannot be known: its account is another one.
  if (type.startsWith('exit') && read.value.is_final_exit?.toLowerCase() === 'false')
    return refuseCode('exit-part', { mode: 'is_final_exit', value: 'a part' })
  return ok(outsideSignal({ symbol: pair, wish: wishOf(type, side), id: `${type} ${trade}` }))
}

function wishOf(type: (typeof TYPES)[number], side: 'long' | 'short'): Wish {
  if (type === 'entry_cancel') return 'cancel'
  if (type === 'exit' || type === 'exit_fill') return side === 'long' ? 'exit-long' : 'exit-short'
  return side
}
