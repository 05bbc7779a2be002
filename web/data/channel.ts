/**
 * What a channel of the WebSocket holds, as its frames say: pure, so that every order of frames can be tested.
 */
export interface ChannelState {
  readonly isLoaded: boolean
  readonly epoch: string | undefined
  /** The last change that is in it. */
  readonly seq: number
  /** Of keyed channels, new ones first; of those that only grow, the newest last. */
  readonly rows: readonly object[]
  /** Of a conflated channel. */
  readonly value: object | null
  /** Why there is nothing. */
  readonly refusal?: string
}
export const EMPTY: ChannelState = { isLoaded: false, epoch: undefined, seq: 0, rows: [], value: null }

export type Change =
  | { readonly op: 'upsert'; readonly key: string; readonly value: object }
  | { readonly op: 'remove'; readonly key: string }
  | { readonly op: 'append'; readonly value: object }
  | { readonly op: 'replace'; readonly value: object }
export interface Snapshot {
  readonly t: 'snapshot'
  readonly sid: string
  readonly ch: string
  readonly epoch: string
  readonly seq: number
  readonly data: readonly object[] | object | null
}
export interface Delta {
  readonly t: 'delta'
  readonly sid: string
  readonly epoch: string
  readonly seq: number
  readonly prev: number
  /** Of a conflated value: how many this client was too slow for. */
  readonly skipped?: number
  readonly data: Change
}

const ROWS_MAX = 500
const idOf = (row: object): unknown => ('id' in row ? row.id : undefined)

/** The state after a frame; `lost` where a change between is missing, so that the channel has to be asked again. */
export function applyFrame(state: ChannelState, frame: Snapshot | Delta): ChannelState | 'lost' {
  if (frame.t === 'snapshot') {
    const { epoch, seq, data } = frame
    return Array.isArray(data)
      ? { isLoaded: true, epoch, seq, rows: data, value: null }
      : { isLoaded: true, epoch, seq, rows: [], value: data }
  }
  const { data, epoch, seq, prev, skipped } = frame
  if (epoch !== state.epoch) return 'lost'
  // Told twice, as after a resume.
  if (seq <= state.seq) return state
  if (prev !== state.seq && skipped === undefined && data.op !== 'replace') return 'lost'
  return { ...state, seq, ...changed(state, data) }
}

function changed({ rows }: ChannelState, change: Change): Pick<ChannelState, 'rows'> | Pick<ChannelState, 'value'> {
  switch (change.op) {
    case 'replace':
      return { value: change.value }
    case 'append':
      return { rows: [...rows, change.value].slice(-ROWS_MAX) }
    case 'remove':
      return { rows: rows.filter((row) => idOf(row) !== change.key) }
    case 'upsert': {
      const at = rows.findIndex((row) => idOf(row) === change.key)
      return { rows: at < 0 ? [change.value, ...rows] : rows.with(at, change.value) }
    }
  }
}
