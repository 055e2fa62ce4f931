package collections

import (
	"doorstep/internal/care"

	"github.com/pocketbase/pocketbase/core"
)

// Devices is the collection of phones: no built-in reads. A leaver's phones are found by their
// holder.
func Devices() *core.Collection {
	c := build(care.Devices)
	c.AddIndex("idx_devices_staff", false, "`staff`", "")
	return c
}
