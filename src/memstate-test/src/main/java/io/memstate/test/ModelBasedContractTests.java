package io.memstate.test;

import java.util.List;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.BeforeProperty;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

import io.memstate.storage.Storage;

/**
 * Random sequences of actions, done to a store and to a plain model of the semantics,
 * give the same answers, refusals, facts, versions, log entries and past. A sequence that
 * does not is shrunk and printed. Run by jqwik. The system property {@value #TRIES} says
 * how many sequences to try.
 *
 * @since 0.1.0
 */
public abstract class ModelBasedContractTests {

	/** The system property that says how many sequences to try; 10 if it is not set. */
	public static final String TRIES = "memstate.test.tries";

	private Storage storage;

	/**
	 * The storage to prove. Each sequence has namespaces of its own, so that others may
	 * use the storage before and after, but not meanwhile.
	 * @return the storage, open
	 */
	protected abstract Storage createStorage();

	/**
	 * Is called after all sequences with what {@link #createStorage()} made. Closes it,
	 * unless overridden because others use it.
	 * @param storage the storage
	 */
	protected void closeStorage(Storage storage) {
		storage.close();
	}

	@BeforeProperty
	void openStorage() {
		this.storage = createStorage();
		this.storage.initialize();
	}

	@AfterProperty
	void closeStorage() {
		closeStorage(this.storage);
	}

	@Property(edgeCases = EdgeCasesMode.NONE)
	@AddLifecycleHook(Tries.class)
	void answersAsTheModelDoes(@ForAll("sequences") List<Action> actions) {
		try (ModelRun run = new ModelRun(this.storage)) {
			run.run(actions);
		}
	}

	@Provide
	Arbitrary<List<Action>> sequences() {
		return Actions.sequences();
	}

	/**
	 * Takes the number of tries from the system property.
	 */
	static final class Tries implements AroundPropertyHook {

		@Override
		public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
			context.attributes().setTries(Integer.getInteger(TRIES, 10));
			return property.execute();
		}

	}

}
