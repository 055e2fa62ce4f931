//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "faults: power cuts and disks that fail need Linux")
	os.Exit(1)
}
