package measures

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// solved works out, from the numbers that are published and from what sums to what, every number that follows; it knows
// nothing of how cells were chosen. Each equation says that its first number is the sum of the others.
func solved(published map[int]int64, equations [][]int) map[int]int64 {
	place, of := map[int]int{}, []int{}
	for _, e := range equations {
		for _, v := range e {
			if _, known := published[v]; !known {
				if _, have := place[v]; !have {
					place[v] = len(of)
					of = append(of, v)
				}
			}
		}
	}
	unknowns := len(of)
	var rows [][]*big.Rat
	for _, e := range equations {
		row := make([]*big.Rat, unknowns+1)
		for i := range row {
			row[i] = new(big.Rat)
		}
		for i, v := range e {
			sign := big.NewRat(-1, 1)
			if i == 0 {
				sign = big.NewRat(1, 1)
			}
			if n, known := published[v]; known {
				row[unknowns].Sub(row[unknowns], new(big.Rat).Mul(sign, big.NewRat(n, 1)))
			} else {
				row[place[v]].Add(row[place[v]], sign)
			}
		}
		rows = append(rows, row)
	}
	top := 0
	for column := range unknowns {
		pivot := top
		for pivot < len(rows) && rows[pivot][column].Sign() == 0 {
			pivot++
		}
		if pivot == len(rows) {
			continue
		}
		rows[top], rows[pivot] = rows[pivot], rows[top]
		by := new(big.Rat).Inv(rows[top][column])
		for i := range rows[top] {
			rows[top][i] = new(big.Rat).Mul(rows[top][i], by)
		}
		for r := range rows {
			if r == top || rows[r][column].Sign() == 0 {
				continue
			}
			times := new(big.Rat).Set(rows[r][column])
			for i := range rows[r] {
				rows[r][i] = new(big.Rat).Sub(rows[r][i], new(big.Rat).Mul(times, rows[top][i]))
			}
		}
		top++
	}
	found := map[int]int64{}
	for _, row := range rows[:top] {
		one := -1
		for i := range unknowns {
			if row[i].Sign() != 0 {
				if one >= 0 {
					one = -2
					break
				}
				one = i
			}
		}
		if one >= 0 {
			found[of[one]] = row[unknowns].Num().Int64()
		}
	}
	return found
}

// grid is a table of numbers with its totals.
func grid(cells [][]int) [][]int {
	rows, columns := len(cells), len(cells[0])
	full := make([][]int, rows+1)
	for r := range full {
		full[r] = make([]int, columns+1)
	}
	for r := range rows {
		for c := range columns {
			n := cells[r][c]
			full[r][c] += n
			full[rows][c] += n
			full[r][columns] += n
			full[rows][columns] += n
		}
	}
	return full
}

// sums are the equations of a table whose numbers are called by a function.
func sums(rows, columns int, name func(r, c int) int) (list [][]int) {
	for r := range rows + 1 {
		e := []int{name(r, columns)}
		for c := range columns {
			e = append(e, name(r, c))
		}
		list = append(list, e)
	}
	for c := range columns + 1 {
		e := []int{name(rows, c)}
		for r := range rows {
			e = append(e, name(r, c))
		}
		list = append(list, e)
	}
	return list
}

func TestTheSolverFindsWhatOneCellGivesAway(t *testing.T) {
	full := grid([][]int{{3, 20}, {30, 40}})
	published := map[int]int64{}
	for r := range 3 {
		for c := range 3 {
			if full[r][c] != 3 {
				published[r*3+c] = int64(full[r][c])
			}
		}
	}
	if found := solved(published, sums(2, 2, func(r, c int) int { return r*3 + c })); found[0] != 3 || len(found) != 1 {
		t.Fatalf("found %v", found)
	}
}

// Shares are published as how many of how many, by week and partner, with totals of both: no number from 1 to 4 of any of
// the three can be worked out of all the others.
func TestNoSmallNumberCanBeWorkedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
		yes, no := make([][]int, rows), make([][]int, rows)
		for r := range rows {
			for range columns {
				yes[r] = append(yes[r], rapid.OneOf(rapid.IntRange(0, 6), rapid.IntRange(0, 60)).Draw(t, "yes"))
				no[r] = append(no[r], rapid.OneOf(rapid.IntRange(0, 6), rapid.IntRange(0, 60)).Draw(t, "no"))
			}
		}
		n, m := grid(yes), grid(no)
		of := func(r, c int) int { return n[r][c] + m[r][c] }
		all, parts := HideShares(rows+1, columns+1, of, func(r, c int) []int { return []int{n[r][c], m[r][c]} })
		width := (rows + 1) * (columns + 1)
		name := func(kind int) func(r, c int) int {
			return func(r, c int) int { return kind*width + r*(columns+1) + c }
		}
		published, truth := map[int]int64{}, map[int]int64{}
		equations := append(append(sums(rows, columns, name(0)), sums(rows, columns, name(1))...), sums(rows, columns, name(2))...)
		for r := range rows + 1 {
			for c := range columns + 1 {
				equations = append(equations, []int{name(0)(r, c), name(1)(r, c), name(2)(r, c)})
				for kind, v := range []int{of(r, c), n[r][c], m[r][c]} {
					truth[name(kind)(r, c)] = int64(v)
					if hidden := parts.At(r, c); kind > 0 && hidden || kind == 0 && all.At(r, c) {
						continue
					}
					if Small(v) {
						t.Fatalf("%d is published in row %d, column %d", v, r, c)
					}
					published[name(kind)(r, c)] = int64(v)
				}
			}
		}
		for cell, v := range solved(published, equations) {
			if v != truth[cell] {
				t.Fatalf("the solver of the test is wrong: %d is %d and not %d", cell, truth[cell], v)
			}
			if Small(int(v)) {
				t.Fatalf("%d follows from what is published:\nyes %v\nno %v\nall hidden %v\nparts hidden %v", v, n, m, all.Hidden, parts.Hidden)
			}
		}
	})
}

func TestWhatIsLargeIsPublished(t *testing.T) {
	full := grid([][]int{{5, 20}, {0, 40}})
	all, parts := HideShares(3, 3, func(r, c int) int { return full[r][c] }, func(r, c int) []int { return []int{full[r][c], 0} })
	for i := range all.Hidden {
		if all.Hidden[i] || parts.Hidden[i] {
			t.Fatalf("cell %d is hidden and nothing is small", i)
		}
	}
}
