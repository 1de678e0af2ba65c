//go:build tools

// Package tools pins the Temporal CLI, so that go.sum holds the hash of every byte that the build reads.
package tools

import _ "github.com/temporalio/cli/cmd/temporal"
