#!/bin/sh
# Makes Berth's namespace; a week of retention lets operators look back at what failed.
set -eu

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 168h
