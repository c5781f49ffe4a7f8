/**
 * What a storage is to the engine: a few reads and one compare-and-set write over plain
 * records. A storage knows nothing of schemas, constraints or hooks; the package depends
 * on no other package of MemState.
 */
@NullMarked
package io.memstate.storage;

import org.jspecify.annotations.NullMarked;
