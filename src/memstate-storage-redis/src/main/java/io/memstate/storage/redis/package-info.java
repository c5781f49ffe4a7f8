/**
 * Redis storage on Spring Data Redis.
 */
@NullMarked
package io.memstate.storage.redis;

import org.jspecify.annotations.NullMarked;
