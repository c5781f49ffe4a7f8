package io.memstate.autoconfigure.scan.inner;

import io.memstate.FactType;

@FactType("deeper")
public record Deeper(int depth) {

}
