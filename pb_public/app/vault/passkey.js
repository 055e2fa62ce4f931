// @ts-check
// A passkey as a key: the PRF extension of WebAuthn. Not every phone has it, and nobody has tried every phone offline;
// it is offered beside the passphrase and never instead of it.
import { VaultError } from './errors.js'
import { fromBase64, toBase64 } from './bytes.js'
import { random } from './wraps.js'

/** @typedef {Pick<CredentialsContainer, 'create' | 'get'>} Credentials `navigator.credentials`, or what stands for it in a test */

/**
 * Whether it is worth offering. True is a promise only where the browser lists the extension; elsewhere a try tells.
 * @param {any} scope `globalThis`
 * @returns {Promise<boolean>}
 */
export async function passkeySupported(scope = globalThis) {
  const type = scope.PublicKeyCredential
  if (!type || !scope.navigator?.credentials?.create) return false
  try {
    if (typeof type.getClientCapabilities === 'function') {
      const can = await type.getClientCapabilities()
      if ('extension:prf' in can) return can['extension:prf'] === true && can.userVerifyingPlatformAuthenticator !== false
    }
    return await type.isUserVerifyingPlatformAuthenticatorAvailable()
  } catch {
    return false // a browser that cannot answer is one that cannot do it
  }
}

/**
 * Makes a passkey and asks it once. `label` is shown by the phone among its passkeys: no person's name.
 * @param {Credentials} credentials @param {Crypto} crypto @param {string} label
 * @returns {Promise<{ credential: string, transports: string[], input: string, answer: BufferSource }>}
 */
export async function makePasskey(credentials, crypto, label) {
  const input = random(crypto, 32)
  const made = await guard(() => credentials.create({ publicKey: {
    challenge: random(crypto, 32), // nobody checks it: what counts is the answer to `input`
    rp: { name: 'Doorstep' },
    user: { id: random(crypto, 16), name: label, displayName: label },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }, { type: 'public-key', alg: -257 }],
    authenticatorSelection: { authenticatorAttachment: 'platform', residentKey: 'preferred', userVerification: 'required' },
    extensions: { prf: { eval: { first: input } } },
  } }))
  const prf = made.getClientExtensionResults().prf
  if (!prf?.enabled && !prf?.results) throw new VaultError('passkey_unsupported')
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response)
  const passkey = { credential: toBase64(made.rawId), transports: response.getTransports?.() ?? [], input: toBase64(input) }
  // Many phones answer only when asked, not when the passkey is made.
  const answer = prf.results?.first ?? await askPasskey(credentials, crypto, passkey)
  return { ...passkey, answer }
}

/**
 * What the passkey answers to its input: 32 bytes, the same each time.
 * @param {Credentials} credentials @param {Crypto} crypto @param {{ credential: string, transports: string[], input: string }} passkey
 * @returns {Promise<BufferSource>}
 */
export async function askPasskey(credentials, crypto, passkey) {
  const got = await guard(() => credentials.get({ publicKey: {
    challenge: random(crypto, 32),
    allowCredentials: [{ type: 'public-key', id: fromBase64(passkey.credential),
          transports: /** @type {AuthenticatorTransport[]} */ (passkey.transports) }],
    userVerification: 'required',
    extensions: { prf: { eval: { first: fromBase64(passkey.input) } } },
  } }))
  const answer = got.getClientExtensionResults().prf?.results?.first
  if (!answer) throw new VaultError('passkey_unsupported')
  return answer
}

/** @param {() => Promise<Credential | null>} ask @returns {Promise<PublicKeyCredential>} */
async function guard(ask) {
  try {
    const credential = await ask()
    if (credential) return /** @type {PublicKeyCredential} */ (credential)
  } catch (cause) {
    throw new VaultError('passkey_failed', { cause })
  }
  throw new VaultError('passkey_failed')
}
