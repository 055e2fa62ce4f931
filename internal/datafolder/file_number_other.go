//go:build !unix

package datafolder

// fileNumber is the number of a file in its file system; here it has none.
func fileNumber(string) (string, error) { return "", nil }
