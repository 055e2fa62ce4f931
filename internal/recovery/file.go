package recovery

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"doorstep/internal/care"
)

// formVersion is the version of the form of a file, and of a row in it.
const formVersion = 1

// maxFile is the largest export that is read, in bytes: an outbox of years.
const maxFile = 256 << 20

// file is an export as it lies on a disk. Binary values are base64url without padding.
type file struct {
	Form     int      `json:"doorstep_export"`
	MadeAt   string   `json:"made_at"` // by the phone's clock
	Vault    string   `json:"vault"`
	Recovery wrap     `json:"recovery"`
	Rows     []row    `json:"rows"`
	Complete *sealing `json:"complete"` // null = made while the phone was locked
}

type sealing struct {
	IV   binary `json:"iv"`
	Data binary `json:"data"`
}

// wrap is the data key, for the holder of the recovery key.
type wrap struct {
	Kid     string           `json:"kid"`
	Epk     care.RecoveryKey `json:"epk"`
	IV      binary           `json:"iv"`
	Key     binary           `json:"key"`
	Voucher *voucher         `json:"voucher"`
}

// voucher is the device's signature under the wrap: this data key is its own.
type voucher struct {
	Device    string `json:"device"`
	Signature binary `json:"signature"`
}

type row struct {
	Table string `json:"table"`
	Key   string `json:"key"`
	V     int    `json:"v"`
	sealing
}

// binary is bytes in base64url.
type binary []byte

func (b *binary) UnmarshalText(text []byte) (err error) {
	*b, err = base64.RawURLEncoding.DecodeString(string(text))
	return err
}

func (b binary) String() string { return base64.RawURLEncoding.EncodeToString(b) }

// parse reads an export.
func parse(text []byte) (*file, error) {
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAnExport, err)
	}
	switch {
	case f.Form == 0:
		return nil, ErrNotAnExport
	case f.Form > formVersion:
		return nil, ErrNewer
	}
	if _, err := time.Parse(time.RFC3339, f.MadeAt); err != nil {
		return nil, fmt.Errorf("%w: made_at is no time", ErrNotAnExport)
	}
	return &f, nil
}

// statement is the text that a device signs to vouch for a wrap.
func (f *file) statement(device string) []byte {
	w := f.Recovery
	return []byte(strings.Join([]string{"doorstep voucher", "1", f.Vault, w.Kid, w.Epk.X, w.Epk.Y, w.IV.String(), w.Key.String(), device}, "|"))
}
