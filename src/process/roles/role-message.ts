/**
 * What the processes of one installation say to each other: plain data over the IPC channel.
 * Never carries a secret or an order.
 */
export type RoleMessage =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'step'; readonly name: string; readonly detail: string; readonly elapsedMs: number }
  | { readonly type: 'ready'; readonly detail: string }
  /** The role is about to end in order, and wants to be started again at once. */
  | { readonly type: 'again' }
  /** A line about trading for whoever watches the terminal. */
  | { readonly type: 'line'; readonly text: string }
  /** The role cannot run: said once, then it exits. `exitCode` is one of docs/commands.md. */
  | { readonly type: 'failed'; readonly sentence: string; readonly next: string; readonly exitCode: number }

/** To the process that started this one, where there is one. */
export function send(message: RoleMessage): void {
  process.send?.(message)
}
