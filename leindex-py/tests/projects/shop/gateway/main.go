// Package main takes payments.
package main

import "fmt"

func main() {
	receipt := Pay("ada", 250)
	fmt.Println(receipt)
}
