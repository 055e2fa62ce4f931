// Tells every story, file after file. A file that fails is told once more, because a real browser on a busy
// machine misses a beat now and then; what fails twice fails, and what passes only then is named at the end.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'

/** Runs test files and returns those that failed. @param {string[]} files @returns {string[]} */
const tell = files => files.filter(file => spawnSync(process.execPath, ['--test', `browser/${file}`], { stdio: 'inherit' }).status !== 0)

const files = readdirSync('browser').filter(file => file.endsWith('.test.mjs')).sort()
const once = tell(files)
const twice = tell(once)
for (const file of once) console.log(`# ${file} ${twice.includes(file) ? 'failed twice' : 'failed once and passed when told again'}`)
mkdirSync('../dist/test', { recursive: true })
writeFileSync('../dist/test/browser.failed', twice.map(file => `${file}\tcd e2e && node --test browser/${file}\n`).join(''))
console.log(`browser: ${files.length - twice.length} passed, ${twice.length} failed`)
process.exit(files.length === 0 || twice.length > 0 ? 1 : 0)
