// @ts-check
// What can be wrong with the vault. A page shows its own words for a code; the message is for logs and for want of them.

/** What each code means, in a sentence for people. */
const messages = {
  no_vault: 'Nothing is set up on this phone yet.',
  vault_exists: 'This phone is already set up for somebody.',
  locked: 'The app is locked.',
  damaged: 'What is stored on this phone cannot be read.',
  passphrase_short: 'A passphrase needs at least 10 characters.',
  passphrase_plain: 'This passphrase is too easy to guess: use at least 5 different characters, and no row of them.',
  wrong_passphrase: 'That is not the passphrase.',
  pin_form: 'A PIN is six digits.',
  pin_plain: 'This PIN is too easy to guess.',
  pin_none: 'No PIN is set. Use the passphrase.',
  wrong_pin: 'That is not the PIN.',
  pin_spent: 'Too many wrong PINs. Use the passphrase.',
  pin_expired: 'The PIN has run out. Use the passphrase.',
  pin_not_allowed: 'Your organisation does not allow a PIN.',
  prove_again: 'Enter the passphrase again first.',
  passkey_unsupported: 'This phone or browser cannot do it with a passkey. Use the passphrase.',
  passkey_none: 'No passkey is set. Use the passphrase.',
  passkey_failed: 'The passkey did not work. Use the passphrase.',
  recovery_key_invalid: 'The recovery key of your organisation cannot be read.',
  recovery_none: 'This phone has not got the recovery key of your organisation yet.',
}

/** @typedef {keyof typeof messages} VaultErrorCode */

/** An error of the vault. Decide by `code`. */
export class VaultError extends Error {
  /**
   * @param {VaultErrorCode} code
   * @param {{ triesLeft?: number, cause?: unknown }} [more]
   */
  constructor(code, more = {}) {
    super(messages[code], more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'VaultError'
    /** @readonly */
    this.code = code
    /** Of `wrong_pin`: how many tries are left before the PIN is destroyed. @readonly */
    this.triesLeft = more.triesLeft
  }
}
