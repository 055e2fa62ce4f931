package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Devices is the collection of phones: no built-in reads. A leaver's phones are found by their
// holder, a phone that asks a second time by its key.
func Devices() *core.Collection {
	c := build(care.Devices)
	c.AddIndex("idx_devices_staff", false, "`staff`", "")
	c.AddIndex("idx_devices_public_key", false, "`public_key`", "")
	return c
}
