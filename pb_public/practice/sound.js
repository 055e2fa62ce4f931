// @ts-check
// A short sound when something new arrives, made by the browser itself. Browsers let a page sound only
// after somebody touched it, so the first touch wakes it.

/** @type {AudioContext | undefined} */
let audio

/** Call it while somebody presses or types. */
export function wakeSound() {
  try {
    audio ??= new AudioContext()
    if (audio.state === 'suspended') audio.resume().catch(() => {})
  } catch { /* a browser without sound */ }
}

/** @param {boolean} urgent two notes, otherwise one */
export function chime(urgent) {
  if (!audio) wakeSound()
  if (!audio) return
  const begin = audio.currentTime + 0.02
  for (const [i, pitch] of (urgent ? [880, 1175] : [660]).entries()) {
    const tone = audio.createOscillator(), level = audio.createGain(), at = begin + i * 0.22
    tone.frequency.value = pitch
    level.gain.setValueAtTime(0.0001, at)
    level.gain.exponentialRampToValueAtTime(0.25, at + 0.02)
    level.gain.exponentialRampToValueAtTime(0.0001, at + 0.2)
    tone.connect(level).connect(audio.destination)
    tone.start(at)
    tone.stop(at + 0.22)
  }
}
