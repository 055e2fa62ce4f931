// Package settings holds everything that can be set from outside, in one table: a flag, a
// DOORSTEP_* variable, a default and a sentence each. A flag wins over its variable, the
// variable over the default. The table in README.md is printed from here.
package settings
