package testkit

import "os"

// Scratch is where data folders of tests go: memory where there is some, because tests wait for the
// disk thousands of times and a process that ends, unlike a machine that loses power, loses nothing
// that was written; "", the system's folder for what is temporary, elsewhere.
func Scratch() string {
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err == nil && info.IsDir() {
		return memory
	}
	return ""
}
