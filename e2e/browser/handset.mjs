// A phone in a nurse's hands, as little of it as the tests of the pages need: it enrols, and pushes what it is told.
//
//   const nia = await Handset.of(stand, 'nia')
//   const id = await nia.handOver({ patient: stand.patients.Ames, class: 'SD', situation: 'Wound broken down' })
//   await nia.readings({ patient, respiration_rate: 25, … }, { minutesAgo: 188 })
import { webcrypto } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const base64url = (/** @type {ArrayBuffer | Uint8Array | string} */ b) => Buffer.from(/** @type {any} */ (b)).toString('base64url')
let last = 0n

/** A record id, rising. @param {number} [now] ms */
export function newID(now = Date.now()) {
  const random = webcrypto.getRandomValues(new Uint8Array(10)).reduce((n, b) => n << 8n | BigInt(b), 0n)
  let n = BigInt(now) << 80n | random
  if (n <= last) n = last + 1n
  last = n
  let id = ''
  for (let i = 0; i < 26; i++, n >>= 5n) id = alphabet[Number(n & 31n)] + id
  return id
}

export class Handset {
  /** @param {import('../stand/stand.mjs').Stand} stand @param {string} who */
  static async of(stand, who) {
    const phone = new Handset()
    phone.stand = stand
    phone.author = stand.staff[who].id
    phone.mid = 0
    phone.key = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const { x, y } = await webcrypto.subtle.exportKey('jwk', phone.key.publicKey)
    Object.assign(phone, await stand.care(who, 'POST', '/api/sync/v1/devices', { name: `${who}'s phone`, platform: 'test', public_key: { kty: 'EC', crv: 'P-256', x, y } }))
    await phone.signOn()
    return phone
  }

  async signOn() {
    const now = Math.floor(Date.now() / 1000)
    const [answer] = await this.#ask('/token', async skew => {
      const claims = { iss: this.device, sub: this.device, aud: 'doorstep', jti: newID(), iat: now + skew, exp: now + skew + 50 }
      const signed = [{ alg: 'ES256', typ: 'JWT' }, claims].map(part => base64url(JSON.stringify(part))).join('.')
      const signature = await webcrypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, this.key.privateKey, Buffer.from(signed))
      return new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${signed}.${base64url(signature)}` })
    })
    this.token = answer.access_token
    this.hello = (await this.#ask('/hello', async () => JSON.stringify({ protocol: 1, schema: 1, client: this.client, now: new Date().toISOString(), cursor: '', outbox: { count: 0, next_mid: 1 } })))[0]
  }

  /** @param {string} path @param {(skew: number) => Promise<any>} body @returns {Promise<any[]>} */
  async #ask(path, body) {
    for (let skew = 0, tries = 0; ; tries++) {
      const payload = await body(skew)
      const answer = await fetch(this.stand.url + '/api/sync/v1' + path, { method: 'POST', body: payload,
        headers: typeof payload === 'string' ? { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` } : {} })
      const said = await answer.json()
      if (answer.ok) return [said]
      if (said.code !== 'clock' || tries) throw new Error(`${path}: ${answer.status} ${JSON.stringify(said)}`)
      skew = Math.round((Date.parse(said.server_time) - Date.now()) / 1000)
    }
  }

  /** Pushes one change. @param {object[]} ops @param {Date} at when the author did it */
  async push(ops, at) {
    const [said] = await this.#ask('/push', async () => JSON.stringify({ client: this.client, epoch: this.hello.epoch, schema: 1,
      mutations: [{ mid: ++this.mid, key: newID(), author: this.author, authored_at: at.toISOString(), ops }] }))
    const [result] = said.results
    if (result.status !== 'applied' || result.issues?.length) throw new Error(`pushed: ${JSON.stringify(result)}`)
    return result
  }

  /** @param {Record<string, any>} set @param {{ minutesAgo?: number }} [o] @returns {Promise<string>} its id */
  async handOver(set, { minutesAgo = 0 } = {}) {
    const id = newID(), at = new Date(Date.now() - minutesAgo * 60_000)
    await this.push([{ op: 'create', collection: 'handovers', id, set: { recommendation: 'Please review', ...set } }], at)
    return id
  }

  /** @param {Record<string, any>} set @param {{ minutesAgo?: number }} [o] @returns {Promise<string>} its id */
  async readings(set, { minutesAgo = 0 } = {}) {
    const id = newID(), at = new Date(Date.now() - minutesAgo * 60_000)
    await this.push([{ op: 'create', collection: 'observations', id, set: { taken_at: at.toISOString(), ...set } }], at)
    return id
  }

  /** A volunteer's check-in. @param {Record<string, any>} set @returns {Promise<string>} its id */
  async checkIn(set) {
    const id = newID(), at = new Date()
    await this.push([{ op: 'create', collection: 'checkins', id, set: { happened_at: at.toISOString(), seen: true, ...set } }], at)
    return id
  }
}

/** Seven readings that score 8: the emergency threshold. */
export const scores8 = { respiration_rate: 25, spo2: 94, on_oxygen: false, systolic: 105, pulse: 112, acvpu: 'A', temperature: 38.4 }
