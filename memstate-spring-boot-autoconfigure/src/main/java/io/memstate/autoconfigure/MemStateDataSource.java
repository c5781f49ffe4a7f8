package io.memstate.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.beans.factory.annotation.Qualifier;

/**
 * Qualifies the {@link javax.sql.DataSource} that MemState keeps its facts in, where an
 * application has several. On a {@code @Bean} method, usually together with
 * {@code @Bean(defaultCandidate = false)} so that the rest of the application goes on
 * with its own:
 *
 * <pre class="code">
 * &#064;Bean(defaultCandidate = false)
 * &#064;MemStateDataSource
 * DataSource memories() { … }
 * </pre>
 *
 * @since 0.1.0
 */
@Target({ ElementType.FIELD, ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Qualifier
public @interface MemStateDataSource {

}
