/**
 * How much a card asks for: which tier, and whether a word or a one-time code is typed with the yes.
 * Never lowers what a command's row says, and never makes the way to safety longer unless the configuration asks for it (S3, S17).
 */
import { type Actor, type Command, type CommandPorts, type ConfirmRules, type Plan, type Surface, TIERS, type Tier } from './command.ts'
import { compare } from '../amount.ts'
import { duration } from './words/format.ts'
import { type Reply, reply, runs } from './reply.ts'

/** A card with one tap. */
export const CONFIRM_TTL_MS = 60_000
/** Whom an agent asks may be away from the chat; a price that has moved asks again. */
export const AGENT_TTL_MS = 600_000
/** A minute for the tap, and a minute for what is typed after it. */
export const TYPED_TTL_MS = 120_000
/** Time to find somebody else. */
export const SECOND_TTL_MS = 600_000

const LIVE = 'live'
export const isChat = (surface: string): boolean => surface === 'telegram' || surface === 'discord'

/** What has to come with a yes. */
export type Demand = { readonly type: 'word'; readonly word: string } | { readonly type: 'code' }

/**
 * The row's tier, raised by `confirm.live` where it asks at all, and to C2 for what adds risk from a chat on live.
 * What is done at once stays so: a tier above C0 is for what may lose money, and a pause may not wait.
 */
export function tierOf(command: Command, args: unknown, addsRisk: boolean, surface: string, { system, confirm }: CommandPorts): Tier {
  const { action } = command
  if (action === undefined) return 'C0'
  const row = action.tier(args, system.profile)
  if (row === 'C0' || system.profile !== LIVE) return row
  const raised = confirm.live[command.name] ?? 'C0'
  const forChat = isChat(surface) && addsRisk ? 'C2' : 'C0'
  const tiers: readonly Tier[] = [row, raised, forChat]
  return TIERS[Math.max(...tiers.map((tier) => TIERS.indexOf(tier)))] as Tier
}

/**
 * On live a chat gives a code: its account may be in others, and the profile's name is no secret.
 * What reduces risk is never refused for want of a code: without one it takes the word.
 */
export async function demandOf(
  command: Command,
  args: unknown,
  addsRisk: boolean,
  surfaces: readonly Surface[],
  actor: Actor,
  ports: CommandPorts,
): Promise<Demand | undefined> {
  const isC2 = surfaces.some((surface) => tierOf(command, args, addsRisk, surface, ports) === 'C2')
  if (!isC2) return undefined
  const word: Demand = { type: 'word', word: ports.system.profile }
  if (ports.system.profile !== LIVE || !isChat(actor.surface)) return word
  if (addsRisk) return { type: 'code' }
  const { isEnrolled, lockedUntilMs } = await ports.codes.state(actor.id)
  return isEnrolled && lockedUntilMs === undefined ? { type: 'code' } : word
}

/** Whether a plan is large enough for a second person. What takes risk off never is (S2, S3). */
export function needsSecond({ notional }: Pick<Plan, 'notional'>, addsRisk: boolean, { twoPersonAbove }: ConfirmRules): boolean {
  if (twoPersonAbove === undefined || !addsRisk || notional === undefined) return false
  return notional === 'unknown' || compare(notional, String(twoPersonAbove)) > 0
}

/** The same account, or one of the same name: a person on two platforms is one person. */
export const isSamePerson = (card: { readonly actor: string; readonly name: string }, { id, name }: Actor): boolean =>
  card.actor === id || (name !== undefined && name !== '' && name.toLowerCase() === card.name.toLowerCase())

/** Why it is not even asked: nobody could answer the card from this chat. */
export async function codeRefusal(command: Command, addsRisk: boolean, actor: Actor, ports: CommandPorts): Promise<Reply | undefined> {
  if (!isChat(actor.surface) || ports.system.profile !== LIVE || !addsRisk) return undefined
  const { isEnrolled, lockedUntilMs } = await ports.codes.state(actor.id)
  const buttons = [runs('Status', '/status')]
  if (!isEnrolled)
    return reply(`${command.name} on live needs an authenticator code`, {
      tone: 'bad',
      text: `You have no authenticator, so chat cannot run it. Enroll at the terminal: ballast user totp ${actor.id}. Until then, run it there: ballast ${command.name}`,
      buttons,
    })
  if (lockedUntilMs === undefined) return undefined
  return reply('Your authenticator codes are locked', { tone: 'bad', text: lockedText(lockedUntilMs - ports.wallNow()), buttons })
}

export const lockedText = (leftMs: number): string =>
  `Five codes were wrong. Try again in ${duration(leftMs)}, or use the terminal now. If it was not you, reset your authenticator: ballast user totp`

/** What is wrong with a one-time code; undefined where it is right, and used up by then. */
export async function wrongCode(
  actor: Actor,
  typed: string,
  { codes, wallNow }: Pick<CommandPorts, 'codes' | 'wallNow'>,
): Promise<{ readonly title: string; readonly text?: string } | undefined> {
  const verdict = await codes.check(actor.id, typed)
  switch (verdict.type) {
    case 'right':
      return undefined
    case 'wrong':
      return { title: `Wrong code. ${verdict.left} ${verdict.left === 1 ? 'try' : 'tries'} left before codes are locked` }
    case 'used':
      return {
        title: 'That code was already used',
        text: 'Wait up to 30 s for the next code and send it before the confirmation expires.',
      }
    case 'locked':
      return { title: 'Your authenticator codes are locked', text: lockedText(verdict.untilMs - wallNow()) }
    case 'none':
      return { title: 'You have no authenticator', text: `Enroll at the terminal: ballast user totp ${actor.id}` }
  }
}
