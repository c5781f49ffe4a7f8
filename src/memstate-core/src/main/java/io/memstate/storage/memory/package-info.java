/**
 * The storage in the memory of the process, for tests and for what need not outlive it.
 */
@NullMarked
package io.memstate.storage.memory;

import org.jspecify.annotations.NullMarked;
