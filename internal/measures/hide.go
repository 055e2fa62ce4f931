package measures

// FewerThan is the first number that is published: 1 to 4 might be somebody one knows.
const FewerThan = 5

// Small says whether a number is one of those that are not published. None is no secret.
func Small(n int) bool { return n > 0 && n < FewerThan }

// Grid is a table with its totals: the last row and the last column are the sums of the others.
type Grid struct {
	Rows, Columns int // totals included
	Hidden        []bool
	size          func(row, column int) int
}

// Hide says which cells of a table are not published: those that hold a small number, those that are hidden already, and as
// many more as it takes that no hidden one can be worked out of rows, columns and totals. Size orders cells: of those that
// could be hidden beside a small one the smallest is.
//
// A row and a column are points, and a hidden cell is a line between them. What is hidden follows from what is published
// exactly where a line is a bridge, one whose loss parts what it joins (Gusfield, SIAM J. Comput. 17, 1988). So lines are
// added until there is none.
func Hide(rows, columns int, size func(row, column int) int, small func(row, column int) bool) *Grid {
	g := &Grid{Rows: rows, Columns: columns, Hidden: make([]bool, rows*columns), size: size}
	for i := range g.Hidden {
		g.Hidden[i] = small(i/columns, i%columns)
	}
	for g.hideOne() {
	}
	return g
}

// At says whether a cell is hidden.
func (g *Grid) At(row, column int) bool { return g.Hidden[row*g.Columns+column] }

// hideOne hides one more cell where a hidden one follows from the rest; false: none does, or all are hidden.
func (g *Grid) hideOne() bool {
	i := g.bridge()
	if i < 0 {
		return false
	}
	// A line that joins what this one alone joins makes a circle with it. Where there is no such line, one that leads on.
	with := g.reached(i)
	best := g.smallest(func(row, column int) bool { return with[row] != with[g.Rows+column] })
	if best < 0 {
		best = g.smallest(func(row, column int) bool { return row == i/g.Columns || column == i%g.Columns })
	}
	if best >= 0 {
		g.Hidden[best] = true
	}
	return best >= 0
}

// bridge is the first hidden cell that is alone in joining what it joins; -1: there is none. All are found in one walk: a line
// is a bridge where nothing beyond it leads back (Tarjan, Inf. Process. Lett. 2, 1974).
func (g *Grid) bridge() int {
	found := -1
	met, back := make([]int, g.Rows+g.Columns), make([]int, g.Rows+g.Columns)
	count := 0
	var walk func(at, via int)
	step := func(at, to, cell, via int) {
		switch {
		case !g.Hidden[cell] || cell == via:
		case met[to] > 0:
			back[at] = min(back[at], met[to])
		default:
			walk(to, cell)
			back[at] = min(back[at], back[to])
			if back[to] > met[at] && (found < 0 || cell < found) {
				found = cell
			}
		}
	}
	walk = func(at, via int) {
		count++
		met[at], back[at] = count, count
		if at < g.Rows {
			for column := range g.Columns {
				step(at, g.Rows+column, at*g.Columns+column, via)
			}
			return
		}
		for row := range g.Rows {
			step(at, row, row*g.Columns+at-g.Rows, via)
		}
	}
	for row := range g.Rows {
		if met[row] == 0 {
			walk(row, -1)
		}
	}
	return found
}

// smallest is the published cell with the smallest number among some; nought comes last, for it is no secret. -1: none.
func (g *Grid) smallest(among func(row, column int) bool) int {
	best, least := -1, 0
	for i, hidden := range g.Hidden {
		row, column := i/g.Columns, i%g.Columns
		if hidden || !among(row, column) {
			continue
		}
		n := g.size(row, column)
		if best < 0 || (n == 0) == (least == 0) && n < least || least == 0 && n > 0 {
			best, least = i, n
		}
	}
	return best
}

// reached are the rows, and behind them the columns, that the row of a cell is joined with by other hidden cells.
func (g *Grid) reached(without int) (seen []bool) {
	seen = make([]bool, g.Rows+g.Columns)
	from := without / g.Columns
	seen[from] = true
	for next := []int{from}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		visit := func(row, column, to int) {
			if i := row*g.Columns + column; g.Hidden[i] && i != without && !seen[to] {
				seen[to] = true
				next = append(next, to)
			}
		}
		if at < g.Rows {
			for column := range g.Columns {
				visit(at, column, g.Rows+column)
			}
			continue
		}
		for row := range g.Rows {
			visit(row, at-g.Rows, row)
		}
	}
	return seen
}

// HideShares hides of a table of "how many of how many" what must be: all says which sizes are hidden, parts where what they
// consist of is, which is everywhere where the size is. Parts of one cell are hidden together, or the last would follow.
func HideShares(rows, columns int, of func(row, column int) int, parts func(row, column int) []int) (all, each *Grid) {
	all = Hide(rows, columns, of, func(r, c int) bool { return Small(of(r, c)) })
	each = Hide(rows, columns, of, func(r, c int) bool {
		if all.At(r, c) {
			return true
		}
		for _, n := range parts(r, c) {
			if Small(n) {
				return true
			}
		}
		return false
	})
	return all, each
}
