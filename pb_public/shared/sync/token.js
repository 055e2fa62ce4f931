// @ts-check
// The access token: fifteen minutes of trust for an assertion that the device key signed (RFC 7523). Never stored.

import { exchange } from './exchange.js'

/** @typedef {import('./core.js').Core} Core */

const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const assertionLife = 45 // seconds; the server refuses more than 60
const encoder = new TextEncoder()

/** @param {Core} core */
export async function token(core) {
  const asked = core.monotonic()
  const answer = await exchange(core, { method: 'POST', path: '/token', form: { grant_type: grantType, assertion: await assertion(core) } })
  core.refusals = 0
  // A minute early, so that no request is on its way when it ends.
  const life = Math.max(answer.expires_in - 60, 10) * 1000
  if (answer.scope === 'push_only' && core.state.self.directive !== 'drain') core.mustGreet() // hello says why
  core.access = { text: answer.access_token, until: asked + life, scope: answer.scope }
}

/** @param {Core} core */
async function assertion(core) {
  const now = Math.floor(core.trueTime() / 1000)
  const { device, key } = core.state.self
  const head = base64url(encoder.encode(JSON.stringify({ alg: 'ES256' })))
  const claims = base64url(
    encoder.encode(JSON.stringify({ iss: device, sub: device, aud: core.audience, jti: core.newID(), iat: now, exp: now + assertionLife })))
  const signature = await core.keys.sign(key, encoder.encode(`${head}.${claims}`))
  return `${head}.${claims}.${base64url(signature)}`
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  let text = ''
  for (const b of bytes) text += String.fromCharCode(b)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
