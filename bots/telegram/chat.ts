/**
 * Who wrote, and where the answer goes.
 */
export interface Chat {
  readonly id: string
  /** Of a forum: where the answer goes, too. */
  readonly topic: string | undefined
  readonly isPrivate: boolean
}

export interface Writer {
  readonly userId: string
  readonly name: string
}

/** A topic's number is in each message of a supergroup that is an answer, too; only a forum has topics. */
export function chatOf(message: {
  readonly chat: { readonly id: number; readonly type: string }
  readonly is_topic_message?: boolean
  readonly message_thread_id?: number
}): Chat {
  const topic = message.is_topic_message === true ? message.message_thread_id : undefined
  return { id: String(message.chat.id), topic: topic === undefined ? undefined : String(topic), isPrivate: message.chat.type === 'private' }
}

/** `-100123`, or `-100123/77` in a topic. */
export const addressOf = ({ id, topic }: Chat): string => (topic === undefined ? id : `${id}/${topic}`)

export const writerOf = (from: { readonly id: number; readonly username?: string; readonly first_name: string }): Writer => ({
  userId: String(from.id),
  name: from.username ?? from.first_name,
})
