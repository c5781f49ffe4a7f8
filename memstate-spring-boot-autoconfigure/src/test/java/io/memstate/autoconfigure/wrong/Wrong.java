package io.memstate.autoconfigure.wrong;

import io.memstate.FactType;

@FactType(value = "wrong", singleton = "not a path")
public record Wrong(String text) {

}
