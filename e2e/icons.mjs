// Draws the app's icons from pb_public/app/icons/icon.svg with Chromium: `node icons.mjs` in e2e.
// A maskable icon keeps its picture within the middle four fifths, because launchers cut the rim.
import { readFileSync, writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { launch } from './browser/chromium.mjs'

const folder = new URL('../pb_public/app/icons/', import.meta.url)
const drawing = readFileSync(new URL('icon.svg', folder), 'utf8')
const browser = await chromium.launch(launch)
for (const [file, size, rim] of [['icon-192.png', 192, 0], ['icon-512.png', 512, 0], ['touch-180.png', 180, 0.04], ['maskable-512.png', 512, 0.1]]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const inner = Math.round(size * (1 - 2 * rim))
  await page.setContent(`<body style="margin:0;background:#003d78;display:grid;place-items:center;width:${size}px;height:${size}px">
    <div style="width:${inner}px;height:${inner}px">${drawing.replace('<svg ', `<svg width="${inner}" height="${inner}" `)}</div></body>`)
  writeFileSync(new URL(file, folder), await page.screenshot({ omitBackground: rim === 0, clip: { x: 0, y: 0, width: size, height: size } }))
  await page.close()
}
await browser.close()
