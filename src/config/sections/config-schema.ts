/**
 * What can be configured, section by section, with the defaults and the words for what each key allows.
 */
import { universeSchema } from './universe-config.ts'
import { z } from 'zod'
import { allocatorSection } from './allocator-config.ts'
import { apiSection } from './api-config.ts'
import { backupSection } from './backup-config.ts'
import { equitySection } from './equity-config.ts'
import { notifySection } from './notify-config.ts'
import { riskSection } from './risk-config.ts'
import { BOOK_DEPTHS } from '../../venue/bybit/stream/book-feed.ts'

export const PROFILES = ['sim', 'paper', 'testnet', 'demo', 'observe', 'live'] as const

const port = (fallback: number) => z.number().int().min(1).max(65_535).default(fallback).describe('a port from 1 to 65535')
const url = () => z.url().optional().describe('a URL such as http://127.0.0.1:8090')
const databaseUrl = (protocols: RegExp, example: string) =>
  z
    .url({ protocol: protocols })
    .optional()
    .meta({ description: `a URL such as ${example}`, secret: true })
/** Never printed, never taken from a flag; `__FILE` at the end of the name reads it from a file. */
const secret = (description: string) => z.string().min(1).optional().meta({ description, secret: true })
/** Chat ids are text: they pass 2^53 on Discord. */
const ids = (description: string) =>
  z
    .array(z.coerce.string().regex(/^-?\d+(:\w+)?$/))
    .default([])
    .describe(description)

const tier = () =>
  z
    .enum(['C1', 'C2'])
    .optional()
    .describe('C1 or C2: confirmation tier on live, which can only be raised; C2 asks for a typed word, in chat for an authenticator code')
/** Commands that ask; pause and halt are done at once. */
const CONFIRMED_TIERS = {
  resume: tier(),
  panic: tier(),
  close: tier(),
  cancel: tier(),
  open: tier(),
  sl: tier(),
  tp: tier(),
  amend: tier(),
  algo: tier(),
  adopt: tier(),
  ignore: tier(),
  key: tier(),
  reconcile: tier(),
  limits: tier(),
  set: tier(),
  allocator: tier(),
  strategy: tier(),
  signal: tier(),
  webhook: tier(),
}

/** Strategies with their symbols, as the configuration and `backtest --strategies` list them. */
export const strategiesSchema = z.array(
  z.strictObject({
    id: z.string().min(1).optional(),
    strategy: z.string().min(1),
    symbols: z.array(z.string().min(1)).min(1),
    params: z.record(z.string(), z.unknown()).optional(),
    execution: z.string().optional(),
    universe: universeSchema.optional(),
  }),
)

export const configSchema = z.strictObject({
  profile: z
    .enum(PROFILES)
    .default('sim')
    .describe(`one of ${PROFILES.join(', ')}`),
  strategiesDir: z.string().min(1).default('strategies').describe('the folder of your own strategies, one file each'),
  dataDir: z.string().min(1).default('.ballast').describe('a directory'),
  databaseUrl: databaseUrl(/^postgres(ql)?$/, 'postgres://user:password@host:5432/name'),
  redisUrl: databaseUrl(/^rediss?$/, 'redis://host:6379'),
  interval: z
    .enum(['1m', '3m', '5m', '15m', '30m', '1h', '4h'])
    .default('15m')
    .describe('base interval of the strategies: 1m, 3m, 5m, 15m, 30m, 1h or 4h'),
  bookDepth: z
    .number()
    .refine((depth) => BOOK_DEPTHS.some((each) => each === depth) || depth === 0)
    .default(50)
    .describe('order book depth to mirror for spreads: 1, 50, 200 or 1000 levels; 0 mirrors none'),
  strategies: strategiesSchema.optional().describe('a list such as [{"strategy":"ema-cross","symbols":["BTCUSDT"]}]'),
  strategyMemoryMb: z.number().int().min(16).max(8_192).default(256).describe('megabytes, 16 to 8192'),
  manual: z
    .strictObject({
      symbols: z
        .array(z.string().min(1))
        .optional()
        .describe('a list of symbols to trade by hand, such as XRPUSDT,ADAUSDT, or [] for none; default in the simulator: XRPUSDT'),
    })
    .prefault({}),
  risk: riskSection,
  allocator: allocatorSection,
  equity: equitySection,
  backup: backupSection,
  notify: notifySection,
  chat: z
    .strictObject({ allowManualEntry: z.boolean().default(false).describe('true or false: allow /open in Telegram and Discord') })
    .prefault({}),
  confirm: z
    .strictObject({
      maxDriftBps: z
        .number()
        .min(1)
        .max(1_000)
        .default(50)
        .describe('1 to 1000 basis points that the price may move between confirmation and answer, for commands that add risk'),
      twoPersonAbove: z
        .number()
        .min(0)
        .max(1e12)
        .optional()
        .describe('a number of USDT, such as 10000; entries of more than that take the yes of a second person'),
      live: z.strictObject(CONFIRMED_TIERS).prefault({}),
    })
    .prefault({}),
  api: apiSection,
  bybit: z.strictObject({ url: url() }).prefault({}),
  sim: z
    .strictObject({
      port: port(8090),
      speed: z.number().min(1).max(1000).default(60).describe('a number from 1 to 1000'),
      seed: z.number().int().min(0).max(4_294_967_295).default(7).describe('a whole number from 0 to 4294967295'),
    })
    .prefault({}),
  hooks: z
    .strictObject({
      port: port(8081),
      url: url(),
      proxyHops: z.number().int().min(0).max(5).default(0).describe('a number from 0 to 5'),
    })
    .prefault({}),
  telegram: z
    .strictObject({
      token: secret('the bot token from @BotFather'),
      apiRoot: url(),
      admins: ids('a list of user ids such as 123456,789012'),
      chats: ids('a list of chat ids such as -100123:operator,-100456'),
      webhookUrl: url(),
      webhookSecret: secret('1 to 256 letters, digits, _ or -; Telegram sends it with each update'),
    })
    .prefault({}),
  discord: z
    .strictObject({
      token: secret('the bot token'),
      apiRoot: url(),
      guild: z.string().regex(/^\d+$/).optional().describe('the server id'),
      admins: ids('a list of user ids'),
    })
    .prefault({}),
})

export type Config = z.infer<typeof configSchema>

/** Names of the environment that have no BALLAST__ in front, because hosts set them. */
export const PLAIN_ENV_NAMES: Readonly<Record<string, string>> = { DATABASE_URL: 'databaseUrl', REDIS_URL: 'redisUrl' }
