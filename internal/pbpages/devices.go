package pbpages

import (
	"doorstep/internal/desk"
	"doorstep/internal/pbstore"
)

// devicePage reads the phones of the staff ?1 in a state ?2, in any where it is empty, after ?3, at most ?4.
func devicePage() string {
	return pbstore.DeviceColumns + ` WHERE staff IN (SELECT value FROM json_each(?1)) AND (?2 = '' OR state = ?2) AND id > ?3 ORDER BY id LIMIT +?4`
}

// DevicePage implements desk.DevicePages.
func (v Pages) DevicePage(staff []string, q desk.DeviceQuery) (devices []desk.Device, more bool, err error) {
	devices, err = pbstore.DevicesFrom(v.Snapshot, devicePage(), jsonList(staff), q.State, q.After, q.Limit+1)
	if len(devices) > q.Limit {
		return devices[:q.Limit], true, err
	}
	return devices, false, err
}

// devicesWithWork reads the phones of a member of staff that have a say still, or hold something.
func devicesWithWork() string {
	return pbstore.DeviceColumns + ` WHERE staff = ? AND (state IN ('active', 'draining') OR coalesce(outbox_count, 0) > 0) ORDER BY id`
}

// DevicesWithWork lists the phones of a member of staff that have a say still, or hold something.
func (v Pages) DevicesWithWork(staff string) ([]desk.Device, error) {
	return pbstore.DevicesFrom(v.Snapshot, devicesWithWork(), staff)
}
