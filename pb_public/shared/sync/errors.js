// @ts-check
// What can go wrong, by name: decide by class, status and code, never by message.

/** The server refused a request. The fields are those of the error body (protocol.md §14). */
export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} body
   * @param {number} retryAfterMs 0: the server did not say
   */
  constructor(status, body, retryAfterMs = 0) {
    super(typeof body.message === 'string' && body.message ? body.message : `the server answered ${status}`)
    this.name = 'ServerError'
    this.status = status
    /** @type {string} */ this.code = typeof body.code === 'string' && body.code ? body.code : `http_${status}`
    /** @type {string} */ this.directive = body.directive ?? ''
    this.retryAfterMs = retryAfterMs
    /** All that the body said: `expected`, `epoch`, `last_mid`, `last_key`, `server_time`, `mfaId` and so on. */
    this.body = body
  }
}

/** No answer, or one that was cut short: nobody knows whether the server took the request in. */
export class Unreachable extends Error {
  /** @param {string} what @param {unknown} [cause] */
  constructor(what, cause) {
    super(what, cause === undefined ? undefined : { cause })
    this.name = 'Unreachable'
  }
}

/**
 * What the client refuses by itself, before anything is sent.
 * @typedef {'not_signed_in' | 'not_held' | 'unsent' | 'too_much' | 'nothing' | 'wiped' | 'closed'} RefusalCode
 */

export class Refusal extends Error {
  /** @param {RefusalCode} code @param {string} message */
  constructor(code, message) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}
