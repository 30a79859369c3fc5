// Prints the control flow of the functions of packages as golang.org/x/tools/go/ssa builds it: a line of JSON a function,
// with the lines of each block's instructions and the block's successors. A function that it has nothing of has no blocks.
//
//	GO111MODULE=off GOPATH=… go run go_flow.go PACKAGE…
package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"sort"

	"golang.org/x/tools/go/loader"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

type block struct {
	Lines      []int `json:"lines"`
	Successors []int `json:"successors"`
}

type function struct {
	Path   string  `json:"path"`
	Name   string  `json:"name"`
	Line   int     `json:"line"`
	Column int     `json:"column"`
	Blocks []block `json:"blocks"`
}

func main() {
	config := loader.Config{AllowErrors: true, ParserMode: parser.SkipObjectResolution}
	config.TypeChecker.Error = func(error) {}
	for _, path := range os.Args[1:] {
		config.Import(path)
	}
	loaded, err := config.Load()
	if err != nil {
		log.Fatal(err)
	}
	// Nothing is lifted to registers, and every expression has an instruction that tells where it stands.
	program := ssautil.CreateProgram(loaded, ssa.NaiveForm|ssa.GlobalDebug)
	out := json.NewEncoder(os.Stdout)
	misplaced := places{}
	for _, info := range loaded.InitialPackages() {
		pkg := program.Package(info.Pkg)
		if pkg == nil {
			log.Print("has errors, left out: ", info.Pkg.Path())
			continue
		}
		pkg.Build()
		for _, file := range info.Files {
			misplaced.gather(file)
		}
		sort.Slice(misplaced, func(a, b int) bool { return misplaced[a][0] < misplaced[b][0] })
		for _, file := range info.Files {
			for _, declaration := range file.Decls {
				of, ok := declaration.(*ast.FuncDecl)
				if !ok || of.Body == nil || of.Name.Name == "_" {
					continue
				}
				describe(program, misplaced, of, of.Name.Name, build(pkg, of, file), out)
			}
		}
	}
}

// SSA gives up on a declaration that the type checker could not make sense of.
func build(pkg *ssa.Package, of *ast.FuncDecl, file *ast.File) (built *ssa.Function) {
	defer func() { _ = recover() }()
	return ssa.EnclosingFunction(pkg, []ast.Node{of, file})
}

// Where instructions are said to stand that run somewhere else: the variable that each arm of a type switch makes for
// itself stands in the head, and of a select SSA evaluates all cases first and has nothing where one was chosen.
type places [][2]token.Pos

func (all *places) gather(file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.TypeSwitchStmt:
			if assign, ok := node.Assign.(*ast.AssignStmt); ok {
				*all = append(*all, [2]token.Pos{assign.Lhs[0].Pos(), assign.Lhs[0].End()})
			}
		case *ast.CommClause:
			*all = append(*all, [2]token.Pos{node.Case, node.Colon})
		}
		return true
	})
}

func (all places) hold(pos token.Pos) bool {
	next := sort.Search(len(all), func(at int) bool { return all[at][0] > pos })
	return next > 0 && pos < all[next-1][1]
}

func describe(program *ssa.Program, misplaced places, syntax ast.Node, name string, of *ssa.Function, out *json.Encoder) {
	position := program.Fset.PositionFor(syntax.Pos(), false)
	row := function{Path: position.Filename, Name: name, Line: position.Line, Column: position.Column - 1, Blocks: []block{}}
	if of != nil {
		for _, from := range of.Blocks {
			to := block{Lines: []int{}, Successors: []int{}}
			for _, instruction := range from.Instrs {
				if from == of.Recover {
					break
				}
				pos := instruction.Pos()
				if !pos.IsValid() || misplaced.hold(pos) {
					continue
				}

				to.Lines = append(to.Lines, program.Fset.PositionFor(pos, false).Line)
			}
			for _, successor := range from.Succs {
				to.Successors = append(to.Successors, successor.Index)
			}
			row.Blocks = append(row.Blocks, to)
		}
	}
	if err := out.Encode(row); err != nil {
		log.Fatal(err)
	}
	if of != nil {
		for _, inner := range of.AnonFuncs {
			describe(program, misplaced, inner.Syntax(), inner.Name(), inner, out)
		}
	}
}
