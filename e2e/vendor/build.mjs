// Rebuilds pb_public/vendor from the packages that package-lock.json pins: `npm run vendor`.
// With --check it writes nothing and fails, naming the files, when what is committed differs.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, '..', 'node_modules')
const target = join(here, '..', '..', 'pb_public', 'vendor')

/** What is taken of each package, as it is in the package: [file there, file here]. */
const packages = [
  { name: 'lit-html', licence: 'LICENSE', take: [
    'lit-html', 'directive', 'directive-helpers', 'async-directive',
    'directives/class-map', 'directives/live', 'directives/ref', 'directives/repeat',
  ].flatMap(f => [[`${f}.js`, `${f}.js`], [`${f}.d.ts`, `${f}.d.ts`]]) },
  { name: 'uqr', licence: 'LICENSE', take: [['dist/index.mjs', 'uqr.js'], ['dist/index.d.mts', 'uqr.d.ts']] },
  // The package carries no licence text of its own; its README states it.
  { name: 'nhsuk-frontend', licence: 'README.md', folder: 'nhsuk', make: nhsuk },
]

/** Compiles the style sheet of vendor/nhsuk.scss, less the rules for what no page uses: a phone has to fetch it. */
function nhsuk() {
  const compiled = sass.compile(join(here, 'nhsuk.scss'), { loadPaths: [modules], style: 'compressed', silenceDeprecations: ['import'], quietDeps: true })
  const css = onlyUsed(compiled.css.replace(/^\uFEFF/, ''), namesInPages())
  const outside = css.match(/url\([^)]*\)/g)
  if (outside) throw new Error(`the style sheet reaches for ${outside.join(', ')}`)
  if (css.includes('@font-face')) throw new Error('the style sheet brings a font')
  return [['nhsuk.css', css]]
}

/** Every name that starts with nhsuk- in our pages; one that ends in a hyphen is the beginning of several. */
function namesInPages() {
  const own = join(target, '..')
  const texts = walk(own).filter(f => /\.(js|html|css)$/.test(f) && !f.startsWith('vendor/')).map(f => readFileSync(join(own, f), 'utf8'))
  const names = new Set(texts.flatMap(text => text.match(/nhsuk-[\w-]+/g) ?? []))
  const beginnings = [...names].filter(n => n.endsWith('-'))
  return name => names.has(name) || beginnings.some(b => name.startsWith(b))
}

/**
 * Drops each selector with a class that is not used, each rule without a selector left, and each rule with a picture
 * of theirs: sort arrows and crosses.
 * @param {string} css compressed @param {(name: string) => boolean} used
 */
function onlyUsed(css, used) {
  let kept = ''
  for (let at = 0; at < css.length;) {
    const open = css.indexOf('{', at)
    if (open < 0) break
    let end = open + 1
    for (let depth = 1; depth > 0; end++) depth += css[end] === '{' ? 1 : css[end] === '}' ? -1 : 0
    const head = css.slice(at, open), body = css.slice(open + 1, end - 1)
    at = end
    if (/^@(media|supports|container)/.test(head)) {
      const inner = onlyUsed(body, used)
      if (inner) kept += `${head}{${inner}}`
    } else if (!/url\(/.test(body)) {
      const selectors = head.startsWith('@') ? [head] : selectorsOf(head).filter(s => (s.replace(/:not\([^)]*\)/g, '').match(/\.nhsuk-[\w-]+/g) ?? []).every(c => used(c.slice(1))))
      if (selectors.length) kept += `${selectors.join(',')}{${body}}`
    }
  }
  return kept
}

/** A list of selectors, taken apart at its own commas and not at those in brackets. @param {string} list */
const selectorsOf = list => list.match(/(?:\([^()]*(?:\([^()]*\)[^()]*)*\)|[^,(])+/g) ?? []

/** Source maps are not shipped, so nothing may point at them. */
const withoutMap = text => text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n')

/** @returns {Map<string, string>} the vendored files by path */
function build() {
  const files = new Map()
  const list = []
  for (const p of packages) {
    const folder = p.folder ?? p.name
    const root = join(modules, p.name)
    const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const made = p.make ? p.make() : p.take.map(([from, to]) => [to, withoutMap(readFileSync(join(root, from), 'utf8'))])
    const licence = readdirSync(root).find(f => f === p.licence)
    if (!licence) throw new Error(`${p.name} has no file ${p.licence}; it has ${readdirSync(root)}`)
    made.push(['LICENCE.txt', readFileSync(join(root, licence), 'utf8')])
    for (const [to, text] of made) files.set(`${folder}/${to}`, text)
    list.push({ name: p.name, version: about.version, licence: about.license, homepage: about.homepage,
      files: made.map(([to, text]) => ({ file: `${folder}/${to}`, sha256: createHash('sha256').update(text).digest('hex') })) })
  }
  files.set('VENDOR.json', JSON.stringify(list, null, 1) + '\n')
  return files
}

/** @returns {string[]} what lies under a folder, as paths from it */
function walk(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(e => e.isFile())
    .map(e => relative(folder, join(e.parentPath ?? e.path, e.name)).replaceAll('\\', '/'))
}

const files = build()
if (process.argv.includes('--check')) {
  const there = walk(target)
  const wrong = [...there.filter(f => !files.has(f)), ...[...files].filter(([f, text]) => !there.includes(f) || readFileSync(join(target, f), 'utf8') !== text).map(([f]) => f)]
  if (wrong.length) {
    console.error(`pb_public/vendor differs from what the lock file says, run "npm run vendor" in e2e:\n  ${wrong.join('\n  ')}`)
    process.exit(1)
  }
} else {
  rmSync(target, { recursive: true, force: true })
  for (const [f, text] of files) {
    mkdirSync(dirname(join(target, f)), { recursive: true })
    writeFileSync(join(target, f), text)
  }
  console.log(`${files.size} files in pb_public/vendor`)
}
