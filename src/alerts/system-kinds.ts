/**
 * Alerts about the key, the account, the exchange and the installation itself.
 */
import { HEALTH, POSITIONS, STATUS, event, others, problem } from './kind.ts'

const check = { actions: [HEALTH, STATUS] }
const ofSymbol = { per: 'symbol', ...check } as const

export const SYSTEM_KINDS = {
  'agent.asks': event(
    ['P2'],
    'an agent asks for something that a person confirms; its reason and the figures are with it',
    'yes or no, within ten minutes: the buttons, or `ballast confirm`',
    { actions: others(['Open confirmations', '/confirm']) },
  ),
  'key.has_withdraw': problem(
    ['P1', 'P3'],
    'the key can withdraw; P3 outside of live where it could at the start',
    'make one that cannot, at Bybit',
    check,
  ),
  'key.has_transfer': problem(['P1', 'P3'], 'the key may transfer; P3 off live from the start', 'make one that cannot, at Bybit', check),
  'key.read_only': problem(['P1'], 'the key cannot trade', 'give it the right, or another key', check),
  'key.no_trade': problem(['P1'], 'the key lacks the right to trade', 'give it the right, or another key', check),
  'key.no_spot': problem(['P1'], 'a spot pair is traded and the key lacks the right', 'give it the right, or remove the pair', check),
  'key.can_trade': problem(['P3'], 'observing with a key that may trade', 'a read-only key is enough', check),
  'key.no_ip': problem(['P2', 'P3'], 'the key is not bound to an address; P3 off live', 'bind it at Bybit', check),
  'key.expiring': problem(['P1', 'P3'], 'the key expires in 14 or 7 days (P3), or within one day (P1)', 'renew it at Bybit', check),
  'key.invalid': problem(['P1'], 'Bybit refuses the key', 'give another: `ballast init`', check),
  'account.region': problem(['P1'], 'the account cannot trade from here', 'follow the text of the alert', check),
  'account.margin_mode': problem(
    ['P2'],
    'another margin mode than the configured one',
    'follow the text of the alert; entries are on hold',
    check,
  ),
  'account.margin_mode_pending': event(['P4'], 'a margin mode waits for a position to close', 'nothing', check),
  'account.position_mode': problem(['P1'], 'a symbol is in hedge mode', 'set one-way mode at Bybit; its entries are on hold', ofSymbol),
  'account.leverage': problem(['P2'], 'another leverage while a position is open', 'set it back, or close', ofSymbol),
  'account.leverage_pending': event(['P4'], 'a leverage waits for a position to close', 'nothing', ofSymbol),
  'account.reduce_only': problem(['P2'], 'a symbol is reduce-only at Bybit', 'see the symbol at Bybit', ofSymbol),
  'account.auto_add_margin': problem(['P2'], 'auto-add-margin is on', 'switch it off in the app', ofSymbol),
  'account.borrowed': problem(['P2'], 'the account has a loan; entries are on hold', 'repay it', check),
  'account.unread': problem(['P2', 'P3'], 'conditions could not be read; P3 off live', 'nothing: they are read again', check),
  'fee.unexpected': problem(['P2', 'P3'], 'the taker fee is higher than the risk limits assume', 'see the fee at Bybit', check),
  'clock.skew': problem(
    ['P1', 'P2'],
    'this machine’s clock is over 500 ms off; P1 with a position, where Bybit refuses',
    'synchronize the clock (NTP)',
    check,
  ),

  'exchange.down': problem(['P1', 'P2'], 'Bybit does not answer; P1 with a position', 'nothing: retried; stops stay there', {
    endedBy: 'exchange.back',
    actions: [HEALTH, POSITIONS],
  }),
  'exchange.maintenance': problem(['P1', 'P2'], 'Bybit is in maintenance; P1 with a position', 'wait; stops stay there', {
    endedBy: 'exchange.back',
    actions: [HEALTH, POSITIONS],
  }),
  'exchange.back': event(['P4'], 'Bybit answers again', 'nothing', check),
  'exchange.country_refused': problem(['P1'], 'Bybit refuses this country', 'close by Bybit’s app if you must; move the machine', check),
  ip_ban: problem(['P1'], 'Bybit refuses this address (HTTP 403)', 'close by Bybit’s app if you must; it ends by itself', check),
  'rate_limit.near': problem(['P3'], 'Bybit reports too many requests', 'nothing: exits have priority', check),

  'trader.down': problem(
    ['P1'],
    'the trader has not reported for ten seconds',
    'look at the terminal; `ballast panic --direct` if you cannot wait',
    {
      endedBy: 'trader.back',
      actions: check.actions,
    },
  ),
  'trader.back': event(['P3'], 'the trader runs again', 'nothing', check),
  'trader.safe_mode': problem(['P1'], 'third crash in ten minutes: exits and stops only', 'find the cause, then `ballast resume`', check),
  'trader.start_failed': problem(['P1'], 'the trader’s start was refused; retried until it starts', 'follow the text of the alert', check),
  'trader.input_set_aside': problem(['P1'], 'an input ended the trader each time and was set aside', 'look at it, then `/resume`', check),
  'trader.restored': event(
    ['P2'],
    'the database was restored: entries are on hold, what came since is read from Bybit',
    'compare `/positions` with Bybit, `/adopt` what is yours, then `/resume`',
    { actions: [POSITIONS, STATUS] },
  ),
  'backup.failed': problem(
    ['P2'],
    'a backup on schedule could not be made; tried again each hour',
    'make room on the disk, then `ballast db backup`',
    { endedBy: 'backup.done', actions: check.actions },
  ),
  'backup.done': event(['P4'], 'a backup was made after one had failed', 'nothing', check),
  'snapshot.damaged': problem(['P2'], 'a snapshot was damaged and skipped', 'check the disk', check),
  'part.crashed': problem(['P2'], 'a process of Ballast exited unexpectedly', 'nothing: it is restarted', check),
  'part.start_failed': problem(['P2'], 'a process was refused to start; retried', 'follow the text of the alert', check),
  'database.down': problem(['P1'], 'the database did not answer for five seconds', 'check disk, memory and network of the database', {
    endedBy: 'database.back',
    actions: check.actions,
  }),
  'database.back': event(['P3'], 'the database answers again', 'nothing', check),
  'queue.down': problem(['P2'], 'the queue did not answer for five seconds', 'check Redis; trading continues', {
    endedBy: 'queue.back',
    actions: check.actions,
  }),
  'queue.back': event(['P4'], 'the queue answers again', 'nothing', check),
  'telegram.down': problem(['P2'], 'commands from Telegram were not received for ten seconds', '409: another bot has this token', {
    endedBy: 'telegram.back',
    actions: check.actions,
  }),
  'telegram.back': event(['P3'], 'Telegram works again', 'nothing', check),
  'discord.down': problem(
    ['P2'],
    'commands from Discord were not received for ten seconds',
    '4004: the token was reset; `ballast discord setup`',
    {
      endedBy: 'discord.back',
      actions: check.actions,
    },
  ),
  'discord.back': event(['P3'], 'Discord works again', 'nothing', check),
  'chat.refused': problem(
    ['P2'],
    'a chat refuses messages; urgent ones go to the admins instead',
    'give the bot its right to write there, or remove the chat',
    { endedBy: 'chat.back', actions: others(['Health', '/health'], ['Open alerts', '/alerts']) },
  ),
  'webhook.failed': problem(
    ['P3'],
    'a webhook did not take a message within a day, or said that it is gone',
    '`/webhook deliveries NAME`, then `/webhook replay NUMBER`',
    {
      per: 'source',
      actions: others(['Webhooks', '/webhook list']),
    },
  ),
  'user.changed': event(
    ['P3'],
    'a person of the chats was added, removed or given another role',
    'if you did not expect this: `/user list`, `/audit`',
    {
      actions: others(['People', '/user list'], ['Audit', '/audit']),
    },
  ),
  'apikey.created': event(
    ['P3'],
    'an API key was created or given another secret',
    'if you did not expect this: `/key list`, `/key revoke`',
    {
      actions: others(['Keys', '/key list'], ['Audit', '/audit']),
    },
  ),
  'auth.failed_burst': problem(
    ['P2'],
    'twenty requests to the API within a minute had no valid key; once an hour',
    'if it is your program, give it a valid key; otherwise check who reaches the port: `ballast doctor`',
    { actions: others(['Keys', '/key list'], ['Health', '/health']) },
  ),
  'confirm.second_needed': event(
    ['P3'],
    'an entry is so large that a second person has to confirm it',
    '`/confirm ID`, or at the terminal `ballast confirm ID`',
    { actions: others(['Show', '/confirm'], ['Positions', '/positions']) },
  ),
  'chat.back': event(['P4'], 'the chat takes messages again', 'nothing'),
} as const
