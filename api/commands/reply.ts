/**
 * What a command answers: a model that Telegram, Discord, the terminal and REST render each in its own way.
 */
export const TONES = ['ok', 'info', 'warn', 'bad'] as const
export type Tone = (typeof TONES)[number]

export interface Field {
  readonly name: string
  readonly value: string
}

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Left out where there is no room for it. */
  readonly isExtra?: boolean
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
  /** A last row, set apart. */
  readonly total?: readonly string[]
  /** Command of each row's card, by row. */
  readonly rowCommands?: readonly string[]
}

export interface Button {
  /** A verb with its object: `Close 0.600 ETH`. */
  readonly label: string
  /** What a tap does: runs a command line, or answers a confirmation. */
  readonly action:
    | { readonly type: 'command'; readonly text: string }
    | { readonly type: 'answer'; readonly confirmationId: string; readonly decision: 'yes' | 'no' }
  readonly tone?: Tone
}

export interface Image {
  readonly mime: 'image/png'
  readonly base64: string
  /** What it shows, for who cannot see it. */
  readonly alt: string
}

export interface Reply {
  readonly title: string
  /** Mode first in every message; filled in by whoever runs the command. */
  readonly badge: string
  readonly tone: Tone
  readonly fields: readonly Field[]
  readonly table?: Table
  readonly image?: Image
  readonly text?: string
  readonly buttons: readonly Button[]
  /** Shown to the asker only, where the platform can. */
  readonly ephemeral?: boolean
  /** Its fields hold a secret: no record keeps them. */
  readonly isSecret?: boolean
  /** Sent without a sound, where the platform can. */
  readonly isSilent?: boolean
  /** The message is edited for a while: same key, same message. */
  readonly live?: {
    readonly key: string
    readonly ttlSec: number
    readonly everySec: number
    /** Command whose answer the message becomes; the one that made it unless given. */
    readonly line?: string
  }
}

/** A reply with what a command cares about; the badge comes later. */
export const reply = (title: string, parts: Partial<Omit<Reply, 'title' | 'badge'>> = {}): Reply => ({
  title,
  badge: '',
  tone: 'info',
  fields: [],
  buttons: [],
  ...parts,
})

const BADGES: Readonly<Record<string, string>> = {
  sim: '⚙️ SIM',
  paper: '🧪 PAPER',
  testnet: '🔬 TESTNET',
  demo: '🎮 DEMO',
  observe: '👁 OBSERVE',
  live: '🔴 LIVE',
}
export const badgeOf = (profile: string): string => BADGES[profile] ?? profile.toUpperCase()

const UNTRUSTED_MAX = 200
/** Text from outside (a venue's message, a strategy's tag): one line, at most 200 characters. */
export function untrusted(text: string): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
  return line.length > UNTRUSTED_MAX ? `${line.slice(0, UNTRUSTED_MAX - 1)}…` : line
}

export const field = (name: string, value: string): Field => ({ name, value })
export const runs = (label: string, text: string, tone?: Tone): Button => ({
  label,
  action: { type: 'command', text },
  ...(tone === undefined ? {} : { tone }),
})
