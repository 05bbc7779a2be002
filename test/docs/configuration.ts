/**
 * docs/configuration.md, made from the schema of the configuration; what a key is for stands here in words.
 */
import { z } from 'zod'
import { CONFIG_KEYS, type ConfigKey } from '../../src/config/config-keys.ts'
import { settingKeyOf, settingOf } from '../../src/risk/settings/setting.ts'
import { PROFILE_VALUES } from '../../src/risk/profiles.ts'
import { configSchema } from '../../src/config/sections/config-schema.ts'

const LIVE = 'confirm.live.'
const WORDS: Readonly<Record<string, string>> = {
  profile: 'Which exchange, which limits, and whether money is real ([profiles](first-steps.md#profiles))',
  strategiesDir: 'Where your own strategies are looked for ([strategies](strategies.md))',
  dataDir: 'Where database, candles, keys and the tag of this Ballast lie',
  databaseUrl: 'Your PostgreSQL in place of the packaged one',
  redisUrl: 'Redis for the job queue in place of PostgreSQL',
  interval: 'The bars that strategies decide on',
  bookDepth: 'How much of each order book is followed; spreads are read from it',
  strategies: 'What trades: see below. Without it, three strategies that come with Ballast',
  strategyMemoryMb:
    'Most memory that a strategy may keep: one that keeps more is stopped alone ([operating](operating.md#when-a-strategy-hangs-or-the-trader-crashes))',
  'manual.symbols': 'Symbols that belong to you: `open` works there and nowhere else',
  'risk.strategies':
    'What single strategies have of their own; of each limit the strictest of account, strategy and symbol counts ([risk](risk.md))',
  'risk.symbols': 'What single symbols have of their own ([risk](risk.md))',
  'equity.minuteDays': 'Days for which equity is kept by the minute; after that by the hour ([portfolio](portfolio.md#results-by-period))',
  'equity.hourDays': 'Days for which it is kept by the hour; after that by the day, for ever',
  'backup.every': 'How often the worker backs the database up by itself ([operating](operating.md#backup-and-restore))',
  'backup.keep': 'How many of these backups are kept, and as many of those made before updates; what `ballast db backup` made stays',
  'allocator.method':
    'How capital is shared among strategies on schedule ([portfolio](portfolio.md#capital-of-strategies)); also the method of `ballast allocator`',
  'allocator.every': 'How often capital is moved, in market time',
  'allocator.least': 'Least capital of a strategy, as a part of equity',
  'allocator.most': 'Most capital of a strategy, as a part of equity',
  'allocator.step': 'Most that one move changes the capital of a strategy, as a part of equity',
  'allocator.drawdown': 'Drawdown of a strategy, of its own capital, at which it is left with the least',
  'chat.allowManualEntry': 'Whether `/open` is allowed in chats',
  'confirm.maxDriftBps': 'How far a price may go before a card that adds risk asks again',
  'confirm.twoPersonAbove':
    'Value in USDT above which an entry, an amendment or a rebalance takes the yes of a second person ([access](access.md#a-second-person)); without it none does. Exits never do',
  'api.host':
    'Where the API listens. An address that other machines reach takes TLS or a named proxy, hosts, origins and `api.exposed` ([access](access.md#other-machines))',
  'api.url': 'Address by which browsers reach it, in login links; without it made of host and port',
  'api.exposed': 'That other machines may reach the API is meant',
  'api.hosts': 'Names by which it is reached besides those of this machine; any other is 421',
  'api.origins': 'Origins of pages that may ask it; any other is 403',
  'api.proxies': 'Proxies of yours in front of it: of them alone X-Forwarded-For, -Proto and -Host count',
  'api.tls.certFile': 'Certificate chain, in PEM; with `api.tls.keyFile` the API speaks TLS',
  'api.tls.keyFile': 'Private key of that certificate, in PEM',
  'api.port': 'Port of the API and of its WebSocket',
  'bybit.url': 'Another address of the exchange, as a simulator of yours',
  'sim.port': 'Port of the simulated exchange',
  'sim.speed': 'Market seconds in a second of yours',
  'sim.seed': 'Which generated market: the same seed is the same market',
  'hooks.port': 'Port of all that comes in by webhooks: signals, while there is a source, and Telegram’s updates, where that is set',
  'hooks.url': 'Address by which senders reach that port, shown with each source; without it the one on this machine is shown',
  'hooks.proxyHops': 'How many proxies of yours before that port add to X-Forwarded-For; 0 believes no header',
  'notify.types':
    'How loud each type of alert is, of exits by reason too: `on` has a sound, `silent` none, `digest` waits for the digest, `off` is not told. P1 may only be `on`',
  'notify.quiet': 'Hours in which chats are told of P1 and P2 only, unless they have their own (`/quiet`)',
  'notify.deadManUrl':
    'Address of a service outside that is told once a minute that Ballast is well, and raises the alarm when that ends ([alerts](alerts.md)). It keeps quiet while the trader or the database does not answer',
  'notify.zone': 'Time zone of quiet hours and of the digest',
  'notify.digest': 'When what is held back for the digest is told',
  'notify.webhookNetworks': 'Private networks that webhooks may reach, by http too; without it they reach none',
  'notify.routes': 'Chats, topics and channels with what they are told of; `/subscribe` adds to them (docs/alerts.md)',
  'telegram.token': 'The bot; without it Telegram is off',
  'telegram.apiRoot': 'Another address of the Bot API, as a server of yours',
  'telegram.admins': 'User ids that are admins without pairing',
  'telegram.chats': 'Chats that may ask, each with the highest role that it gives',
  'telegram.webhookUrl': 'Updates come to this address; without it they are fetched',
  'telegram.webhookSecret': 'Proves that an update comes from Telegram; needed with `telegram.webhookUrl`',
  'discord.token': 'The bot; without it Discord is off',
  'discord.apiRoot': 'Another address of the API, as a server of yours',
  'discord.guild': 'The server that the bot serves',
  'discord.admins': 'User ids that are admins without pairing',
}

interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
}

export const wordsOf = (path: string): string => {
  const setting = path.startsWith('risk.') ? settingKeyOf(path.slice('risk.'.length)) : undefined
  if (setting !== undefined) return sentenceCase(settingOf(setting).meaning)
  const words = WORDS[path] ?? (path.startsWith(LIVE) ? `How much \`${path.slice(LIVE.length)}\` asks for on live` : undefined)
  if (words === undefined) throw new Error(`${path} has no words in test/docs/configuration.ts`)
  return words
}

const sentenceCase = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const cell = (text: string): string => text.replaceAll('|', '\\|')

function typeOf(key: ConfigKey, schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  const { minimum, maximum } = schema
  const isBounded = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  return isBounded ? `${key.type}, ${minimum} to ${maximum}` : key.isSecret ? `${key.type}, secret` : key.type
}

function defaultOf({ default: value }: JsonSchema): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none'
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** Of a risk setting: what the profiles ship. */
function shippedOf(path: string): string | undefined {
  const setting = path.startsWith('risk.') ? settingKeyOf(path.slice('risk.'.length)) : undefined
  if (setting === undefined) return undefined
  const { sim, live } = PROFILE_VALUES
  return sim[setting] === live[setting] ? `\`${sim[setting]}\`` : `\`${sim[setting]}\` in sim and paper, else \`${live[setting]}\``
}

function schemaOf(path: string): JsonSchema {
  let schema: JsonSchema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  for (const name of path.split('.')) schema = schema.properties?.[name] ?? {}
  return schema
}

const row = (key: ConfigKey): string => {
  const schema = schemaOf(key.path)
  const cells = [
    `\`${key.path}\``,
    typeOf(key, schema),
    shippedOf(key.path) ?? defaultOf(schema),
    key.allowed,
    wordsOf(key.path),
    `\`${key.envName}\``,
  ]
  return `| ${cells.map(cell).join(' | ')} |`
}

export const configurationPage = (): string => `# Configuration

Made by \`npm run docs\` from the schema of the configuration; edit \`test/docs/configuration.ts\`, not this page.

Every key has a default, and an empty configuration runs. Values come from, each before the next: the defaults; \`ballast.config.json\` in the working directory, or the files of \`--config\`, of which the last one wins;
the environment; the flags \`--profile\` and \`--data-dir\`. \`npx ballast config show\` says where each value comes from, and \`npx ballast config validate\` whether all is valid. A key that does not exist is an error that names the nearest one.
What is changed in a file while Ballast runs counts from the next start; strategies and symbols traded by hand already from \`/reload\` on ([strategies](strategies.md)).

In the environment a list is JSON or has commas, an empty variable is as good as none, and \`__FILE\` behind a name reads the value from that file: \`BALLAST__TELEGRAM__TOKEN__FILE=/run/secrets/telegram\`. Secrets are never printed.

| key | type | default | allowed | what it does | environment |
|---|---|---|---|---|---|
${CONFIG_KEYS.map(row).join('\n')}

\`BALLAST_I_AM_LIVE=live\` in the environment is the statement that profile \`live\` needs; it is no key of a file, so that no copied file makes money real.

## One entry of \`strategies\`

| key | what it is |
|---|---|
| \`strategy\` | the name of a strategy, as \`ballast strategy list\` shows it |
| \`symbols\` | what it trades; each symbol has one owner |
| \`params\` | its parameters; \`ballast strategy show NAME\` lists them with default and range |
| \`id\` | a name of its own, where one strategy is configured twice |
| \`execution\` | how its entries are worked, as \`twap:30m\` ([orders](orders.md)) |
| \`universe\` | which of its symbols take entries, selected on a schedule, as \`{"take":3,"by":"volume","every":"1d"}\` ([strategies](strategies.md#a-universe)) |

Whole configurations that are tried by a test: [examples](../examples/README.md).
`
