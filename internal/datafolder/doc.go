// Package datafolder looks at a data folder before anything in it is opened: whether another server has
// it, whether its database is there, readable, whole where it is a copy, and not of a newer program, and whether the log beside it
// can be read. What it refuses it leaves as it is, and says which file it speaks of and what to do.
package datafolder
