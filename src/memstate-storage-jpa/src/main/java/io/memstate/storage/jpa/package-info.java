/**
 * SQLite and PostgreSQL storage on Hibernate and Spring Data JPA.
 */
@NullMarked
package io.memstate.storage.jpa;

import org.jspecify.annotations.NullMarked;
