/**
 * Where the API listens, and what it takes for others than this machine to reach it.
 */
import { isIP } from 'node:net'
import { z } from 'zod'

const file = (what: string) => z.string().min(1).optional().describe(`the path of a PEM file with the ${what}`)

const isNetwork = (text: string): boolean => {
  const [address = '', bits = '32', ...more] = text.split('/')
  return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128) && more.length === 0
}
export const apiSection = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('a host name or address'),
    port: z.number().int().min(1).max(65_535).default(8080).describe('a port from 1 to 65535'),
    url: z.url().optional().describe('a URL such as https://desk.example.org'),
    exposed: z.boolean().default(false).describe('true or false: other machines may reach the API'),
    hosts: z
      .array(z.string().regex(/^[\w.-]+$/, 'a host name such as desk.example.org, without port'))
      .default([])
      .describe('a list of host names such as desk.example.org'),
    origins: z
      .array(z.string().regex(/^https?:\/\/[^/\s]+$/, 'an origin such as https://desk.example.org'))
      .default([])
      .describe('a list of origins such as https://desk.example.org'),
    proxies: z
      .array(z.string().refine(isNetwork, 'an address or a network such as 10.0.0.5 or 10.0.0.0/24'))
      .default([])
      .describe('a list of addresses or networks such as 10.0.0.5'),
    tls: z.strictObject({ certFile: file('certificate chain'), keyFile: file('private key') }).prefault({}),
  })
  .prefault({})
