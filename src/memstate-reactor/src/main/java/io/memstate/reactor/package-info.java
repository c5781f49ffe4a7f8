/**
 * MemState for applications on Reactor.
 */
@NullMarked
package io.memstate.reactor;

import org.jspecify.annotations.NullMarked;
