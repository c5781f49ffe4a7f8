package io.memstate.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactQuery;
import io.memstate.FactSchema;
import io.memstate.LogEntry;
import io.memstate.LogQuery;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.storage.HookStorage;
import io.memstate.storage.Storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What every contract test has: a storage, and a store on it with a namespace of its own
 * and a clock that the test sets. No test expects an empty storage, so that all may share
 * one; but tests that share one must not run at the same time, as maintenance reaches
 * every namespace.
 *
 * @since 0.1.0
 */
public abstract class StorageContract {

	static final String NOTE = "note";

	static final String PREFERENCE = "preference";

	static final String DECISION = "decision";

	/**
	 * For how long a write is planned again where it meets no other, or one: it is at
	 * least once, which is all that a right storage needs, and a wrong one fails soon.
	 */
	static final Duration BRIEFLY = Duration.ofMillis(100);

	/** For how long a write is planned again where it meets many. */
	static final Duration PATIENTLY = Duration.ofSeconds(10);

	/** The storage that needs no store to initialize it again, shared by many tests. */
	private static Storage initialized;

	final String namespace = "kit-" + UUID.randomUUID();

	final MutableClock clock = new MutableClock();

	private final List<MemoryStore> stores = new ArrayList<>();

	Storage storage;

	MemoryStore memory;

	/**
	 * The storage to prove, either a new one for each test or one that the tests share.
	 * @return the storage, open
	 */
	protected abstract Storage createStorage();

	/**
	 * Is called after each test with what {@link #createStorage()} made. Closes it,
	 * unless overridden because the tests share it.
	 * @param storage the storage
	 */
	protected void closeStorage(Storage storage) {
		storage.close();
	}

	Duration retryTimeout() {
		return BRIEFLY;
	}

	@BeforeEach
	void openStorage() {
		this.storage = createStorage();
		this.memory = store(UnaryOperator.identity());
	}

	/** Skips the test where the storage has no hooks. */
	void assumeHooks() {
		assumeTrue(this.storage instanceof HookStorage, "The storage has no hooks");
	}

	@AfterEach
	void closeStorage() {
		this.stores.forEach(MemoryStore::close);
		closeStorage(this.storage);
	}

	/**
	 * A further store on the same storage, with the types that the tests use: a
	 * {@code note} is free, a {@code preference} is the only one of its {@code role}, a
	 * {@code decision} never changes.
	 */
	MemoryStore store(UnaryOperator<MemoryStore.Builder> options) {
		MemoryStore store = options
			.apply(MemoryStore.builder(this.storage)
				.clock(this.clock)
				.namespace(this.namespace)
				.retryTimeout(retryTimeout())
				.initialize(this.storage != initialized)
				.schema(FactSchema.of(PREFERENCE).singleton("role"))
				.schema(FactSchema.of(DECISION).immutable()))
			.build();
		initialized = this.storage;
		this.stores.add(store);
		return store;
	}

	MemorySession session(String id) {
		return this.memory.session(id);
	}

	/** A note with a text, made a little later than whatever was made before. */
	Draft note(String text) {
		this.clock.tick();
		return Draft.of(NOTE, Map.of("text", text));
	}

	/** A preference of a role, made a little later than whatever was made before. */
	Draft preference(String role, Object value) {
		this.clock.tick();
		return Draft.of(PREFERENCE, Map.of("role", role, "value", value));
	}

	/** A decision, made a little later than whatever was made before. */
	Draft decision(String text) {
		this.clock.tick();
		return Draft.of(DECISION, Map.of("text", text));
	}

	/** Every living fact of the namespace, in whatever layer. */
	List<Fact> everything() {
		return this.memory.query(FactQuery.all().anyLayer());
	}

	/** The whole log, newest first. */
	List<LogEntry> log() {
		return this.memory.log(LogQuery.all());
	}

	LogEntry lastEntry() {
		return log().get(0);
	}

	/**
	 * Expects that a call is refused with a message that holds certain words, and that
	 * neither a fact nor the log has changed by it.
	 */
	void assertRefused(Class<? extends Throwable> type, ThrowingCallable call, String... words) {
		List<Fact> facts = everything();
		List<LogEntry> log = log();
		Throwable failure = catchThrowable(call);
		assertThat(failure).isExactlyInstanceOf(type);
		for (String word : words) {
			assertThat(failure).hasMessageContaining(word);
		}
		assertThat(everything()).isEqualTo(facts);
		assertThat(log()).isEqualTo(log);
	}

	static List<Object> texts(List<Fact> facts) {
		return facts.stream().map((fact) -> fact.payload().get("text")).toList();
	}

	static List<String> ids(List<Fact> facts) {
		return facts.stream().map(Fact::id).toList();
	}

}
