/**
 * Messages to Discord beside the answers to interactions: sent, changed, and the threads that begin at them.
 */
import { ChannelType, type Client, MessageFlags, ThreadAutoArchiveDuration } from 'discord.js'
import type { Reply } from '../../api/commands/reply.ts'
import type { SendResult } from '../outbox.ts'
import { textOf, toSendResult } from './error.ts'
import { payloadOf, renderDiscord } from './render.ts'

/** A channel is an id, or `user:ID` for direct messages. */
export class DiscordMessages {
  private readonly client: Client
  /** Server whose channels have names; undefined: the only one. */
  private readonly guild: string | undefined
  private readonly log: (level: 'info', text: string) => void

  constructor(client: Client, guild: string | undefined, log: (level: 'info', text: string) => void) {
    this.client = client
    this.guild = guild
    this.log = log
  }

  async send(channel: string, outgoing: Reply): Promise<SendResult> {
    try {
      const userId = userOf(channel)
      const target = userId === undefined ? await this.client.channels.fetch(channel) : await this.client.users.fetch(userId)
      if (target === null || !('send' in target)) return { type: 'refused', detail: `channel ${channel} does not accept messages` }
      const sent = await target.send({
        ...payloadOf(renderDiscord(outgoing, undefined)),
        ...(outgoing.isSilent === true ? { flags: MessageFlags.SuppressNotifications } : {}),
      })
      return { type: 'sent', messageRef: sent.id }
    } catch (thrown) {
      return toSendResult(thrown)
    }
  }

  /** Edits an earlier message. */
  async change(channel: string, messageRef: string, outgoing: Reply): Promise<SendResult> {
    try {
      const userId = userOf(channel)
      const target =
        userId === undefined ? await this.client.channels.fetch(channel) : await (await this.client.users.fetch(userId)).createDM()
      if (target === null || !target.isTextBased()) return { type: 'refused', detail: `channel ${channel} has no messages` }
      await target.messages.edit(messageRef, payloadOf(renderDiscord(outgoing, undefined)))
      return { type: 'sent', messageRef }
    } catch (thrown) {
      return toSendResult(thrown)
    }
  }

  /** Begins a thread at a message; undefined where the channel has none, or the bot may not. */
  async openThread(channel: string, messageRef: string, name: string): Promise<string | undefined> {
    try {
      const target = await this.client.channels.fetch(channel)
      if (target?.type !== ChannelType.GuildText) return undefined
      const thread = await target.threads.create({ startMessage: messageRef, name, autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek })
      return thread.id
    } catch (thrown) {
      this.log('info', `discord: no thread for ${name} (${textOf(thrown)})`)
      return undefined
    }
  }

  async closeThread(thread: string): Promise<void> {
    try {
      const target = await this.client.channels.fetch(thread)
      if (target?.isThread() === true) await target.setArchived(true)
    } catch (thrown) {
      // It archives itself after a week.
      this.log('info', `discord: a thread stays open (${textOf(thrown)})`)
    }
  }

  /** Id of the text channel of the server with that name, where there is one. */
  channelNamed(name: string): string | undefined {
    const { cache } = this.client.guilds
    const guild = this.guild === undefined ? cache.first() : cache.get(this.guild)
    return guild?.channels.cache.find((channel) => channel.name === name && channel.isTextBased())?.id
  }
}

const userOf = (channel: string): string | undefined => /^user:(\d+)$/.exec(channel)?.[1]
