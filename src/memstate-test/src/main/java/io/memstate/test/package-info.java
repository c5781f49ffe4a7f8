/**
 * The contract kit with which a storage or a hook proves itself.
 */
@NullMarked
package io.memstate.test;

import org.jspecify.annotations.NullMarked;
