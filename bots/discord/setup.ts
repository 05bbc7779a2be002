/**
 * Sets a Discord server up for the bot: the token checked, the channels made, who may see them.
 * Never shows the token, never takes a channel away, and never makes one that everybody on the server can read.
 */
import type { Problem } from '../../src/core/problem.ts'
import { ChannelType, DiscordAPIError, OverwriteType, PermissionFlagsBits, REST, Routes } from 'discord.js'
import { DISCORD_CHANNELS } from './channels.ts'
import { type Result, err, ok } from '../../src/core/result.ts'

export interface DiscordIdentity {
  readonly id: string
  readonly name: string
}

const PERMISSIONS =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.ManageChannels

export class DiscordSetup {
  private readonly rest: REST

  constructor(token: string, apiRoot: string | undefined) {
    this.rest = new REST({ version: '10', retries: 1, ...(apiRoot === undefined ? {} : { api: apiRoot }) }).setToken(token)
  }

  /** Who the token is; a sentence where it is nobody. */
  async identity(): Promise<Result<DiscordIdentity, Problem>> {
    try {
      const me = (await this.rest.get(Routes.user())) as { readonly id: string; readonly username: string }
      return ok({ id: me.id, name: me.username })
    } catch (thrown) {
      if (thrown instanceof DiscordAPIError && thrown.status === 401)
        return err({
          sentence: 'Discord rejected this token.',
          next: 'Create one at discord.com/developers: your application, Bot, Reset Token.',
        })
      return err({ sentence: `Discord does not answer (${textOf(thrown)}).`, next: 'Check the network and try again.' })
    }
  }

  /** Name of the server; a sentence with the link that invites the bot where it is not on it. */
  async server(guild: string, bot: DiscordIdentity): Promise<Result<string, Problem>> {
    try {
      return ok(((await this.rest.get(Routes.guild(guild))) as { readonly name: string }).name)
    } catch (thrown) {
      return err({
        sentence: `The bot is not on the server ${guild} (${textOf(thrown)}).`,
        next: `Invite it: https://discord.com/oauth2/authorize?client_id=${bot.id}&scope=bot+applications.commands&permissions=${PERMISSIONS}&guild_id=${guild}`,
      })
    }
  }

  /** Makes the channels that are missing, for the bot and these users; answers their names. What is there is left as it is. */
  async makeChannels(guild: string, bot: DiscordIdentity, people: readonly string[]): Promise<Result<readonly string[], Problem>> {
    const made: string[] = []
    const reads = (id: string) => ({ id, type: OverwriteType.Member, allow: String(PermissionFlagsBits.ViewChannel), deny: '0' })
    try {
      const standing = (await this.rest.get(Routes.guildChannels(guild))) as readonly { readonly name: string }[]
      for (const { name, topic } of DISCORD_CHANNELS) {
        if (standing.some((channel) => channel.name === name)) continue
        await this.rest.post(Routes.guildChannels(guild), {
          body: {
            name,
            topic,
            type: ChannelType.GuildText,
            permission_overwrites: [
              // The role of everybody has the id of the server.
              { id: guild, type: OverwriteType.Role, allow: '0', deny: String(PermissionFlagsBits.ViewChannel) },
              { ...reads(bot.id), allow: String(PERMISSIONS & ~PermissionFlagsBits.ManageChannels) },
              ...people.map(reads),
            ],
          },
        })
        made.push(name)
      }
      return ok(made)
    } catch (thrown) {
      const isForbidden = thrown instanceof DiscordAPIError && thrown.status === 403
      return err({
        sentence: `Could not create the channels (${textOf(thrown)}).`,
        next: isForbidden ? 'Give the bot the Manage Channels permission, or create them yourself, and try again.' : 'Try again.',
      })
    }
  }
}

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, 200)
