/**
 * What `npm start` prints: the badge, a line for each part, what to try next, and then what is traded.
 */
import type { Config } from '../config/sections/config-schema.ts'
import { webAddressOf } from '../config/exposure.ts'
import type { Hint } from '../config/hint.ts'

const BADGES: Readonly<Record<Config['profile'], string>> = {
  sim: '⚙️ SIM',
  paper: '🧪 PAPER',
  testnet: '🔬 TESTNET',
  demo: '🎮 DEMO',
  observe: '👁 OBSERVE',
  live: '🔴 LIVE',
}

export interface TerminalStream {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
}

export class Terminal {
  private readonly out: TerminalStream
  private readonly err: TerminalStream
  private readonly hasColor: boolean
  private readonly hint: Hint

  constructor(out: TerminalStream, err: TerminalStream, hasColor: boolean, hint: Hint = (text) => text) {
    this.hint = hint
    this.out = out
    this.err = err
    this.hasColor = hasColor && out.isTTY === true
  }

  private paint(code: number, text: string): string {
    return this.hasColor ? `\u001B[${code}m${text}\u001B[0m` : text
  }

  banner(version: string, config: Config): void {
    const what =
      config.profile === 'sim'
        ? `no account, no keys: Bybit simulated at ${config.sim.speed}x, a generated market`
        : config.profile === 'live'
          ? 'real money'
          : config.profile === 'paper'
            ? 'Bybit’s public market, simulated account'
            : config.profile === 'observe'
              ? 'your account at Bybit, watched only: no orders are sent'
              : 'no real money'
    this.out.write(`Ballast ${version}   ${BADGES[config.profile]}   ${what}\n`)
  }

  step(name: string, detail: string, elapsedMs: number): void {
    this.out.write(`  ${this.paint(32, '✓')} ${name.padEnd(13)} ${detail.padEnd(60)} ${(elapsedMs / 1000).toFixed(1)} s\n`)
  }

  off(name: string, detail: string): void {
    this.out.write(`  ${this.paint(2, '–')} ${name.padEnd(13)} ${this.hint(detail)}\n`)
  }

  ready(config: Config): void {
    const api = webAddressOf(config)
    this.out.write(
      `  ${this.paint(32, '✓')} ${'api'.padEnd(13)} ${api}   docs /docs   key in ${config.dataDir}/admin.key (never printed)\n`,
    )
    this.out.write(`  ${this.paint(32, '✓')} ${'dashboard'.padEnd(13)} ${api}/   ${this.hint('to log in: npx ballast web')}\n`)
    if (config.telegram.token === undefined) this.off('telegram', 'off: npx ballast telegram pair')
    if (config.discord.token === undefined) this.off('discord', 'off: npx ballast discord setup')
    this.out.write(this.hint('Try:  npx ballast status   ·   npx ballast positions --watch   ·   npx ballast why 1\n'))
  }

  line(text: string): void {
    this.out.write(`${this.hint(text)}\n`)
  }

  warn(text: string): void {
    this.err.write(`${this.paint(33, '!')} ${this.hint(text)}\n`)
  }

  failed(sentence: string, next: string): void {
    this.err.write(`${this.paint(31, '✗')} ${this.hint(sentence)}\n${next === '' ? '' : `  ${this.hint(next)}\n`}`)
  }

  stopping(): void {
    this.err.write('Stopping: no new entries; orders in flight are completed, stops stay at the exchange.\n')
  }
}
