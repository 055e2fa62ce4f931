// The text that a phone shows before a handover is sent is the one that the server writes of the same facts: both are held
// to internal/handover/testdata/texts, which a clinician can read.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { sbar } from '../../pb_public/app/model/sbar.js'
import { score } from '../../pb_public/shared/ui/news2.js'
import { anyScored } from '../../pb_public/shared/ui/readings.js'

const folder = new URL('../../internal/handover/testdata/texts/', import.meta.url)
const typed = text => (text === 'true' || text === 'false' ? text === 'true' : /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text)

/** What a golden file knows: facts by name, and records with their fields. */
function read(file) {
  const [head, text] = readFileSync(new URL(file, folder), 'utf8').split('\nSITUATION\n')
  const facts = {}, blocks = []
  for (const line of head.split('\nWHAT IS KNOWN\n')[1].split('\n').filter(Boolean)) {
    const [, name, value] = /^ *([^:]+): (.*)$/.exec(line)
    if (line.startsWith('  ')) blocks.at(-1).fields.push([name, value])
    else if (['visit', 'readings', 'check-in', 'before', 'replaced'].includes(name)) blocks.push({ kind: name, fields: [] })
    else (facts[name] ??= []).push(value)
  }
  return { facts, blocks, text: `SITUATION\n${text}` }
}

/** The case it tells, as a phone knows it. */
function caseOf({ facts, blocks }) {
  const one = name => facts[name]?.[0]
  const age = facts.age ? Number(one('age')) : null
  const all = blocks.map(({ kind, fields }) => {
    const values = {}, found = { collection: kind === 'visit' ? 'visits' : 'observations', at: '', titles: [], values, score: null }
    for (const [name, value] of fields) {
      if (name === 'at') found.at = value
      else if (name === 'written') found.written = value
      else if (name === 'rule') found.titles.push(value)
      else if (name === 'details') values[name] = value.split(' | ').map(answer => {
        const [, label, told, unit] = /^(.+?) = (.+?)(?: in (.+))?$/.exec(answer)
        return { code: 'c', label, value: told, unit }
      })
      else values[name] = name === 'soft_signs' ? value.split(', ') : typed(value)
    }
    if (kind !== 'visit' && anyScored(values)) found.score = score(values, { age, pregnant: facts.pregnant ? true : null, scale: Number(one('scale') ?? 1) })
    return { kind, found }
  })
  const of = kind => all.filter(x => x.kind === kind).map(x => x.found)
  for (const f of of('readings')) if (f.values.replaces) f.was = of('replaced')[0]
  return { to: one('to'), cls: one('class'), age, needs: one('needs')?.split(', ') ?? [], risk: one('risk') ?? '', at: one('happened'),
    clockKnown: !facts.clock, called999: Boolean(facts['called 999']), findings: all.filter(x => ['visit', 'readings'].includes(x.kind)).map(x => x.found), before: of('before')[0] ?? null, asks: facts.ask ?? [],
    own: Object.fromEntries(['situation', 'background', 'assessment', 'recommendation', 'safe note'].flatMap(part => (facts[`own ${part}`]
      ? [[part.replace(' ', '_'), one(`own ${part}`)]] : []))) }
}

const golden = readdirSync(folder).map(file => ({ file, ...read(file) })).filter(g => g.facts.phone)

// U5, U7, U37
for (const g of golden) test(`the preview is what the server writes: ${g.file.replace('.txt', '').replaceAll('_', ' ')}`, () => {
  const t = sbar(caseOf(g))
  assert.equal(`SITUATION\n${t.situation}\n\nBACKGROUND\n${t.background}\n\nASSESSMENT\n${t.assessment}\n\nRECOMMENDATION\n${t.recommendation}\n\nSAFE TO SHARE\n${t.safe_note}\n`, g.text)
})

test('there are golden texts for each state in which a visit leaves somebody', () => {
  const told = new Set(golden.flatMap(g => g.blocks.flatMap(b => b.fields.filter(([name]) => name === 'status').map(([, v]) => v))))
  assert.deepEqual([...told].sort(), ['cancelled', 'completed', 'in_progress', 'no_access', 'refused'])
})
