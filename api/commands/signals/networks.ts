/**
 * Where a webhook came from, behind the proxies that stand before its port, and whether its source may send from there.
 */
import { BlockList, isIP } from 'node:net'

/** Addresses of vendors by name, as their documentation gives them. */
export const NETWORK_PRESETS: Readonly<Record<string, readonly string[]>> = {
  tradingview: ['52.89.214.238/32', '34.212.75.30/32', '54.218.53.128/32', '52.32.178.7/32'],
}

const V4_MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i

/** `52.89.214.238`, `10.0.0.0/8`; undefined where the text is no network. */
export function networkOf(text: string): string | undefined {
  const [address = '', bits, ...more] = text.trim().split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return undefined
  const most = family === 4 ? 32 : 128
  if (bits === undefined) return `${address}/${most}`
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? `${address}/${bits}` : undefined
}

export function isWithin(address: string, networks: readonly string[]): boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits = '32'] = network.split('/')
    list.addSubnet(base, Number(bits), isIP(base) === 6 ? 'ipv6' : 'ipv4')
  }
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * The sender's address: what the farthest of our own proxies has seen. With no proxy named, no header is believed.
 * @param hops how many proxies of ours add to X-Forwarded-For
 */
export function senderAddress(peer: string | undefined, forwarded: string | undefined, hops: number): string {
  const seen = (forwarded ?? '').split(',').map((each) => each.trim())
  const address = hops === 0 ? peer : seen[seen.length - hops]
  return (address ?? '').replace(V4_MAPPED, '')
}
