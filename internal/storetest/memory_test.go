package storetest

import "testing"

func TestMemory_KeepsTheContractOfAStore(t *testing.T) {
	Contract(t, func(*testing.T) World { return NewMemory() })
}
