/**
 * An amount that was won or lost: its sign says so, its color too.
 */
import { signOf } from '../../api/amount.ts'
import { signed } from '../data/show.ts'

export const Money = ({ value, unit = '' }: { readonly value: string; readonly unit?: string }) => (
  <span class={signOf(value) > 0 ? 'won' : signOf(value) < 0 ? 'lost' : ''}>
    {signed(value)}
    {unit === '' ? '' : ` ${unit}`}
  </span>
)
