/**
 * user: people of the chats and their roles. What is changed counts from their next message on, on every surface.
 * Never takes the last admin away, and never changes one that the configuration names.
 */
import { z } from 'zod'
import { PLATFORMS, type Person } from '../../ports/access-ports.ts'
import { type Command, type CommandContext, type NoPlan, type Plan, ROLES, alreadyDone, defineAction, refuse } from '../command.ts'
import { calledBy } from '../called.ts'
import { type Reply, field, reply, runs, untrusted } from '../reply.ts'

const ID = /^(telegram|discord):(\d{1,20})$/
const listButton = runs('People', '/user list')

const Todo = z.object({
  action: z.enum(['add', 'role', 'remove']),
  platform: z.enum(PLATFORMS),
  userId: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
})
type Todo = z.infer<typeof Todo>

export const user: Command = defineAction({
  name: 'user',
  aliases: ['users'],
  group: 'System',
  summary: 'list chat users; add one, change a role, or remove one',
  usage: '[list] | add <telegram:id|discord:id> <role> [name] | role <who> <role> | remove <who>',
  args: z
    .strictObject({
      action: z.enum(['list', 'add', 'role', 'remove']).default('list'),
      who: z.string().min(1).max(80).optional(),
      role: z.enum(ROLES, { error: `a role is one of ${ROLES.join(', ')}` }).optional(),
      name: z.string().max(64).optional(),
    })
    .refine(({ action, who }) => action === 'list' || who !== undefined, 'name the person: user role telegram:501 trader')
    .refine(({ action, role }) => (action !== 'add' && action !== 'role') || role !== undefined, `name the role: ${ROLES.join(', ')}`),
  read: ([action, who, role, ...name]) => ({
    ...(action === undefined ? {} : { action: action.toLowerCase() }),
    ...(who === undefined ? {} : { who: who.replace(/^@/, '') }),
    ...(role === undefined ? {} : { role: role.toLowerCase() }),
    ...(name.length === 0 ? {} : { name: name.join(' ') }),
  }),
  examples: ['user list', 'user add telegram:501 operator ann', 'user role ann trader', 'user remove telegram:501'],
  role: 'admin',
  scope: 'admin',
  isPrivate: true,
  tier: (args) => (args.action === 'list' ? 'C0' : 'C2'),
  // It changes who has access (S17).
  addsRisk: (args) => args.action !== 'list',
  plan: async (context, args) => {
    const people = await context.ports.people.list()
    if (args.action === 'list') return alreadyDone(listOf(people))
    const who = args.who ?? ''
    if (args.action === 'add') return planAdd(people, who, args.role ?? 'viewer', args.name ?? '')
    const person = personOf(people, who)
    if ('type' in person) return person
    const { platform, userId, name, role } = person
    const called = calledOf(person)
    if (person.isConfigured)
      return refuse(
        reply(`${called} is an admin by the configuration`, {
          tone: 'warn',
          text: `Take ${userId} out of ${platform}.admins and restart Ballast.`,
        }),
      )
    if (args.action === 'role' && args.role === role) return alreadyDone(reply(`${called} is already ${role}`, { tone: 'ok' }))
    const isRemoval = args.action === 'remove'
    return {
      type: 'plan',
      card: reply(isRemoval ? `Remove ${called}?` : `Make ${called} ${args.role}?`, {
        tone: 'warn',
        fields: [field('Role now', role)],
        text: isRemoval
          ? 'From then on they are not answered. What they were asked is void, their authenticator and the alerts of their private chat are removed.'
          : 'It counts from their next message on; what they were asked is void.',
      }),
      yes: isRemoval ? `Remove ${called}` : `Make them ${args.role}`,
      no: 'Keep it',
      todo: { action: args.action, platform, userId, name, role: args.role ?? role },
    }
  },
  execute: async ({ ports, actor }, raw) => {
    const todo = Todo.parse(raw)
    const called = calledOf(todo)
    const buttons = [listButton]
    const outcome = await changed(ports.people, todo)
    switch (outcome) {
      case 'done': {
        const now = todo.action === 'remove' ? `${called} is removed` : `${called} is now ${todo.role}`
        await ports.alerts.raise('user.changed', `${now}, by ${untrusted(calledBy(actor))}.`, { user: `${todo.platform}:${todo.userId}` })
        return { status: 'done', reply: reply(now, { tone: 'ok', buttons }) }
      }
      case 'last-admin':
        return {
          status: 'refused',
          reply: reply(`${called} is the last admin`, { tone: 'warn', text: 'Make somebody else admin first.', buttons }),
        }
      case 'unknown':
        return {
          status: 'refused',
          reply: reply(todo.action === 'add' ? `${called} already exists` : `There is no ${called} any more`, { tone: 'warn', buttons }),
        }
    }
  },
})

async function changed(people: CommandContext['ports']['people'], todo: Todo): Promise<'done' | 'unknown' | 'last-admin'> {
  const { action, platform, userId, role } = todo
  if (action === 'add') return (await people.add(todo)) ? 'done' : 'unknown'
  return action === 'role' ? people.setRole(platform, userId, role) : people.remove(platform, userId)
}

function planAdd(people: readonly Person[], who: string, role: Todo['role'], name: string): NoPlan | Plan {
  const match = ID.exec(who.toLowerCase())
  if (match === null)
    return refuse(
      reply(`${untrusted(who)} is no id`, { tone: 'warn', text: 'Use telegram:501 or discord:601. They see their id with /id.' }),
    )
  const [, platform, userId = ''] = match
  const todo = Todo.parse({ action: 'add', platform, userId, name, role })
  const there = people.find((person) => person.platform === platform && person.userId === userId)
  if (there !== undefined)
    return refuse(
      reply(`${calledOf(there)} already exists, as ${there.role}`, {
        tone: 'warn',
        text: 'Change it: /user role',
        buttons: [listButton],
      }),
    )
  return {
    type: 'plan',
    card: reply(`Add ${calledOf(todo)} as ${role}?`, { tone: 'warn', text: 'Takes effect at once' }),
    yes: `Add as ${role}`,
    no: 'Leave it',
    todo,
  }
}

function personOf(people: readonly Person[], who: string): Person | NoPlan {
  const text = who.toLowerCase()
  const found = people.filter(
    ({ platform, userId, name }) => `${platform}:${userId}` === text || userId === text || (name !== '' && name.toLowerCase() === text),
  )
  const [only, ...more] = found
  if (only === undefined) return refuse(reply(`There is no person ${untrusted(who)}`, { tone: 'warn', buttons: [listButton] }))
  if (more.length > 0)
    return refuse(
      reply(`${untrusted(who)} matches several users`, {
        tone: 'warn',
        text: `Name one: ${found.map(idOf).join(', ')}`,
        buttons: [listButton],
      }),
    )
  return only
}

const idOf = ({ platform, userId }: Pick<Person, 'platform' | 'userId'>): string => `${platform}:${userId}`
const calledOf = (person: Pick<Person, 'platform' | 'userId' | 'name'>): string =>
  person.name === '' ? idOf(person) : `@${untrusted(person.name)} (${idOf(person)})`

const listOf = (people: readonly Person[]): Reply =>
  people.length === 0
    ? reply('Nobody may use the chats', {
        tone: 'warn',
        text: 'Pair yourself at the terminal: ballast telegram pair, or ballast discord setup.',
      })
    : reply(people.length === 1 ? '1 person' : `${people.length} people`, {
        table: {
          columns: [
            { title: 'id' },
            { title: 'name' },
            { title: 'role' },
            { title: 'authenticator', isExtra: true },
            { title: 'by', isExtra: true },
          ],
          rows: people.map((person) => [
            idOf(person),
            untrusted(person.name),
            person.role,
            person.hasAuthenticator ? 'enrolled' : 'none',
            person.isConfigured ? 'configuration' : 'command',
          ]),
        },
      })
