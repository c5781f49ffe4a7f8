package io.memstate.storage.jpa;

import java.util.List;
import java.util.Set;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

import io.memstate.storage.Condition;
import io.memstate.storage.Condition.Operator;
import io.memstate.storage.Path;
import io.memstate.storage.StorageQuery;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Indexes of paths where the storage is not to create them.
 */
abstract class AbstractPathIndexesTests {

	private static final Path RANK = Path.parse("rank");

	private final Logger logger = (Logger) LoggerFactory.getLogger(PathIndexes.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	/**
	 * A storage on the same tables as any other of the test.
	 */
	abstract JpaStorage open(boolean initializeSchema);

	abstract JdbcTemplate jdbc();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
		try (JpaStorage storage = open(true)) {
			storage.initialize();
		}
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void usesAnIndexThatSomebodyElseHasCreated() {
		String other = use(false);
		assertThat(this.log.list).singleElement()
			.extracting(ILoggingEvent::getFormattedMessage)
			.asString()
			.contains("no index on 'rank' of type 't'");
		String told = this.log.list.get(0).getFormattedMessage();
		for (String statement : told.substring(told.indexOf("run: ") + 5).split(";")) {
			jdbc().execute(statement);
		}
		assertThat(use(false)).isNotEqualTo(other).isEqualTo(use(true));
		assertThat(this.log.list).hasSize(1);
	}

	@Test
	void touchesNothingBeforeItIsUsed() {
		jdbc().execute("drop table " + table("meta"));
		try (JpaStorage storage = open(false)) {
			storage.initialize();
			storage.index("t", Set.of(RANK));
			assertThat(this.log.list).isEmpty();
		}
	}

	abstract String table(String name);

	// the statement that a range is answered by
	private String use(boolean initializeSchema) {
		Condition condition = new Condition.Comparison(RANK, Operator.GT, 7);
		StorageQuery query = new StorageQuery("n", null, StorageQuery.Layers.OWN, "t", condition, List.of(), null, 100,
				Facts.START);
		try (JpaStorage storage = open(initializeSchema)) {
			storage.initialize();
			storage.index("t", Set.of(RANK));
			storage.index("t", Set.of(RANK, Path.parse("$id")));
			assertThat(storage.query(query)).isEmpty();
			return storage.statement(query).sql();
		}
	}

}
