package io.memstate.test;

import org.junit.jupiter.api.Nested;

import io.memstate.storage.Storage;

/**
 * Every contract that holds for any storage, for one small subclass to run; those of
 * hooks and search are skipped for a storage that has none:
 *
 * <pre class="code">
 * class MyStorageTests extends AllStorageContractTests {
 *
 * 	&#64;Override
 * 	protected Storage createStorage() {
 * 		return new MyStorage();
 * 	}
 *
 * }
 * </pre>
 *
 * {@link ModelBasedContractTests} and, for a storage that takes part in transactions of
 * the caller, {@link CallerTransactionContractTests} are subclassed apart.
 *
 * @since 0.1.0
 */
public abstract class AllStorageContractTests {

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

	@Nested
	class Commit extends CommitContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Payload extends PayloadContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Singleton extends SingletonContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Immutable extends ImmutableContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Session extends SessionContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Rollback extends RollbackContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Version extends VersionContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Idempotency extends IdempotencyContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Query extends QueryContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Log extends LogContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class AsOf extends AsOfContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Expiry extends ExpiryContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Transaction extends TransactionContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Hook extends HookContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Search extends SearchContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Namespace extends NamespaceContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Async extends AsyncContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class BadInput extends BadInputContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class Concurrency extends ConcurrencyContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

	@Nested
	class StorageSpi extends StorageSpiContractTests {

		@Override
		protected Storage createStorage() {
			return AllStorageContractTests.this.createStorage();
		}

		@Override
		protected void closeStorage(Storage storage) {
			AllStorageContractTests.this.closeStorage(storage);
		}

	}

}
