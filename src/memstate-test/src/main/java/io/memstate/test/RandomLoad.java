package io.memstate.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.memstate.Change;
import io.memstate.ConflictException;
import io.memstate.Draft;
import io.memstate.Fact;
import io.memstate.FactNotFoundException;
import io.memstate.FactSchema;
import io.memstate.MemorySession;
import io.memstate.MemoryStore;
import io.memstate.Patch;
import io.memstate.storage.Storage;

/**
 * A writer that does whatever can be done to a namespace, in an order that its seed
 * decides, and acknowledges every step that it was told to be written. The reason of a
 * step is its acknowledgement: a name that no other step has, and how many log entries it
 * has, so that {@link StoreAudit} finds it.
 *
 * @since 0.1.0
 */
public final class RandomLoad {

	/** Of which there is one for each {@code role}. */
	public static final String SINGLETON = "preference";

	/** Of which there is any number. */
	public static final String NOTE = "note";

	static final int ROLES = 10;

	private static final int IDS = 20;

	private final MemoryStore store;

	private final String writer;

	private final Random random;

	private final Consumer<String> acknowledged;

	private int steps;

	/**
	 * Creates a writer, to be used by one thread.
	 * @param store where it writes, made by {@link #store}
	 * @param writer its name, which no other writer to the namespace has ever had
	 * @param seed what decides the order
	 * @param acknowledged is told of each step that was written
	 */
	public RandomLoad(MemoryStore store, String writer, long seed, Consumer<String> acknowledged) {
		this.store = store;
		this.writer = writer;
		this.random = new Random(seed);
		this.acknowledged = acknowledged;
	}

	/**
	 * A store with the types that the load uses.
	 * @param storage its storage
	 * @param namespace its namespace
	 * @return the store
	 */
	public static MemoryStore store(Storage storage, String namespace) {
		return MemoryStore.builder(storage)
			.namespace(namespace)
			.schema(FactSchema.of(SINGLETON).singleton("role").indexed("value"))
			.schema(FactSchema.of(NOTE).indexed("text"))
			.build();
	}

	/**
	 * Writes until told to stop.
	 * @param goOn whether to go on
	 */
	public void run(BooleanSupplier goOn) {
		while (goOn.getAsBoolean()) {
			step();
		}
	}

	/**
	 * Tries one step. Conflicts and missing facts are part of the game; whatever else
	 * fails is thrown.
	 */
	public void step() {
		String name = this.writer + "-" + this.steps++;
		try {
			step(name);
		}
		catch (ConflictException | FactNotFoundException ex) {
			// somebody else was first
		}
	}

	private void step(String name) {
		MemorySession session = this.store.session("s" + this.random.nextInt(3));
		String id = "n" + this.random.nextInt(IDS);
		switch (this.random.nextInt(18)) {
			case 0, 1, 2 -> commit(name, singleton());
			case 3, 4 -> commit(name, note());
			case 5 -> commit(name, note().id(id));
			case 6 -> commit(name, note().expiresIn(Duration.ofMillis(this.random.nextInt(50) + 1)));
			case 7, 8 -> {
				this.store.update(id, Patch.set("at", name), change(name, 1));
				acknowledge(name, 1);
			}
			case 9 -> {
				this.store.delete(id, change(name, 1));
				acknowledge(name, 1);
			}
			case 10 -> {
				this.store.commitAll(List.of(note(), note(), note()), change(name, 3));
				acknowledge(name, 3);
			}
			case 11, 12 -> {
				session.commit(this.random.nextBoolean() ? singleton() : note(), change(name, 1));
				acknowledge(name, 1);
			}
			case 13 -> {
				if (!session.promote(change(name, 0)).isEmpty()) {
					acknowledge(name, 0);
				}
			}
			case 14 -> {
				if (session.discard(change(name, 0)) > 0) {
					acknowledge(name, 0);
				}
			}
			case 15 -> {
				this.store.transaction(change(name, 2), (work) -> {
					Fact made = work.commit(note());
					return work.commit(Draft.of(SINGLETON, Map.of("role", "made", "value", made.id())));
				});
				acknowledge(name, 2);
			}
			case 16 -> {
				this.store.rollback(1 + this.random.nextInt(2), change(name, 0));
				acknowledge(name, 0);
			}
			default -> maintainOrRedo(name);
		}
	}

	private void maintainOrRedo(String name) {
		if (this.random.nextInt(3) == 0) {
			this.store.maintenance();
			return;
		}
		this.store.redo(1, change(name, 0));
		acknowledge(name, 0);
	}

	private void commit(String name, Draft draft) {
		this.store.commit(draft, change(name, 1));
		acknowledge(name, 1);
	}

	private Draft singleton() {
		return Draft.of(SINGLETON,
				Map.of("role", "r" + this.random.nextInt(ROLES), "value", "v" + this.random.nextInt()));
	}

	private Draft note() {
		return Draft.of(NOTE, Map.of("text", "t" + this.random.nextInt(1000)));
	}

	private Change change(String name, int entries) {
		return Change.by(this.writer).because(name + "#" + entries);
	}

	private void acknowledge(String name, int entries) {
		this.acknowledged.accept(name + "#" + entries);
	}

}
