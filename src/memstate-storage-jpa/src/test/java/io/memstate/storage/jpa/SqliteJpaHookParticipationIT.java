package io.memstate.storage.jpa;

class SqliteJpaHookParticipationIT extends SqliteHookParticipationIT {

	@Override
	boolean underJpa() {
		return true;
	}

}
