/**
 * Which exchange a profile talks to, and with which key.
 */
import type { Problem } from '../core/problem.ts'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { type Result, err, ok } from '../core/result.ts'
import { SIM_KEY, SIM_SECRET } from '../venue/sim/sim-key.ts'
import type { Config } from './sections/config-schema.ts'
import type { DataPaths } from '../system/paths.ts'

export interface ExchangeAccess {
  readonly key: string
  readonly secret: string
  readonly restUrl: string
  readonly publicStreamUrl: string
  readonly privateStreamUrl: string
  /** Undefined on demo, which has no trade WebSocket. */
  readonly tradeStreamUrl: string | undefined
  /** Where the simulator shows its clock; undefined on the real exchange. */
  readonly simUrl: string | undefined
}

const CONFIG_INVALID = 3

const HOSTS = {
  testnet: {
    rest: 'https://api-testnet.bybit.com',
    stream: 'wss://stream-testnet.bybit.com',
    publicStream: 'wss://stream-testnet.bybit.com',
  },
  // Demo has no public stream of its own: mainnet's is used.
  demo: { rest: 'https://api-demo.bybit.com', stream: 'wss://stream-demo.bybit.com', publicStream: 'wss://stream.bybit.com' },
  live: { rest: 'https://api.bybit.com', stream: 'wss://stream.bybit.com', publicStream: 'wss://stream.bybit.com' },
} as const

const keyFile = z.object({ key: z.string().min(1), secret: z.string().min(1) })
export type ExchangeKey = Readonly<z.infer<typeof keyFile>>
/** Profiles whose exchange is real: they need a key of the user's. */
const REAL_HOSTS = { testnet: HOSTS.testnet, demo: HOSTS.demo, observe: HOSTS.live, live: HOSTS.live } as const
export type KeyedProfile = keyof typeof REAL_HOSTS

export const isKeyed = (profile: Config['profile']): profile is KeyedProfile => profile in REAL_HOSTS

export interface PublicUrls {
  /** REST base without a trailing slash. */
  readonly restUrl: string
  readonly streamUrl: string
}

export const BYBIT_PUBLIC: PublicUrls = { restUrl: HOSTS.live.rest, streamUrl: `${HOSTS.live.publicStream}/v5/public/linear` }

/** Where profile paper takes its market from: Bybit, or what is in for it. */
export function publicUrls(config: Config): PublicUrls {
  if (config.bybit.url === undefined) return BYBIT_PUBLIC
  const restUrl = config.bybit.url.replace(/\/$/, '')
  return { restUrl, streamUrl: `${restUrl.replace(/^http/, 'ws')}/v5/public/linear` }
}

/** Whether this installation runs a simulator of its own. */
export const hasSimulator = (config: Config): boolean =>
  config.profile === 'paper' || (config.profile === 'sim' && config.bybit.url === undefined)

const ownSimUrl = (config: Config): string => `http://127.0.0.1:${config.sim.port}`

const simUrlOf = (config: Config): string => (config.bybit.url ?? ownSimUrl(config)).replace(/\/$/, '')

function simulatorUrls(url: string): Omit<ExchangeAccess, 'key' | 'secret'> {
  const streams = url.replace(/^http/, 'ws')
  return {
    restUrl: url,
    publicStreamUrl: `${streams}/v5/public/linear`,
    privateStreamUrl: `${streams}/v5/private`,
    tradeStreamUrl: `${streams}/v5/trade`,
    simUrl: url,
  }
}

export function exchangeAccess(config: Config, paths: DataPaths, liveStatement: string | undefined): Result<ExchangeAccess, Problem> {
  switch (config.profile) {
    // Paper is the simulator on another market: the same account, the same key.
    case 'paper':
    case 'sim': {
      return ok({
        key: SIM_KEY,
        secret: SIM_SECRET,
        ...simulatorUrls(config.profile === 'paper' ? ownSimUrl(config) : simUrlOf(config)),
      })
    }
    case 'live':
      if (liveStatement !== 'live')
        return err({
          sentence: 'Profile live trades real money and needs BALLAST_I_AM_LIVE=live in the environment.',
          next: 'Set it, or use --profile demo.',
          exitCode: CONFIG_INVALID,
        })
      return realAccess(config, config.profile, paths)
    case 'observe':
    case 'testnet':
    case 'demo':
      return realAccess(config, config.profile, paths)
  }
}

function realAccess(config: Config, profile: KeyedProfile, paths: DataPaths): Result<ExchangeAccess, Problem> {
  const key = readKeyFile(profile, paths)
  return key.ok ? ok(accessWith(config, profile, key.value)) : key
}

/** Where a profile's exchange is, for a key that need not stand in the file yet. */
export function accessWith(config: Config, profile: KeyedProfile, key: ExchangeKey): ExchangeAccess {
  // Neither touches real money: both may be rehearsed against a simulator elsewhere. Demo has no trade WebSocket there either.
  if (profile !== 'live' && profile !== 'testnet' && config.bybit.url !== undefined) {
    const simulator = simulatorUrls(simUrlOf(config))
    return { ...key, ...simulator, ...(profile === 'demo' ? { tradeStreamUrl: undefined } : {}) }
  }
  const host = REAL_HOSTS[profile]
  return {
    ...key,
    restUrl: host.rest,
    publicStreamUrl: `${host.publicStream}/v5/public/linear`,
    privateStreamUrl: `${host.stream}/v5/private`,
    tradeStreamUrl: profile === 'demo' ? undefined : `${host.stream}/v5/trade`,
    simUrl: undefined,
  }
}

export function readKeyFile(profile: KeyedProfile, { bybitKey: file, root }: DataPaths): Result<ExchangeKey, Problem> {
  const next = `Enter and store it with: ballast init --profile ${profile} --data-dir ${root}`
  if (!existsSync(file)) return err({ sentence: `There is no API key at ${file}.`, next, exitCode: CONFIG_INVALID })
  if ((statSync(file).mode & 0o077) !== 0) return err({ sentence: `${file} can be read by other users.`, next: `chmod 600 ${file}` })
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause)
      return err({ sentence: `${file} cannot be read (${String(cause.code)}).`, next: 'Run it as the owner of the file.' })
    // The parser's own message would quote what is in the file.
    return err({ sentence: `${file} is not JSON.`, next })
  }
  const parsed = keyFile.safeParse(raw)
  return parsed.success ? ok(parsed.data) : err({ sentence: `${file} does not hold a key and a secret.`, next })
}
