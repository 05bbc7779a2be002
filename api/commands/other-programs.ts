/**
 * Commands of other trading programs with their counterparts here, and the reply to an unknown name.
 */
import { type Command, type Role, hasRole } from './command.ts'
import { nearestCommand } from './parse.ts'
import { type Reply, reply, runs, untrusted } from './reply.ts'

interface Ours {
  /** What is offered; undefined where it is not done by a command of chat. */
  readonly line?: string
  readonly text?: string
}

const AT_THE_TERMINAL = 'Use the terminal of the machine that runs Ballast'

/** By the names of freqtrade, 3Commas, Hummingbot and their chats. */
const OURS: Readonly<Record<string, Ours>> = {
  entries: { line: '/performance all strategy' },
  exits: { line: '/trades' },
  count: { line: '/positions' },
  deals: { line: '/positions' },
  open_orders: { line: '/orders' },
  order: { line: '/orders' },
  portfolio: { line: '/balance' },
  bots: { line: '/strategies' },
  whitelist: { line: '/strategies', text: 'Traded symbols are set in strategies[].symbols and manual.symbols of the configuration.' },
  blacklist: { line: '/strategies', text: 'Only configured symbols are traded; /pause BTC stops entries on one of them.' },
  forceexit: { line: '/close all', text: 'To close one position: /close BTC, or /close #12 by trade number.' },
  fe: { line: '/close all', text: 'To close one position: /close BTC, or /close #12 by trade number.' },
  forcesell: { line: '/close all', text: 'To close one position: /close BTC, or /close #12 by trade number.' },
  forceenter: { line: '/help open', text: 'For example: /open long BTC $100 sl=2%' },
  forcebuy: { line: '/help open', text: 'For example: /open long BTC $100 sl=2%' },
  forcelong: { line: '/help open', text: 'For example: /open long BTC $100 sl=2%' },
  forceshort: { line: '/help open', text: 'For example: /open short BTC $100 sl=2%' },
  smarttrade: { line: '/help open', text: 'For example: /open long BTC $100 sl=2% tp=4%' },
  takeprofit: { line: '/help tp', text: 'For example: /tp BTC 4%' },
  stoploss: { line: '/help sl', text: 'For example: /sl BTC 2%' },
  trailing: { line: '/help sl', text: 'For example: /sl BTC trail 1%' },
  cancel_open_order: { line: '/orders', text: 'To cancel one order: /cancel and its id; all entries: /cancel all.' },
  coo: { line: '/orders', text: 'To cancel one order: /cancel and its id; all entries: /cancel all.' },
  locks: { line: '/status' },
  unlock: { line: '/resume' },
  reload_trade: { line: '/reconcile' },
  show_config: { text: `${AT_THE_TERMINAL}: ballast config show` },
  config: { text: `${AT_THE_TERMINAL}: ballast config show` },
  logs: { line: '/health', text: 'The log is printed in the terminal that runs Ballast.' },
  mute: { line: '/silences', text: 'Silence alerts by type, symbol or severity: /silence sym:DOGE 2h. Hours of the night: /quiet.' },
  unmute: { line: '/silences', text: 'End a silence: /unsilence NUMBER.' },
}

/** Aliases of chat that mean more at a terminal than there. */
const AT_A_TERMINAL: Readonly<Record<string, string>> = {
  stop: 'Pause entries with: ballast pause. End the program with Ctrl-C where it runs; stops stay at the exchange.',
  stopentry: 'Pause entries with: ballast pause',
  stopbuy: 'Pause entries with: ballast pause',
  restart: 'End it with Ctrl-C where it runs, then start it again with: ballast run',
}

/**
 * What to type at a terminal for a command of another trading program, as a next step; undefined for a name that none of them has.
 * @example typedHere('entries') // 'Ours is: ballast performance all strategy'
 */
export function typedHere(name: string): string | undefined {
  if (Object.hasOwn(AT_A_TERMINAL, name)) return AT_A_TERMINAL[name]
  const ours = Object.hasOwn(OURS, name) ? OURS[name] : undefined
  if (ours === undefined) return undefined
  const text = ours.text?.replace(`${AT_THE_TERMINAL}: `, '').replaceAll(/(^|\s)\/(?=[a-z])(?!api\/)/g, '$1ballast ')
  const line = ours.line === undefined ? undefined : `Ours is: ballast ${ours.line.slice(1)}`
  return [line, text].filter((part) => part !== undefined).join('. ')
}

/** The reply to a name that is not a command. */
export function unknownReply(commands: readonly Command[], name: string, role: Role | undefined): Reply {
  const title = name === '' ? 'Not a command' : `There is no /${untrusted(name)}`
  const allowed = commands.filter((command) => hasRole(role, command.role))
  const ours = Object.hasOwn(OURS, name) ? OURS[name] : undefined
  if (ours !== undefined && role !== undefined) {
    const { line, text } = ours
    const isAllowed = line !== undefined && allowed.some((command) => line.split(' ')[0] === `/${command.name}`)
    return reply(isAllowed ? `${title}; use ${line}` : title, {
      tone: 'warn',
      ...(text === undefined ? {} : { text }),
      buttons: [...(isAllowed && line !== undefined ? [runs(line, line)] : []), runs('Help', '/help')],
    })
  }
  const near = nearestCommand(allowed, name)
  return reply(name === '' ? title : `There is no command /${untrusted(name)}`, {
    tone: 'warn',
    buttons: [...(near === undefined ? [] : [runs(`/${near}`, `/${near}`)]), runs('Help', '/help')],
  })
}
