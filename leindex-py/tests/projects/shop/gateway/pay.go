package main

import "fmt"

// Pay takes money from a user and gives a receipt.
func Pay(user string, amount int) string {
	if amount <= 0 {
		return "nothing to pay"
	}
	return receiptFor(user, amount)
}

func receiptFor(user string, amount int) string {
	return fmt.Sprintf("%s paid %d", user, amount)
}
