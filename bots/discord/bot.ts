/**
 * The Discord bot: slash commands and taps to commands, replies to embeds; the same registry as everywhere.
 */
import { randomUUID } from 'node:crypto'
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
} from 'discord.js'
import type { Actor } from '../../api/commands/command.ts'
import { type Reply, reply, runs } from '../../api/commands/reply.ts'
import type { CommandRequest, CommandResult } from '../../api/commands/run/result.ts'
import { TAKES_RISK_OFF } from '../../api/commands/groups/risk-off.ts'
import { type AccessList, accessOf } from '../access.ts'
import { whileItAnswers } from '../answering.ts'
import { keepLive } from '../live-message.ts'
import { Timers } from '../timers.ts'
import { closedText, textOf } from './error.ts'
import { DiscordMessages } from './messages.ts'
import { cardOfWindow, inputWindow, typedIn } from './typed-answer.ts'
import { CHOICES_MAX, argumentName, optionsOf } from './options.ts'
import { pairingReply } from '../pairing-reply.ts'
import { type Callback, parseCallback } from '../parse.ts'
import type { BotPorts } from '../ports.ts'
import { payloadOf, renderDiscord } from './render.ts'
import { kindOf } from '../seen-updates.ts'

export interface DiscordOptions {
  readonly token: string
  readonly apiRoot: string | undefined
  /** Server whose channels get the commands; undefined: everywhere the bot is. */
  readonly guild: string | undefined
  readonly access: AccessList
}

export interface Suggestions {
  /** Values for an option that begins with what was typed; at most 25. */
  suggest(command: string, option: string, typed: string): Promise<readonly string[]>
}

const START_LIMIT_MS = 15_000
/** Discord waits 3 s for a first answer. */
const FIRST_ANSWER_MS = 3_000
type Answered = ChatInputCommandInteraction | ButtonInteraction | ModalSubmitInteraction

export class DiscordBot {
  readonly messages: DiscordMessages
  private readonly client: Client
  private readonly options: DiscordOptions
  private readonly ports: BotPorts
  private readonly suggestions: Suggestions
  private readonly timers = new Timers()
  private isStopped = false
  /** Why Discord ended the gateway for good; what is sent over REST may continue. */
  private lost: string | undefined

  constructor(options: DiscordOptions, ports: BotPorts, suggestions: Suggestions) {
    this.options = options
    this.ports = ports
    this.suggestions = suggestions
    this.client = new Client({
      intents: [GatewayIntentBits.Guilds],
      ...(options.apiRoot === undefined ? {} : { rest: { api: options.apiRoot } }),
    })
    this.messages = new DiscordMessages(this.client, options.guild, ports.log)
    this.client.on(Events.Error, (error) => this.ports.log('warn', `discord: ${error.message.slice(0, 200)}`))
    this.client.on(Events.InteractionCreate, (interaction) => {
      this.interact(interaction).catch((thrown: unknown) => this.ports.log('warn', `discord: ${textOf(thrown)}`))
    })
    this.client.on(Events.ShardDisconnect, ({ code }) => {
      this.lost = closedText(code)
      if (!this.isStopped) this.ports.health('down', this.lost)
    })
    this.client.on(Events.ShardReconnecting, () => {
      if (!this.isStopped) this.ports.health('warn', 'gateway reconnecting')
    })
    this.client.on(Events.ShardResume, () => this.ports.health('ok', 'gateway resumed'))
    this.client.on(Events.ShardReady, () => this.ports.health('ok', this.client.user?.tag ?? ''))
  }

  /** It hears nothing any more, and does not connect again by itself. */
  get isLost(): boolean {
    return this.lost !== undefined
  }

  /** Says who the bot is; fails with one sentence when the token or the address is wrong. */
  async start(): Promise<string | undefined> {
    const ready = new Promise<void>((resolve) => this.client.once(Events.ClientReady, () => resolve()))
    const limit = new Promise<never>((_, reject) => {
      this.timers.later(START_LIMIT_MS, () => reject(new Error('no answer within 15 s')))
    })
    try {
      await this.client.login(this.options.token)
      await Promise.race([ready, limit])
      await this.register()
    } catch (thrown) {
      this.ports.health('down', textOf(thrown))
      return `Discord did not accept the token (${textOf(thrown)}).`
    }
    this.ports.health('ok', this.client.user?.tag ?? '')
    return undefined
  }

  private async register(): Promise<void> {
    const application = this.client.application?.id ?? ''
    const body = this.ports.runner.commands.map((command) => ({
      name: command.name,
      description: command.summary.slice(0, 100),
      options: optionsOf(command),
    }))
    const path =
      this.options.guild === undefined
        ? `/applications/${application}/commands`
        : `/applications/${application}/guilds/${this.options.guild}/commands`
    await this.client.rest.put(path as `/${string}`, { body })
  }

  private async interact(interaction: Interaction): Promise<void> {
    if (!this.ports.seen.isNew(`discord:${interaction.id}`)) return
    if (interaction.isAutocomplete()) return this.complete(interaction)
    if (interaction.isChatInputCommand()) return this.slash(interaction)
    if (interaction.isButton()) return this.tap(interaction)
    if (interaction.isModalSubmit()) return this.word(interaction)
  }

  /** Whether Discord took the first answer, of which it waits for 3 s; without it nothing of the interaction can be answered. */
  private async took(first: Promise<unknown>): Promise<boolean> {
    const isTaken = first.then(
      () => true,
      (thrown: unknown) => {
        this.ports.log('warn', `discord: no first answer (${textOf(thrown)})`)
        return false
      },
    )
    const late = new Promise<false>((resolve) => this.timers.later(FIRST_ANSWER_MS, () => resolve(false)))
    return Promise.race([isTaken, late])
  }

  /** The answer, or a message in the channel where the interaction takes none. */
  private async show(interaction: Answered, outgoing: Reply, line: string | undefined, isTaken: boolean): Promise<void> {
    if (isTaken)
      try {
        await interaction.editReply(payloadOf(renderDiscord(outgoing, line)))
        return
      } catch (thrown) {
        this.ports.log('warn', `discord: could not handle an answer (${textOf(thrown)})`)
      }
    const channel = interaction.channelId
    const sent = channel === null ? undefined : await this.messages.send(channel, outgoing)
    if (sent?.type !== 'sent')
      this.ports.log('warn', `discord: '${outgoing.title}' could not be sent (${sent === undefined ? 'no channel' : sent.type})`)
  }

  private async actor(
    interaction: ChatInputCommandInteraction | ButtonInteraction | ModalSubmitInteraction | AutocompleteInteraction,
  ): Promise<Actor> {
    const isPrivate = interaction.guildId === null
    const isOurGuild = this.options.guild === undefined || interaction.guildId === this.options.guild
    const list = {
      admins: this.options.access.admins,
      chats: [...this.options.access.chats, ...(isOurGuild ? [`${interaction.channelId ?? ''}:admin`] : [])],
    }
    const access = await accessOf('discord', interaction.user.id, { id: interaction.channelId ?? '', isPrivate }, list, this.ports.users)
    return {
      id: `discord:${interaction.user.id}`,
      surface: 'discord',
      chat: interaction.channelId ?? undefined,
      // A slash command and its private answer are seen by nobody else.
      isPrivateChat: isPrivate || interaction.isChatInputCommand(),
      name: interaction.user.username,
      role: access.type === 'known' ? access.role : undefined,
    }
  }

  private request(actor: Actor, interaction: { readonly createdTimestamp: number }): CommandRequest {
    return { actor, requestId: randomUUID(), askedAtMs: interaction.createdTimestamp }
  }

  private async complete(interaction: AutocompleteInteraction): Promise<void> {
    const actor = await this.actor(interaction)
    const focused = interaction.options.getFocused(true)
    const values =
      actor.role === undefined ? [] : await this.suggestions.suggest(interaction.commandName, argumentName(focused.name), focused.value)
    await interaction.respond(values.slice(0, CHOICES_MAX).map((value) => ({ name: value.slice(0, 100), value: value.slice(0, 100) })))
  }

  private async slash(interaction: ChatInputCommandInteraction): Promise<void> {
    const command = this.ports.runner.commands.find((c) => c.name === interaction.commandName)
    const isPrivate = command?.isPrivate === true || command?.action !== undefined
    const code =
      interaction.commandName === 'start' ? /^(?:pair-)?(\d{6})$/.exec(interaction.options.getString('token') ?? '')?.[1] : undefined
    const taken = this.took(interaction.deferReply(isPrivate || code !== undefined ? { flags: MessageFlags.Ephemeral } : {}))
    // What reduces risk does not wait for Discord: it is done, and reported in the channel where it cannot be answered.
    const isUrgent = TAKES_RISK_OFF.has(interaction.commandName)
    if (!isUrgent && !(await taken)) return
    if (code !== undefined) return this.pair(interaction, code)
    const args: Record<string, string> = {}
    for (const option of interaction.options.data) if (typeof option.value === 'string') args[argumentName(option.name)] = option.value
    const line = [interaction.commandName, ...Object.values(args)].join(' ')
    const ran = await whileItAnswers(
      this.ports,
      async () => {
        const actor = await this.actor(interaction)
        const { runner, seen } = this.ports
        const request = this.request(actor, interaction)
        const result = await seen.once(`discord:${interaction.id}`, kindOf(command), () =>
          runner.runArgs(interaction.commandName, args, request),
        )
        if (result === undefined) return undefined
        await this.show(interaction, result.reply, line, await taken)
        return { actor, result }
      },
      async (outgoing) => this.show(interaction, outgoing, undefined, await taken),
    )
    if (ran === undefined || !(await taken)) return
    this.expireLater(interaction, ran.result)
    this.keepLive(interaction, ran.actor, args, line, ran.result)
  }

  /** `/start token:123456`: nobody else on the server sees it. */
  private async pair(interaction: ChatInputCommandInteraction, code: string): Promise<void> {
    const { id, username } = interaction.user
    const outgoing = pairingReply(await this.ports.pairing.present(code, id, username), id, 'ballast discord setup')
    await interaction.editReply(payloadOf(renderDiscord({ ...outgoing, badge: this.ports.badge }, undefined)))
  }

  /** Somebody approved at the terminal. */
  async welcome(userId: string, role: string): Promise<void> {
    const outgoing = reply(`You are now ${role}`, { tone: 'ok', buttons: [runs('Status', '/status'), runs('Help', '/help')] })
    const sent = await this.messages.send(`user:${userId}`, { ...outgoing, badge: this.ports.badge })
    // Who takes no direct messages has seen it at the terminal.
    if (sent.type !== 'sent') this.ports.log('info', `discord: could not inform ${userId} (${'detail' in sent ? sent.detail : sent.type})`)
  }

  /** When a card's time is over its buttons vanish. */
  private expireLater(interaction: Answered, { confirmation }: CommandResult): void {
    if (confirmation === undefined) return
    this.timers.later(Math.max(0, confirmation.expiresAt - this.ports.nowMs()) + 500, () => {
      void this.expire(interaction, confirmation.id)
    })
  }

  private async expire(interaction: Answered, confirmationId: string): Promise<void> {
    try {
      const message = await interaction.fetchReply()
      const isStanding = JSON.stringify(message.components).includes(confirmationId)
      if (isStanding) await interaction.editReply({ components: [] })
    } catch (thrown) {
      this.ports.log('info', `discord: card not closed (${textOf(thrown)})`)
    }
  }

  private keepLive(
    interaction: ChatInputCommandInteraction,
    actor: Actor,
    args: Readonly<Record<string, string>>,
    line: string,
    { reply: first }: CommandResult,
  ): void {
    const watched = first.live?.line
    const { runner, log, nowMs } = this.ports
    const request = (): CommandRequest => ({ actor, requestId: randomUUID() })
    keepLive(first, {
      timers: this.timers,
      nowMs,
      ask: () => (watched === undefined ? runner.runArgs(interaction.commandName, args, request()) : runner.runLine(watched, request())),
      show: async (newest) => {
        try {
          await interaction.editReply(payloadOf(renderDiscord(newest, watched ?? line)))
          return true
        } catch (thrown) {
          log('warn', `discord: ${textOf(thrown)}`)
          return false
        }
      },
      failed: (thrown) => log('warn', `discord: ${textOf(thrown)}`),
    })
  }

  private async tap(interaction: ButtonInteraction): Promise<void> {
    const callback = parseCallback(interaction.customId)
    if (callback === undefined) {
      await interaction.reply({ content: 'Outdated. Send the command again.', flags: MessageFlags.Ephemeral })
      return
    }
    let isTaken: Promise<boolean> = Promise.resolve(false)
    await whileItAnswers(
      this.ports,
      () =>
        this.answerTap(interaction, callback, (first) => {
          isTaken = this.took(first)
          return isTaken
        }),
      async (outgoing) => {
        if (!interaction.deferred && !interaction.replied) isTaken = this.took(interaction.deferReply({ flags: MessageFlags.Ephemeral }))
        await this.show(interaction, outgoing, undefined, await isTaken)
      },
    )
  }

  private async answerTap(
    interaction: ButtonInteraction,
    callback: Callback,
    take: (first: Promise<unknown>) => Promise<boolean>,
  ): Promise<void> {
    const actor = await this.actor(interaction)
    const demand =
      callback.type === 'answer' && callback.decision === 'yes'
        ? await this.ports.runner.demandFor(callback.confirmationId, actor)
        : undefined
    if (callback.type === 'answer' && demand !== undefined) {
      // A modal has to be the first answer: what is typed is asked before anything else.
      const shown = interaction.showModal(inputWindow(callback.confirmationId, demand))
      await shown.catch((thrown: unknown) => this.ports.log('warn', `discord: could not open the input window (${textOf(thrown)})`))
      return
    }
    const isTaken = await take(
      callback.type === 'command' ? interaction.deferReply({ flags: MessageFlags.Ephemeral }) : interaction.deferUpdate(),
    )
    const command =
      callback.type === 'answer' ? await this.ports.runner.ofCard(callback.confirmationId) : this.ports.runner.named(callback.line)
    if (!isTaken && !TAKES_RISK_OFF.has(command?.name ?? '')) return
    const request = this.request(actor, interaction)
    switch (callback.type) {
      case 'command': {
        const result = await this.ports.runner.runLine(callback.line, request)
        await this.show(interaction, result.reply, callback.line, isTaken)
        if (isTaken) this.expireLater(interaction, result)
        return
      }
      case 'page': {
        const result = await this.ports.runner.runLine(callback.line, request)
        if (isTaken) await interaction.editReply(payloadOf(renderDiscord(result.reply, callback.line, callback.page)))
        return
      }
      case 'answer': {
        const result = await this.ports.runner.answer(callback.confirmationId, callback.decision, request)
        if (isTaken && result.status === 'forbidden')
          await interaction.followUp({ ...payloadOf(renderDiscord(result.reply, undefined)), flags: MessageFlags.Ephemeral })
        else await this.show(interaction, result.reply, undefined, isTaken)
        if (isTaken) this.expireLater(interaction, result)
      }
    }
  }

  private async word(interaction: ModalSubmitInteraction): Promise<void> {
    const confirmationId = cardOfWindow(interaction.customId)
    const isTaken = await this.took(interaction.deferReply({ flags: MessageFlags.Ephemeral }))
    if (confirmationId === undefined) return
    await whileItAnswers(
      this.ports,
      async () => {
        const command = await this.ports.runner.ofCard(confirmationId)
        if (!isTaken && !TAKES_RISK_OFF.has(command?.name ?? '')) return
        const actor = await this.actor(interaction)
        const typed = typedIn(interaction.fields)
        const result = await this.ports.runner.answer(confirmationId, 'yes', this.request(actor, interaction), typed)
        await this.show(interaction, result.reply, undefined, isTaken)
        if (isTaken) this.expireLater(interaction, result)
      },
      (outgoing) => this.show(interaction, outgoing, undefined, isTaken),
    )
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.timers.stop()
    await this.client.destroy()
  }
}
