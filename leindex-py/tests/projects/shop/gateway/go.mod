module example.org/shop/gateway

go 1.22
