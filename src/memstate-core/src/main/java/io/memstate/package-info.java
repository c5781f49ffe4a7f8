/**
 * What a user of MemState imports: the {@link io.memstate.MemoryStore} and the values
 * that go in and come out.
 */
@NullMarked
package io.memstate;

import org.jspecify.annotations.NullMarked;
