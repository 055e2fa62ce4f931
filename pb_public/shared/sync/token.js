// @ts-check
// The access token: fifteen minutes of trust for an assertion that the device key signed (RFC 7523). Never stored.

import { base64url, utf8 } from './base64.js'
import { exchange } from './exchange.js'

/** @typedef {import('./core.js').Core} Core */

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const assertionLife = 45 // seconds; the server refuses more than 60

/** @param {Core} core */
export async function token(core) {
  const asked = core.monotonic()
  const { device, key } = core.state.self
  const signed = await assertion({ device, audience: core.audience, id: core.newID(), at: core.trueTime(),
    sign: bytes => core.keys.sign(key, bytes) })
  const answer = await exchange(core, { method: 'POST', path: '/token', form: { grant_type: grantType, assertion: signed } })
  core.refusals = 0
  // A minute early, so that no request is on its way when it ends.
  const life = Math.max(answer.expires_in - 60, 10) * 1000
  if (answer.scope === 'push_only' && core.state.self.directive !== 'drain') core.mustGreet() // hello says why
  core.access = { text: answer.access_token, until: asked + life, scope: answer.scope }
}

/**
 * A JSON Web Token by which a device proves that it is there.
 * @param {object} of
 * @param {string} of.device
 * @param {string} of.audience
 * @param {string} of.id used once
 * @param {number} of.at the true time, in ms
 * @param {(bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>} of.sign
 */
export async function assertion({ device, audience, id, at, sign }) {
  const now = Math.floor(at / 1000)
  const head = base64url(utf8(JSON.stringify({ alg: 'ES256' })))
  const claims = base64url(utf8(JSON.stringify({ iss: device, sub: device, aud: audience, jti: id, iat: now, exp: now + assertionLife })))
  return `${head}.${claims}.${base64url(await sign(utf8(`${head}.${claims}`)))}`
}
