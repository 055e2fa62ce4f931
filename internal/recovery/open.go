package recovery

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"doorstep/internal/care"
	"doorstep/internal/phone"
)

// Work is an opened export.
type Work struct {
	// MadeAt is when the file was made, by the phone's clock.
	MadeAt time.Time
	// Cover says whose phone it was.
	Cover Cover
	// Changes are those no server has answered, in the order they were written; TooBig are those no
	// request could carry; Drafts are forms nobody saved.
	Changes, TooBig []Change
	Drafts          []Draft
	// Device signed for the data key; "" where none did. See [Work.VouchedBy].
	Device string
	// Whole: the phone was unlocked and proves that no row of its export is missing.
	Whole bool

	statement, signature []byte
}

// Cover is the part of an export in which a phone describes itself.
type Cover struct {
	Device      string `json:"device"`
	Client      string `json:"client"`
	Staff       string `json:"staff"`
	OffsetMs    int64  `json:"offset_ms"` // server minus phone
	OffsetKnown bool   `json:"offset_known"`
}

// Change is one change as its author made it.
type Change struct {
	Place      int64      `json:"place"`
	Mid        int64      `json:"mid"`
	Key        string     `json:"key"`
	Author     string     `json:"author"`
	AuthoredAt string     `json:"authored_at"` // by the phone's clock
	Ops        []phone.Op `json:"ops"`
}

// Draft is a form that was not saved.
type Draft struct {
	Form  string
	At    time.Time // last touched, by the phone's clock
	Value any
}

// Open opens an export with the private recovery key. Errors: ErrNotAnExport, ErrNewer, ErrOtherKey,
// ErrDamaged.
func Open(text []byte, key *ecdh.PrivateKey) (*Work, error) {
	f, err := parse(text)
	if err != nil {
		return nil, err
	}
	kid, err := Thumbprint(key.PublicKey())
	if err != nil {
		return nil, err
	}
	if f.Recovery.Kid != kid {
		return nil, fmt.Errorf("%w: %s", ErrOtherKey, f.Recovery.Kid)
	}
	rows, err := f.rowKey(key)
	if err != nil {
		return nil, err
	}
	made, err := time.Parse(time.RFC3339, f.MadeAt)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotAnExport, err)
	}
	w := &Work{MadeAt: made.UTC()}
	if v := f.Recovery.Voucher; v != nil {
		w.Device, w.statement, w.signature = v.Device, f.statement(v.Device), v.Signature
	}
	for _, r := range f.Rows {
		if err := w.take(r, rows); err != nil {
			return nil, err
		}
	}
	if w.Whole, err = f.whole(rows); err != nil {
		return nil, err
	}
	byPlace := func(a, b Change) int { return int(a.Place - b.Place) }
	slices.SortFunc(w.Changes, byPlace)
	slices.SortFunc(w.TooBig, byPlace)
	slices.SortFunc(w.Drafts, func(a, b Draft) int { return a.At.Compare(b.At) })
	return w, nil
}

// VouchedBy checks the device's signature with the public key it enrolled with, a JSON Web Key.
// ErrNotItsDevice where it does not fit: anybody who has an organisation's public recovery key can
// make a file that opens.
func (w *Work) VouchedBy(jwk []byte) error {
	var k care.RecoveryKey // the same kind of key
	if err := json.Unmarshal(jwk, &k); err != nil {
		return fmt.Errorf("read device key: %w", err)
	}
	point, err := k.Point()
	if err != nil {
		return fmt.Errorf("read device key: %w", err)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point.Bytes())
	if err != nil {
		return fmt.Errorf("read device key: %w", err)
	}
	sum := sha256.Sum256(w.statement)
	if len(w.signature) != 64 || !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(w.signature[:32]), new(big.Int).SetBytes(w.signature[32:])) {
		return ErrNotItsDevice
	}
	return nil
}

// rowKey unwraps the data key and derives from it what the rows are sealed under.
func (f *file) rowKey(key *ecdh.PrivateKey) (cipher.AEAD, error) {
	w := f.Recovery
	theirs, err := w.Epk.Point()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	shared, err := key.ECDH(theirs)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	wrapping, err := derive(shared, "doorstep recovery v1|"+w.Kid+"|"+w.Epk.X+"|"+w.Epk.Y)
	if err != nil {
		return nil, err
	}
	dataKey, err := unseal(wrapping, sealing{w.IV, w.Key}, "doorstep wrap|1|recovery|"+f.Vault+"|"+w.Kid)
	if err != nil {
		return nil, err
	}
	return derive(dataKey, "doorstep rows v1")
}

// derive is HKDF-SHA-256 without salt, for AES-256-GCM.
func derive(secret []byte, use string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, use, 32)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return cipher.NewGCM(block)
}

func unseal(key cipher.AEAD, s sealing, name string) ([]byte, error) {
	if len(s.IV) != key.NonceSize() {
		return nil, ErrDamaged
	}
	plain, err := key.Open(nil, s.IV, s.Data, []byte(name))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// take opens one row and puts it where it belongs. Tables of a newer phone are left out.
func (w *Work) take(r row, rows cipher.AEAD) error {
	if r.V > formVersion {
		return ErrNewer
	}
	plain, err := unseal(rows, r.sealing, fmt.Sprintf("%s|%s|%d", r.Table, r.Key, r.V))
	if err != nil {
		return fmt.Errorf("row %s of %s: %w", r.Key, r.Table, err)
	}
	var held struct {
		Key   string          `json:"k"`
		Value json.RawMessage `json:"d"`
	}
	if err := decode(plain, &held); err != nil {
		return err
	}
	switch r.Table {
	case "cover":
		return decode(held.Value, &w.Cover)
	case "outbox", "aside":
		var c Change
		if err := decode(held.Value, &c); err != nil {
			return err
		}
		if r.Table == "outbox" {
			w.Changes = append(w.Changes, c)
		} else {
			w.TooBig = append(w.TooBig, c)
		}
	case "drafts":
		var d struct {
			At    int64 `json:"at"`
			Value any   `json:"value"`
		}
		if err := decode(held.Value, &d); err != nil {
			return err
		}
		w.Drafts = append(w.Drafts, Draft{Form: held.Key, At: time.UnixMilli(d.At).UTC(), Value: d.Value})
	}
	return nil
}

// decode reads JSON of a phone; numbers keep their text.
func decode(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// whole says whether the phone proved that these are all its rows; ErrDamaged where it proves that
// they are not.
func (f *file) whole(rows cipher.AEAD) (bool, error) {
	if f.Complete == nil {
		return false, nil
	}
	plain, err := unseal(rows, *f.Complete, "export|"+f.MadeAt+"|1")
	if err != nil {
		return false, err
	}
	var list [][3]string
	if err := decode(plain, &list); err != nil {
		return false, err
	}
	have := make([][3]string, len(f.Rows))
	for i, r := range f.Rows {
		have[i] = [3]string{r.Table, r.Key, r.IV.String()}
	}
	if !slices.Equal(list, have) {
		return false, fmt.Errorf("%w: rows are missing or were added", ErrDamaged)
	}
	return true, nil
}
