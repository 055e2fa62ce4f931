// @ts-check
// What can be wrong with the vault, by code. What people read about it is in the words file.

/** The codes. `no_vault`: nothing is set up on this phone; `damaged`: what is stored cannot be read; the others say it themselves. */
export const vaultErrors = /** @type {const} */ (['no_vault', 'vault_exists', 'locked', 'damaged', 'passphrase_short', 'passphrase_plain',
  'wrong_passphrase', 'pin_form', 'pin_plain', 'pin_none', 'wrong_pin', 'pin_spent',
  'pin_expired', 'pin_not_allowed', 'prove_again', 'passkey_unsupported', 'passkey_none', 'passkey_failed',
  'recovery_key_invalid', 'recovery_none'])

/** @typedef {typeof vaultErrors[number]} VaultErrorCode */

/** An error of the vault. Decide by `code`. */
export class VaultError extends Error {
  /**
   * @param {VaultErrorCode} code
   * @param {{ triesLeft?: number, cause?: unknown }} [more]
   */
  constructor(code, more = {}) {
    super(`vault: ${code}`, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'VaultError'
    /** @readonly */
    this.code = code
    /** Of `wrong_pin`: how many tries are left before the PIN is destroyed. @readonly */
    this.triesLeft = more.triesLeft
  }
}
