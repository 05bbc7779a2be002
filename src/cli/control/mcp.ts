/**
 * `ballast mcp`: hands the messages of an agent's MCP client on standard input to the MCP endpoint of the running Ballast, and its answers back.
 */
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { apiAddress, tokenIn } from './api-access.ts'

export function register(program: Command): void {
  program
    .command('mcp')
    .description('connect an agent (MCP over standard input and output) to the running Ballast')
    .addHelpText(
      'after',
      [
        '',
        'An agent has a key of its own, and what it asks above a pause a person confirms:',
        '  ballast api keys create --name claude --preset agent --symbols BTC,ETH --daily-notional 5000',
        '  ballast mcp --token-file claude.token',
      ].join('\n'),
    )
    .action(runMcp)
}

async function runMcp(_flags: unknown, command: Command): Promise<void> {
  const context = contextOf(command)
  const token = tokenIn(context.flags.tokenFile)
  const agent = new StdioServerTransport()
  const ballast = new StreamableHTTPClientTransport(new URL(`${apiAddress(context)}/api/v1/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  })
  const end = new Promise<void>((resolve) => {
    agent.onclose = resolve
    process.stdin.on('end', resolve)
  })
  agent.onmessage = (message) => {
    void ballast.send(message).catch((cause: unknown) => {
      const text = `Ballast does not answer as it should: ${cause instanceof Error ? cause.message : String(cause)}`
      context.out.note(text)
      if ('id' in message && 'method' in message)
        void agent.send({ jsonrpc: '2.0', id: message.id, error: { code: -32_000, message: text } })
    })
  }
  ballast.onmessage = (message) => void agent.send(message)
  await ballast.start()
  await agent.start()
  await end
  await ballast.close()
}
