/**
 * allocator: shares the account's capital among the strategies by a method; shown first, carried out after a yes.
 */
import { z } from 'zod'
import { ALLOCATOR_METHODS } from '../../../src/portfolio/allocator/plan.ts'
import { type Command, type CommandContext, type Done, type NoPlan, type Plan, alreadyDone, defineAction, refuse } from '../command.ts'
import { plainPercent } from '../words/format.ts'
import { askedBy } from '../groups/control-group.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'
import {
  ALLOCATOR,
  type CapitalPlan,
  Moves,
  capitalObstacle,
  capitalPlanOf,
  carryOut,
  movesOf,
  movesText,
  settingText,
  whyOf,
} from './capital.ts'

const WHY_SHOWN = 12

export const AllocatorArgs = z.strictObject({
  method: z.enum(ALLOCATOR_METHODS, `use ${ALLOCATOR_METHODS.join(', ')}`).optional(),
  dryRun: z.boolean().optional(),
})
type AllocatorArgs = z.infer<typeof AllocatorArgs>

const DRY = /^(--?)?dry-?run$|^show$/i

export const allocator: Command = defineAction<AllocatorArgs>({
  name: 'allocator',
  aliases: ['alloc'],
  group: 'Trade and control',
  summary: 'share capital among strategies by risk and drawdown: shown first',
  usage: '[equal|inverse-vol|erc|hrp] [dry-run]',
  args: AllocatorArgs,
  read: (words) => {
    const raw: Record<string, unknown> = {}
    for (const word of words) {
      if (DRY.test(word)) raw.dryRun = true
      else if (raw.method === undefined) raw.method = word.toLowerCase()
      else raw.unexpected = word
    }
    return raw
  },
  examples: ['allocator', 'allocator erc', 'allocator hrp dry-run'],
  role: 'viewer',
  roleFor: ({ dryRun }) => (dryRun === true ? 'viewer' : 'admin'),
  scope: 'account:read',
  scopeFor: ({ dryRun }) => (dryRun === true ? 'account:read' : 'config:write'),
  isPrivate: true,
  tier: (_args, profile) => (profile === 'sim' || profile === 'paper' ? 'C1' : 'C2'),
  // Only the plan knows whether a strategy is given more.
  addsRisk: () => false,
  plan: planCard,
  execute: async (context, todo) => execute(context, Moves.parse((todo as { readonly moves: unknown }).moves)),
})

async function planCard({ ports }: CommandContext, { method, dryRun }: AllocatorArgs): Promise<Plan | NoPlan> {
  const found = await capitalPlanOf(ports, method)
  if (!found.ok) return refuse(reply('There is no plan', { tone: 'warn', text: found.error, buttons: [runs('Strategies', '/strategies')] }))
  const moves = movesOf(found.value.plan)
  const obstacle = await capitalObstacle(ports)
  if (moves.length === 0) return alreadyDone(planReply('Capital stays as it is', found.value, ports.system.allocator))
  if (dryRun === true)
    return alreadyDone({
      ...planReply('Capital, if it moved now', found.value, ports.system.allocator),
      text: obstacle === undefined ? 'Nothing was changed.' : `Nothing was changed. It would not move now: ${obstacle}.`,
    })
  if (obstacle !== undefined)
    return refuse(
      reply('Capital is not moved', {
        tone: 'warn',
        text: `Not while ${obstacle}.`,
        buttons: [runs('Status', '/status'), runs('Limits', '/limits')],
      }),
    )
  return {
    type: 'plan',
    card: planReply(
      `Move capital of ${moves.length} ${moves.length === 1 ? 'strategy' : 'strategies'}?`,
      found.value,
      ports.system.allocator,
    ),
    yes: `Move capital of ${moves.length}`,
    no: 'Leave it',
    todo: { moves: [...moves] },
    addsRisk: moves.some(({ now, next }) => next > now),
    isAsked: true,
  }
}

function planReply(title: string, { plan, rules }: CapitalPlan, { method, every }: CommandContext['ports']['system']['allocator']): Reply {
  const { shares, isStepped, moves } = plan
  const total = shares.reduce((sum, { next }) => sum + next, 0)
  const shown = shares.slice(0, WHY_SHOWN)
  return reply(title, {
    tone: moves ? 'warn' : 'ok',
    fields: [
      field('Method', rules.method),
      field('Bounds', `${plainPercent(rules.least, 0)} to ${plainPercent(rules.most, 0)} each, ${plainPercent(rules.step, 0)} a move`),
      field('Together', `${plainPercent(total, 1)} of equity`),
      ...shown.map((share) => field(untrusted(share.strategy), whyOf(share, rules))),
      ...(isStepped && moves ? [field('Target', 'farther than one move goes: the rest in the next')] : []),
      field('Schedule', method === 'off' ? 'off: only when asked' : `${method}, every ${every}`),
    ],
    table: {
      columns: [
        { title: 'strategy' },
        { title: 'now', align: 'right' },
        { title: 'then', align: 'right' },
        { title: 'target', align: 'right', isExtra: true },
      ],
      rows: shares.map(({ strategy, now, next, target }) => [
        untrusted(strategy),
        settingText(now),
        settingText(next),
        settingText(target),
      ]),
    },
    buttons: [runs('Performance', '/performance all strategy'), runs('Limits', '/limits')],
  })
}

/** The settings are the allocator's; who confirmed it stands in the audit of the command. */
async function execute(context: CommandContext, moves: Moves): Promise<Done> {
  const { done, stopped } = await carryOut(context.ports, moves, { ...askedBy(context), actor: ALLOCATOR })
  const buttons = [...done.slice(0, 3).map(({ strategy }) => runs(strategy, `/limits ${strategy}`)), runs('Plan', '/allocator dry-run')]
  if (stopped === undefined) return { status: 'done', reply: reply('Capital moved', { tone: 'ok', text: movesText(done), buttons }) }
  const text = [...(done.length === 0 ? [] : [`Moved: ${movesText(done)}.`]), stopped].join(' ')
  return { status: done.length === 0 ? 'refused' : 'failed', reply: reply('Capital not moved', { tone: 'bad', text, buttons }) }
}
