package io.memstate.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

import io.memstate.autoconfigure.ConnectionBeans.ConnectionBean;
import io.memstate.autoconfigure.MemStateProperties.Backend;
import io.memstate.storage.memory.InMemoryStorage;

/**
 * Chooses the storage: the one that is named, or else the first that the application has.
 * Connects to nothing, unless neither property nor URL tells the product of a
 * {@link DataSource}.
 */
final class StorageSelector {

	private static final String POSTGRES_SETTINGS = "memstate.postgres.url, memstate.postgres.username and "
			+ "memstate.postgres.password";

	private static final String PRIVATE_FILE = "To keep facts in a private SQLite file instead, set "
			+ "memstate.backend=sqlite.";

	private final MemStateProperties properties;

	private final Environment environment;

	private final ConnectionBeans<DataSource> dataSources;

	private final @Nullable RedisConnections redis;

	private final @Nullable ClassLoader classLoader;

	StorageSelector(MemStateProperties properties, Environment environment, ConnectionBeans<DataSource> dataSources,
			@Nullable RedisConnections redis, @Nullable ClassLoader classLoader) {
		this.properties = properties;
		this.environment = environment;
		this.dataSources = dataSources;
		this.redis = redis;
		this.classLoader = classLoader;
	}

	StorageChoice select() {
		return switch (this.properties.getBackend()) {
			case AUTO -> auto();
			case IN_MEMORY -> inMemory();
			case SQLITE -> sqlite();
			case POSTGRES -> postgres();
			case REDIS -> redis();
		};
	}

	private StorageChoice auto() {
		StorageChoice choice = explicit();
		if (choice == null) {
			choice = dataSource(this.dataSources.single());
		}
		if (choice == null && this.redis != null) {
			choice = this.redis.single(this.properties, this.classLoader);
		}
		return (choice != null) ? choice : file("the application has no storage, DataSource or RedisConnectionFactory");
	}

	private @Nullable StorageChoice explicit() {
		List<StorageChoice> choices = new ArrayList<>();
		add(choices, postgresUrl());
		add(choices, redisUrl());
		add(choices, dataSource(this.dataSources.qualified()));
		add(choices, (this.redis != null) ? this.redis.qualified(this.properties, this.classLoader) : null);
		if (choices.size() > 1) {
			throw new MemStateStartException(
					"MemState found several storages: "
							+ choices.stream().map(StorageChoice::reason).collect(Collectors.joining(", and ")) + ".",
					"Name the one to use with memstate.backend, or remove the others.");
		}
		return choices.isEmpty() ? null : choices.get(0);
	}

	private StorageChoice inMemory() {
		return new StorageChoice(Backend.IN_MEMORY, backendIs(), null, "memstate.backend", InMemoryStorage::new);
	}

	private StorageChoice sqlite() {
		Requirement.JPA_MODULE.check(backendIs(), "Or name another storage with memstate.backend.", this.classLoader);
		ConnectionBean<DataSource> bean = this.dataSources.qualified();
		if (bean == null && !isSet("memstate.sqlite.path")) {
			bean = sqliteDataSource();
		}
		return (bean != null) ? sqlite(bean, backendIs() + " and there is " + bean.description()) : file(backendIs());
	}

	/**
	 * The application's own SQLite data source, provided that there is one alone and its
	 * URL says so: whoever asks for SQLite is not asked which of two others is meant.
	 */
	private @Nullable ConnectionBean<DataSource> sqliteDataSource() {
		ConnectionBean<DataSource> bean = this.dataSources.singleOrNull();
		return (bean != null && DatabaseProduct.SQLITE.equals(DatabaseProduct.ofUrl(bean.bean()))) ? bean : null;
	}

	private StorageChoice postgres() {
		Requirement.JPA_MODULE.check(backendIs(), PRIVATE_FILE, this.classLoader);
		StorageChoice choice = postgresUrl();
		ConnectionBean<DataSource> bean = null;
		if (choice == null) {
			bean = this.dataSources.qualified();
			bean = (bean != null) ? bean : this.dataSources.single();
		}
		if (choice == null && bean != null) {
			choice = postgres(bean, backendIs() + " and there is " + bean.description());
		}
		if (choice == null) {
			throw new MemStateStartException(
					"memstate.backend is 'postgres', but there is neither memstate.postgres.url nor a DataSource.",
					"Set " + POSTGRES_SETTINGS + ", or give the application a DataSource, for example with "
							+ "spring.datasource.url.");
		}
		return choice;
	}

	private StorageChoice redis() {
		Requirement.REDIS_MODULE.check(backendIs(), PRIVATE_FILE, this.classLoader);
		StorageChoice choice = redisUrl();
		if (choice == null && this.redis != null) {
			choice = this.redis.qualified(this.properties, this.classLoader);
			choice = (choice != null) ? choice : this.redis.single(this.properties, this.classLoader);
		}
		if (choice == null) {
			throw new MemStateStartException(
					"memstate.backend is 'redis', but there is neither memstate.redis.url nor a "
							+ "RedisConnectionFactory.",
					"Set memstate.redis.url, or add the dependency "
							+ "org.springframework.boot:spring-boot-starter-data-redis and set spring.data.redis.url.");
		}
		return choice;
	}

	private @Nullable StorageChoice postgresUrl() {
		MemStateProperties.Postgres postgres = this.properties.getPostgres();
		String url = postgres.getUrl();
		if (!StringUtils.hasText(url)) {
			if (StringUtils.hasText(postgres.getUsername()) || StringUtils.hasText(postgres.getPassword())) {
				throw new MemStateStartException(
						"memstate.postgres.username or memstate.postgres.password is set, but memstate.postgres.url "
								+ "is not.",
						"Set memstate.postgres.url, or remove the others to use the DataSource of the application.");
			}
			return null;
		}
		if (!DatabaseProduct.POSTGRESQL.equals(DatabaseProduct.ofUrl(url))) {
			throw new MemStateStartException("memstate.postgres.url is not a JDBC URL of PostgreSQL.",
					"Set it to a URL such as jdbc:postgresql://localhost:5432/app.");
		}
		String reason = "memstate.postgres.url is set";
		Requirement.JPA_MODULE.check(reason, PRIVATE_FILE, this.classLoader);
		Requirement.POSTGRES_DRIVER.check(reason, PRIVATE_FILE, this.classLoader);
		return new StorageChoice(Backend.POSTGRES, reason, null, POSTGRES_SETTINGS,
				() -> JpaStorages.postgres(this.properties));
	}

	private @Nullable StorageChoice redisUrl() {
		if (!StringUtils.hasText(this.properties.getRedis().getUrl())) {
			return null;
		}
		String reason = "memstate.redis.url is set";
		Requirement.REDIS_MODULE.check(reason, PRIVATE_FILE, this.classLoader);
		Requirement.REDIS_DRIVER.check(reason, PRIVATE_FILE, this.classLoader);
		return new StorageChoice(Backend.REDIS, reason, null, "memstate.redis.url",
				() -> RedisStorages.open(this.properties));
	}

	private @Nullable StorageChoice dataSource(@Nullable ConnectionBean<DataSource> bean) {
		if (bean == null) {
			return null;
		}
		String found = "there is " + bean.description();
		Requirement.JPA_MODULE.check(found, "To keep facts elsewhere, name it with memstate.backend.",
				this.classLoader);
		DatabaseProduct product = DatabaseProduct.ofUrl(bean.bean());
		product = (product != null) ? product : ask(bean);
		String reason = found + ", which is " + product.name();
		if (product.backend() == Backend.POSTGRES) {
			return postgres(bean, reason);
		}
		if (product.backend() == Backend.SQLITE) {
			return sqlite(bean, reason);
		}
		throw new MemStateStartException("MemState keeps facts in PostgreSQL or SQLite, but " + reason + ".",
				"Qualify another DataSource with @MemStateDataSource, or name the storage with memstate.backend: "
						+ "'sqlite' for a private file, 'postgres' with memstate.postgres.url, 'redis' with "
						+ "memstate.redis.url, or 'in-memory'.");
	}

	private StorageChoice postgres(ConnectionBean<DataSource> bean, String reason) {
		refuseOther(bean, DatabaseProduct.POSTGRESQL);
		return new StorageChoice(Backend.POSTGRES, reason, DatabaseProduct.location(bean.bean()), bean.name(),
				() -> JpaStorages.postgres(bean.bean(), this.properties));
	}

	private StorageChoice sqlite(ConnectionBean<DataSource> bean, String reason) {
		refuseOther(bean, DatabaseProduct.SQLITE);
		return new StorageChoice(Backend.SQLITE, reason, DatabaseProduct.location(bean.bean()), bean.name(),
				() -> JpaStorages.sqlite(bean.bean(), this.properties));
	}

	private void refuseOther(ConnectionBean<DataSource> bean, DatabaseProduct expected) {
		DatabaseProduct product = DatabaseProduct.ofUrl(bean.bean());
		if (product != null && !product.equals(expected)) {
			throw new MemStateStartException(
					"memstate.backend is '" + name(this.properties.getBackend()) + "', but " + bean.description()
							+ " is " + product.name() + ".",
					"Qualify a DataSource of " + expected.name() + " with @MemStateDataSource, set "
							+ "memstate.postgres.url, or name another storage with memstate.backend.");
		}
	}

	private StorageChoice file(String reason) {
		String action = "To keep facts elsewhere, set memstate.backend to 'in-memory', 'postgres' or 'redis'.";
		String why = "MemState would keep facts in a private SQLite file, as " + reason;
		Requirement.JPA_MODULE.check(why, action, this.classLoader);
		Requirement.SQLITE_DRIVER.check(why, action, this.classLoader);
		return new StorageChoice(Backend.SQLITE, reason, null, "memstate.sqlite.path",
				() -> JpaStorages.sqlite(this.properties));
	}

	private DatabaseProduct ask(ConnectionBean<DataSource> bean) {
		try {
			return DatabaseProduct.ofConnection(bean.bean());
		}
		catch (Exception ex) {
			throw new MemStateStartException(
					"MemState can't tell which product is " + bean.description() + ": its URL does not say, and "
							+ StorageFailure.UNREACHABLE.describe(ex) + ".",
					"Start the server, or name the product with memstate.backend=postgres or "
							+ "memstate.backend=sqlite.",
					ex);
		}
	}

	/** In any of the forms that Boot binds. */
	private boolean isSet(String property) {
		return Binder.get(this.environment).bind(property, String.class).isBound();
	}

	private String backendIs() {
		return "memstate.backend is '" + name(this.properties.getBackend()) + "'";
	}

	private static String name(Backend backend) {
		return backend.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static void add(List<StorageChoice> choices, @Nullable StorageChoice choice) {
		if (choice != null) {
			choices.add(choice);
		}
	}

}
