/**
 * Measurements of the storages.
 */
@NullMarked
package io.memstate.benchmarks;

import org.jspecify.annotations.NullMarked;
