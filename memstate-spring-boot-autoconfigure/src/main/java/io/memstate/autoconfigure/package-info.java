/**
 * Auto-configuration of MemState for Spring Boot.
 */
@NullMarked
package io.memstate.autoconfigure;

import org.jspecify.annotations.NullMarked;
