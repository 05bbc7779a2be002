/**
 * What tells two API keys from all others.
 */

/** Of the key in admin.key, which is the terminal's own: no other key is called so. */
export const FILE_KEY_NAME = 'admin'

/** A key with this scope (the bots') says for whom it asks. */
export const ACT_AS = 'act-as'
