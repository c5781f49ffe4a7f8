package io.memstate.storage.jpa;

class SqliteJpaHookParticipationTests extends SqliteHookParticipationTests {

	@Override
	boolean underJpa() {
		return true;
	}

}
