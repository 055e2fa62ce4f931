// Package rulebook looks at handover rules before they are in force: whether they run, whether they say what their golden
// cases want, and what they would have raised over the records that are stored. It changes nothing.
package rulebook
