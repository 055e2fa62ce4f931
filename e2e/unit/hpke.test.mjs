// What a phone seals to the server: RFC 9180, to the byte, and as the server opens it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'

globalThis.crypto ??= webcrypto
const { seal } = await import('../../pb_public/app/vault/hpke.js')

const bytes = hex => Uint8Array.from(Buffer.from(hex, 'hex'))
const text = s => new TextEncoder().encode(s)
const hex = b => Buffer.from(b).toString('hex')

/** The pair of a private scalar and its point. @param {Uint8Array} d @param {Uint8Array} point */
async function pair(d, point) {
  const url = b => Buffer.from(b).toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', d: url(d), x: url(point.slice(1, 33)), y: url(point.slice(33)) }
  const algorithm = { name: 'ECDH', namedCurve: 'P-256' }
  return { privateKey: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['deriveBits']),
    publicKey: await crypto.subtle.importKey('raw', point, algorithm, true, []) }
}

test('it seals as appendix A.3.1 of RFC 9180 does', async () => {
  const enc = bytes('04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4')
  const to = bytes('04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0')
  const ephemeral = await pair(bytes('4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb'), enc)
  const sealed = await seal(to, bytes('4f6465206f6e2061204772656369616e2055726e'), bytes('4265617574792069732074727574682c20747275746820626561757479'),
    { ephemeral, keyLength: 16, aad: text('Count-0') })
  assert.equal(hex(sealed.slice(0, 65)), hex(enc))
  assert.equal(hex(sealed.slice(65)), '5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434')
})

test('it seals to the byte what the server opens', async () => {
  const c = JSON.parse(readFileSync(new URL('../../internal/identity/testdata/sealed-by-a-phone.json', import.meta.url), 'utf8'))
  const point = Buffer.from(c.ephemeralPublic, 'base64url')
  const sealed = await seal(Buffer.from(c.key, 'base64url'), text(c.terms), text(c.plain), { ephemeral: await pair(Buffer.from(c.ephemeral, 'base64url'), point) })
  assert.equal(Buffer.from(sealed).toString('base64url'), c.sealed)
})

test('the same change sealed twice looks different, and a key that is none is refused', async () => {
  const c = JSON.parse(readFileSync(new URL('../../internal/identity/testdata/sealed-by-a-phone.json', import.meta.url), 'utf8'))
  const key = Buffer.from(c.key, 'base64url')
  const [a, b] = [await seal(key, text('t'), text('Chest pain')), await seal(key, text('t'), text('Chest pain'))]
  assert.equal(a.length, 65 + 'Chest pain'.length + 16)
  assert.notEqual(hex(a), hex(b))
  const off = Uint8Array.from(key)
  off[40] ^= 1
  for (const none of [off, key.subarray(0, 64), new Uint8Array(0)]) await assert.rejects(seal(none, text('t'), text('x')))
})
