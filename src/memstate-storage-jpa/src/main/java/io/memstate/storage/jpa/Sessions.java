package io.memstate.storage.jpa;

import java.sql.Connection;
import java.util.function.Function;

import jakarta.persistence.EntityManager;
import jakarta.persistence.ValidationMode;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategyStandardImpl;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.hibernate.engine.jdbc.connections.internal.UserSuppliedConnectionProviderImpl;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Hibernate and the repositories on top of it, private to one storage. Hibernate is given
 * the connection to work on and never fetches one, so that it starts without a database.
 */
final class Sessions implements AutoCloseable {

	private final SessionFactory factory;

	private final EntryRepository entries;

	private final StepRepository steps;

	Sessions(Database database, Tables tables) {
		this.factory = configuration(database, tables).createEntityManagerFactory();
		EntityManager shared = SharedEntityManagerCreator.createSharedEntityManager(this.factory, null, false);
		JpaRepositoryFactory repositories = new JpaRepositoryFactory(shared);
		// the repositories are package-private, so the class loader of the thread can't
		// see them
		repositories.setBeanClassLoader(Sessions.class.getClassLoader());
		this.entries = repositories.getRepository(EntryRepository.class);
		this.steps = repositories.getRepository(StepRepository.class);
	}

	private static HibernatePersistenceConfiguration configuration(Database database, Tables tables) {
		HibernatePersistenceConfiguration configuration = new HibernatePersistenceConfiguration("memstate");
		configuration.managedClasses(FactRow.class, EntryRow.class, StepRow.class);
		configuration.validationMode(ValidationMode.NONE);
		configuration.properties(database.hibernateSettings());
		configuration.property(AvailableSettings.CONNECTION_PROVIDER, new NoConnections());
		configuration.property("hibernate.boot.allow_jdbc_metadata_access", false);
		configuration.property(AvailableSettings.PHYSICAL_NAMING_STRATEGY, new Naming(tables.prefix()));
		configuration.property(AvailableSettings.USE_SECOND_LEVEL_CACHE, false);
		configuration.property(AvailableSettings.CLASSLOADERS, java.util.List.of(Sessions.class.getClassLoader()));
		if (tables.schema() != null) {
			configuration.property(AvailableSettings.DEFAULT_SCHEMA, tables.schema());
		}
		return configuration;
	}

	/**
	 * Runs work in a session that keeps nothing.
	 * @param <R> the result
	 * @param connection the connection to work on
	 * @param work the work
	 * @return its result
	 */
	<R> R stateless(Connection connection, Function<StatelessSession, R> work) {
		try (StatelessSession session = stateless(connection)) {
			return work.apply(session);
		}
	}

	StatelessSession stateless(Connection connection) {
		return this.factory.withStatelessOptions().connection(connection).openStatelessSession();
	}

	<R> R entries(Connection connection, Function<EntryRepository, R> work) {
		return repository(connection, this.entries, work);
	}

	<R> R steps(Connection connection, Function<StepRepository, R> work) {
		return repository(connection, this.steps, work);
	}

	private <T, R> R repository(Connection connection, T repository, Function<T, R> work) {
		try (Session session = this.factory.withOptions()
			.connection(connection)
			.flushMode(FlushMode.MANUAL)
			.openSession()) {
			TransactionSynchronizationManager.bindResource(this.factory, new EntityManagerHolder(session));
			try {
				return work.apply(repository);
			}
			finally {
				TransactionSynchronizationManager.unbindResource(this.factory);
			}
		}
	}

	@Override
	public void close() {
		this.factory.close();
	}

	/** Refuses to fetch a connection: each session is given one. */
	private static final class NoConnections extends UserSuppliedConnectionProviderImpl {

		private static final long serialVersionUID = 1L;

	}

	/** Puts the prefix before the names of the tables. */
	private static final class Naming extends PhysicalNamingStrategyStandardImpl {

		private static final long serialVersionUID = 1L;

		private final String prefix;

		Naming(String prefix) {
			this.prefix = prefix;
		}

		@Override
		public Identifier toPhysicalTableName(Identifier name, @Nullable JdbcEnvironment context) {
			return Identifier.toIdentifier(this.prefix + name.getText());
		}

	}

}
