// Package folding says how names, numbers and days are compared, however they are written: case, accents, apostrophes,
// hyphens and spaces make no difference to whether somebody is found. Whoever searches, registers, imports or signs in
// folds here; pb_public/shared/ui/fold.js does the same on phones, and testdata/vectors.json holds the two equal. It is
// for finding people: that two are the same, a name alone never says. Pure.
package folding
